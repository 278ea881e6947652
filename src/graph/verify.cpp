// The rules that every graph obeys. Run after each pass, so that a broken pass is named at once.
#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>
#include <string_view>

#include "graph/ops/ops.hpp"
#include "sumi/error.hpp"

namespace sumi::graph {
namespace {

// Operands of each op: `x` must be there, `?` may be absent, `+` are any number more, `*` the same with absent ones.
struct Operands {
  std::string_view inputs, outputs;
};
// In the order of Attributes.
constexpr std::array operands_of = {
    Operands{"xx??", "????"},     // conv2d
    Operands{"xx?", "x"},         // conv2d_backward_data
    Operands{"xx", "x?"},         // conv2d_backward_weights
    Operands{"xxx???", "?x?"},    // conv2d_backward
    Operands{"xx?", "x"},         // matmul
    Operands{"xx", "x"},          // add_bias
    Operands{"x", "x"},           // sum_to_bias
    Operands{"x", "x"},           // activate
    Operands{"xx", "x"},          // activate_backward
    Operands{"xx", "x"},          // prelu
    Operands{"xxx", "??"},        // prelu_backward
    Operands{"x", "x"},           // glu
    Operands{"xx", "x"},          // glu_backward
    Operands{"x?", "x"},          // max_pool2d
    Operands{"xx", "x"},          // max_pool2d_backward
    Operands{"x", "x"},           // avg_pool2d
    Operands{"x", "x"},           // avg_pool2d_backward
    Operands{"x", "x"},           // pad2d
    Operands{"x", "x"},           // crop2d
    Operands{"x", "x"},           // upsample2d
    Operands{"x", "x"},           // upsample2d_backward
    Operands{"x??xx????", "x*"},  // batch_norm
    Operands{"x?xxx???", "???"},  // batch_norm_backward
    Operands{"x??", "xxx"},       // group_norm
    Operands{"x?xxx", "???"},     // group_norm_backward
    Operands{"x", "x"},           // moments
    Operands{"xx", "x"},          // channel_affine
    Operands{"??*", "x?*"},       // norm_chain
    Operands{"xx?", "x"},         // gradient_sums
    Operands{"xx?x*", "?*"},      // norm_chain_backward
    Operands{"x?xx", "x"},        // norm_chain_backward_data
    Operands{"xx??xx", "x?"},     // conv2d_chain_backward
    Operands{"x?x", "xx"},        // fold_affine
    Operands{"xxxx?", "x?"},      // fold_affine_backward
    Operands{"x", "x"},           // dropout
    Operands{"x", "x"},           // gaussian_noise
    Operands{"x", "x"},           // random_affine
    Operands{"x", "x"},           // random_affine_backward
    Operands{"x", "x"},           // random_crop
    Operands{"x", "x"},           // random_crop_backward
    Operands{"x", "x"},           // random_erase
    Operands{"x", "x"},           // reshape
    Operands{"x", "x"},           // transpose
    Operands{"x?", "x"},          // softmax
    Operands{"xx", "x"},          // softmax_backward
    Operands{"x", "x"},           // sparsemax
    Operands{"xx", "x"},          // sparsemax_backward
    Operands{"x", "x"},           // affine
    Operands{"x+", "x"},          // add
    Operands{"xx", "x"},          // multiply
    Operands{"xx", "x?"},         // cross_entropy
    Operands{"xxx", "x"},         // cross_entropy_backward
    Operands{"xx", "xx"},         // softmax_cross_entropy
    Operands{"xxx", "x"},         // softmax_cross_entropy_backward
    Operands{"xx", "x"},          // pointwise_loss
    Operands{"xxx", "x"},         // pointwise_loss_backward
    Operands{"xx", "x"},          // row_loss
    Operands{"xxx", "x"},         // row_loss_backward
    Operands{"xx?", "x"},         // reduce_loss
    Operands{"xx?x", "x"},        // reduce_loss_backward
    Operands{"x", "x"},           // penalty
    Operands{"xx", "x"},          // penalty_backward
    Operands{"x", "x"},           // reorder
    Operands{"x+", "x"},          // custom
    Operands{"xxx+", "x+"},       // custom_backward
};
static_assert(operands_of.size() == std::variant_size_v<Attributes>);

bool matches(std::string_view pattern, const std::vector<ValueId>& ids) {
  char rest = ' ';
  if (pattern.ends_with('+') || pattern.ends_with('*')) {
    rest = pattern.back();
    pattern.remove_suffix(1);
  }
  if (ids.size() > pattern.size() && rest == ' ') return false;
  for (std::size_t i = 0; i < std::max(pattern.size(), ids.size()); ++i) {
    const bool must_be_there = i < pattern.size() ? pattern[i] == 'x' : rest == '+';
    if (must_be_there && operand(ids, i) == none) return false;
  }
  return true;
}

class Verifier {
 public:
  explicit Verifier(const Graph& graph) : graph_(graph), written_(graph.values.size(), false) {}

  void run() {
    for (std::size_t id = 0; id < graph_.values.size(); ++id) check_value(graph_.values[id]);
    for (const Op& op : graph_.ops) {
      op_ = &op;
      check_op(op);
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    const std::string where = op_ == nullptr ? ""
                                             : std::string(" in op ") + std::to_string(op_ - graph_.ops.data()) + " (" +
                                                   name_of(op_->attributes) + " of layer '" + op_->layer + "')";
    throw std::logic_error("broken graph: " + what + where);
  }

  const ValueInfo& value(ValueId id) const { return graph_.values[static_cast<std::size_t>(id)]; }

  void check_value(const ValueInfo& info) {
    const int block = block_of(info.layout);
    if (block != 0 && (info.shape.size() != 4 || info.shape[3] % block != 0)) {
      fail("value '" + info.name + "' of shape " + to_string(info.shape) + " can't be blocked");
    }
    const bool has_parameter = info.role == Role::parameter || info.role == Role::gradient;
    if (has_parameter != (info.parameter >= 0)) fail("value '" + info.name + "' has a wrong parameter index");
    if (info.role != Role::gradient) return;
    if (!with_gradient_.insert(info.parameter).second) fail("two gradients of parameter '" + info.name + "'");
    const auto is_parameter = [&](const ValueInfo& other) {
      return other.role == Role::parameter && other.parameter == info.parameter && other.shape == info.shape;
    };
    if (std::none_of(graph_.values.begin(), graph_.values.end(), is_parameter)) {
      fail("gradient '" + info.name + "' of shape " + to_string(info.shape) + " fits no parameter");
    }
  }

  void check_op(const Op& op) {
    const Operands& expected = operands_of[op.attributes.index()];
    for (const std::vector<ValueId>* ids : {&op.inputs, &op.outputs}) {
      for (const ValueId id : *ids) {
        if (id < none || id >= static_cast<ValueId>(graph_.values.size())) fail("unknown value " + std::to_string(id));
      }
    }
    if (!matches(expected.inputs, op.inputs)) fail("missing or surplus inputs");
    if (!matches(expected.outputs, op.outputs)) fail("missing or surplus outputs");
    for (const ValueId id : op.inputs) check_read(id);
    for (std::size_t i = 0; i < op.outputs.size(); ++i) check_write(op, i);
    check_shapes(op);
  }

  void check_read(ValueId id) const {
    if (id == none) return;
    const bool made_here = value(id).role == Role::temporary || value(id).role == Role::gradient;
    if (made_here && !written_[static_cast<std::size_t>(id)]) fail("'" + value(id).name + "' is read before it exists");
  }

  void check_write(const Op& op, std::size_t i) {
    const ValueId id = op.outputs[i];
    if (id == none) return;
    const Role role = value(id).role;
    if (role != Role::temporary && role != Role::gradient && !updates_in_place(op, i)) {
      fail("'" + value(id).name + "' is written, but comes from outside");
    }
    if (written_[static_cast<std::size_t>(id)]) fail("'" + value(id).name + "' is written twice");
    written_[static_cast<std::size_t>(id)] = true;
  }

  // Where an op reads a moving value that it then writes, or a number behind all operands. Of a batch norm outputs 3 to
  // 7 are inputs 3, 4, 6, 7 and 8; of a chain each norm has the last two of its four inputs.
  static std::size_t updated_input(const Op& op, std::size_t output) {
    if (std::holds_alternative<NormChain>(op.attributes) && output >= 2) {
      return 2 + (output - 2) / 2 * 4 + 2 + output % 2;
    }
    if (std::holds_alternative<BatchNorm>(op.attributes) && output >= 3 && output <= 7) {
      return output < 5 ? output : output + 1;
    }
    return op.inputs.size();
  }

  bool updates_in_place(const Op& op, std::size_t output) const {
    const ValueId from = operand(op.inputs, updated_input(op, output));
    return from != none && value(op.outputs[output]).role == Role::parameter &&
           value(from).parameter == value(op.outputs[output]).parameter;
  }

  std::vector<Shape> shapes_of(const std::vector<ValueId>& ids, std::string_view pattern) const {
    if (pattern.ends_with('+') || pattern.ends_with('*')) pattern = {};
    std::vector<Shape> result;
    for (const ValueId id : ids) result.push_back(id == none ? Shape{} : value(id).shape);
    // So that rules may read every fixed position.
    if (result.size() < pattern.size()) result.resize(pattern.size());
    return result;
  }

  void check_shapes(const Op& op) const {
    const Operands& pattern = operands_of[op.attributes.index()];
    const std::vector<Shape> inputs = shapes_of(op.inputs, pattern.inputs);
    const std::vector<Shape> outputs = shapes_of(op.outputs, pattern.outputs);
    const auto check = [&](const auto& kind) {
      if constexpr (requires { shapes(kind, inputs); }) {
        const std::vector<Shape> expected = shapes(kind, inputs);
        if (op.outputs.size() > expected.size()) fail("surplus outputs");
        for (std::size_t i = 0; i < op.outputs.size(); ++i) {
          if (op.outputs[i] == none || outputs[i] == expected[i]) continue;
          fail("output " + std::to_string(i) + " of shape " + to_string(outputs[i]) + " should have shape " +
               to_string(expected[i]));
        }
      } else {
        if (!fits(kind, inputs, outputs)) fail("shapes of the operands don't fit together");
      }
    };
    try {
      std::visit(check, op.attributes);
    } catch (const Error& error) {
      fail(error.what());
    }
  }

  const Graph& graph_;
  std::vector<bool> written_;
  std::set<int> with_gradient_;
  const Op* op_ = nullptr;
};

}  // namespace

void verify(const Graph& graph) { Verifier(graph).run(); }

}  // namespace sumi::graph
