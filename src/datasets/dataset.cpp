// Recipes for batches: each step of one is a function around the step before it.
#include "sumi/dataset.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>

#include "core/random.hpp"
#include "datasets/prefetch.hpp"
#include "sumi/error.hpp"
#include "sumi/random.hpp"

namespace sumi {
namespace {

void require_positive(std::int64_t value, const char* argument) {
  if (value >= 1) return;
  throw ArgumentError(std::string("Expected `") + argument + "` to be at least 1. Received " + argument + "=" +
                      std::to_string(value) + ".");
}

std::size_t sample_bytes(const ArrayView& array) {
  if (array.samples() == 0) return 0;
  return static_cast<std::size_t>(element_count(array.shape()) / array.samples()) * size_of(array.dtype());
}

// The place of an element of the buffer that is to be given next.
std::size_t draw(Random& random, std::size_t buffered) { return static_cast<std::size_t>(random.below(buffered)); }

// The order in which elements come out of a buffer of that size.
std::vector<std::int64_t> shuffled(const std::vector<std::int64_t>& order, std::int64_t buffer_size, Random random) {
  const std::size_t size = std::min(order.size(), static_cast<std::size_t>(buffer_size));
  std::vector<std::int64_t> buffer(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(size)), result;
  result.reserve(order.size());
  for (std::size_t coming = size; !buffer.empty(); ++coming) {
    std::int64_t& drawn = buffer[draw(random, buffer.size())];
    result.push_back(drawn);
    drawn = coming < order.size() ? order[coming] : buffer.back();
    if (coming >= order.size()) buffer.pop_back();
  }
  return result;
}

// Samples of one array, one after the other: itself where they lie so, else copied.
ArrayView gather(const ArrayView& array, std::span<const std::int64_t> samples, std::byte* out) {
  if (array.empty()) return array;
  const std::size_t bytes = sample_bytes(array);
  const auto* from = static_cast<const std::byte*>(array.data());
  if (out == nullptr) return array.slice(samples.front(), samples.back() + 1);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    std::memcpy(out + i * bytes, from + static_cast<std::size_t>(samples[i]) * bytes, bytes);
  }
  return array.with_data(out, static_cast<std::int64_t>(samples.size()));
}

// Arrays start at multiples of this, as new memory does.
std::size_t aligned(std::size_t bytes) {
  constexpr std::size_t unit = alignof(std::max_align_t);
  return (bytes + unit - 1) / unit * unit;
}

Batch gather(const Batch& arrays, std::span<const std::int64_t> samples) {
  bool together = true;
  for (std::size_t i = 1; i < samples.size(); ++i) together = together && samples[i] == samples[i - 1] + 1;
  if (together) {
    return {gather(arrays.x, samples, nullptr), gather(arrays.y, samples, nullptr),
            gather(arrays.sample_weight, samples, nullptr), arrays.owner};
  }
  const std::size_t x = aligned(samples.size() * sample_bytes(arrays.x));
  const std::size_t y = aligned(samples.size() * sample_bytes(arrays.y));
  const auto memory =
      std::make_shared_for_overwrite<std::byte[]>(x + y + samples.size() * sample_bytes(arrays.sample_weight));
  return {gather(arrays.x, samples, memory.get()), gather(arrays.y, samples, memory.get() + x),
          gather(arrays.sample_weight, samples, memory.get() + x + y), memory};
}

std::string kind(const ArrayView& array) {
  Shape shape = array.shape();
  if (!shape.empty()) shape[0] = None;
  return array.empty() ? "none" : name_of(array.dtype()) + std::string(" ") + to_string(shape);
}

bool lies_behind(const ArrayView& next, const ArrayView& array) {
  const auto* end =
      static_cast<const std::byte*>(array.data()) + static_cast<std::size_t>(array.samples()) * sample_bytes(array);
  return array.empty() || next.data() == end;
}

// One of the arrays of all parts, joined.
ArrayView join(const std::vector<Batch>& parts, ArrayView Batch::*which, std::byte* out) {
  const ArrayView& first = parts.front().*which;
  if (first.empty()) return first;
  std::int64_t samples = 0;
  std::byte* to = out;
  for (const Batch& part : parts) {
    samples += (part.*which).samples();
    const std::size_t bytes = static_cast<std::size_t>((part.*which).samples()) * sample_bytes(part.*which);
    if (out != nullptr) std::memcpy(std::exchange(to, to + bytes), (part.*which).data(), bytes);
  }
  return first.with_data(out == nullptr ? first.data() : out, samples);
}

Batch join(std::vector<Batch> parts) {
  if (parts.size() == 1) return std::move(parts.front());
  constexpr ArrayView Batch::*arrays[] = {&Batch::x, &Batch::y, &Batch::sample_weight};
  bool together = true;
  std::size_t sizes[3] = {};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t a = 0; a < 3; ++a) {
      const ArrayView &first = parts.front().*arrays[a], &part = parts[i].*arrays[a];
      if (kind(part) != kind(first) || part.divisor() != first.divisor()) {
        throw ShapeError("Expected elements of one kind to join them to a batch. Received " + kind(first) + " and " +
                         kind(part) + ".");
      }
      sizes[a] += static_cast<std::size_t>(part.samples()) * sample_bytes(part);
      if (i > 0) together = together && lies_behind(part, parts[i - 1].*arrays[a]);
    }
    together = together && parts[i].owner == parts.front().owner;
  }
  Batch joined{{}, {}, {}, parts.front().owner};
  std::byte* out = nullptr;
  if (!together) {
    const auto memory = std::make_shared_for_overwrite<std::byte[]>(aligned(sizes[0]) + aligned(sizes[1]) + sizes[2]);
    out = memory.get();
    joined.owner = memory;
  }
  for (std::size_t a = 0; a < 3; ++a) {
    joined.*arrays[a] = join(parts, arrays[a], out);
    if (out != nullptr) out += aligned(sizes[a]);
  }
  return joined;
}

std::optional<std::int64_t> batches_of(std::optional<std::int64_t> size, std::int64_t batch, bool drop_remainder) {
  if (!size) return size;
  return (*size + (drop_remainder ? 0 : batch - 1)) / batch;
}

}  // namespace

Dataset Dataset::from_generator(std::function<Next(std::int64_t pass)> begin, std::optional<std::int64_t> size) {
  if (!begin) throw ArgumentError("Expected `begin` to be a function that begins a pass. Received an empty one.");
  return {std::move(begin), size};
}

Dataset::Dataset(Samples samples)
    : size_(samples.arrays.x.samples()), samples_(std::make_shared<const Samples>(std::move(samples))) {
  begin_ = [samples = samples_](std::int64_t pass) -> Next {
    return [samples, order = samples->order(pass), i = std::size_t{0}]() mutable -> std::optional<Batch> {
      if (i == order.size()) return std::nullopt;
      return gather(samples->arrays, std::span<const std::int64_t>(order).subspan(i++, 1));
    };
  };
}

Dataset Dataset::from_arrays(ArrayView x, ArrayView y, ArrayView sample_weight) {
  for (const auto& [array, name] : {std::pair(&y, "y"), std::pair(&sample_weight, "sample_weight")}) {
    if (array->empty() || array->samples() == x.samples()) continue;
    throw ShapeError(
        "Data cardinality is ambiguous. Make sure all arrays contain the same number of samples.'x' sizes: " +
        std::to_string(x.samples()) + "\n'" + name + "' sizes: " + std::to_string(array->samples()) + "\n");
  }
  const auto in_order = [count = x.samples()](std::int64_t) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    return order;
  };
  return Dataset(Samples{{std::move(x), std::move(y), std::move(sample_weight), {}}, in_order});
}

Dataset Dataset::map(std::function<Batch(Batch)> change) const {
  if (!change) throw ArgumentError("Expected a function for `map`. Received an empty one.");
  return {[begin = begin_, change = std::move(change)](std::int64_t pass) -> Next {
            return [next = begin(pass), change]() -> std::optional<Batch> {
              std::optional<Batch> batch = next();
              if (batch) *batch = change(std::move(*batch));
              return batch;
            };
          },
          size_};
}

Dataset Dataset::shuffle(std::int64_t buffer_size, std::optional<std::uint64_t> chosen_seed) const {
  require_positive(buffer_size, "buffer_size");
  const std::uint64_t seed = chosen_seed ? *chosen_seed : next_seed();
  const auto random_of = [seed](std::int64_t pass) { return Random(seed, static_cast<std::uint64_t>(pass)); };
  if (samples_) {
    return Dataset(Samples{samples_->arrays, [before = samples_, buffer_size, random_of](std::int64_t pass) {
                             return shuffled(before->order(pass), buffer_size, random_of(pass));
                           }});
  }
  return {[begin = begin_, buffer_size, random_of](std::int64_t pass) -> Next {
            return [next = begin(pass), random = random_of(pass), buffer = std::vector<Batch>(), buffer_size,
                    more = true]() mutable -> std::optional<Batch> {
              while (more && static_cast<std::int64_t>(buffer.size()) < buffer_size) {
                std::optional<Batch> coming = next();
                more = coming.has_value();
                if (more) buffer.push_back(std::move(*coming));
              }
              if (buffer.empty()) return std::nullopt;
              Batch& drawn = buffer[draw(random, buffer.size())];
              Batch result = std::move(drawn);
              std::optional<Batch> coming = more ? next() : std::nullopt;
              more = coming.has_value();
              if (more) {
                drawn = std::move(*coming);
              } else {
                if (&drawn != &buffer.back()) drawn = std::move(buffer.back());
                buffer.pop_back();
              }
              return result;
            };
          },
          size_};
}

Dataset Dataset::batch(std::int64_t batch_size, bool drop_remainder) const {
  require_positive(batch_size, "batch_size");
  const auto count = static_cast<std::size_t>(batch_size);
  const std::optional<std::int64_t> size = batches_of(size_, batch_size, drop_remainder);
  if (samples_) {
    return {[samples = samples_, count, drop_remainder](std::int64_t pass) -> Next {
              return [samples, order = samples->order(pass), count, drop_remainder,
                      i = std::size_t{0}]() mutable -> std::optional<Batch> {
                const std::size_t taken = std::min(count, order.size() - i);
                if (taken == 0 || (drop_remainder && taken < count)) return std::nullopt;
                i += taken;
                return gather(samples->arrays, std::span<const std::int64_t>(order).subspan(i - taken, taken));
              };
            },
            size};
  }
  return {[begin = begin_, count, drop_remainder](std::int64_t pass) -> Next {
            return [next = begin(pass), count, drop_remainder, more = true]() mutable -> std::optional<Batch> {
              std::vector<Batch> parts;
              while (more && parts.size() < count) {
                std::optional<Batch> part = next();
                more = part.has_value();
                if (more) parts.push_back(std::move(*part));
              }
              if (parts.empty() || (drop_remainder && parts.size() < count)) return std::nullopt;
              return join(std::move(parts));
            };
          },
          size};
}

Dataset Dataset::repeat(std::optional<std::int64_t> count) const {
  if (count) require_positive(*count, "count");
  const std::int64_t passes = count.value_or(std::numeric_limits<std::int64_t>::max());
  return {[begin = begin_, passes, first = count.value_or(1)](std::int64_t pass) -> Next {
            return [begin, next = Next(), passes, number = pass * first, done = std::int64_t{0},
                    empty = false]() mutable -> std::optional<Batch> {
              // A pass without elements would be repeated for ever.
              while (!empty) {
                if (next) {
                  if (std::optional<Batch> batch = next()) return batch;
                  next = nullptr;
                }
                if (done == passes) break;
                next = begin(number + done++);
                std::optional<Batch> batch = next();
                if (batch) return batch;
                empty = true;
              }
              return std::nullopt;
            };
          },
          count&& size_ ? std::optional(*size_ * *count) : std::nullopt};
}

Dataset Dataset::take(std::int64_t count) const {
  require_positive(count, "count");
  // Without a known size, `count` is only the most that it can be.
  const std::optional<std::int64_t> size = size_ ? std::optional(std::min(*size_, count)) : std::nullopt;
  return {[begin = begin_, count](std::int64_t pass) -> Next {
            return [next = begin(pass), left = count]() mutable -> std::optional<Batch> {
              if (left == 0) return std::nullopt;
              --left;
              return next();
            };
          },
          size};
}

Dataset Dataset::prefetch(std::int64_t elements) const {
  require_positive(elements, "elements");
  return {[begin = begin_, elements](std::int64_t pass) -> Next {
            const auto ahead = std::make_shared<datasets::Prefetch>(begin(pass), static_cast<std::size_t>(elements));
            return [ahead] { return ahead->next(); };
          },
          size_};
}

}  // namespace sumi
