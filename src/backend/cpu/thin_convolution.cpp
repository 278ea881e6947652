// Convolutions of images of few channels, with moments and pool, and their way back without a stored output.
#include <algorithm>
#include <vector>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/isa.hpp"
#include "backend/cpu/kernels.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

std::int64_t lanes_of(Isa isa) { return isa == Isa::avx512 ? 16 : 8; }

// What both directions share. Scratch: signs, then for each part of the work shifts, then sums in double.
class ThinKernel : public Kernel {
 public:
  ThinKernel(const graph::Conv2d& conv, const OpCase& op, std::int64_t rows)
      : images_(op.inputs[0].shape[0]), rows_(rows), has_sign_(op.inputs[3].present) {
    const Shape& x = op.inputs[0].shape;
    const Shape& kernel = op.inputs[1].shape;
    conv_.height = x[1];
    conv_.width = x[2];
    conv_.channels = x[3];
    conv_.out_height = x[1] - kernel[0] + 1;
    conv_.out_width = x[2] - kernel[1] + 1;
    conv_.filters = kernel[3];
    conv_.relu = conv.epilogue == ActivationKind::relu;
    conv_.moments = conv.moments;
    conv_.pooled = conv.pool.has_value();
    const std::int64_t outputs = images_ * conv_.out_height * conv_.out_width * conv_.filters;
    threads_ = static_cast<int>(std::min<std::int64_t>(threads_for(outputs, op.threads), images_));
  }
  std::size_t scratch_floats() const override {
    return static_cast<std::size_t>(conv_.filters * (1 + threads_ * (1 + 2 * rows_)));
  }

 protected:
  // The operands that both directions have.
  ThinConvolution bind(const Arguments& a) const {
    ThinConvolution conv = conv_;
    conv.x = a.inputs[0];
    conv.kernel = a.inputs[1];
    conv.bias = a.inputs[2];
    if (has_sign_) {
      signs_of(a.inputs[3], conv.filters, a.scratch);
      conv.sign = a.scratch;
    }
    return conv;
  }
  float* shifts(const Arguments& a, int part) const {
    return a.scratch + conv_.filters * (1 + threads_ * 2 * rows_ + part);
  }
  // Filters are a multiple of eight: the sums are aligned.
  double* sums(const Arguments& a, int part) const {
    return reinterpret_cast<double*>(a.scratch + conv_.filters) + part * rows_ * conv_.filters;
  }

  ThinConvolution conv_;
  std::int64_t images_, rows_;
  int threads_ = 1;
  bool has_sign_;
};

class Forward final : public ThinKernel {
 public:
  Forward(const graph::Conv2d& conv, const OpCase& op) : ThinKernel(conv, op, 4) {}
  std::string name() const override { return "cpu/thin_conv2d"; }
  void run(const Arguments& a) override {
    ThinConvolution conv = bind(a);
    conv.y = a.outputs[0];
    conv.pool = a.outputs[2];
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(images_, part, threads_);
      std::fill_n(sums(a, part), rows_ * conv_.filters, 0.0);
      kernels().thin_forward(conv, slice.begin, slice.end, shifts(a, part), sums(a, part));
    });
    write_moments(a, a.outputs[1], 0, conv_.out_height * conv_.out_width);
    if (conv_.pooled) write_moments(a, a.outputs[3], 2, conv_.out_height / 2 * (conv_.out_width / 2));
  }

 private:
  // Merges the parts in their order: means and sums of squared deviations.
  void write_moments(const Arguments& a, float* moments, std::int64_t row, std::int64_t per_image) const {
    if (moments == nullptr) return;
    for (std::int64_t f = 0; f < conv_.filters; ++f) {
      double count = 0;
      double mean = 0;
      double deviations = 0;
      for (int part = 0; part < threads_; ++part) {
        const Slice slice = slice_of(images_, part, threads_);
        const auto n = static_cast<double>((slice.end - slice.begin) * per_image);
        const double* from = sums(a, part) + row * conv_.filters + f;
        const double difference = static_cast<double>(shifts(a, part)[f]) + from[0] / n - mean;
        deviations += from[conv_.filters] - from[0] * from[0] / n + difference * difference * count * n / (count + n);
        count += n;
        mean += difference * n / count;
      }
      moments[f] = static_cast<float>(mean);
      moments[conv_.filters + f] = static_cast<float>(std::max(deviations / count, 0.0));
    }
  }
};

class Backward final : public ThinKernel {
 public:
  Backward(const graph::Conv2d& conv, const OpCase& op) : ThinKernel(conv, op, 9 * op.inputs[0].shape[3] + 1) {}
  std::string name() const override { return "cpu/thin_conv2d"; }
  void run(const Arguments& a) override {
    ThinConvolution conv = bind(a);
    conv.dy = a.inputs[4];
    conv.map = a.inputs[5];
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(images_, part, threads_);
      std::fill_n(sums(a, part), rows_ * conv_.filters, 0.0);
      kernels().thin_backward(conv, slice.begin, slice.end, sums(a, part));
    });
    for (std::int64_t i = 0; i < rows_ * conv_.filters; ++i) {
      double total = 0;
      for (int part = 0; part < threads_; ++part) total += sums(a, part)[i];
      const std::int64_t last = (rows_ - 1) * conv_.filters;
      if (i < last) {
        a.outputs[0][i] = static_cast<float>(total);
      } else if (a.outputs[1] != nullptr) {
        a.outputs[1][i - last] = static_cast<float>(total);
      }
    }
  }
};

// Why not; empty where nothing speaks against it.
std::string refusal_of(const graph::Conv2d& conv, const OpCase& op, const Operand& blocked) {
  const graph::Window& w = conv.window;
  const graph::Window simple{.kernel_h = 3, .kernel_w = 3};
  if (w != simple || conv.groups != 1)
    return "takes windows of 3 by 3 without padding, strides, dilation and groups only";
  if (conv.pool && *conv.pool != graph::Window{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2}) {
    return "takes pools of 2 by 2 without padding and with strides of 2 only";
  }
  if (op.inputs[0].layout != graph::Layout::plain || op.inputs[0].shape[3] > 4)
    return "takes plain images of at most 4 channels";
  if (active_isa() == Isa::baseline) return "needs AVX2";
  if (graph::block_of(blocked.layout) != lanes_of(active_isa()))
    return "the other image is not blocked by the width of the vectors";
  return {};
}

template <class K>
Answer make(const graph::Conv2d& conv, const OpCase& op, const Operand& blocked) {
  const std::string refusal = refusal_of(conv, op, blocked);
  if (!refusal.empty()) return refuse("cpu/thin_conv2d: " + refusal);
  return {std::make_unique<K>(conv, op), {}};
}

}  // namespace

Answer make_thin_convolution(const OpCase& op) {
  if (const auto* conv = std::get_if<graph::Conv2d>(&op.attributes)) {
    if (!conv->moments && !conv->pool) return refuse("cpu/thin_conv2d: takes convolutions with moments or pool only");
    if (op.inputs.size() < 4 || op.outputs.size() < 4)
      return refuse("cpu/thin_conv2d: takes all operands, absent ones as well");
    const Operand& blocked = op.outputs[0].present ? op.outputs[0] : op.outputs[2];
    if (op.outputs[0].present && op.outputs[2].present && op.outputs[0].layout != op.outputs[2].layout) {
      return refuse("cpu/thin_conv2d: the layouts differ");
    }
    return make<Forward>(*conv, op, blocked);
  }
  if (const auto* back = std::get_if<graph::Conv2dChainBackwardWeights>(&op.attributes)) {
    return make<Backward>(back->conv, op, op.inputs[4]);
  }
  return {};
}

}  // namespace sumi::backend::cpu_detail
