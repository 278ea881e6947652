// HDF5 files as weights, and as models of Keras 2.
#include <vector>

#include "fuzz/fuzz.hpp"
#include "saving/legacy_file.hpp"
#include "saving/weight_file.hpp"

namespace {

void read_all(const sumi::saving::WeightStore& store, const std::vector<sumi::saving::VariableGroup>& groups) {
  std::vector<float> floats(4096);
  for (const auto& group : groups) {
    for (const auto& entry : store.entries(group)) {
      std::int64_t integer = 0;
      sumi::saving::ModelVariable variable{"v", entry.array.shape};
      const auto count = static_cast<std::size_t>(sumi::element_count(variable.shape));
      if (entry.array.type == sumi::saving::ElementType::integer) {
        variable.integer = &integer;
      } else if (count <= floats.size()) {
        variable.floats = {floats.data(), count};
      }
      entry.read(variable);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sumi;
  const std::span<const std::byte> image(reinterpret_cast<const std::byte*>(data), size);
  const std::vector<saving::VariableGroup> groups = {{"/layers/dense/vars", "d", "Dense", {{"k", {3, 2}}}},
                                                     {"/layers/conv2d/vars", "c", "Conv2D", {{"k", {3}}}},
                                                     {"/optimizer/vars", "o", "SGD", {}}};
  fuzz::may_refuse([&] { read_all(saving::H5Store(image, "fuzzed"), groups); });
  return fuzz::may_refuse([&] {
    saving::LegacyStore store(image, "fuzzed");
    store.model_config();
    store.match(groups);
    read_all(store, groups);
  });
}
