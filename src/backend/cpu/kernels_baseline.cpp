// The kernels for any machine: vectors of four floats. Also holds the choice between the tables.
#include <cstdint>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "backend/cpu/isa.hpp"
#include "backend/cpu/kernels.hpp"

#define SUMI_LANES 4
namespace sumi::backend::cpu_detail::baseline {
#include "backend/cpu/kernels-inl.hpp"
}  // namespace sumi::backend::cpu_detail::baseline

namespace sumi::backend::cpu_detail {

const KernelTable& kernels() {
#if defined(__x86_64__)
  switch (active_isa()) {
    case Isa::avx512:
      return avx512::table;
    case Isa::avx2:
      return avx2::table;
    case Isa::baseline:
      break;
  }
#endif
  return baseline::table;
}

}  // namespace sumi::backend::cpu_detail
