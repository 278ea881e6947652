// What will run: the steps of one batch, in order, to be read by a person.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "sumi/shape.hpp"

namespace sumi {

/// One step of a plan.
struct PlanStep {
  std::string op;      ///< `conv2d`, `batch_norm_backward`, ...
  std::string layer;   ///< The layer that it belongs to.
  std::string kernel;  ///< The implementation that was chosen.
  Shape output;        ///< The shape of the first output that is no moments.
  std::string layout;  ///< `plain`, `blocked16`; `plain -> blocked16` where it changes.
  std::string fused;   ///< What runs in the same step: `bias relu moments pool`.
  std::int64_t bytes;  ///< Read and written.
  std::int64_t flops;  ///< Floating-point operations of the direct algorithm.
  bool once = false;   ///< It depends on the weights alone, and runs only after they have changed.
  double seconds = 0;  ///< Median time, where it was measured.
};

/// The steps of one training step or one inference of a fixed number of samples.
struct Plan {
  std::vector<PlanStep> steps;
  std::int64_t batch_size;
  bool training;
  std::int64_t arena_bytes;     ///< For temporaries, after sharing.
  std::int64_t unshared_bytes;  ///< What they would take without sharing.
  double peak_flops = 0;        ///< A second, of all threads; 0 where nothing was measured.
  double memory_bandwidth = 0;  ///< Bytes a second; 0 where nothing was measured.

  /// The least that a step would take at those two limits of the machine: the larger of its arithmetic and its memory
  /// traffic. 0 where nothing was measured.
  double estimated_seconds(const PlanStep& step) const;
  /// A table, one line a step. Layouts: `plain->16` is `plain -> blocked16`. Where times were measured, in
  /// microseconds, `at best` is the estimated time and `share` how much of the measured time that is: above 100 % where
  /// caches or an algorithm with fewer products beat the estimate.
  std::string to_string() const;
};

std::ostream& operator<<(std::ostream& stream, const Plan& plan);

/// The passes that turn a model into a plan, in their order.
std::vector<std::string> plan_passes();

}  // namespace sumi
