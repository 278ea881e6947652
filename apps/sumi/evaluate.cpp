// `sumi evaluate`: how good a saved model is, as a whole and class by class.
#include <sumi/datasets.hpp>
#include <sumi/error.hpp>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>

#include "commands.hpp"
#include "open_model.hpp"

namespace {

namespace kmnist = sumi::datasets::kmnist;

struct EvaluateArguments {
  std::filesystem::path model, data;
  int batch_size = 250;
};

/// Rows: the true class; columns: the predicted one.
using Confusion = std::vector<std::vector<std::int64_t>>;

Confusion confusion_of(const sumi::Tensor& predictions, const std::vector<std::uint8_t>& labels) {
  const std::size_t classes = predictions.shape(1);
  Confusion counts(classes, std::vector<std::int64_t>(classes));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const float* row = predictions.data() + i * classes;
    if (labels[i] < classes) ++counts[labels[i]][static_cast<std::size_t>(std::max_element(row, row + classes) - row)];
  }
  return counts;
}

/// Wilson's interval of 95 % for `right` of `all`.
std::pair<double, double> interval(double right, double all) {
  constexpr double z = 1.959964;
  const double p = right / all, center = p + z * z / (2 * all);
  const double half = z * std::sqrt(p * (1 - p) / all + z * z / (4 * all * all));
  return {(center - half) / (1 + z * z / all), (center + half) / (1 + z * z / all)};
}

std::string class_name(std::size_t index, std::size_t classes) {
  return classes == kmnist::class_names().size() ? kmnist::class_names()[index] : std::to_string(index);
}

void print(const Confusion& counts) {
  const std::size_t classes = counts.size();
  std::cout << "\nclass   images  accuracy\n";
  for (std::size_t i = 0; i < classes; ++i) {
    std::int64_t all = 0;
    for (const std::int64_t count : counts[i]) all += count;
    std::cout << std::left << std::setw(6) << class_name(i, classes) << std::right << std::setw(8) << all;
    if (all > 0) std::cout << std::setw(10) << static_cast<double>(counts[i][i]) / static_cast<double>(all);
    std::cout << "\n";
  }
  std::cout << "\nConfusion matrix: a row for each true class, a column for each predicted one.\n      ";
  for (std::size_t i = 0; i < classes; ++i) std::cout << std::setw(6) << class_name(i, classes);
  std::cout << "\n";
  for (std::size_t i = 0; i < classes; ++i) {
    std::cout << std::left << std::setw(6) << class_name(i, classes) << std::right;
    for (const std::int64_t count : counts[i]) std::cout << std::setw(6) << count;
    std::cout << "\n";
  }
}

void evaluate(const EvaluateArguments& arguments) {
  sumi::Sequential model = open_model(arguments.model);
  const kmnist::Location location = kmnist::locate({.folder = arguments.data, .allow_sample = true});
  sumi::datasets::Dataset data = sumi::datasets::load_idx(location.folder);
  std::cout << (location.is_sample ? "NOT KMNIST but sumi's small sample set: " : "Test images of ")
            << location.folder.string() << "\n";
  const sumi::ArrayView x = data.test.images.normalized_view();
  std::cout << std::fixed << std::setprecision(4);
  if (model.output_shape().size() != 2) {
    throw sumi::ShapeError("Expected a model of one output a class. Received one whose output has the shape " +
                           sumi::to_string(model.output_shape()) + ".");
  }
  const sumi::Tensor predictions = model.predict(x, {.batch_size = arguments.batch_size, .verbose = 0});
  const Confusion counts = confusion_of(predictions, data.test.labels);
  std::int64_t right = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) right += counts[i][i];
  const auto all = static_cast<double>(data.test.labels.size());
  const auto [low, high] = interval(static_cast<double>(right), all);
  print(counts);
  std::cout << "\nAccuracy: " << static_cast<double>(right) / all << " (95 % interval " << low << " to " << high
            << ")\n";
  if (model.is_compiled()) {
    const sumi::Logs logs = model.evaluate(x, data.test.labels, {.batch_size = arguments.batch_size, .verbose = 0});
    std::cout << "Loss: " << logs["loss"] << "\n";
  }
}

}  // namespace

void add_evaluate(CLI::App& app) {
  auto arguments = std::make_shared<EvaluateArguments>();
  CLI::App* command =
      app.add_subcommand("evaluate", "Test a saved model: loss, accuracy, every class, confusion matrix");
  command->add_option("MODEL", arguments->model, "A .keras or .h5 file")->required();
  command
      ->add_option("--data", arguments->data,
                   "Folder of the four IDX files; default: as for\n"
                   "`sumi train`")
      ->type_name("DIR");
  command->add_option("--batch-size", arguments->batch_size, "Images at a time")
      ->type_name("N")
      ->check(at_least(1))
      ->capture_default_str();
  command->footer("Example:\n  sumi evaluate run/model.keras");
  command->callback([arguments] { evaluate(*arguments); });
}
