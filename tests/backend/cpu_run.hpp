// Runs one op on the fast backend and on the reference, on the same random operands, and compares.
#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "backend/backend.hpp"
#include "backend/reference/reference.hpp"
#include "support/catch.hpp"

namespace sumi::testing {

/// Half of the distance from 1 to the next float: the relative error of one rounded operation.
inline constexpr double unit_roundoff = std::numeric_limits<float>::epsilon() / 2;

/// Floats at a 64-byte boundary, as the planner's arena has them.
class AlignedFloats {
 public:
  explicit AlignedFloats(std::size_t count)
      : data_(static_cast<float*>(::operator new[](sizeof(float) * (count + 1), std::align_val_t{64}))) {}
  ~AlignedFloats() { ::operator delete[](data_, std::align_val_t{64}); }
  AlignedFloats(const AlignedFloats&) = delete;
  AlignedFloats& operator=(const AlignedFloats&) = delete;
  float* get() { return data_; }

 private:
  float* data_;
};

/// An operand of a test: plain values and the layout in which the backend is given them. No values: an absent operand.
struct Operand {
  Shape shape;
  std::vector<float> values;
  graph::Layout layout = graph::Layout::plain;
};

/// Uniform in [low, high).
inline std::vector<float> random_values(std::int64_t count, std::uint32_t seed, float low = -1, float high = 1) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> uniform(low, high);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = uniform(generator);
  return values;
}

// By value and moved: GCC 14 warns, wrongly, of copies of temporary shapes.
inline Operand random_operand(Shape shape, std::uint32_t seed, graph::Layout layout = graph::Layout::plain,
                              float low = -1, float high = 1) {
  std::vector<float> values = random_values(element_count(shape), seed, low, high);
  return {std::move(shape), std::move(values), layout};
}

inline std::vector<float> reordered(const std::vector<float>& from, const Shape& shape, graph::Layout from_layout,
                                    graph::Layout to_layout) {
  if (from_layout == to_layout) return from;
  std::vector<float> to(from.size());
  backend::reference_detail::reorder(shape, from.data(), from_layout, to.data(), to_layout);
  return to;
}

/// The case of an op: inputs with values and outputs, whose values only say whether they are present.
inline backend::OpCase case_of(const graph::Attributes& attributes, const std::vector<Operand>& inputs,
                               const std::vector<Operand>& outputs, int threads) {
  backend::OpCase result{attributes, {}, {}, threads};
  for (const Operand& o : inputs) result.inputs.push_back({o.shape, o.layout, !o.values.empty()});
  for (const Operand& o : outputs) result.outputs.push_back({o.shape, o.layout, !o.values.empty()});
  return result;
}

/// A present output, not a number until it is written.
inline Operand output_operand(Shape shape, graph::Layout layout = graph::Layout::plain) {
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)), std::nanf(""));
  return {std::move(shape), std::move(values), layout};
}
inline const Operand absent = {};

/// Runs a kernel on operands in their layouts; the outputs come back plain. Floats behind an output's end must stay.
inline std::vector<std::vector<float>> run_kernel(backend::Kernel& kernel, const std::vector<Operand>& inputs,
                                                  const std::vector<Operand>& outputs) {
  std::vector<std::unique_ptr<AlignedFloats>> memory;
  std::vector<const float*> in;
  std::vector<float*> out;
  const auto place = [&](const Operand& o) -> float* {
    if (o.values.empty()) return nullptr;
    memory.push_back(std::make_unique<AlignedFloats>(o.values.size()));
    const std::vector<float> values = reordered(o.values, o.shape, graph::Layout::plain, o.layout);
    std::copy(values.begin(), values.end(), memory.back()->get());
    memory.back()->get()[values.size()] = 4711.0F;
    return memory.back()->get();
  };
  for (const Operand& o : inputs) in.push_back(place(o));
  for (const Operand& o : outputs) out.push_back(place(o));
  AlignedFloats scratch(kernel.scratch_floats());
  std::fill_n(scratch.get(), kernel.scratch_floats(), std::nanf(""));
  scratch.get()[kernel.scratch_floats()] = 4711.0F;
  AlignedFloats prepared(kernel.prepared_floats());
  const backend::Arguments arguments{in.data(), out.data(), scratch.get(), 0, prepared.get()};
  kernel.prepare(arguments);
  kernel.run(arguments);
  CHECK(scratch.get()[kernel.scratch_floats()] == 4711.0F);
  std::vector<std::vector<float>> results;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (out[i] == nullptr) {
      results.emplace_back();
      continue;
    }
    const std::vector<float> values(out[i], out[i] + outputs[i].values.size());
    CHECK(out[i][values.size()] == 4711.0F);
    results.push_back(reordered(values, outputs[i].shape, outputs[i].layout, graph::Layout::plain));
  }
  return results;
}

/// What the fast backend makes of an op. Requires that it has an implementation of its own.
inline std::vector<std::vector<float>> run_fast(const graph::Attributes& attributes, const std::vector<Operand>& inputs,
                                                const std::vector<Operand>& outputs, int threads = 2) {
  std::vector<std::string> refusals;
  const auto kernel = backend::cpu().select(case_of(attributes, inputs, outputs, threads), &refusals);
  for (const std::string& refusal : refusals) UNSCOPED_INFO(refusal);
  REQUIRE(kernel != nullptr);
  CHECK(kernel->name() != "reference");
  return run_kernel(*kernel, inputs, outputs);
}

/// What the reference makes of it, in double and in plain layout. `map` is applied to every input number.
template <class Map>
std::vector<std::vector<double>> run_exact(const graph::Attributes& attributes, const std::vector<Operand>& inputs,
                                           const std::vector<Operand>& outputs, const Map& map) {
  std::vector<std::vector<double>> in;
  std::vector<std::vector<double>> out;
  backend::reference_detail::Operands<double> operands;
  for (const Operand& o : inputs) {
    in.emplace_back();
    for (const float value : o.values) in.back().push_back(map(static_cast<double>(value)));
    operands.input_shapes.push_back(o.shape);
  }
  for (const Operand& o : outputs) {
    out.emplace_back(o.values.size());
    operands.output_shapes.push_back(o.shape);
  }
  for (const auto& values : in) operands.inputs.push_back(values.empty() ? nullptr : values.data());
  for (auto& values : out) operands.outputs.push_back(values.empty() ? nullptr : values.data());
  std::vector<double> scratch(
      backend::reference_detail::scratch_doubles(attributes, operands.input_shapes, operands.output_shapes));
  operands.scratch = scratch.data();
  backend::reference_detail::run(attributes, operands);
  return out;
}
inline std::vector<std::vector<double>> run_exact(const graph::Attributes& attributes,
                                                  const std::vector<Operand>& inputs,
                                                  const std::vector<Operand>& outputs) {
  return run_exact(attributes, inputs, outputs, [](double x) { return x; });
}

/// Checks |actual - expected| <= bound for all elements; reports the worst one.
inline void check_within(const std::vector<float>& actual, const std::vector<double>& expected,
                         const std::vector<double>& bound) {
  REQUIRE(actual.size() == expected.size());
  if (actual.empty()) return;  // an absent output
  std::size_t worst = 0;
  double excess = -1;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double error = std::abs(static_cast<double>(actual[i]) - expected[i]);
    const double ratio = error == 0 ? 0 : error / bound[i];
    if (!(ratio <= excess)) {
      excess = ratio;
      worst = i;
    }
    if (std::isnan(ratio)) break;
  }
  INFO("worst element " << worst << ": " << actual[worst] << ", expected " << expected[worst] << ", bound "
                        << bound[worst]);
  CHECK(excess <= 1.0);
}

/// Compares with the reference an op whose outputs are sums of at most `terms` products: the error is at most
/// terms * unit_roundoff * (the same sum of absolute values), which the reference computes.
inline void check_sums(const graph::Attributes& attributes, const std::vector<Operand>& inputs,
                       const std::vector<Operand>& outputs, std::int64_t terms, int threads = 2) {
  const auto actual = run_fast(attributes, inputs, outputs, threads);
  const auto expected = run_exact(attributes, inputs, outputs);
  auto bounds = run_exact(attributes, inputs, outputs, [](double x) { return std::abs(x); });
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (double& bound : bounds[i]) bound *= static_cast<double>(terms) * unit_roundoff;
    check_within(actual[i], expected[i], bounds[i]);
  }
}

/// Whole numbers for choosing shapes.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : generator_(seed) {}
  int operator()(int low, int high) { return std::uniform_int_distribution<int>(low, high)(generator_); }

 private:
  std::mt19937 generator_;
};

}  // namespace sumi::testing
