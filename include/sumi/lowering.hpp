// The ops of which a layer is made. A layer made of these needs no backward: each op has its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sumi/constraints.hpp"
#include "sumi/initializers.hpp"
#include "sumi/regularizers.hpp"
#include "sumi/values.hpp"

namespace sumi {

struct CustomOp;
namespace graph {
struct Builder;
}

/// A value in the graph: what an op makes and the next one reads.
struct Value {
  int id = -1;
};

/// How a weight starts and what acts on it.
struct WeightArguments {
  Initializer initializer = "glorot_uniform";
  Regularizer regularizer = {};
  Constraint constraint = {};
  /// False for a weight that is state, such as a moving average: no gradient, no optimizer.
  bool trainable = true;
};

/// Arguments of Lowering::batch_norm, as those of the layer of that name.
struct BatchNormArguments {
  int axis = -1;
  double momentum = 0.99;
  double epsilon = 1e-3;
  std::optional<Value> gamma = {};
  std::optional<Value> beta = {};
  Value moving_mean = {};
  Value moving_variance = {};
  /// Batch renormalisation, when all three are there.
  std::optional<Value> moving_stddev = {};
  std::optional<Value> renorm_mean = {};
  std::optional<Value> renorm_stddev = {};
  double renorm_momentum = 0.99;
  std::optional<double> renorm_rmin = {};
  std::optional<double> renorm_rmax = {};
  std::optional<double> renorm_dmax = {};
};

/// A number that is drawn uniformly between two bounds; always the same where they are equal.
struct Interval {
  double lower = 0.0;
  double upper = 0.0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// What stands around an image: reflect (c b a | a b c | c b a), wrap (a b c | a b c | a b c), constant (one number),
/// nearest (a a a | a b c | c c c).
enum class FillMode { reflect, wrap, constant, nearest };

/// Arguments of Lowering::random_affine: what is drawn for each image. The image is flipped, turned, zoomed about its
/// middle, and then shifted.
struct RandomAffineArguments {
  Interval shift_height = {};               ///< Parts of the image's height, downwards.
  Interval shift_width = {};                ///< Parts of the image's width, to the right.
  Interval zoom_height = {1.0, 1.0};        ///< 2 shows twice as much, half as large.
  std::optional<Interval> zoom_width = {};  ///< As much as the height where absent.
  Interval turn = {};                       ///< Parts of a full turn, counter-clockwise.
  /// Flips half of the images: along both axes together where both are set.
  bool flip_horizontal = false, flip_vertical = false;
  bool bilinear = true;  ///< Between the four neighbours; otherwise the nearest of them.
  FillMode fill_mode = FillMode::reflect;
  double fill_value = 0.0;  ///< For FillMode::constant.
};

/// Arguments of Lowering::random_erase: what is drawn for each image.
struct RandomEraseArguments {
  Interval probability = {0.0, 1.0};    ///< That the image loses a box.
  Interval scale = {0.02, 0.33};        ///< Squares of the box's sides, as parts of the image's.
  std::vector<double> fill = {};        ///< What is then there: one number, one for each channel, or none for noise.
  Interval value_range = {0.0, 255.0};  ///< Normal noise times its upper bound is clipped to it.
};

/// Losses of pairs of numbers. A row's loss is the mean over its pairs, of kl_divergence the sum.
enum class PointwiseLossKind {
  squared_error,
  absolute_error,
  absolute_percentage_error,
  squared_logarithmic_error,
  huber,
  log_cosh,
  poisson,
  kl_divergence,
  hinge,
  squared_hinge,
  binary_cross_entropy,
  binary_focal_cross_entropy,
};

/// Losses of whole rows.
enum class RowLossKind { cosine_similarity, categorical_hinge, categorical_focal_cross_entropy };

/// Extra numbers of a loss; each kind reads those it knows.
struct LossArguments {
  double delta = 1.0;             ///< huber: where the parabola ends
  double gamma = 2.0;             ///< focal: the power of 1 - p, where p is the probability of what is true
  std::optional<double> alpha{};  ///< focal: what ones weigh, while zeros weigh 1 - alpha; of categories: a factor
  bool from_logits = false;       ///< binary: y_pred is what a sigmoid would make probabilities of
};

/// Turns one layer into ops. Handed to a layer's `lower`; all values carry the batch as their first dimension.
class Lowering {
 public:
  /// What the layer is applied to.
  Value input() const;
  /// The shape of a value, the batch first; every dimension is known.
  const Shape& shape(Value value) const;
  /// True in fit and train_on_batch, false in evaluate and predict.
  bool training() const;

  /// A weight of the layer. The first lowering creates it, later ones find it again by name. Throws ShapeError when the
  /// shape changed.
  Value weight(const std::string& name, const Shape& shape, const WeightArguments& arguments);
  /// What the layer gives to the next one. Must be called exactly once.
  void output(Value value);

  /// Cross-correlation of images (N, H, W, C) with a kernel (h, w, C / groups, filters), Keras's padding rule.
  Value conv2d(Value x, Value kernel, Size2 strides, Padding padding, Size2 dilation, int groups);
  /// The transpose of a convolution with a kernel (h, w, filters, C): what conv2d's backward makes of x (N, H, W, C),
  /// an image of output_size with so many filters. Throws ShapeError where no conv2d would make H x W of that size.
  Value conv2d_transpose(Value x, Value kernel, Size2 strides, Padding padding, Size2 dilation, Size2 output_size);
  /// Largest value of each window; padding never wins.
  Value max_pool2d(Value x, Size2 window, Size2 strides, Padding padding);
  /// Mean of each window; padded cells don't count.
  Value avg_pool2d(Value x, Size2 window, Size2 strides, Padding padding);
  /// Images (N, H, W, C) with zeros around them, and without their margins.
  Value pad2d(Value x, const Margins& margins);
  Value crop2d(Value x, const Margins& margins);
  /// Images of so many times the size: each cell repeated, or `bilinear` between the centres of the cells.
  Value upsample2d(Value x, Size2 factors, bool bilinear);
  /// x (..., C) times weights (C, units).
  Value matmul(Value x, Value weights);
  /// x + bias along the last axis.
  Value add_bias(Value x, Value bias);
  /// The function of each element, or along the last axis; glu halves that.
  Value activate(Value x, const ActivationFunction& function);
  /// x where it is above 0, otherwise alpha * x. alpha has the shape of one sample, 1 where it is shared.
  Value prelu(Value x, Value alpha);
  /// exp(x) / sum exp(x) over the given axes (negative ones count from the end).
  Value softmax(Value x, const std::vector<int>& axes = {-1});
  /// Normalises along axis by the batch's moments in training (and updates the moving ones), by the moving ones
  /// otherwise.
  Value batch_norm(Value x, const BatchNormArguments& arguments);
  /// Brings each group of channels (last axis) of each sample to mean 0 and deviation 1, then to gamma and beta (C).
  Value group_norm(Value x, std::optional<Value> gamma, std::optional<Value> beta, int groups, double epsilon);
  /// In training: zeroes with probability rate and scales the rest by 1 / (1 - rate); otherwise x itself.
  /// `noise_shape`: the shape of the mask, 1 where it is shared; empty means that of x.
  Value dropout(Value x, double rate, const Shape& noise_shape, Seed seed);
  /// The same, but dropped values become what a saturated SELU gives, and mean and variance stay as they were.
  Value alpha_dropout(Value x, double rate, const Shape& noise_shape, Seed seed);
  /// In training: x plus normal noise of that standard deviation.
  Value gaussian_noise(Value x, double stddev, Seed seed);
  /// In training: x times normal noise of mean 1 and variance rate / (1 - rate).
  Value gaussian_dropout(Value x, double rate, Seed seed);
  /// In training: images (N, H, W, C), each through an affine map of its own.
  Value random_affine(Value x, const RandomAffineArguments& arguments, Seed seed);
  /// In training: images of a smaller size, all from the same random place.
  Value random_crop(Value x, Size2 size, Seed seed);
  /// Images of that size from the middle, which lies half a pixel towards the beginning where it can't be met.
  Value center_crop(Value x, Size2 size);
  /// Images scaled to that size, bilinearly between the pixels' middles.
  Value resize(Value x, Size2 size);
  /// In training: images some of which have lost a box.
  Value random_erase(Value x, const RandomEraseArguments& arguments, Seed seed);
  /// The same values in row-major order under another shape (batch first; one -1 is inferred).
  Value reshape(Value x, const Shape& shape);
  /// Dimension i of the result is dimension axes[i] of x.
  Value transpose(Value x, const std::vector<int>& axes);
  /// x * scale + offset; one number each, or one per channel (last axis).
  Value affine(Value x, std::vector<double> scale, std::vector<double> offset);
  /// Element-wise sum and product of values of one shape.
  Value add(Value a, Value b);
  Value multiply(Value a, Value b);
  /// A user's own op.
  Value custom(std::shared_ptr<const CustomOp> op, const std::vector<Value>& inputs);
  /// Loss of each sample: -sum y_true log p over the last axis of y_pred. sparse: y_true holds class numbers and has no
  /// last axis. Directly behind a softmax its input is used with the fused form.
  Value cross_entropy(Value y_true, Value y_pred, bool sparse, bool from_logits, double label_smoothing,
                      std::optional<std::int64_t> ignore_class);
  /// One number for each row along the last axis of y_pred and y_true, which have one shape. Directly behind a sigmoid
  /// the input of that is used where the kind can.
  Value pointwise_loss(PointwiseLossKind kind, Value y_true, Value y_pred, LossArguments arguments = {});
  Value row_loss(RowLossKind kind, Value y_true, Value y_pred, const LossArguments& arguments = {});
  /// Adds the penalty of a value, divided by the batch size, to the loss (activity_regularizer).
  void activity_penalty(const Regularizer& regularizer, Value value);

 private:
  friend struct graph::Builder;
  explicit Lowering(graph::Builder& builder) : builder_(&builder) {}
  graph::Builder* builder_;
};

}  // namespace sumi
