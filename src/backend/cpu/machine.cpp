// The limits of this machine: arithmetic and memory.
#include "sumi/machine.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "backend/cpu/isa.hpp"
#include "backend/cpu/kernels.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi {

namespace cpu = backend::cpu_detail;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

}  // namespace

std::string instruction_set() { return cpu::isa_name(); }

double peak_flops(int threads) {
  constexpr int repetitions = 5;
  constexpr std::int64_t rounds = 4'000'000;
  double best = 0;
  std::vector<double> rates(static_cast<std::size_t>(threads));
  std::vector<float> results(rates.size());
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    cpu::parallel(threads, [&](int part) {
      const auto index = static_cast<std::size_t>(part);
      const auto start = Clock::now();
      const std::int64_t flops = cpu::kernels().multiply_adds(rounds, &results[index]);
      rates[index] = static_cast<double>(flops) / seconds_since(start);
    });
    double sum = 0;
    for (const double rate : rates) sum += rate;
    best = std::max(best, sum);
  }
  return best;
}

double memory_bandwidth(int threads) {
  constexpr int repetitions = 5;
  constexpr std::int64_t floats = std::int64_t{1} << 24;
  const auto size = static_cast<std::size_t>(floats);
  const std::vector<float> a(size, 1.0F), b(size, 2.0F);
  std::vector<float> sum(size);
  double best = 0;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    const auto start = Clock::now();
    cpu::parallel(threads, [&](int part) {
      const cpu::Slice slice = cpu::slice_of(floats, part, threads);
      cpu::kernels().add(a.data() + slice.begin, b.data() + slice.begin, sum.data() + slice.begin,
                         slice.end - slice.begin);
    });
    best = std::max(best, 3.0 * sizeof(float) * static_cast<double>(floats) / seconds_since(start));
  }
  return best;
}

}  // namespace sumi
