// Images are bytes and a shape; floats are made from them on request.
#include <utility>

#include "sumi/datasets.hpp"

namespace sumi::datasets {

Images::Images(std::vector<std::uint8_t> pixels, Shape shape) : pixels_(std::move(pixels)), shape_(std::move(shape)) {
  if (shape_.size() != 3) {
    throw ShapeError("Images: expected a shape (count, height, width). Received " + to_string(shape_) + ".");
  }
  if (element_count(shape_) != static_cast<std::int64_t>(pixels_.size())) {
    throw ShapeError("Images: expected " + std::to_string(element_count(shape_)) + " pixels for shape " +
                     to_string(shape_) + ". Received " + std::to_string(pixels_.size()) + ".");
  }
}

ArrayView Images::view() const { return ArrayView(std::span(pixels_), shape_); }

ArrayView Images::normalized_view() const {
  Shape shape = shape_;
  shape.push_back(1);
  return ArrayView(std::span(pixels_), std::move(shape)).divided_by(255.0F);
}

namespace {
Tensor divided(const Images& images, float divisor) {
  std::vector<std::size_t> shape(images.shape().begin(), images.shape().end());
  shape.push_back(1);
  Tensor result = Tensor::from_shape(shape);
  float* out = result.data();
  for (const std::uint8_t pixel : images.pixels()) *out++ = static_cast<float>(pixel) / divisor;
  return result;
}
}  // namespace

Tensor Images::as_float() const { return divided(*this, 1.0f); }

Tensor Images::normalized() const { return divided(*this, 255.0f); }

}  // namespace sumi::datasets
