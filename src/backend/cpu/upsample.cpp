// Upsampling and its gradient: both are sums over rows, then over columns, of the other image's pixels.
#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/kernels.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

// Of each place of the image that is made, in their order: the places of the other one that it is a sum of.
struct Shares {
  std::vector<Share> all;
  std::vector<std::int64_t> begins = {0};

  void add(const std::vector<Share>& more) {
    all.insert(all.end(), more.begin(), more.end());
    begins.push_back(static_cast<std::int64_t>(all.size()));
  }
};

// Along one axis, of the large image.
std::vector<std::vector<Share>> shares_of_large(int factor, std::int64_t small, bool bilinear) {
  std::vector<std::vector<Share>> result;
  for (std::int64_t large = 0; large < small * factor; ++large) {
    if (!bilinear) {
      result.push_back({{large / factor, 1.0F}});
      continue;
    }
    const double at = (static_cast<double>(large) + 0.5) / factor - 0.5;
    const auto below = static_cast<std::int64_t>(std::floor(at));
    const double share = at - std::floor(at);
    if (share == 0 || below < 0 || below + 1 == small) {
      // On a cell's centre, or beyond the outermost one.
      result.push_back({{std::max<std::int64_t>(below, 0), 1.0F}});
    } else {
      result.push_back({{below, static_cast<float>(1 - share)}, {below + 1, static_cast<float>(share)}});
    }
  }
  return result;
}

// Offsets are places times `stride`.
Shares shares_of(int factor, std::int64_t small, bool bilinear, bool backward, std::int64_t stride) {
  std::vector<std::vector<Share>> wanted = shares_of_large(factor, small, bilinear);
  if (backward) {
    std::vector<std::vector<Share>> inverse(static_cast<std::size_t>(small));
    for (std::size_t large = 0; large < wanted.size(); ++large) {
      for (const Share& share : wanted[large]) {
        inverse[static_cast<std::size_t>(share.offset)].push_back({static_cast<std::int64_t>(large), share.weight});
      }
    }
    wanted = std::move(inverse);
  }
  Shares result;
  for (std::vector<Share>& shares : wanted) {
    for (Share& share : shares) share.offset *= stride;
    result.add(shares);
  }
  return result;
}

class UpsampleKernel final : public Kernel {
 public:
  UpsampleKernel(Size2 factors, bool bilinear, bool backward, const OpCase& op)
      : backward_(backward),
        height_(op.outputs[0].shape[1]),
        width_(op.outputs[0].shape[2]),
        channels_(op.outputs[0].shape[3]),
        x_row_(op.inputs[0].shape[2] * channels_),
        x_image_(op.inputs[0].shape[1] * x_row_),
        count_(op.inputs[0].shape[0] * height_) {
    const Shape& small = backward ? op.outputs[0].shape : op.inputs[0].shape;
    rows_ = shares_of(factors.height, small[1], bilinear, backward, x_row_);
    columns_ = shares_of(factors.width, small[2], bilinear, backward, channels_);
    threads_ = threads_for(std::max(element_count(op.inputs[0].shape), element_count(op.outputs[0].shape)), op.threads);
  }
  std::string name() const override { return backward_ ? "cpu/upsample2d_backward" : "cpu/upsample2d"; }
  std::size_t scratch_floats() const override { return static_cast<std::size_t>(threads_ * x_row_); }
  void run(const Arguments& a) override {
    parallel(threads_, [&](int part) {
      float* sums = a.scratch + part * x_row_;
      const Slice slice = slice_of(count_, part, threads_);
      for (std::int64_t row = slice.begin; row < slice.end; ++row) {
        const float* image = a.inputs[0] + row / height_ * x_image_;
        const std::int64_t* begins = rows_.begins.data() + row % height_;
        const bool one = begins[1] - begins[0] == 1 && rows_.all[static_cast<std::size_t>(begins[0])].weight == 1.0F;
        if (!one) kernels().weighted_sums({rows_.all.data(), begins, 1, x_row_}, image, sums);
        kernels().weighted_sums({columns_.all.data(), columns_.begins.data(), width_, channels_},
                                one ? image + rows_.all[static_cast<std::size_t>(begins[0])].offset : sums,
                                a.outputs[0] + row * width_ * channels_);
      }
    });
  }

 private:
  bool backward_;
  std::int64_t height_, width_, channels_;  // of what is made
  std::int64_t x_row_, x_image_;
  std::int64_t count_;  // rows that are made
  Shares rows_, columns_;
  int threads_ = 1;
};

Answer make(Size2 factors, bool bilinear, bool backward, const OpCase& op) {
  for (const Operand* operand : {&op.inputs[0], &op.outputs[0]}) {
    if (operand->layout != graph::Layout::plain) return refuse("cpu/upsample2d: takes plain images only");
  }
  return {std::make_unique<UpsampleKernel>(factors, bilinear, backward, op), {}};
}

}  // namespace

Answer make_upsample(const OpCase& op) {
  if (const auto* up = std::get_if<graph::Upsample2d>(&op.attributes)) {
    return make(up->factors, up->bilinear, false, op);
  }
  if (const auto* back = std::get_if<graph::Upsample2dBackward>(&op.attributes)) {
    return make(back->factors, back->bilinear, true, op);
  }
  return {};
}

}  // namespace sumi::backend::cpu_detail
