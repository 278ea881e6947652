// Affine maps of images, and boxes that are erased from them. Compiled for any machine: places are found in double,
// with the reference's bits.
#include <algorithm>
#include <cmath>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/parallel.hpp"
#include "core/random_images.hpp"

namespace sumi::backend::cpu_detail {
namespace {

// Finding a pixel's place takes as long as moving so many floats.
constexpr std::int64_t work_of_a_pixel = 8;

// The two images of an affine map, and what is common to the way there and back.
class Affine {
 public:
  Affine(const graph::RandomAffine& affine, const Shape& x)
      : affine_(affine), images_(x[0]), height_(x[1]), width_(x[2]), channels_(x[3]) {}

 protected:
  AffineMap draw_map(std::uint64_t step, std::int64_t image) const {
    const Size2 from(static_cast<int>(height_), static_cast<int>(width_));
    return draw_affine_map(affine_.arguments, from, affine_.size, affine_.seed, step, image);
  }
  std::int64_t x_image() const { return height_ * width_ * channels_; }
  std::int64_t y_row() const { return affine_.size.width * channels_; }
  std::int64_t y_image() const { return affine_.size.height * y_row(); }

  // Whether every pixel of y is a pixel of x, and neighbours in a row are: a flip, a shift by whole pixels.
  bool moves_whole_rows(const AffineMap& map) const {
    const auto inside = [](double factor, double first, int count, std::int64_t size) {
      const double last = first + factor * (count - 1);
      return std::abs(factor) == 1 && first == std::floor(first) && std::min(first, last) >= 0 &&
             std::max(first, last) <= static_cast<double>(size - 1);
    };
    return map.a1 == 0 && map.b0 == 0 && inside(map.a0, map.a2, affine_.size.width, width_) &&
           inside(map.b1, map.b2, affine_.size.height, height_);
  }
  // Of such a map: where in an image of x the first pixel of y's row stands.
  std::int64_t first_pixel(const AffineMap& map, std::int64_t row) const {
    const auto down = static_cast<std::int64_t>(map.b1 * static_cast<double>(row) + map.b2);
    return (down * width_ + static_cast<std::int64_t>(map.a2)) * channels_;
  }
  // The offset of the pixel in an image of x, or -1 where the fill value counts.
  std::int64_t pixel(std::int64_t h, std::int64_t w) const {
    const std::int64_t from_h = filled_index(affine_.arguments.fill_mode, h, height_);
    const std::int64_t from_w = filled_index(affine_.arguments.fill_mode, w, width_);
    return from_h < 0 || from_w < 0 ? -1 : (from_h * width_ + from_w) * channels_;
  }
  // Calls use(offset of a pixel or -1, weight) for the four pixels around a place, but for those without weight.
  template <class Use>
  void for_corners(double across, double down, Use use) const {
    // Within the image nothing has to be looked up, and what is cut off is the floor.
    const bool within =
        across >= 0 && down >= 0 && across < static_cast<double>(width_ - 1) && down < static_cast<double>(height_ - 1);
    const auto left = static_cast<std::int64_t>(within ? across : std::floor(across));
    const auto top = static_cast<std::int64_t>(within ? down : std::floor(down));
    const auto beside = static_cast<float>(across - static_cast<double>(left));
    const auto below = static_cast<float>(down - static_cast<double>(top));
    const float weights[] = {(1 - below) * (1 - beside), (1 - below) * beside, below * (1 - beside), below * beside};
    for (std::int64_t corner = 0; corner < 4; ++corner) {
      if (weights[corner] == 0) continue;
      const std::int64_t h = top + corner / 2, w = left + corner % 2;
      use(within ? (h * width_ + w) * channels_ : pixel(h, w), weights[corner]);
    }
  }

  graph::RandomAffine affine_;
  std::int64_t images_, height_, width_, channels_;  // of x
};

class AffineKernel final : public Kernel, private Affine {
 public:
  AffineKernel(const graph::RandomAffine& affine, const OpCase& op)
      : Affine(affine, op.inputs[0].shape),
        threads_(threads_for(element_count(op.outputs[0].shape) * work_of_a_pixel, op.threads)) {}
  std::string name() const override { return "cpu/random_affine"; }
  void run(const Arguments& a) override {
    parallel(threads_, [&](int part) {
      const std::int64_t rows = affine_.size.height;
      const Slice slice = slice_of(images_ * rows, part, threads_);
      AffineMap map{};
      bool whole_rows = false;
      for (std::int64_t row = slice.begin; row < slice.end; ++row) {
        const std::int64_t image = row / rows;
        if (row == slice.begin || row % rows == 0) {
          map = draw_map(a.step, image);
          whole_rows = moves_whole_rows(map);
        }
        const float* x = a.inputs[0] + image * x_image();
        float* y = a.outputs[0] + row * y_row();
        if (whole_rows) {
          move_row(map, x + first_pixel(map, row % rows), y);
        } else if (affine_.arguments.bilinear) {
          bilinear_row(map, static_cast<double>(row % rows), x, y);
        } else {
          nearest_row(map, static_cast<double>(row % rows), x, y);
        }
      }
    });
  }

 private:
  void move_row(const AffineMap& map, const float* x, float* y) const {
    if (map.a0 > 0) {
      std::copy_n(x, y_row(), y);
      return;
    }
    for (int i = 0; i < affine_.size.width; ++i, x -= channels_, y += channels_) {
      for (std::int64_t c = 0; c < channels_; ++c) y[c] = x[c];
    }
  }

  void nearest_row(const AffineMap& map, double row, const float* x, float* y) const {
    const auto fill = static_cast<float>(affine_.arguments.fill_value);
    for (int i = 0; i < affine_.size.width; ++i, y += channels_) {
      const double across = map.a0 * i + map.a1 * row + map.a2;
      const double down = map.b0 * i + map.b1 * row + map.b2;
      const std::int64_t from =
          pixel(static_cast<std::int64_t>(std::round(down)), static_cast<std::int64_t>(std::round(across)));
      for (std::int64_t c = 0; c < channels_; ++c) y[c] = from >= 0 ? x[from + c] : fill;
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
    const auto fill = static_cast<float>(affine_.arguments.fill_value);
    std::fill_n(y, channels_, 0.0F);
    for_corners(across, down, [&](std::int64_t from, float weight) {
      for (std::int64_t c = 0; c < channels_; ++c) y[c] += weight * (from >= 0 ? x[from + c] : fill);
    });
  }

  int threads_;
};

// Whole images, since any pixel may get something from any row.
class AffineBackwardKernel final : public Kernel, private Affine {
 public:
  AffineBackwardKernel(const graph::RandomAffine& affine, const OpCase& op)
      : Affine(affine, op.outputs[0].shape),
        threads_(threads_for(element_count(op.inputs[0].shape) * work_of_a_pixel, op.threads)) {}
  std::string name() const override { return "cpu/random_affine_backward"; }
  void run(const Arguments& a) override {
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(images_, part, threads_);
      for (std::int64_t image = slice.begin; image < slice.end; ++image) {
        const AffineMap map = draw_map(a.step, image);
        const bool whole_rows = moves_whole_rows(map);
        float* dx = a.outputs[0] + image * x_image();
        std::fill_n(dx, x_image(), 0.0F);
        for (std::int64_t row = 0; row < affine_.size.height; ++row) {
          const float* dy = a.inputs[0] + image * y_image() + row * y_row();
          if (whole_rows) {
            return_row(map, dy, dx + first_pixel(map, row));
          } else {
            spread_row(map, static_cast<double>(row), dy, dx);
          }
        }
      }
    });
  }

 private:
  void return_row(const AffineMap& map, const float* dy, float* dx) const {
    if (map.a0 > 0) {
      std::copy_n(dy, y_row(), dx);
      return;
    }
    for (int i = 0; i < affine_.size.width; ++i, dx -= channels_, dy += channels_) {
      for (std::int64_t c = 0; c < channels_; ++c) dx[c] = dy[c];
    }
  }
  void spread_row(const AffineMap& map, double row, const float* dy, float* dx) const {
    for (int i = 0; i < affine_.size.width; ++i, dy += channels_) {
      const double across = map.a0 * i + map.a1 * row + map.a2;
      const double down = map.b0 * i + map.b1 * row + map.b2;
      const auto give = [&](std::int64_t to, float weight) {
        for (std::int64_t c = 0; to >= 0 && c < channels_; ++c) dx[to + c] += weight * dy[c];
      };
      if (affine_.arguments.bilinear) {
        for_corners(across, down, give);
      } else {
        give(pixel(static_cast<std::int64_t>(std::round(down)), static_cast<std::int64_t>(std::round(across))), 1.0F);
      }
    }
  }

  int threads_;
};

class EraseKernel final : public Kernel {
 public:
  EraseKernel(const graph::RandomErase& erase, const OpCase& op)
      : erase_(erase), shape_(op.inputs[0].shape), threads_(threads_for(element_count(shape_), op.threads)) {}
  std::string name() const override { return "cpu/random_erase"; }
  void run(const Arguments& a) override {
    const std::int64_t image = shape_[1] * shape_[2] * shape_[3];
    const Size2 size(static_cast<int>(shape_[1]), static_cast<int>(shape_[2]));
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(shape_[0], part, threads_);
      for (std::int64_t n = slice.begin; n < slice.end; ++n) {
        std::copy_n(a.inputs[0] + n * image, image, a.outputs[0] + n * image);
        const ErasedBox box = draw_erased_box(erase_.arguments, size, erase_.seed, a.step, n);
        for (std::int64_t h = box.top; h < box.bottom; ++h) {
          const std::int64_t row = (n * shape_[1] + h) * shape_[2];
          fill((row + box.left) * shape_[3], (row + box.right) * shape_[3], a);
        }
      }
    });
  }

 private:
  // The numbers [begin, end), counted through all images.
  void fill(std::int64_t begin, std::int64_t end, const Arguments& a) const {
    const std::vector<double>& numbers = erase_.arguments.fill;
    const Interval range = erase_.arguments.value_range;
    for (std::int64_t i = begin; i < end; ++i) {
      const auto at = static_cast<std::uint64_t>(i);
      // Another seed than that of the boxes.
      const double value =
          numbers.empty()
              ? std::min(std::max(range.upper * normal_at(~erase_.seed, a.step, at), range.lower), range.upper)
              : numbers[at % numbers.size()];
      a.outputs[0][i] = static_cast<float>(value);
    }
  }

  graph::RandomErase erase_;
  Shape shape_;
  int threads_;
};

template <class K, class Op>
Answer make(const Op& attributes, const OpCase& op) {
  if (op.inputs[0].layout != graph::Layout::plain || op.outputs[0].layout != graph::Layout::plain) {
    return refuse("cpu/augmentation: takes plain layouts only");
  }
  return {std::make_unique<K>(attributes, op), {}};
}

}  // namespace

Answer make_augmentation(const OpCase& op) {
  if (const auto* affine = std::get_if<graph::RandomAffine>(&op.attributes)) return make<AffineKernel>(*affine, op);
  if (const auto* back = std::get_if<graph::RandomAffineBackward>(&op.attributes)) {
    return make<AffineBackwardKernel>(back->forward, op);
  }
  if (const auto* erase = std::get_if<graph::RandomErase>(&op.attributes)) return make<EraseKernel>(*erase, op);
  return {};
}

}  // namespace sumi::backend::cpu_detail
