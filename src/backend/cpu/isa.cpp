// Looks at the machine and at SUMI_FORCE_ISA.
#include "backend/cpu/isa.hpp"

#include <cstdlib>

#include "sumi/error.hpp"

namespace sumi::backend::cpu_detail {

const char* name_of(Isa isa) {
  switch (isa) {
    case Isa::avx512:
      return "avx512";
    case Isa::avx2:
      return "avx2";
    case Isa::baseline:
      break;
  }
  return "baseline";
}

bool machine_has(Isa isa) {
#if defined(__x86_64__)
  switch (isa) {
    case Isa::avx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && machine_has(Isa::avx2);
    case Isa::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Isa::baseline:
      break;
  }
#endif
  return isa == Isa::baseline;
}

Isa choose_isa(const char* forced) {
  const std::string wish = forced != nullptr ? forced : "";
  for (const Isa isa : {Isa::avx512, Isa::avx2, Isa::baseline}) {
    if (wish == name_of(isa) && !machine_has(isa)) {
      throw ArgumentError("Expected SUMI_FORCE_ISA to name an instruction set that this machine has. Received '" +
                          wish + "', which it lacks.");
    }
    if (wish == name_of(isa) || (wish.empty() && machine_has(isa))) return isa;
  }
  throw ArgumentError("Expected SUMI_FORCE_ISA to be one of 'baseline', 'avx2', 'avx512'. Received '" + wish + "'.");
}

Isa active_isa() {
  static const Isa active = choose_isa(std::getenv("SUMI_FORCE_ISA"));
  return active;
}

std::string isa_name() { return name_of(active_isa()); }

}  // namespace sumi::backend::cpu_detail
