// oneDNN's matrix products against the reference: all transposes, remainders, one row, bias and relu.
#include "backend/cpu_run.hpp"

namespace sumi::testing {
namespace {

TEST_CASE("matrix products agree with the reference", "[cpu][matmul]") {
  const std::vector<Shape> sizes = {{1, 1, 1}, {1, 1600, 256}, {3, 5, 7}, {17, 33, 10}, {64, 31, 65}, {130, 257, 19}};
  std::uint32_t seed = 1;
  for (const Shape& size : sizes) {
    const std::int64_t m = size[0];
    const std::int64_t k = size[1];
    const std::int64_t n = size[2];
    for (const bool transpose_a : {false, true}) {
      for (const bool transpose_b : {false, true}) {
        for (const bool bias : {false, true}) {
          INFO(m << " x " << k << " x " << n << ", transposed " << transpose_a << transpose_b << ", bias " << bias);
          const std::vector<Operand> inputs = {random_operand(transpose_a ? Shape{k, m} : Shape{m, k}, seed),
                                               random_operand(transpose_b ? Shape{n, k} : Shape{k, n}, seed + 1),
                                               bias ? random_operand({n}, seed + 2) : absent};
          const Operand y = output_operand({m, n});
          check_sums(graph::MatMul{transpose_a, transpose_b, ActivationKind::linear}, inputs, {y}, k + 2);
          const auto linear = run_fast(graph::MatMul{transpose_a, transpose_b, ActivationKind::linear}, inputs, {y});
          auto clipped = run_fast(graph::MatMul{transpose_a, transpose_b, ActivationKind::relu}, inputs, {y});
          for (std::size_t i = 0; i < linear[0].size(); ++i) {
            if (clipped[0][i] != std::max(linear[0][i], 0.0F)) FAIL_CHECK("element " << i << " is not clipped at 0");
          }
          seed += 3;
        }
      }
    }
  }
}

}  // namespace
}  // namespace sumi::testing
