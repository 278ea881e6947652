// Images with other sizes: pixels are copied whole, margins are zeros, and interpolation goes through whole pixels.
#include <algorithm>
#include <cmath>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

struct Extent {
  std::int64_t height, width, channels;
  explicit Extent(const Shape& shape) : height(shape[1]), width(shape[2]), channels(shape[3]) {}
  std::int64_t row() const { return width * channels; }
};

// Pad2d and Crop2d, output row by output row.
class MarginKernel final : public Kernel {
 public:
  MarginKernel(const Margins& margins, bool pad, const OpCase& op)
      : margins_(margins),
        pad_(pad),
        x_(op.inputs[0].shape),
        y_(op.outputs[0].shape),
        rows_(op.outputs[0].shape[0] * y_.height),
        threads_(threads_for(rows_ * y_.row(), op.threads)) {}
  std::string name() const override { return pad_ ? "cpu/pad2d" : "cpu/crop2d"; }
  void run(const Arguments& a) override {
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(rows_, part, threads_);
      for (std::int64_t row = slice.begin; row < slice.end; ++row) {
        float* to = a.outputs[0] + row * y_.row();
        const std::int64_t image = row / y_.height, h = row % y_.height;
        pad_ ? pad_row(a.inputs[0], image, h, to) : crop_row(a.inputs[0], image, h, to);
      }
    });
  }

 private:
  void pad_row(const float* x, std::int64_t image, std::int64_t h, float* to) const {
    const std::int64_t from = h - margins_.height.before;
    if (from < 0 || from >= x_.height) {
      std::fill_n(to, y_.row(), 0.0F);
      return;
    }
    to = std::fill_n(to, margins_.width.before * y_.channels, 0.0F);
    to = std::copy_n(x + (image * x_.height + from) * x_.row(), x_.row(), to);
    std::fill_n(to, margins_.width.after * y_.channels, 0.0F);
  }
  void crop_row(const float* x, std::int64_t image, std::int64_t h, float* to) const {
    const std::int64_t row = image * x_.height + h + margins_.height.before;
    std::copy_n(x + row * x_.row() + margins_.width.before * x_.channels, y_.row(), to);
  }

  Margins margins_;
  bool pad_;
  Extent x_, y_;
  std::int64_t rows_;
  int threads_;
};

// A pixel of the small image with its share of one of the large image.
struct Part {
  std::int64_t at;
  float weight;
};
// Along one axis; the second counts only where its weight is not 0.
struct Parts {
  Part part[2];
};

Parts parts_of(std::int64_t large, int factor, std::int64_t size, bool bilinear) {
  if (!bilinear) return {{{large / factor, 1.0F}, {0, 0.0F}}};
  const double at = (static_cast<double>(large) + 0.5) / factor - 0.5;
  const double below = std::floor(at);
  const auto first = static_cast<std::int64_t>(below);
  const double share = at - below;
  return {{{std::max<std::int64_t>(first, 0), static_cast<float>(1 - share)},
           {std::min(first + 1, size - 1), static_cast<float>(share)}}};
}

// Upsample2d and its gradient, image by image.
class UpsampleKernel final : public Kernel {
 public:
  UpsampleKernel(Size2 factors, bool bilinear, bool backward, const OpCase& op)
      : factors_(factors),
        bilinear_(bilinear),
        backward_(backward),
        small_(backward ? op.outputs[0].shape : op.inputs[0].shape),
        large_(backward ? op.inputs[0].shape : op.outputs[0].shape),
        images_(op.inputs[0].shape[0]),
        threads_(threads_for(images_ * large_.height * large_.row(), op.threads)) {}
  std::string name() const override { return backward_ ? "cpu/upsample2d_backward" : "cpu/upsample2d"; }
  void run(const Arguments& a) override {
    const std::int64_t small_image = small_.height * small_.row(), large_image = large_.height * large_.row();
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(images_, part, threads_);
      for (std::int64_t n = slice.begin; n < slice.end; ++n) {
        if (backward_) {
          gather(a.inputs[0] + n * large_image, a.outputs[0] + n * small_image);
        } else {
          spread(a.inputs[0] + n * small_image, a.outputs[0] + n * large_image);
        }
      }
    });
  }

 private:
  // Calls visit(offset of a large pixel, offset of a small one, weight).
  template <class Visit>
  void for_each_pixel(Visit visit) const {
    for (std::int64_t h = 0; h < large_.height; ++h) {
      const Parts rows = parts_of(h, factors_.height, small_.height, bilinear_);
      for (std::int64_t w = 0; w < large_.width; ++w) {
        const Parts columns = parts_of(w, factors_.width, small_.width, bilinear_);
        for (const Part& row : rows.part) {
          for (const Part& column : columns.part) {
            const float weight = row.weight * column.weight;
            if (weight == 0.0F) continue;
            visit(h * large_.row() + w * large_.channels, row.at * small_.row() + column.at * small_.channels, weight);
          }
        }
      }
    }
  }
  void spread(const float* x, float* y) const {
    if (bilinear_) std::fill_n(y, large_.height * large_.row(), 0.0F);
    for_each_pixel([&](std::int64_t large, std::int64_t small, float weight) {
      if (bilinear_) {
        add(x + small, weight, y + large);
      } else {
        std::copy_n(x + small, small_.channels, y + large);
      }
    });
  }
  void gather(const float* dy, float* dx) const {
    std::fill_n(dx, small_.height * small_.row(), 0.0F);
    for_each_pixel([&](std::int64_t large, std::int64_t small, float weight) { add(dy + large, weight, dx + small); });
  }
  void add(const float* from, float weight, float* to) const {
    for (std::int64_t c = 0; c < small_.channels; ++c) to[c] += weight * from[c];
  }

  Size2 factors_;
  bool bilinear_, backward_;
  Extent small_, large_;
  std::int64_t images_;
  int threads_;
};

Answer make(const OpCase& op, auto make_kernel) {
  for (const Operand* operand : {&op.inputs[0], &op.outputs[0]}) {
    if (operand->layout != graph::Layout::plain) return refuse("cpu/resize: takes plain images only");
  }
  return {make_kernel(), {}};
}

}  // namespace

Answer make_resize(const OpCase& op) {
  if (const auto* pad = std::get_if<graph::Pad2d>(&op.attributes)) {
    return make(op, [&] { return std::make_unique<MarginKernel>(pad->margins, true, op); });
  }
  if (const auto* crop = std::get_if<graph::Crop2d>(&op.attributes)) {
    return make(op, [&] { return std::make_unique<MarginKernel>(crop->margins, false, op); });
  }
  if (const auto* up = std::get_if<graph::Upsample2d>(&op.attributes)) {
    return make(op, [&] { return std::make_unique<UpsampleKernel>(up->factors, up->bilinear, false, op); });
  }
  if (const auto* back = std::get_if<graph::Upsample2dBackward>(&op.attributes)) {
    return make(op, [&] { return std::make_unique<UpsampleKernel>(back->factors, back->bilinear, true, op); });
  }
  return {};
}

}  // namespace sumi::backend::cpu_detail
