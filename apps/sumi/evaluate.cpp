// `sumi evaluate`: how good a saved model is, as a whole and class by class.
#include <sumi/datasets.hpp>
#include <sumi/error.hpp>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>

#include "commands.hpp"
#include "data.hpp"
#include "open_model.hpp"

namespace {

namespace kmnist = sumi::datasets::kmnist;

struct EvaluateArguments {
  std::filesystem::path model, data;
  int batch_size = 250;
};

/// Rows: the true class; columns: the predicted one.
using Confusion = std::vector<std::vector<std::int64_t>>;

Confusion confusion_of(const sumi::Tensor& predictions, const std::vector<std::int32_t>& labels) {
  const std::size_t classes = predictions.shape(1);
  Confusion counts(classes, std::vector<std::int64_t>(classes));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const float* row = predictions.data() + i * classes;
    const auto label = static_cast<std::size_t>(labels[i]);
    if (label < classes) ++counts[label][static_cast<std::size_t>(std::max_element(row, row + classes) - row)];
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

/// What the classes are called: as the data say, else as KMNIST calls its ten, else by their numbers.
std::vector<std::string> names_of(std::size_t classes, const LabelledImages& data) {
  if (data.class_names.size() == classes) return data.class_names;
  if (data.class_names.empty() && classes == kmnist::class_names().size()) return kmnist::class_names();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < classes; ++i) names.push_back(std::to_string(i));
  return names;
}

void print(const Confusion& counts, const std::vector<std::string>& names) {
  const std::size_t classes = counts.size();
  int wide = 6;
  for (const std::string& name : names) wide = std::max(wide, static_cast<int>(name.size()) + 1);
  std::cout << "\n" << std::left << std::setw(wide) << "class" << std::right << "  images  accuracy\n";
  for (std::size_t i = 0; i < classes; ++i) {
    std::int64_t all = 0;
    for (const std::int64_t count : counts[i]) all += count;
    std::cout << std::left << std::setw(wide) << names[i] << std::right << std::setw(8) << all;
    if (all > 0) std::cout << std::setw(10) << static_cast<double>(counts[i][i]) / static_cast<double>(all);
    std::cout << "\n";
  }
  std::cout << "\nConfusion matrix: a row for each true class, a column for each predicted one.\n"
            << std::string(static_cast<std::size_t>(wide), ' ');
  for (std::size_t i = 0; i < classes; ++i) std::cout << std::setw(wide) << names[i];
  std::cout << "\n";
  for (std::size_t i = 0; i < classes; ++i) {
    std::cout << std::left << std::setw(wide) << names[i] << std::right;
    for (const std::int64_t count : counts[i]) std::cout << std::setw(wide) << count;
    std::cout << "\n";
  }
}

void evaluate(const EvaluateArguments& arguments) {
  sumi::Sequential model = open_model(arguments.model);
  const LabelledImages data = open_data(arguments.data, false);
  std::cout << (data.source.is_sample ? "NOT KMNIST but sumi's small sample set: " : "Test images of ")
            << data.source.path.string() << "\n";
  std::cout << std::fixed << std::setprecision(4);
  if (model.output_shape().size() != 2) {
    throw sumi::ShapeError("Expected a model of one output a class. Received one whose output has the shape " +
                           sumi::to_string(model.output_shape()) + ".");
  }
  const sumi::Tensor predictions = model.predict(data.x_test, {.batch_size = arguments.batch_size, .verbose = 0});
  const Confusion counts = confusion_of(predictions, data.y_test);
  std::int64_t right = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) right += counts[i][i];
  const auto all = static_cast<double>(data.y_test.size());
  const auto [low, high] = interval(static_cast<double>(right), all);
  print(counts, names_of(counts.size(), data));
  std::cout << "\nAccuracy: " << static_cast<double>(right) / all << " (95 % interval " << low << " to " << high
            << ")\n";
  if (model.is_compiled()) {
    const sumi::Logs logs =
        model.evaluate(data.x_test, data.y_test, {.batch_size = arguments.batch_size, .verbose = 0});
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
                   "Images with labels, as for `sumi train`, of which the\n"
                   "test images are taken")
      ->type_name("PATH");
  command->add_option("--batch-size", arguments->batch_size, "Images at a time")
      ->type_name("N")
      ->check(at_least(1))
      ->capture_default_str();
  command->footer("Example:\n  sumi evaluate run/model.keras");
  command->callback([arguments] { evaluate(*arguments); });
}
