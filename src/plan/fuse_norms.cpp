#include <optional>

#include "plan/passes.hpp"
#include "plan/uses.hpp"

namespace sumi::plan {

namespace {

using graph::none;
using graph::Op;
using graph::ValueId;

// A batch norm with what comes back through it, as numbers of ops; -1 where nothing does.
struct Link {
  int forward = -1;
  int backward = -1;
};

// Links from the chain's input to its output, and the pool behind the first of them.
struct Chain {
  std::vector<Link> norms;
  Link pool;

  bool pooled() const { return pool.forward >= 0; }
  bool ends_with_pool() const { return pooled() && norms.size() == 1; }
  const Link& end() const { return ends_with_pool() ? pool : norms.back(); }
  // Which input of end().backward is the gradient of the chain's output.
  std::size_t dy() const { return ends_with_pool() ? 1 : 4; }
};

class ChainFuser {
 public:
  ChainFuser(graph::Graph& graph, const PassContext& context)
      : graph_(graph), context_(context), uses_(graph), edit_(graph) {}

  void run() {
    const auto count = static_cast<int>(graph_.ops.size());
    for (int i = 0; i < count; ++i) {
      if (edit_.erased(i) || !is_plain_norm(i)) continue;
      const std::optional<Chain> chain = find_chain(i);
      if (chain && pays(*chain)) rewrite(*chain);
    }
    edit_.apply();
  }

 private:
  const Op& op(int i) const { return graph_.ops[static_cast<std::size_t>(i)]; }
  const graph::BatchNorm& norm(int i) const { return std::get<graph::BatchNorm>(op(i).attributes); }

  // Whether the batch norm is one of the kind that is an affine map per channel of the last axis. In training images
  // only: elsewhere its two passes over the data are all there is, and no other op can take one over.
  bool is_plain_norm(int i) const {
    const auto* kind = std::get_if<graph::BatchNorm>(&op(i).attributes);
    if (kind == nullptr || kind->renorm) return false;
    const Shape& x = graph_.shape(op(i).inputs[0]);
    if (kind->axis + 1 != static_cast<int>(x.size()) || (kind->training && x.size() != 4)) return false;
    for (std::size_t k = 5; k < op(i).inputs.size(); ++k) {
      if (op(i).inputs[k] != none) return false;  // a mask
    }
    for (std::size_t k = 1; k < 5; ++k) {
      if (!uses_.is_fed(op(i).inputs[k])) return false;
    }
    return true;
  }

  bool is_kept(ValueId id) const {
    return std::find(context_.kept.begin(), context_.kept.end(), id) != context_.kept.end();
  }

  // The op of this kind that reads `x` as its first input, or -1.
  template <class Kind>
  int reader(ValueId x) const {
    for (const int i : uses_.readers(x)) {
      if (std::holds_alternative<Kind>(op(i).attributes) && op(i).inputs[0] == x) return i;
    }
    return -1;
  }

  // Whether nobody else reads `id` than the link that follows.
  bool is_read_only_by(ValueId id, const Link& next) const {
    if (is_kept(id)) return false;
    for (const int i : uses_.readers(id)) {
      if (i != next.forward && i != next.backward) return false;
    }
    return true;
  }

  // Whether the gradient goes from `next` straight to the chain's end, or neither has one.
  bool is_linked(const Chain& chain, const Link& next) const {
    const int before = chain.end().backward;
    if (before < 0 || next.backward < 0) return before == next.backward;
    const ValueId gradient = op(next.backward).outputs[0];
    return gradient != none && gradient == op(before).inputs[chain.dy()] &&
           uses_.sole_consumer(gradient, context_.kept) == before;
  }

  std::optional<Chain> find_chain(int first) const {
    const auto link_of = [&](int i) { return Link{i, reader<graph::BatchNormBackward>(op(i).inputs[0])}; };
    Chain chain{{link_of(first)}, {}};
    if (!norm(first).training && chain.norms[0].backward >= 0) return std::nullopt;  // frozen in a training
    for (;;) {
      const ValueId value = op(chain.end().forward).outputs[0];
      const Link norm_next{reader<graph::BatchNorm>(value), reader<graph::BatchNormBackward>(value)};
      const Link pool_next{reader<graph::MaxPool2d>(value), reader<graph::MaxPool2dBackward>(value)};
      if (norm_next.forward >= 0 && is_plain_norm(norm_next.forward) &&
          norm(norm_next.forward).training == norm(first).training && is_read_only_by(value, norm_next) &&
          is_linked(chain, norm_next)) {
        chain.norms.push_back(norm_next);
      } else if (pool_next.forward >= 0 && chain.norms.size() == 1 && !chain.pooled() &&
                 op(pool_next.forward).inputs.size() == 1 && is_read_only_by(value, pool_next) &&
                 is_linked(chain, pool_next)) {
        chain.pool = pool_next;
      } else {
        return chain;
      }
    }
  }

  // Whether a part of the chain's work can go away or into other ops. The one norm of a training whose neighbours take
  // nothing over is better off whole.
  bool pays(const Chain& chain) const {
    if (chain.norms.size() > 1 || chain.pooled() || !norm(chain.norms[0].forward).training) return true;
    const Op& only = op(chain.norms[0].forward);
    for (const int i : uses_.readers(only.outputs[0])) {
      const auto* conv = std::get_if<graph::Conv2d>(&op(i).attributes);
      if (conv != nullptr && !has_padding(conv->window) && conv->groups == 1) return true;
    }
    if (uses_.is_fed(only.inputs[0])) return false;
    Op maker = op(uses_.producer[static_cast<std::size_t>(only.inputs[0])]);
    auto* conv = std::get_if<graph::Conv2d>(&maker.attributes);
    if (conv == nullptr) return false;
    conv->moments = true;
    maker.inputs.resize(4, none);
    backend::OpCase with_moments = case_of(graph_, maker, context_.threads);
    with_moments.outputs.push_back({{2, graph_.shape(only.inputs[0]).back()}, graph::Layout::plain, true});
    for (int i = 0; i < 2; ++i) with_moments.outputs.push_back({{}, graph::Layout::plain, false});
    return context_.backend.fuses(with_moments, context_.chooses_layouts);
  }

  ValueId add(Shape shape, std::string name) {
    return graph_.add_value(std::move(shape), graph::Role::temporary, std::move(name));
  }

  void rewrite(const Chain& chain) {
    const Op first = op(chain.norms.front().forward);
    const bool pooled = chain.pooled();
    const bool training = norm(chain.norms.front().forward).training;
    const ValueId x = first.inputs[0];
    const ValueId y = op(chain.end().forward).outputs[0];
    const std::int64_t channels = graph_.shape(x).back();
    const auto count = static_cast<std::int64_t>(chain.norms.size());
    const auto insert = [&](int before, graph::Attributes attributes, std::vector<ValueId> inputs,
                            std::vector<ValueId> outputs) {
      edit_.insert_before(before, {std::move(attributes), std::move(inputs), std::move(outputs), first.layer});
    };
    const int here = chain.norms.front().forward;

    const auto moments_of = [&](ValueId of, const char* name) {
      if (!training) return none;
      const ValueId moments = add({2, channels}, first.layer + name);
      insert(here, graph::Moments{}, {of}, {moments});
      return moments;
    };
    const ValueId moments = moments_of(x, ".moments");
    ValueId pooled_moments = none;
    ValueId raw = x;
    const ValueId sign = pooled ? first.inputs[1] : none;
    if (pooled) {
      raw = add(graph_.shape(op(chain.pool.forward).outputs[0]), first.layer + ".pooled");
      insert(here, op(chain.pool.forward).attributes, {x, sign}, {raw});
      pooled_moments = moments_of(raw, ".pooled_moments");
    }

    graph::NormChain kind{{}, training};
    std::vector<ValueId> inputs = {moments, pooled_moments};
    std::vector<ValueId> outputs = {add({2, channels}, first.layer + ".map"),
                                    training ? add({2 * count, channels}, first.layer + ".saved") : none};
    for (std::size_t j = 0; j < chain.norms.size(); ++j) {
      const Op& source = op(chain.norms[j].forward);
      const graph::BatchNorm& attributes = norm(chain.norms[j].forward);
      kind.norms.push_back({attributes.momentum, attributes.epsilon, pooled && j > 0});
      inputs.insert(inputs.end(), source.inputs.begin() + 1, source.inputs.begin() + 5);
      for (const std::size_t moving : {3U, 4U}) {
        if (training) outputs.push_back(moving < source.outputs.size() ? source.outputs[moving] : none);
      }
      edit_.erase(chain.norms[j].forward);
    }
    const ValueId map = outputs[0];
    const ValueId saved = outputs[1];
    insert(here, kind, inputs, std::move(outputs));
    insert(here, graph::ChannelAffine{}, {raw, map}, {y});
    if (pooled) edit_.erase(chain.pool.forward);
    if (chain.end().backward >= 0) rewrite_backward(chain, kind, {x, raw, sign, moments, pooled_moments, saved});
  }

  struct Values {
    ValueId x, raw, sign, moments, pooled_moments, saved;
  };

  void rewrite_backward(const Chain& chain, const graph::NormChain& kind, const Values& v) {
    const bool pooled = chain.pooled();
    const int here = chain.end().backward;
    const std::string& layer = op(chain.norms.front().forward).layer;
    const std::int64_t channels = graph_.shape(v.x).back();
    const ValueId dy = op(here).inputs[chain.dy()];
    const ValueId dx = op(chain.norms.front().backward).outputs[0];

    const ValueId sums = add({2, channels}, layer + ".sums");
    edit_.insert_before(here,
                        {graph::GradientSums{}, {v.raw, dy, pooled ? v.pooled_moments : v.moments}, {sums}, layer});
    graph::NormChainBackward numbers{kind, element_count(graph_.shape(v.x)) / channels,
                                     pooled ? element_count(graph_.shape(v.raw)) / channels : 0};
    std::vector<ValueId> inputs = {sums, v.moments, v.pooled_moments, v.saved};
    std::vector<ValueId> outputs = {dx == none ? none : add({5, channels}, layer + ".backward_map")};
    const ValueId map = outputs[0];
    for (const Link& link : chain.norms) {
      inputs.push_back(op(link.forward).inputs[1]);
      outputs.push_back(op(link.backward).outputs[1]);
      outputs.push_back(op(link.backward).outputs[2]);
      edit_.erase(link.backward);
    }
    edit_.insert_before(here, {std::move(numbers), std::move(inputs), std::move(outputs), layer});
    if (pooled) edit_.erase(chain.pool.backward);
    if (dx == none) return;
    graph::NormChainBackwardData data;
    if (pooled) data.pool = std::get<graph::MaxPool2d>(op(chain.pool.forward).attributes).window;
    edit_.insert_before(here, {data, {v.x, v.sign, dy, map}, {dx}, layer});
  }

  graph::Graph& graph_;
  const PassContext& context_;
  Uses uses_;
  Edit edit_;
};

}  // namespace

void fuse_norms(graph::Graph& graph, const PassContext& context) { ChainFuser(graph, context).run(); }

}  // namespace sumi::plan
