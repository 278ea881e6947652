// Tells ThreadSanitizer where OpenMP's parallel regions begin and end, which it can't see: GCC's libgomp waits by
// system calls of its own. Without this every read of a region's variables looks like a race; with it, races within a
// region are still found. Linked into the tests of the tsan preset, where it stands before libgomp's GOMP_parallel.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

namespace {

using Body = void (*)(void*);

struct Region {
  Body body;
  void* data;
  char begin = 0, end = 0;  // only their addresses count
};

__attribute__((no_sanitize("thread"))) void run(void* argument) {
  auto* region = static_cast<Region*>(argument);
  __tsan_acquire(&region->begin);
  region->body(region->data);
  __tsan_release(&region->end);
}

}  // namespace

extern "C" __attribute__((no_sanitize("thread"))) void GOMP_parallel(Body body, void* data, unsigned threads,
                                                                     unsigned flags) {
  using Parallel = void (*)(Body, void*, unsigned, unsigned);
  static const auto parallel = reinterpret_cast<Parallel>(dlsym(RTLD_NEXT, "GOMP_parallel"));
  Region region{body, data};
  __tsan_release(&region.begin);
  parallel(run, &region, threads, flags);
  __tsan_acquire(&region.end);
}
