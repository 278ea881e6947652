// What each layer costs at one typical shape: the steps of its forward pass, and of forward and backward in training.
// Prints a line a layer: its name, milliseconds forward, milliseconds forward and backward. layers_torch.py puts
// PyTorch's numbers beside them.
#include <sumi/layers.hpp>
#include <sumi/sequential.hpp>
#include <sumi/threads.hpp>

#include <CLI/CLI.hpp>
#include <iostream>
#include <utility>
#include <vector>

using namespace sumi;

namespace bench {

/// x + bias: something in front of the layer that learns, so that the gradient of the layer's input is wanted.
struct Front {
  static constexpr const char* class_name = "Front";
  std::string name = "front";
};
Shape output_shape(const Front&, const Shape& input) { return input; }
void lower(const Front&, Lowering& ops) {
  ops.output(ops.add_bias(ops.input(), ops.weight("bias", {ops.shape(ops.input()).back()}, {})));
}
void fields(Front& layer, Fields& f) { f("name", layer.name); }

namespace {

struct Case {
  const char* name;  // as in layers_torch.py
  Shape sample;
  Layer layer;
};

const Shape image = {28, 28, 32}, sequence = {128, 64}, row = {512};

const std::vector<Case> cases = {
    {"Dense", row, Dense{.units = 512}},
    {"Conv1D", sequence, Conv1D{.filters = 64, .kernel_size = 3, .padding = "same"}},
    {"Conv2D", image, Conv2D{.filters = 64, .kernel_size = 3}},
    {"Conv2D strided", image, Conv2D{.filters = 64, .kernel_size = 3, .strides = 2}},
    {"Conv2D groups", image, Conv2D{.filters = 64, .kernel_size = 3, .groups = 4}},
    {"Conv2DTranspose", image, Conv2DTranspose{.filters = 16, .kernel_size = 2, .strides = 2}},
    {"DepthwiseConv2D", image, DepthwiseConv2D{.kernel_size = 3}},
    {"SeparableConv2D", image, SeparableConv2D{.filters = 64, .kernel_size = 3}},
    {"MaxPooling1D", sequence, MaxPooling1D{}},
    {"MaxPooling2D", image, MaxPooling2D{}},
    {"AveragePooling1D", sequence, AveragePooling1D{.pool_size = 2}},
    {"AveragePooling2D", image, AveragePooling2D{.pool_size = 2}},
    {"GlobalMaxPooling1D", sequence, GlobalMaxPooling1D{}},
    {"GlobalMaxPooling2D", image, GlobalMaxPooling2D{}},
    {"GlobalAveragePooling1D", sequence, GlobalAveragePooling1D{}},
    {"GlobalAveragePooling2D", image, GlobalAveragePooling2D{}},
    {"ZeroPadding2D", image, ZeroPadding2D{}},
    {"Cropping2D", image, Cropping2D{.cropping = 2}},
    {"UpSampling2D nearest", image, UpSampling2D{}},
    {"UpSampling2D bilinear", image, UpSampling2D{.interpolation = "bilinear"}},
    {"Permute", image, Permute{.dims = {3, 1, 2}}},
    {"BatchNormalization", image, BatchNormalization{}},
    {"LayerNormalization", image, LayerNormalization{}},
    {"GroupNormalization", image, GroupNormalization{.groups = 8}},
    {"ReLU", image, ReLU{}},
    {"LeakyReLU", image, LeakyReLU{}},
    {"ELU", image, ELU{}},
    {"PReLU", image, PReLU{.shared_axes = {1, 2}}},
    {"Softmax", image, Softmax{}},
    {"Activation selu", image, Activation{.activation = "selu"}},
    {"Activation gelu", image, Activation{.activation = "gelu"}},
    {"Activation silu", image, Activation{.activation = "silu"}},
    {"Activation mish", image, Activation{.activation = "mish"}},
    {"Activation sigmoid", image, Activation{.activation = "sigmoid"}},
    {"Activation tanh", image, Activation{.activation = "tanh"}},
    {"Activation softplus", image, Activation{.activation = "softplus"}},
    {"Activation hard_silu", image, Activation{.activation = "hard_silu"}},
    {"Rescaling", image, Rescaling{.scale = 0.5, .offset = 0.25}},
    {"Dropout", image, Dropout{.rate = 0.5}},
    {"SpatialDropout2D", image, SpatialDropout2D{.rate = 0.5}},
    {"GaussianNoise", image, GaussianNoise{.stddev = 0.1}},
    {"GaussianDropout", image, GaussianDropout{.rate = 0.2}},
    {"AlphaDropout", image, AlphaDropout{.rate = 0.2}},
    {"RandomTranslation", image, RandomTranslation{.height_factor = 0.1, .width_factor = 0.1}},
    {"RandomRotation", image, RandomRotation{.factor = 0.1}},
    {"RandomZoom", image, RandomZoom{.height_factor = 0.2}},
    {"RandomFlip", image, RandomFlip{.mode = "horizontal"}},
    {"RandomCrop", image, RandomCrop{.height = 24, .width = 24}},
    {"RandomErasing", image, RandomErasing{.fill_value = 0.0}},
};

/// Of all steps of the layer; those that only follow from weights are made once and don't count.
double milliseconds(Sequential& model, const PlanOptions& options) {
  double seconds = 0;
  for (const PlanStep& step : model.plan(options).steps) {
    if (step.layer == "layer" && !step.once) seconds += step.seconds;
  }
  return 1000 * seconds;
}

void run(const Case& c, int batch, int times) {
  Layer layer = c.layer;
  layer.set_name("layer");
  Sequential model({Input{.shape = c.sample}, Front{}, std::move(layer)});
  model.compile({.optimizer = SGD{}, .loss = "mse"});
  std::cout << c.name << '\t' << milliseconds(model, {.batch_size = batch, .training = false, .measure = times}) << '\t'
            << milliseconds(model, {.batch_size = batch, .training = true, .measure = times}) << std::endl;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  CLI::App app("Times each layer at one typical shape");
  int threads = num_threads(), batch = 64, times = 20;
  std::string only;
  app.add_option("--threads", threads, "Threads")->capture_default_str();
  app.add_option("--batch", batch, "Samples")->capture_default_str();
  app.add_option("--times", times, "Of which the median is taken")->capture_default_str();
  app.add_option("--only", only, "The layer of this name");
  CLI11_PARSE(app, argc, argv);
  set_num_threads(threads);
  for (const bench::Case& c : bench::cases) {
    if (only.empty() || only == c.name) bench::run(c, batch, times);
  }
}
