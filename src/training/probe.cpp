#include "training/probe.hpp"

#include <algorithm>

#include "core/thread_scope.hpp"
#include "sumi/error.hpp"

namespace sumi::training {
namespace {

saving::SmallArray apply(Model& model, const saving::SmallArray& input) {
  const ThreadScope threads;
  const Shape sample(input.shape.begin() + 1, input.shape.end());
  Program& program = model.program(sample, input.shape[0], Mode::predict);
  std::copy(input.values.begin(), input.values.end(), model.address(program, program.x));
  model.run(program);
  const float* output = model.address(program, program.y_pred);
  return {program.pred_shape, {output, output + element_count(program.pred_shape)}};
}

}  // namespace

std::optional<saving::Probe> make_probe(Model& model) {
  constexpr std::int64_t largest = 16384;
  Shape shape = model.input_shape();
  shape[0] = 1;
  std::int64_t count = 1;
  for (const std::int64_t dimension : shape) {
    if (dimension == None || dimension > largest) return std::nullopt;
    if ((count *= dimension) > largest) return std::nullopt;
  }
  if (count == 0) return std::nullopt;
  saving::Probe probe{saving::probe_input(shape), {}};
  probe.output = apply(model, probe.input);
  if (probe.output.values.size() > static_cast<std::size_t>(largest)) return std::nullopt;
  return probe;
}

void check_probe(Model& model, const saving::Probe& probe) {
  const Shape &input = probe.input.shape, &expected = model.input_shape();
  bool fits = input.size() == expected.size();
  for (std::size_t i = 0; fits && i < input.size(); ++i) fits = input[i] == (i == 0 ? 1 : expected[i]);
  if (!fits) {
    throw ArgumentError("its probe has the shape " + to_string(input) + ", and the model expects " +
                        to_string(expected));
  }
  saving::compare_probe(probe.output, apply(model, probe.input));
}

}  // namespace sumi::training
