#include "sumi/callbacks/save_frequency.hpp"

#include <string>
#include <utility>

#include "sumi/error.hpp"

namespace sumi {

SaveFrequency::SaveFrequency(std::string_view word) {
  if (word == "epoch") return;
  throw ArgumentError("Unrecognized save_freq: " + std::string(word) +
                      ". Expected save_freq are 'epoch' or integer values");
}

SaveFrequency::SaveFrequency(std::int64_t batches) : batches_(batches) {
  if (batches >= 1) return;
  throw ArgumentError("Expected `save_freq` to be at least 1 batch. Received save_freq=" + std::to_string(batches) +
                      ".");
}

bool SaveFrequency::is_due(std::int64_t batch) {
  if (is_epoch()) return false;
  const std::int64_t before = std::exchange(last_, batch);
  unsaved_ += batch <= before ? batch + 1 : batch - before;
  if (unsaved_ < batches_) return false;
  unsaved_ = 0;
  return true;
}

}  // namespace sumi
