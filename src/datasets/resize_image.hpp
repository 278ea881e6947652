// Images of another size.
#pragma once

#include "sumi/image_dataset.hpp"

namespace sumi::datasets {

/// Writes the image as floats of another size, by the nearest pixel or by those around, weighted by their distance
/// (bilinear). Pixels are squares: the middle of the first one is at 0.5. Nothing is smoothed where an image shrinks.
void resize(const Image& image, Size2 size, bool nearest, float* out);

}  // namespace sumi::datasets
