// The public ops of a layer, written into the graph.
#include "sumi/lowering.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "graph/builder.hpp"
#include "sumi/custom_op.hpp"
#include "sumi/error.hpp"

namespace sumi {

namespace {

// Total padding of Keras's "same" is max((out - 1) * stride + span - n, 0); the extra cell stands after.
void resolve_padding(std::int64_t n, int span, int stride, bool same, int& before, int& after) {
  before = after = 0;
  if (!same) return;
  const std::int64_t out = (n + stride - 1) / stride;
  const std::int64_t total = std::max<std::int64_t>((out - 1) * stride + span - n, 0);
  before = static_cast<int>(total / 2);
  after = static_cast<int>(total) - before;
}

graph::Window make_window(const Shape& x, Size2 kernel, Size2 strides, Size2 dilation, Padding padding) {
  if (x.size() != 4) {
    throw ShapeError("Expected an image batch of rank 4 (N, H, W, C). Received shape " + to_string(x) + ".");
  }
  graph::Window w;
  w.kernel_h = kernel.height;
  w.kernel_w = kernel.width;
  w.stride_h = strides.height;
  w.stride_w = strides.width;
  w.dilation_h = dilation.height;
  w.dilation_w = dilation.width;
  resolve_padding(x[1], (kernel.height - 1) * dilation.height + 1, strides.height, padding.same(), w.pad_top,
                  w.pad_bottom);
  resolve_padding(x[2], (kernel.width - 1) * dilation.width + 1, strides.width, padding.same(), w.pad_left,
                  w.pad_right);
  return w;
}

int positive_axis(int axis, std::size_t rank) {
  const int positive = axis < 0 ? axis + static_cast<int>(rank) : axis;
  if (positive < 0 || positive >= static_cast<int>(rank)) {
    throw ShapeError("Expected an axis within rank " + std::to_string(rank) +
                     ". Received axis=" + std::to_string(axis) + ".");
  }
  return positive;
}

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
  const Shape& k = shape(kernel);
  const Size2 size(static_cast<int>(k.at(0)), static_cast<int>(k.at(1)));
  const graph::Window window = make_window(shape(x), size, strides, dilation, padding);
  return {builder_->emit_one(graph::Conv2d{window, groups, ActivationKind::linear}, {x.id, kernel.id, graph::none})};
}

Value Lowering::max_pool2d(Value x, Size2 window, Size2 strides, Padding padding) {
  return {builder_->emit_one(graph::MaxPool2d{make_window(shape(x), window, strides, 1, padding)}, {x.id})};
}

Value Lowering::avg_pool2d(Value x, Size2 window, Size2 strides, Padding padding) {
  return {builder_->emit_one(graph::AvgPool2d{make_window(shape(x), window, strides, 1, padding)}, {x.id})};
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

Value Lowering::activate(Value x, ActivationFunction function, const ActivationArguments& arguments) {
  switch (function.kind()) {
    case ActivationKind::linear:
      return x;
    case ActivationKind::softmax:
      return softmax(x);
    case ActivationKind::log_softmax:
      return {builder_->emit_one(graph::Softmax{{static_cast<int>(shape(x).size()) - 1}, true}, {x.id, graph::none})};
    default:
      return {builder_->emit_one(graph::Activate{function.kind(), arguments}, {x.id})};
  }
}

Value Lowering::softmax(Value x, const std::vector<int>& axes) {
  graph::Softmax attributes;
  for (const int axis : axes) attributes.axes.push_back(positive_axis(axis, shape(x).size()));
  std::sort(attributes.axes.begin(), attributes.axes.end());
  return {builder_->emit_one(attributes, {x.id, graph::none})};
}

Value Lowering::batch_norm(Value x, const BatchNormArguments& arguments) {
  graph::Builder& b = *builder_;
  const auto id = [](const std::optional<Value>& value) { return value ? value->id : graph::none; };
  graph::BatchNorm attributes{positive_axis(arguments.axis, shape(x).size()), arguments.momentum, arguments.epsilon,
                              b.training_ && b.layer_trainable_, std::nullopt};
  const bool renorm = arguments.moving_stddev && arguments.renorm_mean && arguments.renorm_stddev;
  if (renorm) {
    attributes.renorm =
        graph::Renorm{arguments.renorm_momentum, arguments.renorm_rmin, arguments.renorm_rmax, arguments.renorm_dmax};
  }
  const std::vector<graph::ValueId> inputs = {x.id,
                                              id(arguments.gamma),
                                              id(arguments.beta),
                                              arguments.moving_mean.id,
                                              arguments.moving_variance.id,
                                              graph::none,
                                              id(arguments.moving_stddev),
                                              id(arguments.renorm_mean),
                                              id(arguments.renorm_stddev)};
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

Value Lowering::dropout(Value x, double rate, const Shape& noise_shape, Seed seed) {
  graph::Builder& b = *builder_;
  if (!b.training_ || rate == 0.0) return x;
  graph::Dropout attributes{rate, noise_shape.empty() ? shape(x) : noise_shape, 0};
  attributes.seed = (seed ? static_cast<std::uint64_t>(*seed) : b.seed_) + 0x9E3779B97F4A7C15ULL * ++b.random_ops_;
  return {b.emit_one(attributes, {x.id})};
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
  graph::Builder& b = *builder_;
  const graph::ValueId y = b.graph.add_value(std::move(target), graph::Role::temporary, b.layer_name_ + ".reshape");
  b.graph.ops.push_back({graph::Reshape{}, {x.id}, {y}, b.layer_name_});
  return {y};
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
