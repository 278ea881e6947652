// Archives as models.
#include "fuzz/fuzz.hpp"
#include "sumi/saving.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sumi;
  const auto file = fuzz::as_file(data, size, ".keras");
  fuzz::may_refuse([&] { load_model(file); });
  return fuzz::may_refuse([&] { inspect_file(file); });
}
