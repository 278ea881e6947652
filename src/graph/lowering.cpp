// The public ops of a layer, written into the graph.
#include "sumi/lowering.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "core/text.hpp"
#include "graph/builder.hpp"
#include "sumi/custom_op.hpp"
#include "sumi/error.hpp"

namespace sumi {

namespace {

// Total padding of Keras's "same" is max((out - 1) * stride + span - n, 0); the extra cell stands after.
void resolve_padding(std::int64_t n, int span, int stride, Padding padding, int& before, int& after) {
  before = padding.is_causal() ? span - 1 : 0;
  after = 0;
  if (!padding.same()) return;
  const std::int64_t out = (n + stride - 1) / stride;
  const std::int64_t total = std::max<std::int64_t>((out - 1) * stride + span - n, 0);
  before = static_cast<int>(total / 2);
  after = static_cast<int>(total) - before;
}

// What a transposed convolution makes of n cells before anything is cut off is (n - 1) * stride + span long. Keras's
// "same" cuts at both ends; what is cut for one more stays in front.
void resolve_transposed_padding(std::int64_t n, int span, int stride, Padding padding, int size, int& before,
                                int& after) {
  before = after = 0;
  if (!padding.same()) return;
  const int cut = static_cast<int>((n - 1) * stride) + span - size;
  const int kept = 2 * (span - 1) - cut;
  before = span - 1 - std::min((kept + 1) / 2, span - 1);
  after = std::max(cut - before, 0);
}

Size2 image_size(const Shape& x) {
  if (x.size() != 4) {
    throw ShapeError("Expected an image batch of rank 4 (N, H, W, C). Received shape " + to_string(x) + ".");
  }
  return {static_cast<int>(x[1]), static_cast<int>(x[2])};
}

graph::Window unpadded_window(Size2 kernel, Size2 strides, Size2 dilation) {
  graph::Window w;
  w.kernel_h = kernel.height;
  w.kernel_w = kernel.width;
  w.stride_h = strides.height;
  w.stride_w = strides.width;
  w.dilation_h = dilation.height;
  w.dilation_w = dilation.width;
  return w;
}

// Cells that a window's kernel spans.
int span_h(const graph::Window& w) { return (w.kernel_h - 1) * w.dilation_h + 1; }
int span_w(const graph::Window& w) { return (w.kernel_w - 1) * w.dilation_w + 1; }

graph::Window make_window(const Shape& x, Size2 kernel, Size2 strides, Size2 dilation, Padding padding) {
  const Size2 image = image_size(x);
  graph::Window w = unpadded_window(kernel, strides, dilation);
  resolve_padding(image.height, span_h(w), w.stride_h, padding, w.pad_top, w.pad_bottom);
  resolve_padding(image.width, span_w(w), w.stride_w, padding, w.pad_left, w.pad_right);
  return w;
}

// The window's size of a kernel (h, w, ...).
Size2 kernel_size(const Shape& kernel) { return {static_cast<int>(kernel.at(0)), static_cast<int>(kernel.at(1))}; }

int positive_axis(int axis, std::size_t rank) {
  const int positive = axis < 0 ? axis + static_cast<int>(rank) : axis;
  if (positive < 0 || positive >= static_cast<int>(rank)) {
    throw ShapeError("Expected an axis within rank " + std::to_string(rank) +
                     ". Received axis=" + std::to_string(axis) + ".");
  }
  return positive;
}

graph::ValueId id_of(const std::optional<Value>& value) { return value ? value->id : graph::none; }

}  // namespace

Value Lowering::input() const { return {builder_->input_}; }

const Shape& Lowering::shape(Value value) const { return builder_->graph.shape(value.id); }

bool Lowering::training() const { return builder_->training_; }

Value Lowering::weight(const std::string& name, const Shape& shape, const WeightArguments& arguments) {
  graph::Builder& b = *builder_;
  for (std::size_t i = 0; i < b.declared_.size(); ++i) {
    const graph::WeightDeclaration& weight = b.declared_[i];
    if (weight.layer != b.layer_ || weight.name != name) continue;
    if (weight.shape != shape) {
      throw ShapeError("Weight '" + name + "' of layer '" + b.layer_name_ + "' was made with the shape " +
                       to_string(weight.shape) + ", but this input needs " + to_string(shape) + ".");
    }
    return {b.weight_value(i)};
  }
  if (!b.may_declare_) throw std::logic_error("weight '" + name + "' of '" + b.layer_name_ + "' appeared after build");
  b.declared_.push_back({b.layer_, b.layer_name_, name, shape, arguments});
  // Keras's default where there is none.
  Initializer& initializer = b.declared_.back().arguments.initializer;
  if (!initializer) initializer = "glorot_uniform";
  return {b.weight_value(b.declared_.size() - 1)};
}

void Lowering::output(Value value) {
  if (builder_->output_ != graph::none) {
    throw ArgumentError("Layer '" + builder_->layer_name_ + "' called Lowering::output twice.");
  }
  builder_->output_ = value.id;
}

Value Lowering::conv2d(Value x, Value kernel, Size2 strides, Padding padding, Size2 dilation, int groups) {
  const graph::Window window = make_window(shape(x), kernel_size(shape(kernel)), strides, dilation, padding);
  return {builder_->emit_one(graph::Conv2d{window, groups, ActivationKind::linear}, {x.id, kernel.id, graph::none})};
}

Value Lowering::conv2d_transpose(Value x, Value kernel, Size2 strides, Padding padding, Size2 dilation,
                                 Size2 output_size) {
  const Shape from = shape(x);
  const Size2 image = image_size(from);
  const Shape k = shape(kernel);
  graph::Window w = unpadded_window(kernel_size(k), strides, dilation);
  resolve_transposed_padding(image.height, span_h(w), w.stride_h, padding, output_size.height, w.pad_top, w.pad_bottom);
  resolve_transposed_padding(image.width, span_w(w), w.stride_w, padding, output_size.width, w.pad_left, w.pad_right);
  const Shape to = {from[0], output_size.height, output_size.width, k.at(2)};
  const Shape back = graph::output_shapes(graph::Conv2d{.window = w}, std::vector<Shape>{to, k}).front();
  if (back != from) {
    throw ShapeError("Expected an output size of conv2d_transpose of which a convolution makes " + to_string(from) +
                     ". Received output_size=" + to_string(output_size) + ", of which it makes " + to_string(back) +
                     ".");
  }
  return {builder_->emit_as(to, graph::Conv2dBackwardData{w, 1}, {x.id, kernel.id})};
}

Value Lowering::max_pool2d(Value x, Size2 window, Size2 strides, Padding padding) {
  return {builder_->emit_one(graph::MaxPool2d{make_window(shape(x), window, strides, 1, padding)}, {x.id})};
}

Value Lowering::avg_pool2d(Value x, Size2 window, Size2 strides, Padding padding) {
  return {builder_->emit_one(graph::AvgPool2d{make_window(shape(x), window, strides, 1, padding)}, {x.id})};
}

Value Lowering::pad2d(Value x, const Margins& margins) { return {builder_->emit_one(graph::Pad2d{margins}, {x.id})}; }

Value Lowering::crop2d(Value x, const Margins& margins) { return {builder_->emit_one(graph::Crop2d{margins}, {x.id})}; }

Value Lowering::upsample2d(Value x, Size2 factors, bool bilinear) {
  return {builder_->emit_one(graph::Upsample2d{factors, bilinear}, {x.id})};
}

Value Lowering::matmul(Value x, Value weights) {
  const Shape from = shape(x);
  const Shape w = shape(weights);
  if (from.size() == 2) return {builder_->emit_one(graph::MatMul{}, {x.id, weights.id, graph::none})};
  // Higher ranks are a matrix of all leading dimensions.
  Shape result = from;
  result.back() = w.back();
  const Value flat = reshape(x, {-1, from.back()});
  return reshape({builder_->emit_one(graph::MatMul{}, {flat.id, weights.id, graph::none})}, result);
}

Value Lowering::add_bias(Value x, Value bias) { return {builder_->emit_one(graph::AddBias{}, {x.id, bias.id})}; }

Value Lowering::activate(Value x, const ActivationFunction& function) {
  switch (function.kind()) {
    case ActivationKind::linear:
      return x;
    case ActivationKind::softmax:
      return softmax(x);
    case ActivationKind::log_softmax:
      return {builder_->emit_one(graph::Softmax{{positive_axis(-1, shape(x).size())}, true}, {x.id, graph::none})};
    case ActivationKind::glu:
      return {builder_->emit_one(graph::Glu{}, {x.id})};
    case ActivationKind::sparsemax:
      return {builder_->emit_one(graph::Sparsemax{}, {x.id})};
    default:
      return {builder_->emit_one(graph::Activate{function.kind(), function.arguments()}, {x.id})};
  }
}

Value Lowering::prelu(Value x, Value alpha) { return {builder_->emit_one(graph::PRelu{}, {x.id, alpha.id})}; }

Value Lowering::softmax(Value x, const std::vector<int>& axes) {
  graph::Softmax attributes;
  for (const int axis : axes) attributes.axes.push_back(positive_axis(axis, shape(x).size()));
  std::sort(attributes.axes.begin(), attributes.axes.end());
  return {builder_->emit_one(attributes, {x.id, graph::none})};
}

Value Lowering::batch_norm(Value x, const BatchNormArguments& arguments) {
  graph::Builder& b = *builder_;
  graph::BatchNorm attributes{positive_axis(arguments.axis, shape(x).size()), arguments.momentum, arguments.epsilon,
                              b.training_ && b.layer_trainable_, std::nullopt};
  const bool renorm = arguments.moving_stddev && arguments.renorm_mean && arguments.renorm_stddev;
  if (renorm) {
    attributes.renorm =
        graph::Renorm{arguments.renorm_momentum, arguments.renorm_rmin, arguments.renorm_rmax, arguments.renorm_dmax};
  }
  const std::vector<graph::ValueId> inputs = {x.id,
                                              id_of(arguments.gamma),
                                              id_of(arguments.beta),
                                              arguments.moving_mean.id,
                                              arguments.moving_variance.id,
                                              graph::none,
                                              id_of(arguments.moving_stddev),
                                              id_of(arguments.renorm_mean),
                                              id_of(arguments.renorm_stddev)};
  const std::vector<graph::ValueId> outputs = b.emit(attributes, inputs);
  if (attributes.training) {
    // The moving values are the weights themselves, updated in place: outputs 3, 4, and 5 to 7 with renormalisation.
    const auto same_weight = [&b](graph::ValueId from, graph::ValueId to) {
      graph::ValueInfo& updated = b.graph.values[static_cast<std::size_t>(to)];
      const graph::ValueInfo& weight = b.graph.values[static_cast<std::size_t>(from)];
      updated.role = graph::Role::parameter;
      updated.parameter = weight.parameter;
      updated.name = weight.name;
    };
    same_weight(inputs[3], outputs[3]);
    same_weight(inputs[4], outputs[4]);
    for (std::size_t i = 0; renorm && i < 3; ++i) same_weight(inputs[6 + i], outputs[5 + i]);
  }
  return {outputs[0]};
}

Value Lowering::group_norm(Value x, std::optional<Value> gamma, std::optional<Value> beta, int groups, double epsilon) {
  return {builder_->emit_one(graph::GroupNorm{groups, epsilon}, {x.id, id_of(gamma), id_of(beta)})};
}

Value Lowering::dropout(Value x, double rate, const Shape& noise_shape, Seed seed) {
  graph::Builder& b = *builder_;
  if (!b.training_ || rate == 0.0) return x;
  const Shape mask = noise_shape.empty() ? shape(x) : noise_shape;
  return {b.emit_one(graph::Dropout{rate, mask, b.random_seed(seed), 1.0 / (1.0 - rate)}, {x.id})};
}

Value Lowering::alpha_dropout(Value x, double rate, const Shape& noise_shape, Seed seed) {
  graph::Builder& b = *builder_;
  if (!b.training_ || rate == 0.0) return x;
  // What SELU saturates at: -scale * alpha.
  constexpr double saturated = -1.7580993408473766;
  const Shape mask = noise_shape.empty() ? shape(x) : noise_shape;
  const Value mixed = {b.emit_one(graph::Dropout{rate, mask, b.random_seed(seed), 1.0, saturated}, {x.id})};
  const double scale = 1.0 / std::sqrt((1.0 - rate) * (1.0 + rate * saturated * saturated));
  return affine(mixed, {scale}, {-scale * saturated * rate});
}

Value Lowering::gaussian_noise(Value x, double stddev, Seed seed) {
  graph::Builder& b = *builder_;
  if (!b.training_ || stddev == 0.0) return x;
  return {b.emit_one(graph::GaussianNoise{stddev, false, b.random_seed(seed)}, {x.id})};
}

Value Lowering::gaussian_dropout(Value x, double rate, Seed seed) {
  graph::Builder& b = *builder_;
  if (!b.training_ || rate == 0.0) return x;
  return {b.emit_one(graph::GaussianNoise{std::sqrt(rate / (1.0 - rate)), true, b.random_seed(seed)}, {x.id})};
}

Value Lowering::random_affine(Value x, const RandomAffineArguments& arguments, Seed seed) {
  graph::Builder& b = *builder_;
  if (!b.training_) return x;
  return {b.emit_one(graph::RandomAffine{arguments, image_size(shape(x)), b.random_seed(seed)}, {x.id})};
}

Value Lowering::random_crop(Value x, Size2 size, Seed seed) {
  graph::Builder& b = *builder_;
  if (!b.training_) return x;
  return {b.emit_one(graph::RandomCrop{size, b.random_seed(seed)}, {x.id})};
}

Value Lowering::center_crop(Value x, Size2 size) {
  const Size2 from = image_size(shape(x));
  if (size == from) return x;
  const int rows = from.height - size.height, columns = from.width - size.width;
  return crop2d(x, {Ends(rows / 2, rows - rows / 2), Ends(columns / 2, columns - columns / 2)});
}

Value Lowering::resize(Value x, Size2 size) {
  const Size2 from = image_size(shape(x));
  if (size == from) return x;
  const double height = static_cast<double>(from.height) / size.height;
  const double width = static_cast<double>(from.width) / size.width;
  const RandomAffineArguments scaled{
      .zoom_height = {height, height}, .zoom_width = Interval{width, width}, .fill_mode = FillMode::nearest};
  return {builder_->emit_one(graph::RandomAffine{scaled, size, 0}, {x.id})};
}

Value Lowering::random_erase(Value x, const RandomEraseArguments& arguments, Seed seed) {
  graph::Builder& b = *builder_;
  if (!b.training_) return x;
  return {b.emit_one(graph::RandomErase{arguments, b.random_seed(seed)}, {x.id})};
}

Value Lowering::reshape(Value x, const Shape& to) {
  Shape target = to;
  const std::int64_t total = element_count(shape(x));
  std::int64_t known = 1;
  for (const std::int64_t d : target) known *= d == -1 ? 1 : d;
  for (std::int64_t& d : target) {
    if (d == -1) d = known == 0 ? 0 : total / known;
  }
  if (element_count(target) != total) {
    throw ShapeError("The total size of the tensor must be unchanged. Received: input shape " + to_string(shape(x)) +
                     ", target shape " + to_string(to) + ".");
  }
  if (target == shape(x)) return x;
  return {builder_->emit_as(std::move(target), graph::Reshape{}, {x.id})};
}

Value Lowering::transpose(Value x, const std::vector<int>& axes) {
  return {builder_->emit_one(graph::Transpose{axes}, {x.id})};
}

Value Lowering::affine(Value x, std::vector<double> scale, std::vector<double> offset) {
  return {builder_->emit_one(graph::Affine{std::move(scale), std::move(offset)}, {x.id})};
}

Value Lowering::add(Value a, Value b) { return {builder_->emit_one(graph::Add{}, {a.id, b.id})}; }

Value Lowering::multiply(Value a, Value b) { return {builder_->emit_one(graph::Multiply{}, {a.id, b.id})}; }

Value Lowering::custom(std::shared_ptr<const CustomOp> op, const std::vector<Value>& inputs) {
  std::vector<graph::ValueId> ids;
  for (const Value& value : inputs) ids.push_back(value.id);
  return {builder_->emit_one(graph::Custom{std::move(op)}, std::move(ids))};
}

void Lowering::activity_penalty(const Regularizer& regularizer, Value value) {
  if (!regularizer) return;
  const double batch = static_cast<double>(shape(value).at(0));
  builder_->penalties_.push_back(builder_->emit_one(graph::Penalty{regularizer, 1.0 / batch}, {value.id}));
}

}  // namespace sumi
