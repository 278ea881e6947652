// Threads for kernels: a fixed division of the work, so that the same number of threads gives the same bits.
#pragma once

#include <omp.h>

#include <cstdint>

namespace sumi::backend::cpu_detail {

/// Work on fewer floats than this is not worth waking threads for: about what one core moves while a team starts.
inline constexpr std::int64_t floats_worth_a_team = 32768;

/// Multiply-adds that take as long as moving one float.
inline constexpr std::int64_t multiplications_per_float = 8;

/// How many of the allowed threads to use for a kernel that touches this many floats.
inline int threads_for(std::int64_t floats, int allowed) { return floats < floats_worth_a_team ? 1 : allowed; }

/// Half-open part of a range.
struct Slice {
  std::int64_t begin = 0, end = 0;
};

/// Part number `part` of `parts` of [0, count).
inline Slice slice_of(std::int64_t count, int part, int parts) {
  return {count * part / parts, count * (part + 1) / parts};
}

/// The same in steps of 16, so that threads share no cache line and a number's place in a vector does not depend on
/// their number.
inline Slice lines_of(std::int64_t count, int part, int parts) {
  const Slice lines = slice_of((count + 15) / 16, part, parts);
  return {lines.begin * 16 < count ? lines.begin * 16 : count, lines.end * 16 < count ? lines.end * 16 : count};
}

/// Calls body(part) for all parts in [0, parts), each part on a thread of its own where there are as many.
template <class Body>
void parallel(int parts, const Body& body) {
  if (parts == 1) return body(0);
#pragma omp parallel num_threads(parts)
  for (int part = omp_get_thread_num(); part < parts; part += omp_get_num_threads()) body(part);
}

/// While it lives, parallel regions that this thread starts, oneDNN's included, use `threads` threads.
class TeamSize {
 public:
  explicit TeamSize(int threads) : before_(omp_get_max_threads()) { omp_set_num_threads(threads); }
  ~TeamSize() { omp_set_num_threads(before_); }
  TeamSize(const TeamSize&) = delete;
  TeamSize& operator=(const TeamSize&) = delete;

 private:
  int before_;
};

}  // namespace sumi::backend::cpu_detail
