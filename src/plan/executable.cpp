#include "plan/executable.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "plan/memory.hpp"
#include "plan/uses.hpp"

namespace sumi::plan {

using graph::ValueId;

namespace {

std::size_t floats_of(const graph::ValueInfo& value) { return static_cast<std::size_t>(element_count(value.shape)); }

// Rounded up to whole cache lines.
std::size_t aligned(std::size_t floats) { return (floats + 15) / 16 * 16; }

// Values that are the same memory under several shapes: a tree whose roots stand for their group.
class Groups {
 public:
  explicit Groups(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }
  std::size_t root(std::size_t i) const {
    while (parent_[i] != i) i = parent_[i];
    return i;
  }
  void join(std::size_t root, std::size_t other) { parent_[other] = root; }

 private:
  std::vector<std::size_t> parent_;
};

bool lives_outside(graph::Role role) { return role == graph::Role::parameter || role == graph::Role::gradient; }

}  // namespace

Executable::Executable(graph::Graph graph, const state::ParameterTable& parameters, const PassContext& context)
    : graph_(std::move(graph)), locations_(graph_.values.size()), addresses_(graph_.values.size(), nullptr) {
  find_constants();
  find_locations(parameters, context.kept);

  std::size_t scratch = 0;
  for (std::size_t i = 0; i < graph_.ops.size(); ++i) {
    const graph::Op& op = graph_.ops[i];
    if (std::holds_alternative<graph::Reshape>(op.attributes)) {
      const Location& from = locations_[static_cast<std::size_t>(op.inputs[0])];
      const Location& to = locations_[static_cast<std::size_t>(op.outputs[0])];
      if (from.place == to.place && from.offset == to.offset) continue;
    }
    Step step{i, context.backend.select(case_for(i, context.threads)),
              std::vector<const float*>(op.inputs.size(), nullptr), std::vector<float*>(op.outputs.size(), nullptr),
              constant_[i]};
    scratch = std::max(scratch, step.kernel->scratch_floats());
    step.prepared = constant_floats_;
    constant_floats_ += aligned(step.kernel->prepared_floats());
    steps_.push_back(std::move(step));
  }
  for (std::size_t id = 0; id < graph_.values.size(); ++id) {
    if (graph_.values[id].role == graph::Role::one) ones_.push_back(static_cast<ValueId>(id));
  }
  constants_ = state::Arena(constant_floats_);
  scratch_offset_ = arena_floats_;
  workspace_floats_ = arena_floats_ + scratch;
}

backend::OpCase Executable::case_for(std::size_t op, int threads) const {
  backend::OpCase made = case_of(graph_, graph_.ops[op], threads);
  for (std::size_t i = 0; i < made.inputs.size(); ++i) {
    const ValueId id = graph_.ops[op].inputs[i];
    made.inputs[i].constant = id != graph::none && constant_values_[static_cast<std::size_t>(id)];
  }
  return made;
}

// In a plan that leaves the weights alone: ops whose inputs are weights and what other such ops make of them.
void Executable::find_constants() {
  constant_.assign(graph_.ops.size(), false);
  constant_values_.assign(graph_.values.size(), false);
  std::vector<bool>& follows = constant_values_;
  const auto is_gradient = [](const graph::ValueInfo& value) { return value.role == graph::Role::gradient; };
  if (std::any_of(graph_.values.begin(), graph_.values.end(), is_gradient)) return;
  for (std::size_t id = 0; id < graph_.values.size(); ++id) {
    follows[id] = graph_.values[id].role == graph::Role::parameter;
  }
  for (std::size_t i = 0; i < graph_.ops.size(); ++i) {
    const graph::Op& op = graph_.ops[i];
    bool constant = !graph::is_random(op.attributes);
    for (const ValueId id : op.inputs)
      constant = constant && (id == graph::none || follows[static_cast<std::size_t>(id)]);
    for (const ValueId id : op.outputs) {
      if (id == graph::none) continue;
      constant = constant && graph_.values[static_cast<std::size_t>(id)].role == graph::Role::temporary;
    }
    // A reshape is no work.
    constant_[i] = constant && !std::holds_alternative<graph::Reshape>(op.attributes);
    for (const ValueId id : op.outputs) {
      if (id != graph::none) follows[static_cast<std::size_t>(id)] = constant;
    }
  }
}

void Executable::find_locations(const state::ParameterTable& parameters, const std::vector<ValueId>& kept) {
  Groups groups(graph_.values.size());
  const auto index = [](ValueId id) { return static_cast<std::size_t>(id); };
  for (const graph::Op& op : graph_.ops) {
    if (!std::holds_alternative<graph::Reshape>(op.attributes)) continue;
    const std::size_t from = groups.root(index(op.inputs[0]));
    const std::size_t to = groups.root(index(op.outputs[0]));
    // Two weights can't be the same memory: then the reshape is a copy.
    if (lives_outside(graph_.values[from].role) && lives_outside(graph_.values[to].role)) continue;
    lives_outside(graph_.values[to].role) ? groups.join(to, from) : groups.join(from, to);
  }

  // A group is needed from its first write (or from the start, where it is fed) to its last read (or the end, where it
  // is kept).
  constexpr int unused = -1;
  const int end = static_cast<int>(graph_.ops.size());
  std::vector<Lifetime> lifetimes(graph_.values.size(), {0, end, unused});
  const auto touch = [&](ValueId id, int time) {
    if (id == graph::none) return;
    Lifetime& life = lifetimes[groups.root(index(id))];
    life.first = std::min(life.first, time);
    life.last = std::max(life.last, time);
  };
  for (int time = 0; time < end; ++time) {
    for (const ValueId id : graph_.ops[index(time)].inputs) touch(id, time);
    for (const ValueId id : graph_.ops[index(time)].outputs) touch(id, time);
  }
  for (std::size_t id = 0; id < graph_.values.size(); ++id) {
    const graph::Role role = graph_.values[id].role;
    if (!lives_outside(role) && role != graph::Role::temporary) touch(static_cast<ValueId>(id), 0);
  }
  for (const ValueId id : kept) touch(id, end);

  for (std::size_t i = 0; i < graph_.ops.size(); ++i) {
    if (!constant_[i]) continue;
    for (const ValueId id : graph_.ops[i].outputs) {
      if (id == graph::none) continue;
      locations_[index(id)] = {Place::constants, constant_floats_};
      constant_floats_ += aligned(floats_of(graph_.values[index(id)]));
    }
  }

  std::vector<Lifetime> planned;
  std::vector<std::size_t> owners;
  for (std::size_t id = 0; id < graph_.values.size(); ++id) {
    if (locations_[id].place == Place::constants) continue;
    if (groups.root(id) != id || lives_outside(graph_.values[id].role) || lifetimes[id].last == unused) continue;
    lifetimes[id].size = floats_of(graph_.values[id]);
    planned.push_back(lifetimes[id]);
    owners.push_back(id);
    unshared_floats_ += lifetimes[id].size;
  }
  const MemoryPlan memory = plan_memory(planned);
  arena_floats_ = memory.total;

  for (std::size_t i = 0; i < owners.size(); ++i) locations_[owners[i]] = {Place::workspace, memory.offsets[i]};
  for (std::size_t id = 0; id < graph_.values.size(); ++id) {
    const graph::ValueInfo& value = graph_.values[id];
    if (!lives_outside(value.role)) continue;
    const std::size_t offset = parameters[static_cast<std::size_t>(value.parameter)].offset;
    locations_[id] = {value.role == graph::Role::parameter ? Place::parameters : Place::gradients, offset};
  }
  for (std::size_t id = 0; id < graph_.values.size(); ++id) locations_[id] = locations_[groups.root(id)];
}

void Executable::bind(const Bindings& bindings) {
  for (std::size_t id = 0; id < locations_.size(); ++id) {
    float* base = nullptr;
    if (locations_[id].place == Place::workspace) base = bindings.workspace;
    if (locations_[id].place == Place::parameters) base = bindings.parameters;
    if (locations_[id].place == Place::gradients) base = bindings.gradients;
    if (locations_[id].place == Place::constants) base = constants_.data();
    addresses_[id] = base == nullptr ? nullptr : base + locations_[id].offset;
  }
  for (Step& step : steps_) {
    const graph::Op& op = graph_.ops[step.op];
    for (std::size_t i = 0; i < op.inputs.size(); ++i) {
      step.inputs[i] = op.inputs[i] == graph::none ? nullptr : address(op.inputs[i]);
    }
    for (std::size_t i = 0; i < op.outputs.size(); ++i) {
      step.outputs[i] = op.outputs[i] == graph::none ? nullptr : address(op.outputs[i]);
    }
  }
  scratch_ = bindings.workspace + scratch_offset_;
}

void Executable::run(std::uint64_t step_number, float loss_scale, std::uint64_t weights_version) {
  for (const ValueId id : ones_) *address(id) = loss_scale;
  const bool fresh = constants_version_ == weights_version;
  constants_version_ = weights_version;
  for (Step& step : steps_) {
    if (step.constant && fresh) continue;
    const backend::Arguments arguments = arguments_of(step, step_number);
    if (!fresh) step.kernel->prepare(arguments);
    step.kernel->run(arguments);
  }
}

backend::Arguments Executable::arguments_of(const Step& step, std::uint64_t step_number) {
  return {step.inputs.data(), step.outputs.data(), scratch_, step_number, constants_.data() + step.prepared};
}

std::vector<double> Executable::measure(int runs) {
  using Clock = std::chrono::steady_clock;
  std::vector<std::vector<double>> times(steps_.size());
  for (const ValueId id : ones_) *address(id) = 1.0F;
  constants_version_.reset();
  for (int run = 0; run < runs; ++run) {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const backend::Arguments arguments = arguments_of(steps_[i], 0);
      if (run == 0) steps_[i].kernel->prepare(arguments);
      const auto start = Clock::now();
      steps_[i].kernel->run(arguments);
      times[i].push_back(std::chrono::duration<double>(Clock::now() - start).count());
    }
  }
  std::vector<double> medians;
  for (std::vector<double>& of : times) {
    const auto middle = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
    std::nth_element(of.begin(), middle, of.end());
    medians.push_back(of.empty() ? 0.0 : *middle);
  }
  return medians;
}

}  // namespace sumi::plan
