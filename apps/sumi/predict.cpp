// `sumi predict`: what a saved model makes of images, or of any array.
#include <sumi/error.hpp>
#include <sumi/numpy.hpp>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "commands.hpp"
#include "images.hpp"
#include "open_model.hpp"

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

struct PredictArguments {
  fs::path model, npy, out;
  std::vector<fs::path> images;
  bool json = false;
};

/// The kana of KMNIST's classes.
constexpr std::array<const char*, 10> kana = {"お", "き", "す", "つ", "な", "は", "ま", "や", "れ", "を"};

/// A class of the model's, as KMNIST calls it where there are as many.
std::string label(std::size_t index, std::size_t classes) {
  if (classes != kana.size()) return "class " + std::to_string(index);
  return std::string(kana[index]) + " (" + sumi::datasets::kmnist::class_names()[index] + ")";
}

/// The classes with the three largest probabilities, largest first.
std::vector<std::size_t> best(const float* probabilities, std::size_t classes) {
  std::vector<std::size_t> order(classes);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t shown = std::min<std::size_t>(3, classes);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
                    [&](std::size_t a, std::size_t b) { return probabilities[a] > probabilities[b]; });
  order.resize(shown);
  return order;
}

Json json_of(const std::string& name, const float* probabilities, std::size_t classes) {
  Json top = Json::array();
  for (const std::size_t i : best(probabilities, classes)) {
    Json entry = {{"class", i}, {"probability", probabilities[i]}};
    if (classes == kana.size()) {
      entry["kana"] = kana[i];
      entry["reading"] = sumi::datasets::kmnist::class_names()[i];
    }
    top.push_back(std::move(entry));
  }
  return {{"image", name}, {"top", std::move(top)}};
}

void predict_images(sumi::Sequential& model, const PredictArguments& arguments) {
  const sumi::Shape input = model.input_shape();
  if (input.size() != 4 || input[3] != 1 || input[1] == sumi::None || input[2] == sumi::None) {
    throw sumi::ArgumentError("Expected a model of grey images. This one takes arrays of shape " +
                              sumi::to_string(input) + ": use --npy.");
  }
  Json all = Json::array();
  for (const fs::path& file : arguments.images) {
    const sumi::Tensor x = read_images(file, input[1], input[2]).normalized();
    const sumi::Tensor y = model.predict(x, {.verbose = 0});
    const std::size_t count = y.shape(0), classes = y.size() / count;
    for (std::size_t i = 0; i < count; ++i) {
      const float* probabilities = y.data() + i * classes;
      const std::string name = file.string() + (count == 1 ? "" : "[" + std::to_string(i) + "]");
      if (arguments.json) {
        all.push_back(json_of(name, probabilities, classes));
        continue;
      }
      std::cout << name << ":";
      for (const std::size_t k : best(probabilities, classes)) {
        std::cout << "  " << label(k, classes) << " " << std::fixed << std::setprecision(4) << probabilities[k];
      }
      std::cout << "\n";
    }
  }
  if (arguments.json) std::cout << all.dump(1) << "\n";
}

void predict(const PredictArguments& arguments) {
  if (arguments.npy.empty() == arguments.images.empty()) {
    throw sumi::ArgumentError("Expected either images or --npy IN.npy with --out OUT.npy.");
  }
  if (arguments.npy.empty() != arguments.out.empty()) throw sumi::ArgumentError("--npy and --out belong together.");
  sumi::Sequential model = open_model(arguments.model);
  if (arguments.npy.empty()) return predict_images(model, arguments);
  sumi::save_npy(arguments.out, model.predict(sumi::load_npy(arguments.npy), {.verbose = 0}));
  std::cout << "Wrote " << arguments.out.string() << "\n";
}

}  // namespace

void add_predict(CLI::App& app) {
  auto arguments = std::make_shared<PredictArguments>();
  CLI::App* command = app.add_subcommand("predict", "Say what a saved model makes of images, or of any array");
  command->add_option("MODEL", arguments->model, "A .keras or .h5 file")->required();
  command->add_option("IMAGE", arguments->images, "PNG, binary PGM or IDX files");
  command->add_flag("--json", arguments->json, "Print JSON");
  command->add_option("--npy", arguments->npy, "A NumPy array of the model's input instead of images")
      ->type_name("IN.npy");
  command->add_option("--out", arguments->out, "Where the outputs for --npy go")->type_name("OUT.npy");
  command->footer(
      "Examples:\n"
      "  sumi predict run/model.keras kana.png\n"
      "  sumi predict any.keras --npy in.npy --out out.npy");
  command->callback([arguments] { predict(*arguments); });
}
