// Images: PNG, PGM, PPM.
#include "fuzz/fuzz.hpp"
#include "sumi/image_dataset.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sumi;
  const auto file = fuzz::as_file(data, size, ".png");
  fuzz::may_refuse([&] { image_shape(file); });
  for (const char* mode : {"grayscale", "rgba"}) fuzz::may_refuse([&] { read_image(file, mode); });
  return 0;
}
