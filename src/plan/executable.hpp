// A graph with a kernel and an address for everything: what runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "graph/graph.hpp"
#include "plan/passes.hpp"
#include "state/parameters.hpp"
#include "sumi/plan.hpp"

namespace sumi::plan {

/// The arenas in which an Executable works.
struct Bindings {
  float* workspace = nullptr;
  float* parameters = nullptr;
  float* gradients = nullptr;
};

/// Made once for a graph; `run` is a loop over its steps: nothing is allocated, looked up or thrown.
class Executable {
 public:
  /// `graph` has been optimized. Kernels are chosen and temporaries placed here.
  Executable(graph::Graph graph, const state::ParameterTable& parameters, const PassContext& context);

  /// Floats of workspace that are needed.
  std::size_t workspace_floats() const { return workspace_floats_; }
  /// Sets all addresses. To be called before the first run and whenever an arena moves.
  void bind(const Bindings& bindings);
  /// One training step or one inference. `step` counts training steps, for ops that draw random numbers; gradients are
  /// those of loss_scale times the loss. What follows from the weights alone is computed anew where `weights_version`
  /// is not that of the run before.
  void run(std::uint64_t step, float loss_scale = 1.0F, std::uint64_t weights_version = 0);
  /// Median seconds of each step in `runs` runs over what its inputs now hold. Weights change as in run().
  std::vector<double> measure(int runs);
  /// Where a value that is fed from outside or kept for it lies.
  float* address(graph::ValueId id) const { return addresses_[static_cast<std::size_t>(id)]; }

  /// The same for people, without batch size and mode.
  Plan describe() const;

 private:
  enum class Place : std::uint8_t { nowhere, workspace, parameters, gradients, constants };
  struct Location {
    Place place = Place::nowhere;
    std::size_t offset = 0;
  };
  struct Step {
    std::size_t op;
    std::unique_ptr<backend::Kernel> kernel;
    std::vector<const float*> inputs;
    std::vector<float*> outputs;
    bool constant = false;     // it reads weights and what follows from them, nothing else
    std::size_t prepared = 0;  // where in constants_ its kernel keeps what it has prepared
  };

  backend::OpCase case_for(std::size_t op, int threads) const;
  backend::Arguments arguments_of(const Step& step, std::uint64_t step_number);
  void find_constants();
  void find_locations(const state::ParameterTable& parameters, const std::vector<graph::ValueId>& kept);

  graph::Graph graph_;
  std::vector<Step> steps_;
  std::vector<Location> locations_;  // one for each value
  std::vector<float*> addresses_;    // one for each value
  std::vector<graph::ValueId> ones_;
  std::vector<bool> constant_;         // for each op
  std::vector<bool> constant_values_;  // for each value: whether it follows from weights that stay
  state::Arena constants_;
  std::optional<std::uint64_t> constants_version_;  // of the weights from which they follow
  std::size_t workspace_floats_ = 0;
  std::size_t constant_floats_ = 0;
  std::size_t arena_floats_ = 0;  // of it, for temporaries
  std::size_t unshared_floats_ = 0;
  std::size_t scratch_offset_ = 0;
  float* scratch_ = nullptr;
};

}  // namespace sumi::plan
