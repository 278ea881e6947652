// The kernels for AVX2 and FMA: vectors of eight floats.
#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>

#include "backend/cpu/kernels.hpp"

// A region, not a compiler flag: inline functions of the headers above stay runnable everywhere.
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define SUMI_LANES 8
namespace sumi::backend::cpu_detail::avx2 {
#include "backend/cpu/kernels-inl.hpp"
}  // namespace sumi::backend::cpu_detail::avx2
#pragma GCC pop_options
#endif
