// How often this thread has asked for memory, for tests that a step asks for none. Needs allocation_count.cpp.
#pragma once

#include <cstddef>

namespace sumi::testing {

/// Calls of operator new in this thread so far, of a program that allocation_count.cpp is linked into.
std::size_t allocation_count();

}  // namespace sumi::testing
