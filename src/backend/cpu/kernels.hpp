// The table of vector kernels: one for each instruction set, the same functions in each.
//
// Kernels work on ranges and know no threads: who calls them divides the work. Outputs may be the inputs' memory.
#pragma once

#include <cstdint>

#include "backend/backend.hpp"

namespace sumi::backend::cpu_detail {

/// y = x <= threshold ? slope * (x - threshold) : min(x, limit). Every member of the ReLU family. Its derivative can be
/// told from y as well as from x where slope and threshold are 0.
struct Relu {
  float slope = 0;
  float threshold = 0;
  float limit = 0;  ///< Infinite where there is none.
};

/// An element-wise function of another family.
struct Activation {
  ActivationKind kind = ActivationKind::linear;
  float alpha = 0, threshold = 0, default_value = 0;
};

/// Of which numbers a kernel draws, and in which order positions lie in memory: one after the other, or, with a block,
/// images of so many pixels in blocks of channels. Blocks and channels are multiples of `lanes` then.
struct Draws {
  std::uint64_t seed = 0, step = 0;
  std::int64_t block = 0, channels = 0, pixels = 0;
};
/// graph::Dropout: kept where the upper 24 bits drawn are `threshold` or more.
struct DropoutDraws {
  std::int32_t threshold = 0;
  float scale = 0, dropped = 0;
};
/// graph::GaussianNoise.
struct NoiseDraws {
  float stddev = 0;
  bool multiplies = false;
};

/// Sliding windows over images that are stored as `height * width` pixels of `channels` floats: a whole plain image, or
/// one block of channels.
struct Pool {
  graph::Window window;
  std::int64_t height = 0, width = 0;          ///< Of x.
  std::int64_t out_height = 0, out_width = 0;  ///< Of y.
  std::int64_t channels = 0;
  std::int64_t groups = 1;  ///< Blocks of channels of one image; parameters per channel lie block after block.
};

/// What graph::NormChainBackwardData needs to know of its operands. Without `pooled` only the size of x is used of the
/// pool. sign: 1 or -1 per channel.
struct ChainBackward {
  Pool pool;
  bool pooled = false, relu = false;
  const float* x = nullptr;
  const float* sign = nullptr;
  const float* dy = nullptr;
  const float* map = nullptr;  ///< Five rows of pool.channels * pool.groups numbers.
  float* dx = nullptr;
};

/// A loss of pairs of a prediction and a truth.
struct PairLoss {
  enum class Kind { squared_error, absolute_error, huber, logits_cross_entropy };
  Kind kind = Kind::squared_error;
  float delta = 1;
};

/// Rows that are normalised, each by its own moments. Parameters repeat after so many `groups` of rows.
struct RowNorm {
  std::int64_t size = 0, groups = 1;
  double epsilon = 0;
  const float* gamma = nullptr;
  const float* beta = nullptr;
};

/// A row of numbers times a matrix of so many rows, each of `columns` numbers.
struct VectorProduct {
  std::int64_t columns = 0;
  const float* row = nullptr;
  const float* matrix = nullptr;
};

/// What a sum is made of: the numbers at an offset, times a weight.
struct Share {
  std::int64_t offset = 0;
  float weight = 0;
};
/// So many sums of `length` numbers side by side; sum i has the shares [begins[i], begins[i + 1]), at least one.
struct WeightedSums {
  const Share* shares = nullptr;
  const std::int64_t* begins = nullptr;
  std::int64_t count = 0, length = 0;
};

/// A convolution of 3 by 3 without padding, stride or dilation over plain images of at most four channels, whose
/// outputs are blocked by the width of the vectors. Where an operand is null, nobody has it or wants it.
struct ThinConvolution {
  std::int64_t height = 0, width = 0, channels = 0;
  std::int64_t out_height = 0, out_width = 0, filters = 0;
  bool relu = false, moments = false;
  bool pooled = false;  ///< By windows of 2 by 2 next to each other.
  const float* x = nullptr;
  const float* kernel = nullptr;
  const float* bias = nullptr;
  const float* sign = nullptr;  ///< 1 or -1 for each filter.
  // Forward.
  float* y = nullptr;
  float* pool = nullptr;
  // Backward through a chain, see ChainBackward.
  const float* dy = nullptr;
  const float* map = nullptr;
};

/// Products of one tile of Winograd's F(4x4, 3x3).
inline constexpr std::int64_t winograd_positions = 36;

/// A convolution of 3x3 with stride 1, or its part on some channels, in tiles of 4 by 4 outputs. Tiles are counted row
/// by row through all images. Images and kernels are blocked by the vectors' width; channels and filters are multiples
/// of it.
struct Winograd {
  std::int64_t height = 0, width = 0;          ///< Of x.
  std::int64_t out_height = 0, out_width = 0;  ///< Of y.
  std::int64_t pad_top = 0, pad_left = 0;
  std::int64_t rows = 0, columns = 0;  ///< Tiles of an image.
  std::int64_t channels = 0, filters = 0;
  std::int64_t x_image = 0;      ///< Floats from an image of x to the next.
  std::int64_t kernel_cell = 0;  ///< Floats from a cell of the kernel to the next.
  std::int64_t chunk = 0;        ///< Tiles that are transformed together: a multiple of 12.
  /// Floats from a position to the next in `chunk` transformed tiles of x and of y, and in transformed kernels.
  std::int64_t x_position = 0, y_position = 0, u_position = 0;
};

/// Operands of winograd_forward. Null: no bias, no sign (as if all were positive), output or sums not wanted.
struct WinogradForward {
  const float *x = nullptr, *u = nullptr, *bias = nullptr, *sign = nullptr;
  bool relu = false;
  float* y = nullptr;
  float* pooled = nullptr;
  double *sums = nullptr, *pooled_sums = nullptr;  ///< Of values, then of their squares: added to.
  float* scratch = nullptr;                        ///< winograd_positions * (x_position + y_position).
};

/// Operands of winograd_backward. Null: dx, du, sums that are not wanted, and x and u where only those need them.
struct WinogradBackward {
  const float *x = nullptr, *u = nullptr, *dy = nullptr;
  const ChainBackward* chain = nullptr;  ///< Then dy is the gradient of the chain's output, chain->x is y.
  float *dx = nullptr, *du = nullptr;
  double* sums = nullptr;    ///< Of dy: added to.
  float* scratch = nullptr;  ///< winograd_positions * (x_position + y_position).
};

/// "Periodic" kernels see `count` floats as rows of `period` floats, the last row possibly shorter; parameters and sums
/// hold `period` numbers. The period is a multiple of 16. Sums are added to what is there; within at most 64 rows they
/// are taken in float, from there on in double.
struct KernelTable {
  void (*relu)(const Relu& relu, const float* x, float* y, std::int64_t count);
  void (*relu_backward)(const Relu& relu, const float* x_or_y, const float* dy, float* dx, std::int64_t count);
  void (*activate)(const Activation& activation, const float* x, float* y, std::int64_t count);
  void (*activate_backward)(const Activation& activation, const float* x_or_y, const float* dy, float* dx,
                            std::int64_t count);
  void (*add)(const float* a, const float* b, float* y, std::int64_t count);
  void (*multiply)(const float* a, const float* b, float* y, std::int64_t count);

  /// Positions [begin, end), begin a multiple of 32.
  void (*dropout)(const Draws& draws, const DropoutDraws& dropout, const float* x, float* y, std::int64_t begin,
                  std::int64_t end);
  void (*gaussian_noise)(const Draws& draws, const NoiseDraws& noise, const float* x, float* y, std::int64_t begin,
                         std::int64_t end);

  /// Rows of `length` numbers: y = x * scale, or `dropped` where the scale is 0. Each row has the same scales.
  void (*dropout_rows)(const float* scales, float dropped, const float* x, float* y, std::int64_t rows,
                       std::int64_t length);

  /// y: the sums one behind the other.
  void (*weighted_sums)(const WeightedSums& sums, const float* x, float* y);

  /// y = (x - shift) * scale + offset.
  void (*affine)(const float* x, float* y, std::int64_t count, std::int64_t period, const float* shift,
                 const float* scale, const float* offset);
  /// dx = dy * a + (x - mean) * b + c.
  void (*normalize_backward)(const float* x, const float* dy, float* dx, std::int64_t count, std::int64_t period,
                             const float* mean, const float* a, const float* b, const float* c);
  void (*sum)(const float* x, std::int64_t count, std::int64_t period, double* sums);
  /// Sums of x and of x * x; float errors are relative to the deviation of x, not to its size.
  void (*moments)(const float* x, std::int64_t count, std::int64_t period, double* sums, double* squares);
  /// Sums of dy and of dy * (x - mean).
  void (*gradient_sums)(const float* x, const float* dy, std::int64_t count, std::int64_t period, const float* mean,
                        double* sums, double* products);

  /// PReLU. dx may be null; the sums are those of the gradient of alpha.
  void (*prelu)(const float* x, const float* alpha, float* y, std::int64_t count, std::int64_t period);
  void (*prelu_backward)(const float* x, const float* alpha, const float* dy, float* dx, std::int64_t count,
                         std::int64_t period, double* sums);
  /// The same where each element has an alpha of its own.
  void (*prelu_sample)(const float* x, const float* alpha, float* y, std::int64_t count);
  void (*prelu_sample_backward)(const float* x, const float* alpha, const float* dy, float* dx, std::int64_t count,
                                float* sums);

  /// Output rows [begin, end), counted through all images: image * out_height + row. sign: null, or 1 or -1 per
  /// channel: -1 for the smallest.
  void (*max_pool)(const Pool& pool, const float* x, const float* sign, float* y, std::int64_t begin, std::int64_t end);
  void (*avg_pool)(const Pool& pool, const float* x, float* y, std::int64_t begin, std::int64_t end);
  /// Whole images [begin, end). Every element of dx is written.
  void (*max_pool_backward)(const Pool& pool, const float* x, const float* dy, float* dx, std::int64_t begin,
                            std::int64_t end);
  void (*avg_pool_backward)(const Pool& pool, const float* dy, float* dx, std::int64_t begin, std::int64_t end);

  /// Whole images (blocks of channels) [begin, end).
  void (*chain_backward)(const ChainBackward& chain, std::int64_t begin, std::int64_t end);

  /// Images [begin, end). Writes a shift for each filter, and adds to four rows of sums: of y - shift, of its square,
  /// and the same of what is pooled.
  void (*thin_forward)(const ThinConvolution& conv, std::int64_t begin, std::int64_t end, float* shifts, double* sums);
  /// Images [begin, end). Adds to sums: a row for each number of the kernel's windows and channels, and one for the
  /// bias.
  void (*thin_backward)(const ThinConvolution& conv, std::int64_t begin, std::int64_t end, double* sums);

  /// One row of a kernel, multiplied into `folded`: folded = kernel * scale, bias += kernel * offset.
  void (*fold_row)(const float* kernel, float scale, float offset, float* folded, float* bias, std::int64_t filters);
  /// One row back: dkernel = scale * dfolded + offset * dbias. Adds to sums the kernel's products with dbias and with
  /// dfolded - mean * dbias.
  void (*fold_row_backward)(const float* kernel, const float* dfolded, const float* dbias, float scale, float offset,
                            float mean, float* dkernel, double* sums, std::int64_t filters);
  /// Transforms the kernel, rows [begin, end): channels, or filters where it is transposed for the input's gradient.
  /// Absent (like the three that follow) from the table for any machine.
  void (*winograd_kernel)(const Winograd& w, const float* kernel, float* u, bool transposed, std::int64_t begin,
                          std::int64_t end) = nullptr;
  /// Tiles [begin, end).
  void (*winograd_forward)(const Winograd& w, const WinogradForward& operands, std::int64_t begin,
                           std::int64_t end) = nullptr;
  /// Tiles [begin, end), whole images. du is written.
  void (*winograd_backward)(const Winograd& w, const WinogradBackward& operands, std::int64_t begin,
                            std::int64_t end) = nullptr;
  /// The kernel's gradient, channels [begin, end), from the sum of `parts` arrays du, one behind the other.
  void (*winograd_kernel_gradient)(const Winograd& w, const float* du, std::int64_t parts, float* dkernel,
                                   std::int64_t begin, std::int64_t end) = nullptr;

  std::int64_t lanes;  ///< Floats of a vector.
  /// The part of the product that the matrix's rows [begin, end) make. Columns are a multiple of `lanes`.
  void (*vector_product)(const VectorProduct& product, std::int64_t begin, std::int64_t end, float* sums);

  /// Softmax, or its logarithm, of the rows [begin, end) of `size` numbers; of those only that the mask, where there is
  /// one, does not exclude by a 0. Its gradient from its output.
  void (*softmax)(const float* x, const float* mask, float* y, bool log, std::int64_t size, std::int64_t begin,
                  std::int64_t end);
  void (*softmax_backward)(const float* y, const float* dy, float* dx, bool log, std::int64_t size, std::int64_t begin,
                           std::int64_t end);
  void (*sparsemax)(const float* x, float* y, std::int64_t size, std::int64_t begin, std::int64_t end);
  void (*sparsemax_backward)(const float* y, const float* dy, float* dx, std::int64_t size, std::int64_t begin,
                             std::int64_t end);
  /// Rows of twice `half` numbers.
  void (*glu)(const float* x, float* y, std::int64_t half, std::int64_t begin, std::int64_t end);
  void (*glu_backward)(const float* x, const float* dy, float* dx, std::int64_t half, std::int64_t begin,
                       std::int64_t end);
  /// Softmax with the cross entropy of the row's label (no number where that is no class); the gradient from the
  /// softmax y.
  void (*softmax_cross_entropy)(const float* x, const float* labels, float* y, float* values, std::int64_t size,
                                std::int64_t begin, std::int64_t end);
  void (*softmax_cross_entropy_backward)(const float* y, const float* labels, const float* dvalues, float* dx,
                                         std::int64_t size, std::int64_t begin, std::int64_t end);

  /// Rows [begin, end): graph::GroupNorm of samples of one pixel.
  void (*normalize_rows)(const RowNorm& norm, const float* x, float* y, float* means, float* inv_stds,
                         std::int64_t begin, std::int64_t end);
  /// dx may be null; adds to the gradients of gamma and beta, `size * groups` numbers each.
  void (*normalize_rows_backward)(const RowNorm& norm, const float* x, const float* means, const float* inv_stds,
                                  const float* dy, float* dx, float* dgamma, float* dbeta, std::int64_t begin,
                                  std::int64_t end);

  /// The sum of the losses of so many pairs, and their slopes by the prediction, times scale.
  double (*pointwise_loss)(const PairLoss& loss, const float* predicted, const float* truth, std::int64_t count);
  void (*pointwise_loss_backward)(const PairLoss& loss, const float* predicted, const float* truth, float scale,
                                  float* dpredicted, std::int64_t count);

  /// Applies an optimizer's rule to the weights [begin, end).
  void (*update)(const UpdateRule& rule, float* w, const float* gradient, float* const* slots, std::int64_t begin,
                 std::int64_t end);

  /// Does nothing but multiply-adds between registers, and so shows how many are possible. Returns how many
  /// floating-point operations these were; *result is where they begin and what they lead to.
  std::int64_t (*multiply_adds)(std::int64_t rounds, float* result);
};

/// The kernels of active_isa().
const KernelTable& kernels();

namespace baseline {
extern const KernelTable table;
}
namespace avx2 {
extern const KernelTable table;
}
namespace avx512 {
extern const KernelTable table;
}

}  // namespace sumi::backend::cpu_detail
