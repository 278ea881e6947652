// PNG images.
#include "fuzz/fuzz.hpp"
#include "png_image.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sumi;
  const auto file = fuzz::as_file(data, size, ".png");
  return fuzz::may_refuse([&] { read_png(file, 8, 8); });
}
