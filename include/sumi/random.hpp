// The global seed: from it come all random numbers that have no seed of their own.
#pragma once

#include <cstdint>

namespace sumi {

/// Starts the global stream anew: programs that do the same things after it see the same random numbers. Without it
/// every run of a program is different.
void set_random_seed(std::int64_t seed);

/// The next number of the global stream, to be used as a seed. May be called from any thread.
std::uint64_t next_seed();

}  // namespace sumi
