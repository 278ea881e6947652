// IDX files, plain and gzip.
#include "fuzz/fuzz.hpp"
#include "sumi/datasets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sumi;
  const auto file = fuzz::as_file(data, size, "-ubyte");
  return fuzz::may_refuse([&] { datasets::read_idx(file); });
}
