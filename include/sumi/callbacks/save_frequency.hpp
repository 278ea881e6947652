// How often a callback saves.
#pragma once

#include <cstdint>
#include <string_view>

namespace sumi {

/// `"epoch"`: after every epoch; a number: after so many batches, counted over epochs.
class SaveFrequency {
 public:
  /// Throw ArgumentError for another word, or less than 1.
  SaveFrequency(std::string_view word);  // NOLINT(google-explicit-constructor): `.save_freq = "epoch"`
  SaveFrequency(const char* word)        // NOLINT(google-explicit-constructor)
      : SaveFrequency(std::string_view(word)) {}
  SaveFrequency(std::int64_t batches);  // NOLINT(google-explicit-constructor): `.save_freq = 100`
  SaveFrequency(int batches)            // NOLINT(google-explicit-constructor)
      : SaveFrequency(std::int64_t{batches}) {}

  bool is_epoch() const { return batches_ == 0; }
  /// To be told of every batch: whether it is time to save.
  bool is_due(std::int64_t batch);

 private:
  std::int64_t batches_ = 0;
  std::int64_t unsaved_ = 0;
  std::int64_t last_ = -1;
};

}  // namespace sumi
