// The implementations of which the backend chooses: each takes a case or says why not.
#pragma once

#include <memory>
#include <string>

#include "backend/backend.hpp"
#include "backend/cpu/kernels.hpp"

namespace sumi::backend::cpu_detail {

/// What a candidate answers: a kernel, or the reason why it won't have this case. Neither where the op is not its kind.
struct Answer {
  std::unique_ptr<Kernel> kernel;
  std::string refusal;
};

Answer refuse(std::string reason);

/// Conv2d with moments or pool and Conv2dChainBackwardWeights, of images of few channels.
Answer make_thin_convolution(const OpCase& op);
/// Winograd's algorithm: Conv2d, Conv2dBackward, Conv2dBackwardData, Conv2dBackwardWeights, where it is faster.
Answer make_winograd(const OpCase& op);
/// oneDNN: Conv2d, Conv2dBackwardData, Conv2dBackwardWeights.
Answer make_convolution(const OpCase& op);
/// MatMul of one row.
Answer make_vector_product(const OpCase& op);
/// oneDNN: MatMul.
Answer make_matmul(const OpCase& op);
/// Activate, ActivateBackward, Add, Multiply, in any layout.
Answer make_elementwise(const OpCase& op);
/// PRelu and its gradients, in any layout.
Answer make_prelu(const OpCase& op);
/// Dropout, GaussianNoise.
Answer make_noise(const OpCase& op);
/// RandomAffine and its gradient, RandomErase.
Answer make_augmentation(const OpCase& op);
/// AddBias, SumToBias, Affine.
Answer make_channelwise(const OpCase& op);
/// BatchNorm, BatchNormBackward.
Answer make_batch_norm(const OpCase& op);
/// GroupNorm, GroupNormBackward, in any layout.
Answer make_group_norm(const OpCase& op);
/// Moments, ChannelAffine, GradientSums.
Answer make_norm_chain(const OpCase& op);
/// FoldAffine, FoldAffineBackward.
Answer make_fold(const OpCase& op);
/// MaxPool2d, AvgPool2d and their gradients, NormChainBackwardData.
Answer make_pool(const OpCase& op);
/// Pad2d, Crop2d, RandomCrop and its gradient.
Answer make_margins(const OpCase& op);
/// Upsample2d and its gradient.
Answer make_upsample(const OpCase& op);
/// Transpose.
Answer make_transpose(const OpCase& op);
/// Softmax over the last axes, SoftmaxCrossEntropy, Sparsemax, Glu, and their gradients.
Answer make_softmax(const OpCase& op);
/// PointwiseLoss and its gradient: squared and absolute errors, Huber, binary cross-entropy of logits.
Answer make_pointwise_loss(const OpCase& op);
/// Reorder.
Answer make_reorder(const OpCase& op);

/// The layout that oneDNN would give the output of a Conv2d or Conv2dBackwardData.
graph::Layout preferred_convolution_layout(const graph::Attributes& attributes, const std::vector<Operand>& inputs,
                                           const Operand& output);

/// Windows over the image x, in its layout, that make y.
Pool pool_of(const graph::Window& window, const Operand& x, const Operand& y);
/// -1 where a number is negative, else 1.
void signs_of(const float* numbers, std::int64_t count, float* signs);
/// Whether SUMI_CONVOLUTION, of which this is the value (null where it is not set), rules out Winograd's algorithm.
/// Throws ArgumentError where the value is unknown.
bool wants_direct_convolution(const char* choice);

/// True where all operands of x's shape have x's layout.
bool same_layouts(const OpCase& op);

}  // namespace sumi::backend::cpu_detail
