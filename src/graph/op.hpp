// Every kind of op there is, as plain descriptors: what it computes, never how.
//
// Each op's operands stand in a comment: inputs -> outputs. `[x]` may be absent (none). N = batch, H, W = image, C =
// channels. All shapes are logical and channels-last, whatever the layout in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sumi/lowering.hpp"
#include "sumi/regularizers.hpp"
#include "sumi/values.hpp"

namespace sumi::graph {

/// A sliding window, padding already resolved.
struct Window {
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int dilation_h = 1, dilation_w = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  friend bool operator==(const Window&, const Window&) = default;
};

/// x (N,H,W,C), kernel (h,w,C/groups,F), [bias (F)], [sign (F)]
///        -> [y (N,H',W',F)], [moments of y (2,F)], [pooled (N,H'',W'',F)], [moments of pooled (2,F)].
/// epilogue: linear or relu. With `moments` those of both, see Moments. pool: what makes `pooled` from y, see
/// MaxPool2d.
struct Conv2d {
  Window window;
  int groups = 1;
  ActivationKind epilogue = ActivationKind::linear;
  bool moments = false;
  std::optional<Window> pool = {};
};
/// dy, kernel, [bias (C), as a layer has it] -> dx, plus the bias. The shape of dx is that of the output value.
struct Conv2dBackwardData {
  Window window;
  int groups = 1;
};
/// x, dy -> dkernel, [dbias].
struct Conv2dBackwardWeights {
  Window window;
  int groups = 1;
};
/// x, [sign (C)], dy, map (5,C) -> dx. Without a pool dx = map[0] dy + map[3] x + map[4]. With one, where m is the
/// window's extreme, its first cell gets map[0] dy + map[1] m + map[2], and every cell map[3] x + map[4] in addition.
/// relu: x came out of a ReLU; dx is what goes into it.
struct NormChainBackwardData {
  std::optional<Window> pool = {};
  bool relu = false;
};
/// x, kernel, dy -> [dx], dkernel, [dbias]: both of the above in one pass. With a chain, which starts with the
/// convolution's output y, the gradient of y is made from that of the chain's output, dy, on the way:
/// x, kernel, dy, y, [sign], map.
struct Conv2dBackward {
  Window window;
  int groups = 1;
  std::optional<NormChainBackwardData> chain = {};
};

/// a (M,K) or transposed, b (K,N) or transposed, [bias (N)] -> y (M,N). epilogue: linear or relu.
struct MatMul {
  bool transpose_a = false;
  bool transpose_b = false;
  ActivationKind epilogue = ActivationKind::linear;
};

/// x (..., C), bias (C) -> y.
struct AddBias {};
/// dy (..., C) -> dbias (C): the sum over all axes but the last.
struct SumToBias {};

/// x -> y, element-wise.
struct Activate {
  ActivationKind kind = ActivationKind::linear;
  ActivationArguments arguments;
};
/// x or y (see reads_output), dy -> dx.
struct ActivateBackward {
  ActivationKind kind = ActivationKind::linear;
  ActivationArguments arguments;
};
/// x (N, ...), alpha (...: of x's dimensions, or 1 where it is shared) -> y: x where it is above 0, else alpha x.
struct PRelu {};
/// x, alpha, dy -> [dx], [dalpha]. At 0 both derivatives are 0.
struct PReluBackward {};
/// x (..., 2C) -> y (..., C): the first half times the sigmoid of the second.
struct Glu {};
/// x, dy -> dx.
struct GluBackward {};
/// True where the derivative is computed from the function's output, false where from its input.
bool reads_output(ActivationKind kind, const ActivationArguments& arguments);

/// x (N,H,W,C), [sign (C)] -> y: the largest of each window; where a channel's sign is negative, the smallest.
struct MaxPool2d {
  Window window;
};
/// x, dy -> dx. A tie goes to the first element of the window in row-major order.
struct MaxPool2dBackward {
  Window window;
};
/// x -> y; padded cells don't count.
struct AvgPool2d {
  Window window;
};
/// dy -> dx.
struct AvgPool2dBackward {
  Window window;
};

/// x (N,H,W,C) -> y: zeros around each image. Crop2d is its backward.
struct Pad2d {
  Margins margins;
};
/// x (N,H,W,C) -> y: each image without its margins. Pad2d is its backward.
struct Crop2d {
  Margins margins;
};
/// x (N,H,W,C) -> y (N,H*h,W*w,C): each cell repeated; bilinear: interpolated between the centres of the cells, beyond
/// the outermost of which their values continue.
struct Upsample2d {
  Size2 factors;
  bool bilinear = false;
};
/// dy -> dx.
struct Upsample2dBackward {
  Size2 factors;
  bool bilinear = false;
};

/// Limits of batch renormalisation.
struct Renorm {
  double momentum = 0.99;
  std::optional<double> rmin, rmax, dmax;
};
/// Training: x, [gamma (C)], [beta (C)], moving_mean (C), moving_variance (C), [mask (N,...)],
///           [moving_stddev (C), renorm_mean (C), renorm_stddev (C)]
///        -> y, mean (C), inv_std (C) (both of the batch, for backward), moving_mean, moving_variance,
///           [moving_stddev, renorm_mean, renorm_stddev, r (C), d (C)]. The moving values are updated in place.
/// Inference: the same inputs -> y.
/// mask: 1 where an element of all axes but the last counts. Variance is biased and two-pass; epsilon inside the root.
struct BatchNorm {
  int axis = -1;  ///< Never negative in a graph.
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool training = false;
  std::optional<Renorm> renorm;
};
/// x, [gamma], mean, inv_std, dy, [mask], [r, d] -> [dx], [dgamma], [dbeta]. In inference mean and inv_std are
/// constants: then training is false and mean, inv_std are moving_mean and moving_variance, with epsilon to be added.
struct BatchNormBackward {
  int axis = -1;
  double epsilon = 1e-3;
  bool training = true;
};

/// x (N, ..., C), [gamma (C)], [beta (C)] -> y, mean (N, groups), inv_std (N, groups): the moments of each group of
/// C / groups channels of each sample, as batch_norm's of its channels.
struct GroupNorm {
  int groups = 1;
  double epsilon = 1e-3;
};
/// x, [gamma], mean, inv_std, dy -> [dx], [dgamma], [dbeta].
struct GroupNormBackward {
  int groups = 1;
};

/// x (..., C) -> moments (2, C): the mean and the biased variance of each channel, as two-pass formulas give them.
struct Moments {};
/// x (..., C), map (2, C) -> y = x * map[0] + map[1].
struct ChannelAffine {};
/// Batch norms in a row, with at most one MaxPool2d among them. A batch norm is an affine map per channel, and
/// maxpool(a x + b) = a maxpool(x) + b where a >= 0, a minpool(x) + b elsewhere: so the pool comes first, and what
/// is left is one map of its output, known from the moments of the chain's input and of the pool's output.
/// [moments (2,C)], [moments of pooled (2,C)], and for each norm [gamma], [beta], moving_mean, moving_variance
///        -> map (2,C), [saved (2 norms, C): the mean and the inverse deviation that each norm used],
///           and for each norm [moving_mean], [moving_variance], updated in place.
struct NormChain {
  struct Norm {
    double momentum = 0.99;
    double epsilon = 1e-3;
    bool pooled = false;  ///< It stands behind the pool. Without a pool all have false.
  };
  std::vector<Norm> norms;
  bool training = false;  ///< False: the norms use their moving values; then there are no moments and nothing is saved.
};
/// x (..., C), dy, [moments of x (2,C)] -> sums (2,C): of dy, and of dy * (x - mean); mean is 0 where it is absent.
struct GradientSums {};
/// Of a chain in training: sums (of the gradient of its output, with its input or, where there is a pool, with what is
/// pooled; 2,C), moments, [moments of pooled], saved, and for each norm [gamma]
///        -> [map (5,C): see NormChainBackwardData], and for each norm [dgamma], [dbeta].
struct NormChainBackward {
  NormChain chain;
  std::int64_t elements = 0, pooled_elements = 0;  ///< Of one channel of the chain's input and of the pool's output.
};
/// x, kernel, [bias], [sign], dy, map (5,C) -> dkernel, [dbias]: Conv2dBackwardWeights of NormChainBackwardData of
/// Conv2d, where computing the convolution again is cheaper than storing it.
struct Conv2dChainBackwardWeights {
  Conv2d conv;  ///< With its epilogue and the chain's pool.
};
/// kernel (..., C, F) or (k C, F), [bias (F)], map (2,C) -> kernel', bias' (F), so that an op with these makes of x
/// what it would make of map[0] x + map[1] with those. Exact where every product meets a cell of x, none of the
/// padding.
struct FoldAffine {};
/// kernel, map, dkernel' (the gradient for the folded kernel), dbias, [moments of x (2,C)]
///        -> dkernel, [sums (2,C)]: see GradientSums, of x and of the gradient of map[0] x + map[1].
struct FoldAffineBackward {};

/// x -> y in training. Its own backward on dy, with 0 for what is dropped: all that ops draw at random depends only on
/// (seed, training step, index).
struct Dropout {
  double rate = 0.0;
  Shape noise_shape;  ///< Same rank as x; 1 where the mask is shared.
  std::uint64_t seed = 0;
  double scale = 1.0;    ///< Of what is kept.
  double dropped = 0.0;  ///< What stands in place of the rest.
};
/// x -> x + stddev z, or x (1 + stddev z), where z is normal. Its own backward on dy where it multiplies.
struct GaussianNoise {
  double stddev = 0.0;
  bool multiplies = false;
  std::uint64_t seed = 0;
};
/// x (N,H,W,C) -> y (N,H',W',C): each image through an affine map of its own.
struct RandomAffine {
  RandomAffineArguments arguments;
  Size2 size;  ///< Of y. Another one than that of x keeps the middle in the middle.
  std::uint64_t seed = 0;
};
/// dy -> dx.
struct RandomAffineBackward {
  RandomAffine forward;
};
/// x (N,H,W,C) -> y (N,H',W',C): the same part of all images, at a random place.
struct RandomCrop {
  Size2 size;
  std::uint64_t seed = 0;
};
/// dy -> dx.
struct RandomCropBackward {
  RandomCrop forward;
};
/// x (N,H,W,C) -> y. Its own backward on dy, with 0 as `fill`.
struct RandomErase {
  RandomEraseArguments arguments;
  std::uint64_t seed = 0;
};

/// x -> y: the same memory under another shape.
struct Reshape {};
/// x -> y: dimension i of y is dimension axes[i] of x.
struct Transpose {
  std::vector<int> axes;
};

/// x, [mask of x's shape: 0 = excluded] -> y, over axes together; log: the logarithm of it.
struct Softmax {
  std::vector<int> axes;  ///< Never negative in a graph.
  bool log = false;
};
/// y, dy -> dx.
struct SoftmaxBackward {
  std::vector<int> axes;
  bool log = false;
};

/// x (..., K) -> y: the point of the simplex (numbers of at least 0 whose sum is 1) that is nearest to x.
struct Sparsemax {};
/// y, dy -> dx.
struct SparsemaxBackward {};

/// x -> x * scale + offset; one number, or one per channel of the last axis. Its own backward without the offset.
struct Affine {
  std::vector<double> scale, offset;
};
/// a, b, ... -> their element-wise sum.
struct Add {};
/// a, b -> their element-wise product.
struct Multiply {};

/// y_pred (..., K), y_true -> values (...), [mask (...)] (where ignore_class is set: 0 for ignored entries).
/// sparse: y_true (...) holds class indices; otherwise (..., K) holds probabilities.
/// from_logits: fused log-softmax. Otherwise p / sum p, clipped to [1e-7, 1 - 1e-7], then -log.
struct CrossEntropy {
  bool sparse = true;
  bool from_logits = false;
  double label_smoothing = 0.0;
  std::optional<std::int64_t> ignore_class = {};
};
/// y_pred, y_true, dvalues -> dy_pred.
struct CrossEntropyBackward {
  CrossEntropy forward;
};

/// x (..., K), y_true (...) or (..., 1): class numbers -> softmax of x over the last axis, values (...): the cross
/// entropy of x as logits.
struct SoftmaxCrossEntropy {};
/// The softmax, y_true, dvalues -> dx.
struct SoftmaxCrossEntropyBackward {};

/// y_pred (..., K), y_true (..., K) -> values (...): see PointwiseLossKind.
struct PointwiseLoss {
  PointwiseLossKind kind = PointwiseLossKind::squared_error;
  LossArguments arguments = {};
};
/// y_pred, y_true, dvalues -> dy_pred.
struct PointwiseLossBackward {
  PointwiseLoss forward;
};

/// y_pred (..., K), y_true (..., K) -> values (...): see RowLossKind.
struct RowLoss {
  RowLossKind kind = RowLossKind::cosine_similarity;
  LossArguments arguments = {};
};
/// y_pred, y_true, dvalues -> dy_pred.
struct RowLossBackward {
  RowLoss forward;
};

enum class Reduction { sum, sum_over_batch_size, mean_with_sample_weight };
/// values, weights (broadcast against values: same shape, or (N) against (N), or (N,1) ...), [mask] -> scalar ().
struct ReduceLoss {
  Reduction reduction = Reduction::sum_over_batch_size;
};
/// values, weights, [mask], dscalar -> dvalues.
struct ReduceLossBackward {
  Reduction reduction = Reduction::sum_over_batch_size;
};

/// w -> scalar: scale * penalty(w).
struct Penalty {
  Regularizer regularizer;
  double scale = 1.0;
};
/// w, dscalar -> dw.
struct PenaltyBackward {
  Regularizer regularizer;
  double scale = 1.0;
};

/// x -> the same values in the output's layout.
struct Reorder {};

/// inputs -> output.
struct Custom {
  std::shared_ptr<const CustomOp> op;
};
/// inputs..., output, doutput -> dinputs...
struct CustomBackward {
  std::shared_ptr<const CustomOp> op;
};

using Attributes =
    std::variant<Conv2d, Conv2dBackwardData, Conv2dBackwardWeights, Conv2dBackward, MatMul, AddBias, SumToBias,
                 Activate, ActivateBackward, PRelu, PReluBackward, Glu, GluBackward, MaxPool2d, MaxPool2dBackward,
                 AvgPool2d, AvgPool2dBackward, Pad2d, Crop2d, Upsample2d, Upsample2dBackward, BatchNorm,
                 BatchNormBackward, GroupNorm, GroupNormBackward, Moments, ChannelAffine, NormChain, GradientSums,
                 NormChainBackward, NormChainBackwardData, Conv2dChainBackwardWeights, FoldAffine, FoldAffineBackward,
                 Dropout, GaussianNoise, RandomAffine, RandomAffineBackward, RandomCrop, RandomCropBackward,
                 RandomErase, Reshape, Transpose, Softmax, SoftmaxBackward, Sparsemax, SparsemaxBackward, Affine, Add,
                 Multiply, CrossEntropy, CrossEntropyBackward, SoftmaxCrossEntropy, SoftmaxCrossEntropyBackward,
                 PointwiseLoss, PointwiseLossBackward, RowLoss, RowLossBackward, ReduceLoss, ReduceLossBackward,
                 Penalty, PenaltyBackward, Reorder, Custom, CustomBackward>;

/// True where an op's output is another one in every training step, whatever its inputs are.
bool is_random(const Attributes& attributes);

/// The op's name in the plan: `conv2d`, `conv2d_backward_data`, ...
const char* name_of(const Attributes& attributes);

}  // namespace sumi::graph
