// Dropout and noise in any layout. What is drawn belongs to positions in the plain order, so that neither the layout
// nor the number of threads has a part in it.
#include <algorithm>
#include <cmath>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/kernels.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

// Positions for which kernels draw together, whatever the vectors' width.
constexpr std::int64_t granule = 32;

// Ten rounds for four numbers, and an inverse of the normal distribution.
constexpr std::int64_t work_of_dropout = 2;
constexpr std::int64_t work_of_noise = 8;

Draws draws_in(const Operand& x, std::uint64_t seed) {
  Draws draws{seed};
  if (x.layout == graph::Layout::plain) return draws;
  draws.block = graph::block_of(x.layout);
  draws.channels = x.shape[3];
  draws.pixels = x.shape[1] * x.shape[2];
  return draws;
}

bool takes_layout(const OpCase& op) {
  const std::int64_t block = graph::block_of(op.inputs[0].layout);
  return same_layouts(op) && block % kernels().lanes == 0;
}

DropoutDraws numbers_of(const graph::Dropout& op) {
  // uniform >= rate where the 24 bits of the uniform number are at least rate * 2^24.
  return {static_cast<std::int32_t>(std::ceil(op.rate * 0x1p24)), static_cast<float>(op.scale),
          static_cast<float>(op.dropped)};
}

// A number of its own for each position.
class NoiseKernel final : public Kernel {
 public:
  NoiseKernel(const graph::Dropout& dropout, const OpCase& op)
      : NoiseKernel("cpu/dropout", dropout.seed, work_of_dropout, op) {
    dropout_ = numbers_of(dropout);
  }
  NoiseKernel(const graph::GaussianNoise& noise, const OpCase& op)
      : NoiseKernel("cpu/gaussian_noise", noise.seed, work_of_noise, op) {
    normal_ = true;
    noise_ = {static_cast<float>(noise.stddev), noise.multiplies};
  }
  std::string name() const override { return name_; }
  void run(const Arguments& a) override {
    Draws draws = draws_;
    draws.step = a.step;
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of((count_ + granule - 1) / granule, part, threads_);
      const std::int64_t begin = slice.begin * granule, end = std::min(slice.end * granule, count_);
      if (normal_) {
        kernels().gaussian_noise(draws, noise_, a.inputs[0], a.outputs[0], begin, end);
      } else {
        kernels().dropout(draws, dropout_, a.inputs[0], a.outputs[0], begin, end);
      }
    });
  }

 private:
  NoiseKernel(std::string name, std::uint64_t seed, std::int64_t work, const OpCase& op)
      : name_(std::move(name)),
        draws_(draws_in(op.inputs[0], seed)),
        count_(element_count(op.inputs[0].shape)),
        threads_(threads_for(count_ * work, op.threads)) {}

  std::string name_;
  Draws draws_;
  std::int64_t count_;
  int threads_;
  bool normal_ = false;
  DropoutDraws dropout_;
  NoiseDraws noise_;
};

// x as (outer, shared, inner) in memory, its mask as (outer, inner).
struct SharedMask {
  std::int64_t outer = 1, shared = 1, inner = 1;
};

// False where the shared dimensions are not neighbours.
bool find_shared(const Shape& x, const Shape& noise, SharedMask& mask) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool is_shared = noise[i] == 1 && x[i] != 1;
    if (is_shared && mask.inner != 1) return false;
    (is_shared ? mask.shared : mask.shared == 1 ? mask.outer : mask.inner) *= x[i];
  }
  return true;
}

// One mask for several positions: made first, as what is to be multiplied by.
class SharedDropoutKernel final : public Kernel {
 public:
  SharedDropoutKernel(const graph::Dropout& dropout, SharedMask mask, const OpCase& op)
      : draws_{dropout.seed},
        dropout_(numbers_of(dropout)),
        mask_(mask),
        threads_(threads_for(element_count(op.inputs[0].shape), op.threads)) {}
  std::string name() const override { return "cpu/shared_dropout"; }
  std::size_t scratch_floats() const override { return static_cast<std::size_t>(mask_.outer * mask_.inner); }
  void run(const Arguments& a) override {
    Draws draws = draws_;
    draws.step = a.step;
    const std::int64_t count = mask_.outer * mask_.inner;
    std::fill_n(a.scratch, count, 1.0F);
    kernels().dropout(draws, {dropout_.threshold, dropout_.scale, 0.0F}, a.scratch, a.scratch, 0, count);
    const std::int64_t rows = mask_.inner == 1 ? mask_.outer : mask_.outer * mask_.shared;
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(rows, part, threads_);
      if (mask_.inner == 1) {
        for (std::int64_t row = slice.begin; row < slice.end; ++row) scale_row(row, a);
        return;
      }
      for (std::int64_t row = slice.begin; row < slice.end;) {
        // Up to where the next mask begins.
        const std::int64_t mask = row / mask_.shared;
        const std::int64_t end = std::min(slice.end, (mask + 1) * mask_.shared);
        kernels().dropout_rows(a.scratch + mask * mask_.inner, dropout_.dropped, a.inputs[0] + row * mask_.inner,
                               a.outputs[0] + row * mask_.inner, end - row, mask_.inner);
        row = end;
      }
    });
  }

 private:
  void scale_row(std::int64_t row, const Arguments& a) const {
    const float* x = a.inputs[0] + row * mask_.shared;
    float* y = a.outputs[0] + row * mask_.shared;
    const float scale = a.scratch[row];
    if (scale == 0) {
      std::fill_n(y, mask_.shared, dropout_.dropped);
      return;
    }
    for (std::int64_t i = 0; i < mask_.shared; ++i) y[i] = x[i] * scale;
  }

  Draws draws_;
  DropoutDraws dropout_;
  SharedMask mask_;
  int threads_;
};

}  // namespace

Answer make_noise(const OpCase& op) {
  if (const auto* noise = std::get_if<graph::GaussianNoise>(&op.attributes)) {
    if (!takes_layout(op)) return refuse("cpu/gaussian_noise: the layouts differ, or vectors are wider than blocks");
    return {std::make_unique<NoiseKernel>(*noise, op), {}};
  }
  const auto* dropout = std::get_if<graph::Dropout>(&op.attributes);
  if (dropout == nullptr) return {};
  const Operand& x = op.inputs[0];
  if (dropout->noise_shape == x.shape) {
    if (!takes_layout(op)) return refuse("cpu/dropout: the layouts differ, or vectors are wider than blocks");
    return {std::make_unique<NoiseKernel>(*dropout, op), {}};
  }
  if (!same_layouts(op)) return refuse("cpu/shared_dropout: the layouts differ");
  SharedMask mask;
  if (!find_shared(x.shape, dropout->noise_shape, mask)) {
    return refuse("cpu/shared_dropout: takes shared dimensions only that are neighbours");
  }
  if (x.layout != graph::Layout::plain) {
    // In blocks the channels of an image are outer and inner dimensions.
    const std::int64_t block = graph::block_of(x.layout);
    if (mask.shared != x.shape[1] * x.shape[2] || mask.inner != x.shape[3]) {
      return refuse("cpu/shared_dropout: takes whole channels only where they are in blocks");
    }
    mask.outer *= mask.inner / block;
    mask.inner = block;
  }
  return {std::make_unique<SharedDropoutKernel>(*dropout, mask, op), {}};
}

}  // namespace sumi::backend::cpu_detail
