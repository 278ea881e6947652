// The choice of instruction set: the best there is, or the forced one, or an error.
#include "backend/cpu/isa.hpp"

#include <cstdlib>

#include "backend/backend.hpp"
#include "backend/cpu/kernels.hpp"
#include "sumi/error.hpp"
#include "support/catch.hpp"

namespace sumi::backend::cpu_detail {
namespace {

TEST_CASE("without a wish the best instruction set of the machine is chosen", "[cpu][isa]") {
  const Isa best = choose_isa(nullptr);
  CHECK(machine_has(best));
  CHECK(choose_isa("") == best);
  for (const Isa isa : {Isa::baseline, Isa::avx2, Isa::avx512}) {
    if (machine_has(isa)) CHECK(static_cast<int>(isa) <= static_cast<int>(best));
  }
}

TEST_CASE("every instruction set that the machine has can be forced, no other", "[cpu][isa]") {
  CHECK(machine_has(Isa::baseline));
  for (const Isa isa : {Isa::baseline, Isa::avx2, Isa::avx512}) {
    if (machine_has(isa)) {
      CHECK(choose_isa(name_of(isa)) == isa);
    } else {
      CHECK_THROWS_AS(choose_isa(name_of(isa)), ArgumentError);
    }
  }
}

TEST_CASE("an unknown instruction set is refused with the list of known ones", "[cpu][isa]") {
  CHECK_THROWS_AS(choose_isa("sse9"), ArgumentError);
  CHECK_THROWS_WITH(choose_isa("AVX2"),
                    "Expected SUMI_FORCE_ISA to be one of 'baseline', 'avx2', 'avx512'. Received 'AVX2'.");
}

// CMake runs this once for each value of SUMI_FORCE_ISA.
TEST_CASE("the forced instruction set is the active one, in sumi and in oneDNN", "[cpu][isa]") {
  const char* forced = std::getenv("SUMI_FORCE_ISA");
  const std::string expected = name_of(choose_isa(forced));
  CHECK(isa_name() == expected);
  CHECK(backend::cpu().name() == "cpu/" + expected);
  const KernelTable& expected_table = expected == "baseline" ? baseline::table
#if defined(__x86_64__)
                                      : expected == "avx2"   ? avx2::table
                                      : expected == "avx512" ? avx512::table
#endif
                                                             : baseline::table;
  CHECK(&kernels() == &expected_table);

  const graph::Attributes product = graph::MatMul{};
  const Shape square = {96, 96};
  const auto kernel = backend::cpu().select({product, {{square}, {square}}, {{square}}, 1});
  INFO(kernel->name());
  if (expected != "avx512") CHECK(kernel->name().find("avx512") == std::string::npos);
  if (expected == "baseline") CHECK(kernel->name().find("avx") == std::string::npos);
}

}  // namespace
}  // namespace sumi::backend::cpu_detail
