// Which instruction set the kernels use: chosen once when the program runs, and forceable.
#pragma once

#include <string>

namespace sumi::backend::cpu_detail {

/// What a kernel may be compiled for. Each one includes those before it.
enum class Isa { baseline, avx2, avx512 };

/// As SUMI_FORCE_ISA spells it.
const char* name_of(Isa isa);

/// True where this machine can run it.
bool machine_has(Isa isa);

/// The best one that this machine has, or the one that `forced` names (null or "" for none). Throws ArgumentError where
/// the name is unknown or the machine lacks it.
Isa choose_isa(const char* forced);

/// The one in use: choose_isa of the environment variable SUMI_FORCE_ISA, as it was at the first call.
Isa active_isa();

/// Its name: `baseline`, `avx2` or `avx512`.
std::string isa_name();

}  // namespace sumi::backend::cpu_detail
