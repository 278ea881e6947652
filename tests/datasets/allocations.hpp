// The largest piece of memory that the test program has asked for.
#pragma once

#include <atomic>
#include <cstddef>

namespace sumi::test {

/// In bytes, since it was last set to 0.
extern std::atomic<std::size_t> largest_allocation;

}  // namespace sumi::test
