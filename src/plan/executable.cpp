#include "plan/executable.hpp"

#include <algorithm>
#include <numeric>

#include "plan/memory.hpp"

namespace sumi::plan {

using graph::ValueId;

namespace {

std::size_t floats_of(const graph::ValueInfo& value) { return static_cast<std::size_t>(element_count(value.shape)); }

backend::Operand operand_of(const graph::Graph& graph, ValueId id) {
  if (id == graph::none) return {{}, graph::Layout::plain, false};
  const graph::ValueInfo& value = graph.values[static_cast<std::size_t>(id)];
  return {value.shape, value.layout, true};
}

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
  find_locations(parameters, context.kept);

  std::size_t scratch = 0;
  for (std::size_t i = 0; i < graph_.ops.size(); ++i) {
    const graph::Op& op = graph_.ops[i];
    if (std::holds_alternative<graph::Reshape>(op.attributes)) {
      const Location& from = locations_[static_cast<std::size_t>(op.inputs[0])];
      const Location& to = locations_[static_cast<std::size_t>(op.outputs[0])];
      if (from.place == to.place && from.offset == to.offset) continue;
    }
    backend::OpCase op_case{op.attributes, {}, {}, context.threads};
    for (const ValueId id : op.inputs) op_case.inputs.push_back(operand_of(graph_, id));
    for (const ValueId id : op.outputs) op_case.outputs.push_back(operand_of(graph_, id));
    Step step{i, context.backend.select(op_case), std::vector<const float*>(op.inputs.size(), nullptr),
              std::vector<float*>(op.outputs.size(), nullptr)};
    scratch = std::max(scratch, step.kernel->scratch_floats());
    steps_.push_back(std::move(step));
  }
  for (std::size_t id = 0; id < graph_.values.size(); ++id) {
    if (graph_.values[id].role == graph::Role::one) ones_.push_back(static_cast<ValueId>(id));
  }
  scratch_offset_ = arena_floats_;
  workspace_floats_ = arena_floats_ + scratch;
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

  std::vector<Lifetime> planned;
  std::vector<std::size_t> owners;
  for (std::size_t id = 0; id < graph_.values.size(); ++id) {
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

void Executable::run(std::uint64_t step_number, float loss_scale) {
  for (const ValueId id : ones_) *address(id) = loss_scale;
  for (Step& step : steps_) {
    step.kernel->run({step.inputs.data(), step.outputs.data(), scratch_, step_number});
  }
}

}  // namespace sumi::plan
