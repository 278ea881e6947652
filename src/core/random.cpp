// The global stream of seeds.
#include "sumi/random.hpp"

#include <mutex>
#include <random>

#include "core/random.hpp"

namespace sumi {
namespace {

struct GlobalStream {
  std::mutex mutex;
  Random random{std::uint64_t{std::random_device{}()} << 32 | std::random_device{}()};
};
GlobalStream& global() {
  static GlobalStream stream;
  return stream;
}

}  // namespace

void set_random_seed(std::int64_t seed) {
  const std::lock_guard lock(global().mutex);
  global().random = Random(static_cast<std::uint64_t>(seed));
}

std::uint64_t next_seed() {
  const std::lock_guard lock(global().mutex);
  const std::uint64_t high = global().random.next_u32();
  return high << 32 | global().random.next_u32();
}

}  // namespace sumi
