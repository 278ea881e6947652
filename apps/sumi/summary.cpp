// `sumi summary`: the layers of the built-in model or of a saved one.
#include <memory>

#include "commands.hpp"
#include "kmnist_model.hpp"
#include "open_model.hpp"

void add_summary(CLI::App& app) {
  struct Arguments {
    bool show_trainable = false;
    std::filesystem::path model;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("summary", "Print a model's layers, shapes and numbers of weights");
  command->add_option("MODEL", arguments->model, "A .keras, .h5 or .json file; default: the KMNIST network");
  command->add_flag("--show-trainable", arguments->show_trainable, "Add a column that says which layers learn");
  command->footer("Examples:\n  sumi summary\n  sumi summary run/model.keras");
  command->callback([arguments] {
    const sumi::Sequential model = arguments->model.empty() ? make_kmnist_model() : open_model(arguments->model);
    model.summary({.show_trainable = arguments->show_trainable});
  });
}
