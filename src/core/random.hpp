// Random numbers as pure functions of a seed and a position: the Philox4x32-10 generator (Salmon et al., 2011).
//
// The same seed gives the same numbers on every machine, in any order of evaluation and for any number of threads.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>

namespace sumi {

/// 128 random bits that belong to the position `counter` of stream `stream` of `seed`.
inline std::array<std::uint32_t, 4> philox(std::uint64_t seed, std::uint64_t stream, std::uint64_t counter) {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
  std::array<std::uint32_t, 4> c = {low(counter), high(counter), low(stream), high(stream)};
  std::uint32_t key_0 = low(seed);
  std::uint32_t key_1 = high(seed);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product_0 = std::uint64_t{0xD2511F53} * c[0];
    const std::uint64_t product_1 = std::uint64_t{0xCD9E8D57} * c[2];
    c = {high(product_1) ^ c[1] ^ key_0, low(product_1), high(product_0) ^ c[3] ^ key_1, low(product_0)};
    key_0 += 0x9E3779B9;
    key_1 += 0xBB67AE85;
  }
  return c;
}

/// 32 random bits as one of the 2^24 equidistant floats in [0, 1).
inline float to_unit_float(std::uint32_t bits) { return static_cast<float>(bits >> 8) * 0x1p-24F; }

/// The uniform number in [0, 1) that belongs to element `index`: word index % 4 of philox(seed, stream, index / 4).
/// Dropout keeps element `index` of its noise shape in training step `step` where uniform_at(seed, step, index) >=
/// rate.
inline float uniform_at(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) {
  return to_unit_float(philox(seed, stream, index / 4)[index % 4]);
}

/// The normal number with mean 0 and standard deviation 1 that belongs to element `index`. Two neighbours are a pair by
/// Box and Muller: of the words 2k and 2k + 1, the cosine's and the sine's.
inline double normal_at(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) {
  const std::array<std::uint32_t, 4> words = philox(seed, stream, index / 4);
  const std::size_t pair = index % 4 / 2 * 2;
  const double radius = std::sqrt(-2.0 * std::log(1.0 - to_unit_float(words[pair])));
  const double angle = 2.0 * std::numbers::pi * to_unit_float(words[pair + 1]);
  return radius * (index % 2 == 0 ? std::cos(angle) : std::sin(angle));
}

/// One stream of a seed, read from its beginning.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  /// 32 random bits.
  std::uint32_t next_u32() {
    if (used_ == block_.size()) {
      block_ = philox(seed_, stream_, counter_++);
      used_ = 0;
    }
    return block_[used_++];
  }

  /// Uniform in [0, 1), with 53 random bits.
  double uniform() { return static_cast<double>(next_u64() >> 11) * 0x1p-53; }

  /// Normal with mean 0 and standard deviation 1 (Box-Muller).
  double normal() {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    const double angle = 2.0 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
  }

  /// Uniform in 0 ... n-1, without bias. n is at least 1.
  std::uint64_t below(std::uint64_t n) {
    // The largest multiple of n that 64 bits hold ends at `last`; beyond it small results would be more likely.
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t last = most - (most % n + 1) % n;
    std::uint64_t bits = next_u64();
    while (bits > last) bits = next_u64();
    return bits % n;
  }

 private:
  std::uint64_t next_u64() {
    const std::uint64_t upper = next_u32();
    return upper << 32 | next_u32();
  }

  std::uint64_t seed_;
  std::uint64_t stream_;
  std::uint64_t counter_ = 0;
  std::array<std::uint32_t, 4> block_{};
  std::size_t used_ = 4;
  double spare_ = 0.0;
  bool has_spare_ = false;
};

}  // namespace sumi
