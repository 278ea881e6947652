// The kernels for AVX-512 (F, BW, DQ, VL): vectors of sixteen floats.
#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>

#include "backend/cpu/kernels.hpp"

// A region, not a compiler flag: inline functions of the headers above stay runnable everywhere.
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")
#define SUMI_LANES 16
namespace sumi::backend::cpu_detail::avx512 {
#include "backend/cpu/kernels-inl.hpp"
}  // namespace sumi::backend::cpu_detail::avx512
#pragma GCC pop_options
#endif
