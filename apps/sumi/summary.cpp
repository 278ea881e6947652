// `sumi summary`: the built-in model's layers.
#include <memory>

#include "commands.hpp"
#include "kmnist_model.hpp"

void add_summary(CLI::App& app) {
  auto show_trainable = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("summary", "Print the KMNIST network's layers, shapes and numbers of weights");
  command->add_flag("--show-trainable", *show_trainable, "Add a column that says which layers learn");
  command->footer("Example:\n  sumi summary");
  command->callback([show_trainable] { make_kmnist_model().summary({.show_trainable = *show_trainable}); });
}
