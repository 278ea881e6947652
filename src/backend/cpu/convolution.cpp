// Convolutions by oneDNN, in all three directions. The kernel is stored as Keras stores it and reordered on the way.
#include <optional>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/onednn.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

using namespace onednn;

Dims dims_of(const Operand& image) { return {image.shape[0], image.shape[3], image.shape[1], image.shape[2]}; }

Desc image_as(const Operand& image, graph::Layout layout) {
  switch (layout) {
    case graph::Layout::blocked8:
      return floats(dims_of(image), Tag::nChw8c);
    case graph::Layout::blocked16:
      return floats(dims_of(image), Tag::nChw16c);
    case graph::Layout::plain:
      break;
  }
  // The same memory where there is one channel, and oneDNN is good at the second one only.
  return floats(dims_of(image), image.shape[3] == 1 ? Tag::nchw : Tag::nhwc);
}
Desc image_of(const Operand& image) { return image_as(image, image.layout); }
// Left to oneDNN, unless the image is blocked.
Desc free_image_of(const Operand& image) {
  return image.layout == graph::Layout::plain ? floats(dims_of(image), Tag::any) : image_of(image);
}

// The kernel (h, w, C / groups, F) as it is stored, and with a layout that oneDNN is to choose.
Desc weights_as(const Shape& k, int groups, Tag dense, Tag grouped) {
  if (groups == 1) return floats({k[3], k[2], k[0], k[1]}, dense);
  return floats({groups, k[3] / groups, k[2], k[0], k[1]}, grouped);
}
Desc weights_of(const Shape& k, int groups) { return weights_as(k, groups, Tag::hwio, Tag::hwigo); }
Desc free_weights_of(const Shape& k, int groups) { return weights_as(k, groups, Tag::any, Tag::any); }

Geometry geometry_of(const graph::Window& w) {
  return {{w.stride_h, w.stride_w},
          {w.dilation_h - 1, w.dilation_w - 1},
          {w.pad_top, w.pad_left},
          {w.pad_bottom, w.pad_right}};
}

template <class Describe>
auto attempt(const Describe& describe, const Desc& x, const Desc& y) -> std::optional<decltype(describe(x, y))> {
  try {
    return describe(x, y);
  } catch (const dnnl::error&) {
    return std::nullopt;
  }
}

// True where one image is blocked and the other, which could be, is not: a Reorder in the plan is shared, one in here
// is not.
bool needs_reorder(const Operand& blocked, const Operand& plain) {
  const int block = graph::block_of(blocked.layout);
  return block != 0 && plain.layout == graph::Layout::plain && plain.shape[3] != 1 && plain.shape[3] % block == 0;
}

// The implementation for images x and y: as they are, else with plain ones reordered on the way. Empty where there is
// none that is better than oneDNN's plain loops; for plain images those will do.
template <class Describe>
auto choose(const Describe& describe, const Operand& x, const Operand& y) {
  auto exact = attempt(describe, image_of(x), image_of(y));
  if (exact && !is_slow(*exact)) return exact;
  const bool plain = x.layout == graph::Layout::plain && y.layout == graph::Layout::plain;
  if (!needs_reorder(x, y) && !needs_reorder(y, x)) {
    auto free = attempt(describe, free_image_of(x), free_image_of(y));
    if (free && !is_slow(*free)) return free;
  }
  if (!plain) exact.reset();
  return exact;
}

int threads_of(const Operand& x, const Shape& kernel, const Operand& y, const OpCase& op) {
  const std::int64_t multiplications = element_count(y.shape) * kernel[0] * kernel[1] * kernel[2];
  const std::int64_t floats = element_count(x.shape) + element_count(y.shape);
  return threads_for(floats + multiplications / multiplications_per_float, op.threads);
}

Answer no_implementation(const char* name) {
  return refuse(std::string("onednn/") + name + ": no fast implementation for these shapes and layouts");
}

Answer make(const graph::Conv2d& conv, const OpCase& op) {
  if (conv.moments || conv.pool) return refuse("onednn/conv2d: makes no moments and pools nothing");
  const Operand& x = op.inputs[0];
  const Shape& kernel = op.inputs[1].shape;
  const Operand& y = op.outputs[0];
  const bool has_bias = op.inputs.size() > 2 && op.inputs[2].present;
  const Desc bias = has_bias ? floats({kernel[3]}, Tag::x) : Desc();
  const int threads = threads_of(x, kernel, y, op);
  const TeamSize team(threads);
  const auto desc = choose(
      [&](const Desc& src, const Desc& dst) {
        return describe_forward(geometry_of(conv.window), src, free_weights_of(kernel, conv.groups), bias, dst,
                                conv.epilogue == ActivationKind::relu);
      },
      x, y);
  if (!desc) return no_implementation("conv2d");
  auto execution = std::make_unique<Execution>(desc->impl_info_str(), threads);
  const dnnl::memory src = execution->input_as(0, image_of(x), desc->src_desc());
  const dnnl::memory weights = execution->input_as(1, weights_of(kernel, conv.groups), desc->weights_desc());
  const dnnl::memory dst = execution->output_as(0, image_of(y), desc->dst_desc());
  execution->add(*desc, dnnl::convolution_forward(*desc),
                 {{DNNL_ARG_SRC, src},
                  {DNNL_ARG_WEIGHTS, weights},
                  {DNNL_ARG_BIAS, has_bias ? execution->input(2, bias) : dnnl::memory()},
                  {DNNL_ARG_DST, dst}});
  execution->finish_output(0, image_of(y), dst);
  return {std::move(execution), {}};
}

Answer make(const graph::Conv2dBackwardData& conv, const OpCase& op) {
  const Operand& dy = op.inputs[0];
  const Shape& kernel = op.inputs[1].shape;
  const Operand& dx = op.outputs[0];
  const int threads = threads_of(dx, kernel, dy, op);
  const TeamSize team(threads);
  const auto desc = choose(
      [&](const Desc& src, const Desc& dst) {
        return describe_backward_data(geometry_of(conv.window), src, free_weights_of(kernel, conv.groups), dst);
      },
      dx, dy);
  if (!desc) return no_implementation("conv2d_backward_data");
  auto execution = std::make_unique<Execution>(desc->impl_info_str(), threads);
  const dnnl::memory dst = execution->input_as(0, image_of(dy), desc->diff_dst_desc());
  const dnnl::memory weights = execution->input_as(1, weights_of(kernel, conv.groups), desc->weights_desc());
  const dnnl::memory src = execution->output_as(0, image_of(dx), desc->diff_src_desc());
  execution->add(*desc, dnnl::convolution_backward_data(*desc),
                 {{DNNL_ARG_DIFF_DST, dst}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DIFF_SRC, src}});
  execution->finish_output(0, image_of(dx), src);
  return {std::move(execution), {}};
}

Answer make(const graph::Conv2dBackwardWeights& conv, const OpCase& op) {
  const Operand& x = op.inputs[0];
  const Operand& dy = op.inputs[1];
  const Shape& kernel = op.outputs[0].shape;
  const bool has_bias = op.outputs.size() > 1 && op.outputs[1].present;
  const Desc bias = has_bias ? floats({kernel[3]}, Tag::x) : Desc();
  const int threads = threads_of(x, kernel, dy, op);
  const TeamSize team(threads);
  const auto desc = choose(
      [&](const Desc& src, const Desc& dst) {
        return describe_backward_weights(geometry_of(conv.window), src, free_weights_of(kernel, conv.groups), bias,
                                         dst);
      },
      x, dy);
  if (!desc) return no_implementation("conv2d_backward_weights");
  auto execution = std::make_unique<Execution>(desc->impl_info_str(), threads);
  const dnnl::memory src = execution->input_as(0, image_of(x), desc->src_desc());
  const dnnl::memory dst = execution->input_as(1, image_of(dy), desc->diff_dst_desc());
  const Desc stored = weights_of(kernel, conv.groups);
  const dnnl::memory weights = execution->output_as(0, stored, desc->diff_weights_desc());
  execution->add(*desc, dnnl::convolution_backward_weights(*desc),
                 {{DNNL_ARG_SRC, src},
                  {DNNL_ARG_DIFF_DST, dst},
                  {DNNL_ARG_DIFF_WEIGHTS, weights},
                  {DNNL_ARG_DIFF_BIAS, has_bias ? execution->output(1, bias) : dnnl::memory()}});
  execution->finish_output(0, stored, weights);
  return {std::move(execution), {}};
}

// Whether an implementation uses the whole width of the machine's vectors.
bool is_good(const dnnl::primitive_desc_base& desc) {
  const std::string name = desc.impl_info_str();
  return !is_slow(desc) && (active_isa() != Isa::avx512 || name.find("avx512") != std::string::npos);
}

// Whether a convolution and its weights' gradient are good at these images.
bool likes(const graph::Window& window, int groups, const Shape& kernel, const Desc& x, const Desc& y) {
  const Desc weights = free_weights_of(kernel, groups);
  const auto forward =
      attempt([&](const Desc& src,
                  const Desc& dst) { return describe_forward(geometry_of(window), src, weights, Desc(), dst, false); },
              x, y);
  const auto backward = attempt(
      [&](const Desc& src, const Desc& dst) {
        return describe_backward_weights(geometry_of(window), src, weights, Desc(), dst);
      },
      x, y);
  return forward && backward && is_good(*forward) && is_good(*backward);
}

}  // namespace

Answer make_convolution(const OpCase& op) {
  if (const auto* conv = std::get_if<graph::Conv2d>(&op.attributes)) return make(*conv, op);
  if (const auto* conv = std::get_if<graph::Conv2dBackwardData>(&op.attributes)) return make(*conv, op);
  if (const auto* conv = std::get_if<graph::Conv2dBackwardWeights>(&op.attributes)) return make(*conv, op);
  return {};
}

graph::Layout preferred_convolution_layout(const graph::Attributes& attributes, const std::vector<Operand>& inputs,
                                           const Operand& output) {
  const Desc given = free_image_of(inputs[0]);
  const std::int64_t channels = inputs[0].shape[3];
  const auto is_depthwise = [channels](const auto* conv) { return conv != nullptr && conv->groups == channels; };
  if (channels > 1 && (is_depthwise(std::get_if<graph::Conv2d>(&attributes)) ||
                       is_depthwise(std::get_if<graph::Conv2dBackwardData>(&attributes)))) {
    return inputs[0].layout;  // as fast in any, and a reorder costs as much as the convolution
  }
  for (const graph::Layout layout : {graph::Layout::blocked16, graph::Layout::blocked8}) {
    if (output.shape[3] % graph::block_of(layout) != 0) continue;
    const Desc wanted = image_as(output, layout);
    if (const auto* conv = std::get_if<graph::Conv2d>(&attributes)) {
      if (likes(conv->window, conv->groups, inputs[1].shape, given, wanted)) return layout;
    }
    if (const auto* conv = std::get_if<graph::Conv2dBackwardData>(&attributes)) {
      if (likes(conv->window, conv->groups, inputs[1].shape, wanted, given)) return layout;
    }
  }
  return graph::Layout::plain;
}

}  // namespace sumi::backend::cpu_detail
