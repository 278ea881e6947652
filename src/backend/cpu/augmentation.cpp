// Affine maps of images. Compiled for any machine: places are found in double, with the reference's bits.
#include <algorithm>
#include <cmath>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/parallel.hpp"
#include "core/random_images.hpp"

namespace sumi::backend::cpu_detail {
namespace {

// Finding a pixel's place takes as long as moving so many floats.
constexpr std::int64_t work_of_a_pixel = 8;

class AffineKernel final : public Kernel {
 public:
  AffineKernel(const graph::RandomAffine& affine, const OpCase& op)
      : affine_(affine),
        images_(op.inputs[0].shape[0]),
        height_(op.inputs[0].shape[1]),
        width_(op.inputs[0].shape[2]),
        channels_(op.inputs[0].shape[3]),
        threads_(threads_for(element_count(op.outputs[0].shape) * work_of_a_pixel, op.threads)) {}
  std::string name() const override { return "cpu/random_affine"; }
  void run(const Arguments& a) override {
    parallel(threads_, [&](int part) {
      const std::int64_t rows = affine_.size.height;
      const Slice slice = slice_of(images_ * rows, part, threads_);
      AffineMap map{};
      for (std::int64_t row = slice.begin; row < slice.end; ++row) {
        const std::int64_t image = row / rows;
        if (row == slice.begin || row % rows == 0) {
          const Size2 from(static_cast<int>(height_), static_cast<int>(width_));
          map = draw_affine_map(affine_.arguments, from, affine_.size, affine_.seed, a.step, image);
        }
        const float* x = a.inputs[0] + image * height_ * width_ * channels_;
        float* y = a.outputs[0] + row * affine_.size.width * channels_;
        if (affine_.arguments.bilinear) {
          bilinear_row(map, static_cast<double>(row % rows), x, y);
        } else {
          nearest_row(map, static_cast<double>(row % rows), x, y);
        }
      }
    });
  }

 private:
  // The pixel, or null where the fill value counts.
  const float* pixel(const float* x, std::int64_t h, std::int64_t w) const {
    const std::int64_t from_h = filled_index(affine_.arguments.fill_mode, h, height_);
    const std::int64_t from_w = filled_index(affine_.arguments.fill_mode, w, width_);
    return from_h < 0 || from_w < 0 ? nullptr : x + (from_h * width_ + from_w) * channels_;
  }

  void nearest_row(const AffineMap& map, double row, const float* x, float* y) const {
    const auto fill = static_cast<float>(affine_.arguments.fill_value);
    for (int i = 0; i < affine_.size.width; ++i, y += channels_) {
      const double across = map.a0 * i + map.a1 * row + map.a2;
      const double down = map.b0 * i + map.b1 * row + map.b2;
      const float* from =
          pixel(x, static_cast<std::int64_t>(std::round(down)), static_cast<std::int64_t>(std::round(across)));
      for (std::int64_t c = 0; c < channels_; ++c) y[c] = from != nullptr ? from[c] : fill;
    }
  }

  void bilinear_row(const AffineMap& map, double row, const float* x, float* y) const {
    const auto last_left = static_cast<double>(width_ - 1), last_top = static_cast<double>(height_ - 1);
    for (int i = 0; i < affine_.size.width; ++i, y += channels_) {
      const double across = map.a0 * i + map.a1 * row + map.a2;
      const double down = map.b0 * i + map.b1 * row + map.b2;
      if (across >= 0 && down >= 0 && across < last_left && down < last_top) {
        const auto left = static_cast<std::int64_t>(across), top = static_cast<std::int64_t>(down);
        const float* corner = x + (top * width_ + left) * channels_;
        const float* corners[] = {corner, corner + channels_, corner + width_ * channels_,
                                  corner + (width_ + 1) * channels_};
        mix(corners, static_cast<float>(across - static_cast<double>(left)),
            static_cast<float>(down - static_cast<double>(top)), y);
      } else {
        mix_at_the_edge(across, down, x, y);
      }
    }
  }

  void mix(const float* const* corners, float beside, float below, float* y) const {
    for (std::int64_t c = 0; c < channels_; ++c) {
      const float top = corners[0][c] * (1 - beside) + corners[1][c] * beside;
      const float bottom = corners[2][c] * (1 - beside) + corners[3][c] * beside;
      y[c] = top * (1 - below) + bottom * below;
    }
  }

  // Any corner may be the fill value, or have no weight and then any number.
  void mix_at_the_edge(double across, double down, const float* x, float* y) const {
    const double left = std::floor(across), top = std::floor(down);
    const auto beside = static_cast<float>(across - left), below = static_cast<float>(down - top);
    const float weights[] = {(1 - below) * (1 - beside), (1 - below) * beside, below * (1 - beside), below * beside};
    std::fill_n(y, channels_, 0.0F);
    for (int corner = 0; corner < 4; ++corner) {
      if (weights[corner] == 0) continue;
      const float* from =
          pixel(x, static_cast<std::int64_t>(top) + corner / 2, static_cast<std::int64_t>(left) + corner % 2);
      for (std::int64_t c = 0; c < channels_; ++c) {
        y[c] += weights[corner] * (from != nullptr ? from[c] : static_cast<float>(affine_.arguments.fill_value));
      }
    }
  }

  graph::RandomAffine affine_;
  std::int64_t images_, height_, width_, channels_;
  int threads_;
};

}  // namespace

Answer make_augmentation(const OpCase& op) {
  const auto* affine = std::get_if<graph::RandomAffine>(&op.attributes);
  if (affine == nullptr) return {};
  if (op.inputs[0].layout != graph::Layout::plain || op.outputs[0].layout != graph::Layout::plain) {
    return refuse("cpu/random_affine: takes plain layouts only");
  }
  return {std::make_unique<AffineKernel>(*affine, op), {}};
}

}  // namespace sumi::backend::cpu_detail
