// The same image in another layout.
#include <algorithm>
#include <cstring>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

// Floats per pixel that stay together in a layout.
std::int64_t unit_of(graph::Layout layout, std::int64_t channels) {
  const int block = graph::block_of(layout);
  return block == 0 ? channels : block;
}

class ReorderKernel final : public Kernel {
 public:
  explicit ReorderKernel(const OpCase& op) {
    const Shape& shape = op.inputs[0].shape;
    const bool image = shape.size() == 4;
    images_ = image ? shape[0] : 1;
    channels_ = image ? shape[3] : element_count(shape);
    pixels_ = image ? shape[1] * shape[2] : 1;
    from_unit_ = unit_of(op.inputs[0].layout, channels_);
    to_unit_ = unit_of(op.outputs[0].layout, channels_);
    piece_ = std::min(from_unit_, to_unit_);
    threads_ = threads_for(images_ * pixels_ * channels_, op.threads);
  }
  std::string name() const override { return "cpu/reorder"; }
  void run(const Arguments& arguments) override {
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(images_, part, threads_);
      for (std::int64_t n = slice.begin; n < slice.end; ++n) {
        const std::int64_t image = n * pixels_ * channels_;
        copy(arguments.inputs[0] + image, arguments.outputs[0] + image);
      }
    });
  }

 private:
  void copy(const float* from, float* to) const {
    if (piece_ == 16) {
      copy_pieces<16>(from, to);
    } else if (piece_ == 8) {
      copy_pieces<8>(from, to);
    } else {
      std::memcpy(to, from, static_cast<std::size_t>(pixels_ * channels_) * sizeof(float));
    }
  }
  // Goes through the output in order, as far as one pixel's pieces allow.
  template <int piece>
  void copy_pieces(const float* from, float* to) const {
    for (std::int64_t c = 0; c < channels_; c += to_unit_) {
      for (std::int64_t p = 0; p < pixels_; ++p) {
        float* pixel = to + c * pixels_ + p * to_unit_;
        for (std::int64_t inner = 0; inner < to_unit_; inner += piece) {
          const std::int64_t channel = c + inner;
          const float* source =
              from + channel / from_unit_ * from_unit_ * pixels_ + p * from_unit_ + channel % from_unit_;
          std::memcpy(pixel + inner, source, piece * sizeof(float));
        }
      }
    }
  }

  std::int64_t images_ = 0, pixels_ = 0, channels_ = 0;
  std::int64_t from_unit_ = 0, to_unit_ = 0, piece_ = 0;
  int threads_ = 1;
};

}  // namespace

Answer make_reorder(const OpCase& op) {
  if (!std::holds_alternative<graph::Reorder>(op.attributes)) return {};
  return {std::make_unique<ReorderKernel>(op), {}};
}

}  // namespace sumi::backend::cpu_detail
