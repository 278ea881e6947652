// Data that comes in batches, one after the other: from arrays, or from code of the user's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "sumi/array.hpp"

namespace sumi {

/// Some samples: inputs, and targets and weights where there are any. All have as many samples.
struct Batch {
  ArrayView x = {};
  ArrayView y = {};
  ArrayView sample_weight = {};
  /// What keeps the arrays alive; empty where somebody else does.
  std::shared_ptr<const void> owner = {};
};

/// A batch that owns its arrays: x; x and y; or x, y and sample weights.
template <class... Arrays>
requires(sizeof...(Arrays) >= 1 && sizeof...(Arrays) <= 3) Batch make_batch(Arrays... arrays) {
  auto kept = std::make_shared<std::tuple<Arrays...>>(std::move(arrays)...);
  Batch batch = std::apply([](const auto&... array) { return Batch{ArrayView(array)...}; }, *kept);
  batch.owner = std::move(kept);
  return batch;
}

/// How batches come about. A Dataset is a recipe, copied cheaply; begin() carries it out. Every pass over the data has
/// a number, in fit that of the epoch, on which alone the order of its elements depends.
class Dataset {
 public:
  /// The next batch at each call; nothing at the end.
  using Next = std::function<std::optional<Batch>()>;

  /// From code: `begin(pass)` returns what gives the batches of that pass. `size`: how many these are, where known.
  static Dataset from_generator(std::function<Next(std::int64_t pass)> begin, std::optional<std::int64_t> size = {});
  /// The samples of arrays, one by one; the arrays must stay alive. Throws ShapeError where they have different numbers
  /// of samples.
  static Dataset from_arrays(ArrayView x, ArrayView y = {}, ArrayView sample_weight = {});

  // What follows throws ArgumentError for numbers below 1.

  /// Each element changed by a function.
  Dataset map(std::function<Batch(Batch)> change) const;
  /// Each element drawn from the next `buffer_size` ones, in another order at each pass. Without a seed, one of the
  /// global stream.
  Dataset shuffle(std::int64_t buffer_size, std::optional<std::uint64_t> seed = {}) const;
  /// So many elements joined to one; nothing is copied where they lie side by side in memory. The last may be smaller,
  /// or is left out. Elements of different shapes or types throw ShapeError when they are met.
  Dataset batch(std::int64_t batch_size, bool drop_remainder = false) const;
  /// So many passes one after the other; endless without a count.
  Dataset repeat(std::optional<std::int64_t> count = {}) const;
  /// The first elements alone.
  Dataset take(std::int64_t count) const;
  /// Elements made ahead, up to so many, on a thread of their own. What is thrown there comes out where the element is
  /// asked for.
  Dataset prefetch(std::int64_t elements = 2) const;

  /// Elements of a pass; absent where not known, or without end.
  std::optional<std::int64_t> size() const { return size_; }
  /// Begins a pass.
  Next begin(std::int64_t pass = 0) const { return begin_(pass); }

 private:
  using Begin = std::function<Next(std::int64_t pass)>;
  /// Elements that are single samples of arrays: shuffled and joined by their numbers.
  struct Samples {
    Batch arrays;
    std::function<std::vector<std::int64_t>(std::int64_t pass)> order;
  };

  Dataset(Begin begin, std::optional<std::int64_t> size) : begin_(std::move(begin)), size_(size) {}
  explicit Dataset(Samples samples);

  Begin begin_;
  std::optional<std::int64_t> size_;
  std::shared_ptr<const Samples> samples_;
};

}  // namespace sumi
