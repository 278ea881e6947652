// Losses by name, from configurations, and as ops: values against Keras's own tests, in double on the reference.
#include "sumi/losses.hpp"

#include "losses/run_loss.hpp"
#include "saving/json_fields.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using namespace sumi::testing;
using sumi::test::error_text;

namespace {

LossResult run(const Loss& loss, const Array& y_true, const Array& y_pred, const Doubles& sample_weight = {}) {
  return run_loss(loss, y_true, y_pred, sample_weight);
}

// Keras's tests print four decimals.
constexpr double printed = 5e-4;

const Array numbers{{2, 3}, {1, 9, 2, -5, -2, 6}}, guesses{{2, 3}, {4, 8, 12, 8, 1, 3}};
const Array classes{{3}, {0, 1, 2}}, one_hot{{3, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
const Array probabilities{{3, 3}, {0.9, 0.05, 0.05, 0.5, 0.89, 0.6, 0.05, 0.01, 0.94}};
const Array logits{{3, 3}, {8, 1, 1, 0, 9, 1, 2, 3, 5}};
const Doubles weights_of_two = {1.2, 3.4}, weights = {1.2, 3.4, 5.6};

}  // namespace

TEST_CASE("mean_squared_error and mean_absolute_error average over the last axis") {
  const LossResult squared = run(MeanSquaredError{}, numbers, guesses);
  require_close(squared.values, {110.0 / 3, 187.0 / 3}, 1e-12);
  REQUIRE(squared.loss == Approx(49.5).epsilon(1e-12));
  REQUIRE(run(MeanSquaredError{}, numbers, guesses, weights_of_two).loss == Approx(127.96666666666665));
  REQUIRE(run(MeanAbsoluteError{}, numbers, guesses).loss == Approx(5.5));
  REQUIRE(run(MeanAbsoluteError{}, numbers, guesses, weights_of_two).loss == Approx(13.566666666666668));
}

TEST_CASE("reductions") {
  const auto loss = [](const char* reduction, const Doubles& sample_weight) {
    return run(MeanSquaredError{.reduction = reduction}, numbers, guesses, sample_weight).loss;
  };
  REQUIRE(loss("mean_with_sample_weight", weights_of_two) == Approx(55.637681159420296));
  REQUIRE(loss("sum", {}) == Approx(99.0));
  REQUIRE(loss("mean", weights_of_two) == loss("sum_over_batch_size", weights_of_two));
  REQUIRE(run(MeanAbsoluteError{.reduction = "sum"}, numbers, guesses, {2.3, 2.3}).loss == Approx(25.3));
  const Array ones{{4, 1}, {1, 0, 1, 0}}, tenths{{4, 1}, {0.1, 0.2, 0.3, 0.4}};
  REQUIRE(run(MeanSquaredError{.reduction = "sum"}, ones, tenths).loss == Approx(1.5));
  REQUIRE(run(MeanSquaredError{}, ones, tenths).loss == Approx(0.375));
  REQUIRE(run(MeanSquaredError{}, ones, tenths, {0.4, 0.3, 0.2, 0.1}).loss == Approx(0.1125));
}

TEST_CASE("a last dimension of 1 may be missing") {
  const Array column{{4, 1}, {1, 0, 1, 0}}, flat{{4}, {1, 0, 1, 0}}, guess{{4, 1}, {0.1, 0.2, 0.3, 0.4}};
  REQUIRE(run(MeanSquaredError{}, flat, guess).values == run(MeanSquaredError{}, column, guess).values);
  REQUIRE(run(MeanAbsoluteError{}, flat, guess).values == run(MeanAbsoluteError{}, column, guess).values);
}

TEST_CASE("sparse_categorical_crossentropy") {
  const SparseCategoricalCrossentropy loss;
  REQUIRE(run(loss, classes, probabilities).loss == Approx(0.3239).margin(printed));
  REQUIRE(run(loss, {{3, 1}, classes.values}, probabilities).loss == Approx(0.3239).margin(printed));
  REQUIRE(run(loss, classes, probabilities, weights).loss == Approx(1.0696).margin(printed));
  const SparseCategoricalCrossentropy from_logits{.from_logits = true};
  require_close(run(from_logits, classes, logits).values, {0.001822, 0.000459, 0.169846}, 1e-6);
  REQUIRE(run(from_logits, classes, logits, weights).loss == Approx(0.31829).margin(printed));
}

TEST_CASE("probabilities are normalised and clipped") {
  const Array y_true{{4}, {0, 1, 0, 2}}, y_pred{{4, 3}, {0.7, 0.2, 0.1, 1, 0, 0, 0, 0.5, 0.5, 0.2, 0.3, 0.1}};
  // -log(1e-7) in double is 16.1180957, in Keras's float32 1e-6 of that apart.
  require_close(run(SparseCategoricalCrossentropy{}, y_true, y_pred).values,
                {0.3566749691963196, 16.11809539794922, 16.11809539794922, 1.7917594909667969}, 1e-5);
}

TEST_CASE("entries of the ignored class don't count") {
  const SparseCategoricalCrossentropy loss{.from_logits = true, .ignore_class = -1};
  const LossResult result = run(loss, {{1, 2}, {-1, 2}}, {{1, 2, 3}, {0.854, 0.698, 0.598, 0.088, 0.86, 0.018}});
  require_close(result.values, {0.0, 1.480129}, 1e-6);
  REQUIRE(result.loss == Approx(1.480129).margin(1e-6));
}

TEST_CASE("categorical_crossentropy") {
  REQUIRE(run(CategoricalCrossentropy{}, one_hot, probabilities).loss == Approx(0.3239).margin(printed));
  REQUIRE(run(CategoricalCrossentropy{}, one_hot, probabilities, weights).loss == Approx(1.0696).margin(printed));
  const CategoricalCrossentropy from_logits{.from_logits = true};
  require_close(run(from_logits, one_hot, logits).values, {0.001822, 0.000459, 0.169846}, 1e-6);
  const Array targets{{2, 3}, {0.33008796, 0.0391289, 0.9503603, 0.80376694, 0.92363342, 0.19147756}};
  const Array outputs{{2, 3}, {0.23446431, 0.35822914, 0.06683268, 0.3413979, 0.05420256, 0.81619654}};
  require_close(run(CategoricalCrossentropy{}, targets, outputs).values, {2.54095299, 3.96374412}, 1e-6);
  require_close(run(from_logits, targets, outputs).values, {1.59419954, 2.49880593}, 1e-6);
}

TEST_CASE("label smoothing") {
  const CategoricalCrossentropy from_logits{.from_logits = true, .label_smoothing = 0.1};
  REQUIRE(run(from_logits, {{1, 3}, {1, 0, 0}}, {{1, 3}, {100, -100, -100}}).loss == Approx(40.0 / 3));
  const Array y_true{{4, 3}, {1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1}};
  const Array y_pred{{4, 3}, {0.7, 0.2, 0.1, 1, 0, 0, 0, 0.5, 0.5, 0.2, 0.3, 0.1}};
  require_close(run(CategoricalCrossentropy{.label_smoothing = 0.1}, y_true, y_pred).values,
                {0.46329742670059204, 15.580825805664062, 15.089765548706055, 1.7320342063903809}, 1e-5);
}

TEST_CASE("labels of another shape are refused") {
  const std::string text = error_text<ShapeError>([] { run(SparseCategoricalCrossentropy{}, one_hot, probabilities); });
  REQUIRE(text ==
          "SparseCategoricalCrossentropy: expected class numbers y_true of shape (3,) or (3, 1) for y_pred of shape "
          "(3, 3). Received: y_true of shape (3, 3); for one-hot labels use CategoricalCrossentropy.");
  REQUIRE(error_text<ShapeError>([] { run(CategoricalCrossentropy{}, classes, probabilities); }) ==
          "CategoricalCrossentropy: y_true and y_pred must have the same shape. Received: y_true of shape (3,), y_pred "
          "of shape (3, 3); for class numbers use SparseCategoricalCrossentropy.");
  REQUIRE(error_text<ShapeError>([] {
            run(MeanSquaredError{}, {{2, 1}, {0, 0}}, guesses);
          }) ==
          "MeanSquaredError: y_true and y_pred must have the same shape. Received: y_true of shape (2, 1), y_pred of "
          "shape (2, 3).");
  REQUIRE_THROWS_AS(run(MeanAbsoluteError{}, {{2}, {0, 0}}, guesses), ShapeError);
}

TEST_CASE("losses are found under all of Keras's names, which they keep") {
  const auto check = [](const char* class_name, const std::vector<const char*>& names) {
    for (const char* name : names) {
      const Loss loss(name);
      REQUIRE(loss.class_name() == class_name);
      REQUIRE(loss.identifier() == name);
    }
  };
  check("SparseCategoricalCrossentropy", {"sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"});
  check("CategoricalCrossentropy", {"categorical_crossentropy", "CategoricalCrossentropy"});
  check("BinaryCrossentropy", {"bce", "BCE", "binary_crossentropy", "BinaryCrossentropy"});
  check("BinaryFocalCrossentropy", {"binary_focal_crossentropy"});
  check("CategoricalFocalCrossentropy", {"categorical_focal_crossentropy"});
  check("KLDivergence", {"kld", "KLD", "kl_divergence", "KLDivergence"});
  check("MeanAbsolutePercentageError", {"mape", "MAPE", "mean_absolute_percentage_error"});
  check("MeanSquaredLogarithmicError", {"msle", "MSLE", "mean_squared_logarithmic_error"});
  check("Huber", {"huber", "Huber"});
  check("LogCosh", {"log_cosh", "LogCosh"});
  check("Poisson", {"poisson"});
  check("Hinge", {"hinge"});
  check("SquaredHinge", {"squared_hinge"});
  check("CategoricalHinge", {"categorical_hinge"});
  check("CosineSimilarity", {"cosine_similarity"});
  check("MeanSquaredError", {"mse", "MSE", "mean_squared_error", "MeanSquaredError"});
  check("MeanAbsoluteError", {"mae", "MAE", "mean_absolute_error", "MeanAbsoluteError"});
  REQUIRE(Loss(MeanSquaredError{}).identifier().empty());
  REQUIRE_FALSE(Loss().has_value());
  const std::string text = error_text<ArgumentError>([] { Loss("Mse"); });
  REQUIRE(text.starts_with("Could not interpret loss identifier: Mse."));
  REQUIRE(text.find("mean_squared_error") != std::string::npos);
}

TEST_CASE("only sparse losses take class numbers") {
  REQUIRE(Loss("sparse_categorical_crossentropy")->sparse());
  for (const char* name : {"categorical_crossentropy", "mse", "mae"}) REQUIRE_FALSE(Loss(name)->sparse());
}

TEST_CASE("configurations have Keras's keys in Keras's order and read back") {
  const std::vector<std::pair<Loss, const char*>> cases = {
      {SparseCategoricalCrossentropy{.ignore_class = 3},
       R"({"name":"sparse_categorical_crossentropy","reduction":"sum_over_batch_size","from_logits":false,)"
       R"("ignore_class":3,"axis":-1})"},
      {CategoricalCrossentropy{.from_logits = true, .label_smoothing = 0.5},
       R"({"name":"categorical_crossentropy","reduction":"sum_over_batch_size","from_logits":true,)"
       R"("label_smoothing":0.5,"axis":-1})"},
      {MeanSquaredError{.reduction = "sum"}, R"({"name":"mean_squared_error","reduction":"sum"})"},
      {MeanAbsoluteError{}, R"({"name":"mean_absolute_error","reduction":"sum_over_batch_size"})"},
      {Huber{.delta = 2.0}, R"({"name":"huber_loss","reduction":"sum_over_batch_size","delta":2.0})"},
      {CosineSimilarity{}, R"({"name":"cosine_similarity","reduction":"sum_over_batch_size","axis":-1})"},
      {KLDivergence{}, R"({"name":"kl_divergence","reduction":"sum_over_batch_size"})"},
      {BinaryCrossentropy{.label_smoothing = 0.5},
       R"({"name":"binary_crossentropy","reduction":"sum_over_batch_size","from_logits":false,)"
       R"("label_smoothing":0.5,"axis":-1})"},
      {BinaryFocalCrossentropy{.gamma = 1.0},
       R"({"name":"binary_focal_crossentropy","reduction":"sum_over_batch_size","from_logits":false,)"
       R"("label_smoothing":0.0,"axis":-1,"apply_class_balancing":false,"alpha":0.25,"gamma":1.0})"},
      {CategoricalFocalCrossentropy{},
       R"({"name":"categorical_focal_crossentropy","reduction":"sum_over_batch_size","from_logits":false,)"
       R"("label_smoothing":0.0,"axis":-1,"alpha":0.25,"gamma":2.0})"},
  };
  for (const auto& [loss, config] : cases) {
    REQUIRE(saving::to_config(loss).dump() == config);
    Loss read;
    saving::read_object(read, saving::to_object(loss));
    REQUIRE(saving::equal(read, loss));
    REQUIRE(read.identifier().empty());
  }
}

TEST_CASE("arguments that mean nothing are refused") {
  REQUIRE(error_text<ArgumentError>([] { Loss(MeanSquaredError{.reduction = "average"}); }) ==
          "Invalid value for argument `reduction`. Expected one of sum_over_batch_size, mean, sum, "
          "mean_with_sample_weight. Received: reduction=average");
  REQUIRE_THROWS_AS(Loss(MeanAbsoluteError{.reduction = "none"}), ArgumentError);
  REQUIRE_THROWS_AS(Loss(SparseCategoricalCrossentropy{.reduction = ""}), ArgumentError);
  REQUIRE_THROWS_AS(Loss(SparseCategoricalCrossentropy{.axis = 1}), ArgumentError);
  REQUIRE_THROWS_AS(run(CategoricalCrossentropy{.axis = 0}, one_hot, probabilities), ArgumentError);
  REQUIRE_THROWS_AS(run(BinaryCrossentropy{.axis = 2}, one_hot, probabilities), ArgumentError);
  REQUIRE_THROWS_AS(Loss(Huber{.delta = 0.0}), ArgumentError);
  REQUIRE_THROWS_AS(Loss(BinaryFocalCrossentropy{.gamma = -1.0}), ArgumentError);
  REQUIRE_THROWS_AS(Loss(CategoricalFocalCrossentropy{.alpha = -0.5}), ArgumentError);
  REQUIRE_THROWS_AS(Loss(BinaryCrossentropy{.label_smoothing = 1.5}), ArgumentError);
  REQUIRE_THROWS_AS(Loss(KLDivergence{.reduction = "none"}), ArgumentError);
  REQUIRE_THROWS_AS(Loss(CategoricalCrossentropy{.reduction = "all"}), ArgumentError);
  for (const double smoothing : {-0.1, 1.1}) {
    REQUIRE_THROWS_AS(Loss(CategoricalCrossentropy{.label_smoothing = smoothing}), ArgumentError);
  }
}

namespace user {
/// Twice the squared error.
struct Doubled {
  static constexpr const char* class_name = "Doubled";
  double factor = 2.0;
};
void fields(Doubled& value, Fields& f) { f("factor", value.factor); }
Value lower(const Doubled& loss, Lowering& ops, Value y_true, Value y_pred) {
  return ops.affine(ops.pointwise_loss(PointwiseLossKind::squared_error, y_true, y_pred), {loss.factor}, {0.0});
}
}  // namespace user

TEST_CASE("a user's loss is made of ops and can be named by configurations") {
  register_loss("Doubled", user::Doubled{});
  REQUIRE(run("Doubled", numbers, guesses).loss == Approx(99.0));
  REQUIRE_FALSE(Loss("Doubled").built_in());
  REQUIRE(Loss("Doubled")->reduction() == "sum_over_batch_size");
  REQUIRE_THROWS_AS(register_loss("MeanSquaredError", user::Doubled{}), ArgumentError);
}

TEST_CASE("a function is a loss, under its name") {
  const LossFunction half{"half", [](Lowering& ops, Value y_true, Value y_pred) {
                            return ops.affine(ops.pointwise_loss(PointwiseLossKind::squared_error, y_true, y_pred),
                                              {0.5}, {0.0});
                          }};
  REQUIRE(run(half, numbers, guesses).loss == Approx(24.75));
  REQUIRE(Loss(half).identifier() == "half");
  REQUIRE(run(LossFunction{"half", half.function, "sum"}, numbers, guesses).loss == Approx(49.5));
  register_loss("half", half);
  REQUIRE(run("half", numbers, guesses).loss == Approx(24.75));
  REQUIRE_THROWS_AS(Loss(LossFunction{"", half.function}), ArgumentError);
  REQUIRE(error_text<ArgumentError>([] {
            Loss(LossFunction{"nothing", nullptr});
          }) == "Expected a function of the loss 'nothing'. Received: none.");
}

TEST_CASE("the string crossentropy means what the shapes say") {
  for (const char* name : {"crossentropy", "ce", "CrossEntropy", "CE"}) {
    INFO(name);
    const Loss loss(name);
    REQUIRE(loss.identifier() == name);
    REQUIRE(loss.resolved({4}, {None, 1}).class_name() == "BinaryCrossentropy");
    REQUIRE(loss.resolved({4, 1}, {None, 1}).class_name() == "BinaryCrossentropy");
    REQUIRE(loss.resolved({4}, {None, 3}).class_name() == "SparseCategoricalCrossentropy");
    REQUIRE(loss.resolved({4, 1}, {None, 3}).class_name() == "SparseCategoricalCrossentropy");
    REQUIRE(loss.resolved({4, 3}, {None, 3}).class_name() == "CategoricalCrossentropy");
    REQUIRE(run(loss, classes, probabilities).loss == run(loss, one_hot, probabilities).loss);
  }
  REQUIRE(Loss("mse").resolved({4}, {None, 1}).class_name() == "MeanSquaredError");
}
