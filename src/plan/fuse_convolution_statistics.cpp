#include "plan/passes.hpp"
#include "plan/uses.hpp"

namespace sumi::plan {

namespace {

using graph::none;
using graph::ValueId;

// What can be taken from a convolution's output while it is made, as numbers of ops; -1 where it isn't there.
struct Statistics {
  int moments = -1;
  int pool = -1;
  int pooled_moments = -1;
};

template <class Kind>
int reader(const graph::Graph& graph, const Uses& uses, ValueId id) {
  for (const int i : uses.readers(id)) {
    if (std::holds_alternative<Kind>(graph.ops[static_cast<std::size_t>(i)].attributes)) return i;
  }
  return -1;
}

// The convolution with these in it. Its output is left away where nobody else reads it.
graph::Op with(const graph::Graph& graph, const Uses& uses, const graph::Op& conv, const Statistics& s, bool kept) {
  const auto output = [&](int i) { return i < 0 ? none : graph.ops[static_cast<std::size_t>(i)].outputs[0]; };
  graph::Op made = conv;
  auto& kind = std::get<graph::Conv2d>(made.attributes);
  kind.moments = s.moments >= 0 || s.pooled_moments >= 0;
  made.inputs.resize(4, none);
  made.outputs = {conv.outputs[0], output(s.moments), output(s.pool), output(s.pooled_moments)};
  std::size_t inside = s.moments >= 0 ? 1 : 0;
  if (s.pool >= 0) {
    const graph::Op& pool = graph.ops[static_cast<std::size_t>(s.pool)];
    kind.pool = std::get<graph::MaxPool2d>(pool.attributes).window;
    made.inputs[3] = pool.inputs.size() > 1 ? pool.inputs[1] : none;
    ++inside;
  }
  if (!kept && uses.readers(conv.outputs[0]).size() == inside) made.outputs[0] = none;
  return made;
}

}  // namespace

void fuse_convolution_statistics(graph::Graph& graph, const PassContext& context) {
  const Uses uses(graph);
  Edit edit(graph);
  for (graph::Op& conv : graph.ops) {
    if (!std::holds_alternative<graph::Conv2d>(conv.attributes) || conv.outputs.size() != 1) continue;
    const ValueId y = conv.outputs[0];
    Statistics all{reader<graph::Moments>(graph, uses, y), reader<graph::MaxPool2d>(graph, uses, y), -1};
    if (all.pool >= 0) {
      const graph::Op& pool = graph.ops[static_cast<std::size_t>(all.pool)];
      all.pooled_moments = reader<graph::Moments>(graph, uses, pool.outputs[0]);
      if (pool.inputs.size() > 1 && !uses.is_fed(pool.inputs[1])) continue;
    }
    const bool kept = std::find(context.kept.begin(), context.kept.end(), y) != context.kept.end();
    for (const Statistics& some : {all, Statistics{all.moments, -1, -1}}) {
      if (some.moments < 0 && some.pool < 0) continue;
      graph::Op fused = with(graph, uses, conv, some, kept);
      if (!fuses(graph, fused, context)) continue;
      conv = std::move(fused);
      for (const int i : {some.moments, some.pool, some.pooled_moments}) {
        if (i >= 0) edit.erase(i);
      }
      break;
    }
  }
  edit.apply();
}

}  // namespace sumi::plan
