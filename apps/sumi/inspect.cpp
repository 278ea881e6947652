// `sumi inspect`: what is in a file. `sumi convert`: the same model in another form.
#include <sumi/error.hpp>
#include <sumi/saving.hpp>

#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "files.hpp"
#include "open_model.hpp"

namespace fs = std::filesystem;

namespace {

void print_notes(const std::string& text) {
  const auto notes = nlohmann::ordered_json::parse(text);
  if (!notes.empty()) std::cout << "\nnotes: " << notes.dump(1) << "\n";
}

void inspect(const fs::path& file) {
  const sumi::FileReport report = sumi::inspect_file(file);
  for (const auto& [name, value] : report.facts)
    std::cout << std::left << std::setw(14) << name << " " << value << "\n";
  if (!report.layers.empty()) std::cout << "\nlayers\n";
  for (const std::string& layer : report.layers) std::cout << "  " << layer << "\n";
  std::int64_t not_numbers = 0;
  if (!report.arrays.empty()) {
    std::cout << "\n"
              << std::left << std::setw(42) << "array" << std::setw(20) << "shape" << std::right << std::setw(12)
              << "minimum" << std::setw(12) << "maximum" << std::setw(12) << "mean" << std::setw(8) << "NaN\n";
  }
  for (const sumi::ArrayReport& array : report.arrays) {
    std::cout << std::left << std::setw(42) << array.path << std::setw(20) << sumi::to_string(array.shape) << std::right
              << std::setprecision(5) << std::setw(12) << array.minimum << std::setw(12) << array.maximum
              << std::setw(12) << array.mean << std::setw(7) << array.not_a_number << "\n";
    not_numbers += array.not_a_number;
  }
  if (not_numbers > 0) std::cout << "\n" << not_numbers << " values are not numbers.\n";
  if (!report.notes.empty()) print_notes(report.notes);
}

void convert(const fs::path& from, const fs::path& to) {
  const sumi::Sequential model = open_model(from);
  const std::string name = to.filename().string();
  if (name.ends_with(".weights.h5") || name.ends_with(".weights.json")) {
    model.save_weights(to);
  } else if (name.ends_with(".json")) {
    write_atomically(to, model.to_json() + "\n");
  } else {
    model.save(to);
  }
  std::cout << "Wrote " << to.string() << "\n";
}

}  // namespace

void add_inspect(CLI::App& app) {
  auto file = std::make_shared<fs::path>();
  CLI::App* command = app.add_subcommand("inspect", "Say what is in a file: layers, arrays, versions, notes");
  command->add_option("FILE", *file, "A .keras, .weights.h5, .h5 or .json file")->required();
  command->footer("Example:\n  sumi inspect run/model.keras");
  command->callback([file] { inspect(*file); });
}

void add_convert(CLI::App& app) {
  struct Arguments {
    fs::path from, to;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("convert", "Write a model in another form");
  command->add_option("FROM", arguments->from, "A .keras or .h5 file, or a .json architecture")->required();
  command
      ->add_option("TO", arguments->to,
                   "Its extension says the form: .keras (all), .weights.h5 or\n"
                   ".weights.json (weights), .json (architecture)")
      ->required();
  command->footer("Examples:\n  sumi convert old.h5 new.keras\n  sumi convert run/model.keras model.json");
  command->callback([arguments] { convert(arguments->from, arguments->to); });
}
