// Values and gradients of losses, as Keras 3.15 on TensorFlow gave them for these data.
#include "losses/run_loss.hpp"

using namespace sumi;
using namespace sumi::testing;

namespace {

Array reshaped(Array array, Shape shape) {
  array.shape = std::move(shape);
  return array;
}

const Array numbers{{2, 3}, {1, 9, 2, -5, -2, 6}}, guesses{{2, 3}, {4, 8, 12, 8, 1, 3}};
const Array halves{{2, 3}, {2, 4, 6, 4, 0.5, 1.5}}, squares{{2, 3}, {1, 81, 4, 25, 4, 36}}, zeros{{2, 3}, Doubles(6)};
const Array labels{{2, 3}, {0, 1, 1, 1, 0, 0}}, margins{{2, 3}, {-1, 1, 1, 1, -1, 0}};
const Array one_hot{{2, 3}, {0, 1, 0, 1, 0, 0}}, shares{{2, 3}, {0.3, 0.2, 0.5, 0.6, 0.4, 0}};
const Array certain{{2, 3}, {0.2, 0.9, 1, 0.6, 0.3, 0}}, logits{{2, 3}, {-1.5, 2, 0.5, 1, -0.25, 3}};
const Array probabilities{{2, 3}, {0.25, 0.5, 0.125, 0.7, 0.2, 0.1}};

/// Values, and the gradient of their sum.
struct Case {
  Loss loss;
  Array y_true, y_pred;
  Doubles values, gradient;
};

const std::vector<Case> cases = {
    {MeanAbsolutePercentageError{.reduction = "sum"},
     numbers,
     guesses,
     {270.370361, 153.333328},
     {33.3333321, -3.70370364, 16.666666, 6.66666651, 16.666666, -5.55555534}},
    {MeanSquaredLogarithmicError{.reduction = "sum"},
     numbers,
     guesses,
     {1.00027788, 1.87380636},
     {0.12217211, -0.00780448224, 0.0751967728, 0.162757382, 0.231049031, -0.0932692885}},
    {Huber{.delta = 1.5, .reduction = "sum"},
     numbers,
     halves,
     {3.91666675, 6.875},
     {0.333333343, -0.5, 0.5, 0.5, 0.5, -0.5}},
    {LogCosh{.reduction = "sum"},
     numbers,
     guesses,
     {4.01665401, 5.64183617},
     {0.331684917, -0.253864735, 0.333333343, 0.333333343, 0.331684917, -0.331684917}},
    {Poisson{.reduction = "sum"},
     guesses,
     squares,
     {11.4029579, 9.03738022},
     {-0.999999881, 0.300411522, -0.666666627, 0.226666674, 0.25, 0.305555552}},
    {KLDivergence{.reduction = "sum"},
     shares,
     probabilities,
     {0.564585507, 0.184767112},
     {-1.20000005, -0.400000006, -4, -0.857142925, -2, -9.99999997e-07}},
    {Hinge{.reduction = "sum"},
     labels,
     logits,
     {0.166666672, 1.58333337},
     {0, -0, -0.333333343, -0.333333343, 0.333333343, 0.333333343}},
    {Hinge{.reduction = "sum"},
     margins,
     logits,
     {0.166666672, 0.583333313},
     {0, -0, -0.333333343, -0.333333343, 0.333333343, -0}},
    {SquaredHinge{.reduction = "sum"},
     labels,
     logits,
     {0.0833333358, 5.52083349},
     {0, -0, -0.333333343, -0, 0.5, 2.66666675}},
    {CategoricalHinge{.reduction = "sum"}, one_hot, logits, {0, 3}, {0, 0, 0, -1, 0, 1}},
    {CosineSimilarity{.reduction = "sum"},
     numbers,
     guesses,
     {-0.720488012, 0.346049905},
     {0.00566097628, -0.0391122103, 0.0241878089, 0.0346829258, 0.0241611395, -0.100541517}},
    {CosineSimilarity{.reduction = "sum"}, zeros, guesses, {-0, -0}, {0, 0, 0, 0, 0, 0}},
    {BinaryCrossentropy{.reduction = "sum"},
     labels,
     certain,
     {0.109501399, 0.289166898},
     {0.416666687, -0.370370388, 0, -0.555555582, 0.476190507, 0}},
    {BinaryCrossentropy{.label_smoothing = 0.2, .reduction = "sum"},
     labels,
     probabilities,
     {0.991847038, 0.37608692},
     {0.26666671, -0.533333361, -2.36190486, -0.317460388, 0.208333328, 2.98023224e-08}},
    {BinaryCrossentropy{.from_logits = true, .reduction = "sum"},
     labels,
     logits,
     {0.267472774, 1.3125962},
     {0.0608085133, -0.039734304, -0.125846893, -0.0896471441, 0.145941168, 0.317524731}},
    {BinaryCrossentropy{.axis = 1, .reduction = "sum"},
     reshaped(labels, {1, 2, 3}),
     reshaped(certain, {1, 2, 3}),
     {0.366984546, 0.231017753, 1.1920929e-07},
     {0.625, -0.555555582, 0, -0.833333313, 0.714285731, 0}},
    {BinaryFocalCrossentropy{.reduction = "sum"},
     labels,
     certain,
     {0.00332644884, 0.0379442759},
     {0.0464191362, -0.0107277436, 0, -0.225109011, 0.114192143, 0}},
    {BinaryFocalCrossentropy{.apply_class_balancing = true, .alpha = 0.3, .gamma = 1.5, .reduction = "sum"},
     labels,
     probabilities,
     {0.203096867, 0.0112951845},
     {0.0892332494, -0.144230053, -0.946561098, -0.0527776703, 0.0610149428, 0.0198597759}},
    {BinaryFocalCrossentropy{.from_logits = true, .reduction = "sum"},
     labels,
     logits,
     {0.025359964, 0.966446698},
     {0.00567703415, -0.00162364647, -0.0459789969, -0.017527042, 0.0693521351, 0.375583291}},
    {CategoricalFocalCrossentropy{.reduction = "sum"},
     one_hot,
     probabilities,
     {0.0256966371, 0.00802518707},
     {0.130791694, -0.0980937481, 0.130791694, -0.0256932341, 0.059950877, 0.059950877}},
    {CategoricalFocalCrossentropy{
         .alpha = 0.5, .gamma = 1.0, .from_logits = true, .label_smoothing = 0.1, .reduction = "sum"},
     one_hot,
     logits,
     {0.105541848, 0.947383583},
     {-0.0125815328, -0.00687143998, 0.0194529742, -0.465483606, 0.000230568112, 0.465253055}},
    {CategoricalCrossentropy{.axis = 1, .reduction = "sum"},
     Array{{1, 2, 2}, {0, 1, 1, 0}},
     Array{{1, 2, 2}, {0.25, 0.5, 0.75, 0.5}},
     {0.287682086, 0.693147182},
     {1, -1, -0.333333373, 1}},
};

/// Keras computes in float: some ten roundings of terms that are up to ten times as large as their sum, and clipping at
/// 1 - 1e-7, which is 1.19e-7 below 1 there.
void require_as_keras(const Doubles& actual, const Doubles& expected) {
  REQUIRE(actual.size() == expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    INFO("element " << i);
    CHECK(actual[i] == Approx(expected[i]).margin(1e-6).epsilon(6e-6));
  }
}

}  // namespace

TEST_CASE("losses and their gradients are Keras's") {
  for (const Case& c : cases) {
    INFO(c.loss.class_name());
    const LossResult result = run_loss(c.loss, c.y_true, c.y_pred);
    require_as_keras(result.values, c.values);
    require_as_keras(result.gradient, c.gradient);
  }
}

TEST_CASE("directly behind a sigmoid binary cross-entropy sees the logits") {
  const auto sigmoid = [](Lowering& ops, Value x) { return ops.activate(x, "sigmoid"); };
  const Array far{{1, 2}, {40, -40}}, wrong{{1, 2}, {0, 1}};
  const LossResult fused = run_loss(BinaryCrossentropy{}, wrong, far, {}, sigmoid);
  // Clipped probabilities would cost 16.1 and have no gradient.
  REQUIRE(fused.loss == Approx(40.0));
  require_close(fused.gradient, {0.5, -0.5}, 1e-15);
  for (const auto& [behind, logits_alone] :
       {std::pair<Loss, Loss>{BinaryCrossentropy{}, BinaryCrossentropy{.from_logits = true}},
        std::pair<Loss, Loss>{BinaryFocalCrossentropy{}, BinaryFocalCrossentropy{.from_logits = true}}}) {
    const LossResult one = run_loss(behind, labels, logits, {}, sigmoid);
    const LossResult other = run_loss(logits_alone, labels, logits);
    REQUIRE(one.values == other.values);
    REQUIRE(one.gradient == other.gradient);
  }
  // With something between, the probabilities are what they are.
  const auto shifted = [](Lowering& ops, Value x) { return ops.affine(ops.activate(x, "sigmoid"), {1.0}, {0.0}); };
  REQUIRE(run_loss(BinaryCrossentropy{}, wrong, far, {}, shifted).loss == Approx(-std::log(1e-7)).epsilon(1e-6));
}

TEST_CASE("hinge losses take 0 for -1 only where all labels of the batch are 0 or 1") {
  const Array y_pred{{2, 1}, {0.5, 0.5}};
  REQUIRE(run_loss(Hinge{}, {{2, 1}, {0, 1}}, y_pred).values == Doubles{1.5, 0.5});
  REQUIRE(run_loss(Hinge{}, {{2, 1}, {0, -1}}, y_pred).values == Doubles{1.0, 1.5});
}
