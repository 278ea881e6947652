// All vector kernels and their table, for the instruction set of the region that includes this file.
#include "backend/cpu/simd-inl.hpp"
// The order is that of use.
// clang-format off
#include "backend/cpu/math-inl.hpp"
#include "backend/cpu/elementwise-inl.hpp"
#include "backend/cpu/random-inl.hpp"
#include "backend/cpu/resample-inl.hpp"
#include "backend/cpu/periodic-inl.hpp"
#include "backend/cpu/prelu-inl.hpp"
#include "backend/cpu/pool-inl.hpp"
#include "backend/cpu/chain-inl.hpp"
#include "backend/cpu/thin_convolution-inl.hpp"
#include "backend/cpu/fold-inl.hpp"
#include "backend/cpu/activation-inl.hpp"
#include "backend/cpu/glu-inl.hpp"
#include "backend/cpu/rows-inl.hpp"
#include "backend/cpu/softmax-inl.hpp"
#include "backend/cpu/sparsemax-inl.hpp"
#include "backend/cpu/row_norm-inl.hpp"
#include "backend/cpu/pointwise_loss-inl.hpp"
#include "backend/cpu/vector_product-inl.hpp"
#include "backend/cpu/update-inl.hpp"
#include "backend/cpu/peak-inl.hpp"
#if SUMI_LANES > 4
#include "backend/cpu/winograd-inl.hpp"
#include "backend/cpu/winograd-products-inl.hpp"
#include "backend/cpu/winograd-backward-inl.hpp"
#include "backend/cpu/winograd-forward-inl.hpp"
#endif
// clang-format on

const KernelTable table = {
    .relu = relu,
    .relu_backward = relu_backward,
    .activate = activate,
    .activate_backward = activate_backward,
    .add = add,
    .multiply = multiply,
    .dropout = dropout,
    .gaussian_noise = gaussian_noise,
    .dropout_rows = dropout_rows,
    .weighted_sums = weighted_sums,
    .affine = affine,
    .normalize_backward = normalize_backward,
    .sum = sum,
    .moments = moments,
    .gradient_sums = gradient_sums,
    .prelu = prelu,
    .prelu_backward = prelu_backward,
    .prelu_sample = prelu_sample,
    .prelu_sample_backward = prelu_sample_backward,
    .max_pool = max_pool,
    .avg_pool = avg_pool,
    .max_pool_backward = max_pool_backward,
    .avg_pool_backward = avg_pool_backward,
    .chain_backward = chain_backward,
    .thin_forward = thin_forward,
    .thin_backward = thin_backward,
    .fold_row = fold_row,
    .fold_row_backward = fold_row_backward,
#if SUMI_LANES > 4
    .winograd_kernel = winograd_kernel,
    .winograd_forward = winograd_forward,
    .winograd_backward = winograd_backward,
    .winograd_kernel_gradient = winograd_kernel_gradient,
#endif
    .lanes = lanes,
    .vector_product = vector_product,
    .softmax = softmax,
    .softmax_backward = softmax_backward,
    .sparsemax = sparsemax,
    .sparsemax_backward = sparsemax_backward,
    .glu = glu,
    .glu_backward = glu_backward,
    .softmax_cross_entropy = softmax_cross_entropy,
    .softmax_cross_entropy_backward = softmax_cross_entropy_backward,
    .normalize_rows = normalize_rows,
    .normalize_rows_backward = normalize_rows_backward,
    .pointwise_loss = pointwise_loss,
    .pointwise_loss_backward = pointwise_loss_backward,
    .update = update,
    .multiply_adds = multiply_adds,
};
