// The plan of a model for people, with measured times.
#include <algorithm>
#include <chrono>
#include <memory>

#include "core/random.hpp"
#include "sumi/error.hpp"
#include "sumi/machine.hpp"
#include "training/model.hpp"

namespace sumi::training {

namespace {

// Median seconds of an update by a state of its own; `parameters` and `gradients` are changed.
double time_update(const Optimizer& optimizer, const state::ParameterTable& table, const std::vector<bool>& trainable,
                   state::Arena& parameters, state::Arena& gradients, int runs) {
  using Clock = std::chrono::steady_clock;
  optimizers::OptimizerState state(optimizer, table);
  std::vector<double> seconds;
  for (int run = 0; run < runs; ++run) {
    const auto start = Clock::now();
    state.apply(parameters, gradients, trainable);
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::nth_element(seconds.begin(), middle, seconds.end());
  return *middle;
}

}  // namespace

// Random samples of one class; what the runs do to the weights is undone.
void Model::measure(Program& program, int runs, Plan& plan) {
  plan.peak_flops = peak_flops(num_threads());
  plan.memory_bandwidth = memory_bandwidth(num_threads());
  state::Arena& weights = parameter_arena();
  const std::vector<float> before(weights.data(), weights.data() + weights.size());
  const Shape sample_shape(input_shape_.begin() + 1, input_shape_.end());
  Random random(random_seed_);
  std::generate_n(address(program, program.x), program.batch * element_count(sample_shape),
                  [&] { return static_cast<float>(random.uniform()); });
  if (program.y_true != graph::none) {
    std::fill_n(address(program, program.y_true), element_count(program.true_shape), 0.0F);
    std::fill_n(address(program, program.sample_weight), program.batch, 1.0F);
  }
  const std::vector<double> seconds = program.executable.measure(runs);
  for (std::size_t i = 0; i < seconds.size(); ++i) plan.steps[i].seconds = seconds[i];
  if (program.mode == Mode::train)
    plan.steps.back().seconds = time_update(optimizer_spec(), table_, trainable_, weights, gradients_, runs);
  std::copy(before.begin(), before.end(), weights.data());
}

Plan Model::describe(const PlanOptions& options) {
  const Mode mode = options.training ? Mode::train : Mode::predict;
  if (options.training && !loss_) {
    throw StateError("The plan of a training step is not known before compile() has set a loss.");
  }
  const Shape sample_shape(input_shape_.begin() + 1, input_shape_.end());
  for (const std::int64_t d : sample_shape) {
    if (d == None) throw StateError("The plan is not known: the input shape " + to_string(input_shape_) + " is open.");
  }
  // What nobody will train with is not kept.
  std::unique_ptr<Program> other;
  if (!options.without.empty())
    other = make_program(sample_shape, options.batch_size, mode, layers_.size(), options.without);
  Program& made = other ? *other : program(sample_shape, options.batch_size, mode);
  Plan plan = made.executable.describe();
  plan.batch_size = options.batch_size;
  plan.training = options.training;
  if (plan.training) {
    const auto floats = static_cast<std::int64_t>(table_.trainable_floats());
    const std::vector<OptimizerSlot> all_slots = optimizer_spec()->slots();
    const auto slots = std::count_if(all_slots.begin(), all_slots.end(), [](const auto& slot) { return !slot.scalar; });
    // Weights and slots are read and written, gradients read.
    plan.steps.push_back({"update",
                          std::string(optimizer_spec().class_name()),
                          "one loop",
                          {floats},
                          "plain",
                          "",
                          floats * (3 + 2 * slots) * std::int64_t{sizeof(float)},
                          floats * (2 + 3 * slots)});
  }
  if (options.measure > 0) measure(made, options.measure, plan);
  return plan;
}

}  // namespace sumi::training
