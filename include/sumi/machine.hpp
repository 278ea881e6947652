// What this machine can do at best, measured, so that a time can be read as a ratio.
#pragma once

#include <string>

#include "sumi/threads.hpp"

namespace sumi {

/// The instruction set that kernels use: `baseline`, `avx2` or `avx512`.
std::string instruction_set();

/// Floating-point operations a second of float32 multiply-adds (two each) between registers, all threads together.
/// Takes some hundredths of a second.
double peak_flops(int threads = num_threads());

/// Bytes a second of a loop that reads two arrays and writes a third, all far larger than the caches. Takes 192 MB and
/// some tenths of a second.
double memory_bandwidth(int threads = num_threads());

}  // namespace sumi
