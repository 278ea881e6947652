// Images with zeros around them, and parts of images: rows are copied whole.
#include <algorithm>
#include <optional>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/parallel.hpp"
#include "core/random_images.hpp"

namespace sumi::backend::cpu_detail {
namespace {

struct Extent {
  std::int64_t height, width, channels;
  explicit Extent(const Shape& shape) : height(shape[1]), width(shape[2]), channels(shape[3]) {}
  std::int64_t row() const { return width * channels; }
};

// Output row by output row.
class MarginKernel final : public Kernel {
 public:
  MarginKernel(std::string name, const Margins& margins, bool pad, const OpCase& op)
      : name_(std::move(name)),
        margins_(margins),
        pad_(pad),
        x_(op.inputs[0].shape),
        y_(op.outputs[0].shape),
        rows_(op.outputs[0].shape[0] * y_.height),
        threads_(threads_for(rows_ * y_.row(), op.threads)) {}
  // Margins that are drawn in each step.
  MarginKernel(std::string name, const graph::RandomCrop& crop, bool pad, const OpCase& op)
      : MarginKernel(std::move(name), Margins(0), pad, op) {
    crop_ = crop;
  }
  std::string name() const override { return name_; }
  void run(const Arguments& a) override {
    if (crop_) draw_margins(a.step);
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
  void draw_margins(std::uint64_t step) {
    const Extent& whole = pad_ ? y_ : x_;
    const Size2 size(static_cast<int>(whole.height), static_cast<int>(whole.width));
    const Size2 origin = draw_crop_origin(crop_->size, size, crop_->seed, step);
    margins_ = {{origin.height, size.height - crop_->size.height - origin.height},
                {origin.width, size.width - crop_->size.width - origin.width}};
  }
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

  std::string name_;
  Margins margins_;
  std::optional<graph::RandomCrop> crop_;
  bool pad_;
  Extent x_, y_;
  std::int64_t rows_;
  int threads_;
};

Answer make(const char* name, const auto& margins, bool pad, const OpCase& op) {
  for (const Operand* operand : {&op.inputs[0], &op.outputs[0]}) {
    if (operand->layout != graph::Layout::plain) return refuse(std::string(name) + ": takes plain images only");
  }
  return {std::make_unique<MarginKernel>(name, margins, pad, op), {}};
}

}  // namespace

Answer make_margins(const OpCase& op) {
  if (const auto* pad = std::get_if<graph::Pad2d>(&op.attributes)) {
    return make("cpu/pad2d", pad->margins, true, op);
  }
  if (const auto* crop = std::get_if<graph::Crop2d>(&op.attributes)) {
    return make("cpu/crop2d", crop->margins, false, op);
  }
  if (const auto* crop = std::get_if<graph::RandomCrop>(&op.attributes)) {
    return make("cpu/random_crop", *crop, false, op);
  }
  if (const auto* back = std::get_if<graph::RandomCropBackward>(&op.attributes)) {
    return make("cpu/random_crop_backward", back->forward, true, op);
  }
  return {};
}

}  // namespace sumi::backend::cpu_detail
