// What every op says about itself: its shape rule and its backward rule. Internal to src/graph.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "graph/graph.hpp"

namespace sumi::graph {

using Shapes = std::span<const Shape>;
using Gradients = std::span<const ValueId>;
using Wanted = const std::vector<bool>&;

// Ops that a layer or a loss can ask for: the shapes of their outputs, and the gradients of their inputs as in
// differentiate().
#define SUMI_DIFFERENTIABLE_OP(Kind)                        \
  std::vector<Shape> shapes(const Kind& op, Shapes inputs); \
  std::vector<ValueId> backward(Graph& graph, const Op& op, const Kind& kind, Gradients dy, Wanted wanted)
SUMI_DIFFERENTIABLE_OP(Conv2d);
SUMI_DIFFERENTIABLE_OP(MatMul);
SUMI_DIFFERENTIABLE_OP(AddBias);
SUMI_DIFFERENTIABLE_OP(Activate);
SUMI_DIFFERENTIABLE_OP(PRelu);
SUMI_DIFFERENTIABLE_OP(Glu);
SUMI_DIFFERENTIABLE_OP(MaxPool2d);
SUMI_DIFFERENTIABLE_OP(AvgPool2d);
SUMI_DIFFERENTIABLE_OP(Pad2d);
SUMI_DIFFERENTIABLE_OP(Crop2d);
SUMI_DIFFERENTIABLE_OP(Upsample2d);
SUMI_DIFFERENTIABLE_OP(BatchNorm);
SUMI_DIFFERENTIABLE_OP(GroupNorm);
SUMI_DIFFERENTIABLE_OP(Dropout);
SUMI_DIFFERENTIABLE_OP(GaussianNoise);
SUMI_DIFFERENTIABLE_OP(RandomAffine);
SUMI_DIFFERENTIABLE_OP(RandomCrop);
SUMI_DIFFERENTIABLE_OP(RandomErase);
SUMI_DIFFERENTIABLE_OP(Transpose);
SUMI_DIFFERENTIABLE_OP(Softmax);
SUMI_DIFFERENTIABLE_OP(Sparsemax);
SUMI_DIFFERENTIABLE_OP(Affine);
SUMI_DIFFERENTIABLE_OP(Add);
SUMI_DIFFERENTIABLE_OP(Multiply);
SUMI_DIFFERENTIABLE_OP(CrossEntropy);
SUMI_DIFFERENTIABLE_OP(PointwiseLoss);
SUMI_DIFFERENTIABLE_OP(RowLoss);
SUMI_DIFFERENTIABLE_OP(ReduceLoss);
SUMI_DIFFERENTIABLE_OP(Penalty);
SUMI_DIFFERENTIABLE_OP(Custom);
#undef SUMI_DIFFERENTIABLE_OP
// Reshape's output shape is the caller's choice, so that it has no shape rule.
std::vector<ValueId> backward(Graph& graph, const Op& op, const Reshape& kind, Gradients dy, Wanted wanted);
// So is a transposed convolution's.
std::vector<ValueId> backward(Graph& graph, const Op& op, const Conv2dBackwardData& kind, Gradients dy, Wanted wanted);

// Ops that only passes make, behind the backward, and whose output shapes follow from their inputs.
std::vector<Shape> shapes(const Moments& op, Shapes inputs);
std::vector<Shape> shapes(const ChannelAffine& op, Shapes inputs);
std::vector<Shape> shapes(const GradientSums& op, Shapes inputs);
std::vector<Shape> shapes(const NormChainBackwardData& op, Shapes inputs);
std::vector<Shape> shapes(const SoftmaxCrossEntropy& op, Shapes inputs);
std::vector<Shape> shapes(const SoftmaxCrossEntropyBackward& op, Shapes inputs);
std::vector<Shape> shapes(const FoldAffine& op, Shapes inputs);
std::vector<Shape> shapes(const FoldAffineBackward& op, Shapes inputs);

// Ops whose output shapes don't follow from their inputs alone: whether operands of these shapes fit together. A
// backward op fits where the forward op would map the shapes onto each other.
bool fits(const Conv2dBackwardData& op, Shapes inputs, Shapes outputs);
bool fits(const Conv2dBackwardWeights& op, Shapes inputs, Shapes outputs);
bool fits(const Conv2dBackward& op, Shapes inputs, Shapes outputs);
bool fits(const Conv2dChainBackwardWeights& op, Shapes inputs, Shapes outputs);
bool fits(const NormChain& op, Shapes inputs, Shapes outputs);
bool fits(const NormChainBackward& op, Shapes inputs, Shapes outputs);
bool fits(const SumToBias& op, Shapes inputs, Shapes outputs);
bool fits(const ActivateBackward& op, Shapes inputs, Shapes outputs);
bool fits(const PReluBackward& op, Shapes inputs, Shapes outputs);
bool fits(const GluBackward& op, Shapes inputs, Shapes outputs);
bool fits(const MaxPool2dBackward& op, Shapes inputs, Shapes outputs);
bool fits(const AvgPool2dBackward& op, Shapes inputs, Shapes outputs);
bool fits(const Upsample2dBackward& op, Shapes inputs, Shapes outputs);
bool fits(const BatchNormBackward& op, Shapes inputs, Shapes outputs);
bool fits(const GroupNormBackward& op, Shapes inputs, Shapes outputs);
bool fits(const RandomAffineBackward& op, Shapes inputs, Shapes outputs);
bool fits(const RandomCropBackward& op, Shapes inputs, Shapes outputs);
bool fits(const Reshape& op, Shapes inputs, Shapes outputs);
bool fits(const SoftmaxBackward& op, Shapes inputs, Shapes outputs);
bool fits(const SparsemaxBackward& op, Shapes inputs, Shapes outputs);
bool fits(const CrossEntropyBackward& op, Shapes inputs, Shapes outputs);
bool fits(const PointwiseLossBackward& op, Shapes inputs, Shapes outputs);
bool fits(const RowLossBackward& op, Shapes inputs, Shapes outputs);
bool fits(const ReduceLossBackward& op, Shapes inputs, Shapes outputs);
bool fits(const PenaltyBackward& op, Shapes inputs, Shapes outputs);
bool fits(const Reorder& op, Shapes inputs, Shapes outputs);
bool fits(const CustomBackward& op, Shapes inputs, Shapes outputs);

// Helpers that the rules share.

/// Operand i, {} or `none` where the list ends before it.
inline Shape operand(Shapes shapes, std::size_t i) { return i < shapes.size() ? shapes[i] : Shape{}; }
inline ValueId operand(const std::vector<ValueId>& ids, std::size_t i) { return i < ids.size() ? ids[i] : none; }

/// Throws ShapeError unless the operand, described for people, has the expected shape.
void require_shape(const std::string& what, const Shape& received, const Shape& expected);
/// The same for an operand that may be absent, which has the shape {}.
void require_shape_if_present(const std::string& what, const Shape& received, const Shape& expected);
/// Throws ShapeError unless the operand has the expected rank.
void require_rank(const std::string& what, const Shape& received, std::size_t expected);

/// Shape of the image (N, H', W', channels) that a window makes of the image x. Throws ShapeError where x is no image
/// or the result would be empty.
Shape window_output(const std::string& what, const Window& window, const Shape& x, std::int64_t channels);

/// A new value for the gradient of `of`.
ValueId new_gradient(Graph& graph, ValueId of);
/// Appends a backward op of `op` with one output, the gradient of `of`, and returns that.
ValueId emit_gradient(Graph& graph, const Op& op, Attributes attributes, std::vector<ValueId> inputs, ValueId of);

}  // namespace sumi::graph
