// The program's own operator new. In a file of its own: inlined, it confuses GCC's -Wmismatched-new-delete.
#include "datasets/allocations.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

std::atomic<std::size_t> sumi::test::largest_allocation{0};

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  std::atomic<std::size_t>& largest = sumi::test::largest_allocation;
  std::size_t before = largest;
  while (size > before && !largest.compare_exchange_weak(before, size)) {
  }
  return std::malloc(std::max<std::size_t>(size, 1));
}

void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
