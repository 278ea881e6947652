// The graph: what a model means for one batch size, forward and backward, as a list of ops over values.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "graph/op.hpp"
#include "sumi/shape.hpp"

namespace sumi::graph {

/// Index of a value; `none` where an operand is absent.
using ValueId = int;
inline constexpr ValueId none = -1;

/// How an image is laid out in memory. Anything but `plain` only for rank 4 with C a multiple of the block.
enum class Layout {
  plain,      ///< Row-major: N, H, W, C.
  blocked8,   ///< N, C/8, H, W, 8.
  blocked16,  ///< N, C/16, H, W, 16.
};
/// Channels per block: 8, 16, or 0 for plain.
int block_of(Layout layout);

/// What a value is, which decides where it lives.
enum class Role {
  input,          ///< A batch of samples.
  target,         ///< A batch of labels, as floats.
  sample_weight,  ///< (N): one weight a sample.
  one,            ///< The scalar 1: the gradient of the loss with respect to itself.
  parameter,      ///< A weight of a layer, in the state's arena.
  gradient,       ///< The final gradient of a trainable parameter, in the gradient arena.
  temporary,      ///< Anything that lives within one step.
};

struct ValueInfo {
  Shape shape;
  Role role = Role::temporary;
  Layout layout = Layout::plain;
  int parameter = -1;  ///< For Role::parameter and Role::gradient: its index in the parameter table.
  std::string name;    ///< For people: `conv2d/kernel`, `conv2d.y`.
};

struct Op {
  Attributes attributes;
  std::vector<ValueId> inputs;   ///< Fixed positions; `none` where absent.
  std::vector<ValueId> outputs;  ///< Fixed positions; `none` where absent or not wanted.
  std::string layer;             ///< The layer that it came from, for people.
};

struct Graph {
  std::vector<ValueInfo> values;
  std::vector<Op> ops;

  ValueId add_value(Shape shape, Role role = Role::temporary, std::string name = {});
  const Shape& shape(ValueId id) const { return values[static_cast<std::size_t>(id)].shape; }
};

/// Whether an op's operand (input or output number `index`) is a convolution's kernel: of rank 4, but no image.
bool is_kernel(const Attributes& attributes, std::size_t index, bool output);

/// Shapes of an op's outputs, from those of its inputs (an absent input has the shape {}). Throws ShapeError where they
/// don't fit. Only for ops that a layer or a loss can ask for; backward ops take the shapes of what they are the
/// gradient of.
std::vector<Shape> output_shapes(const Attributes& attributes, std::span<const Shape> inputs);

/// Appends the backward ops of `op` to the graph. `output_gradients`: of each output, `none` where there is none.
/// `wanted`: for each input, whether its gradient is needed. Returns the gradient of each input, `none` where not
/// wanted or not differentiable.
std::vector<ValueId> differentiate(Graph& graph, const Op& op, std::span<const ValueId> output_gradients,
                                   const std::vector<bool>& wanted);

/// Appends the whole backward of `loss` (a scalar value) in reverse order. Contributions to one value are added up. The
/// gradient of every parameter in `trainable` (indices of the parameter table) ends in a value of Role::gradient; a
/// parameter on which the loss does not depend gets none. Returns for each value its gradient, or none.
std::vector<ValueId> append_backward(Graph& graph, ValueId loss, const std::vector<bool>& trainable);

/// Checks that every op reads only what came before, that shapes and roles fit, and that no value is written twice.
/// Throws std::logic_error naming the op: a bug in sumi, not in the caller's program.
void verify(const Graph& graph);

}  // namespace sumi::graph
