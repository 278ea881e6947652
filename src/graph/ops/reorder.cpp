// The same values in another layout. Only the planner makes it, after the backward is there.
#include "graph/ops/ops.hpp"

namespace sumi::graph {

bool fits(const Reorder& /*op*/, Shapes inputs, Shapes outputs) { return inputs[0] == outputs[0]; }

}  // namespace sumi::graph
