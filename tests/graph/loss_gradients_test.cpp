// Gradients of losses, reductions and penalties, against differences.
#include "support/numeric_gradient.hpp"

using namespace sumi;
using namespace sumi::graph;
using sumi::testing::check_gradients;
using sumi::testing::check_loss_gradients;
using sumi::testing::Experiment;
using sumi::testing::fill;

TEST_CASE("gradients of cross_entropy with class numbers") {
  for (const bool from_logits : {true, false}) {
    for (const double smoothing : {0.0, 0.1}) {
      for (const bool ignore : {false, true}) {
        INFO("from_logits " << from_logits << ", smoothing " << smoothing << ", ignore " << ignore);
        Experiment e;
        const ValueId y_pred = e.weight({2, 2, 3}, fill({2, 2, 3}, 1, from_logits ? 3.0 : 0.4, from_logits ? 0 : 0.6));
        const ValueId y_true = e.feed({2, 2}, {0, 2, ignore ? -1.0 : 1.0, 1});
        std::optional<std::int64_t> ignored;
        if (ignore) ignored = -1;
        check_gradients(e, e.op(CrossEntropy{true, from_logits, smoothing, ignored}, {y_pred, y_true}));
      }
    }
  }
}

TEST_CASE("gradients of cross_entropy with probabilities as labels") {
  for (const bool from_logits : {true, false}) {
    for (const double smoothing : {0.0, 0.1}) {
      Experiment e;
      const ValueId y_pred = e.weight({3, 4}, fill({3, 4}, 1, from_logits ? 3.0 : 0.4, from_logits ? 0 : 0.6));
      // One label is certain, one is spread, one does not sum to 1.
      const ValueId y_true = e.feed({3, 4}, {0, 1, 0, 0, 0.1, 0.2, 0.3, 0.4, 1, 0, 1, 0.5});
      check_gradients(e, e.op(CrossEntropy{false, from_logits, smoothing, std::nullopt}, {y_pred, y_true}));
    }
  }
}

TEST_CASE("gradients of losses of pairs") {
  using Kind = PointwiseLossKind;
  for (const auto kind :
       {Kind::squared_error, Kind::absolute_error, Kind::absolute_percentage_error, Kind::squared_logarithmic_error,
        Kind::huber, Kind::log_cosh, Kind::hinge, Kind::squared_hinge}) {
    for (const Shape& shape : {Shape{4, 3}, Shape{2, 3, 2}, Shape{1, 1}}) {
      INFO("kind " << static_cast<int>(kind) << ", shape " << to_string(shape));
      Experiment e;
      const ValueId y_pred = e.weight(shape, fill(shape, 1));
      const ValueId y_true = e.feed(shape, fill(shape, 4, 1.0, 0.01));  // no two are equal
      check_gradients(e, e.op(PointwiseLoss{kind, {.delta = 0.4}}, {y_pred, y_true}));
    }
  }
}

TEST_CASE("gradients of losses of probabilities and rates") {
  using Kind = PointwiseLossKind;
  for (const auto kind :
       {Kind::poisson, Kind::kl_divergence, Kind::binary_cross_entropy, Kind::binary_focal_cross_entropy}) {
    for (const bool from_logits : {false, true}) {
      for (const double gamma : {0.0, 1.0, 2.5}) {
        INFO("kind " << static_cast<int>(kind) << ", from_logits " << from_logits << ", gamma " << gamma);
        const bool logits = from_logits && kind >= Kind::binary_cross_entropy;
        Experiment e;
        const ValueId y_pred = e.weight({3, 4}, fill({3, 4}, 1, logits ? 3.0 : 0.4, logits ? 0 : 0.5));
        const ValueId y_true = e.feed({3, 4}, {0, 1, 0, 0, 0.1, 0.2, 0.3, 0.4, 1, 0, 1, 0.5});
        LossArguments arguments{.gamma = gamma, .from_logits = logits};
        if (gamma > 1) arguments.alpha = 0.3;
        check_gradients(e, e.op(PointwiseLoss{kind, arguments}, {y_pred, y_true}));
      }
    }
  }
}

TEST_CASE("what is clipped has no gradient") {
  using Kind = PointwiseLossKind;
  for (const auto kind : {Kind::kl_divergence, Kind::binary_cross_entropy, Kind::squared_logarithmic_error}) {
    INFO("kind " << static_cast<int>(kind));
    Experiment e;
    // The first two lie outside of every clip, 0.5 within.
    const ValueId y_pred = e.weight({1, 3}, {-0.5, kind == Kind::squared_logarithmic_error ? -1.5 : 1.5, 0.5});
    const ValueId y_true = e.feed({1, 3}, {1, 0.25, 1});
    check_gradients(e, e.op(PointwiseLoss{kind, {}}, {y_pred, y_true}));
    const std::vector<double>& gradient = e.data.back();
    CHECK(gradient[0] == 0.0);
    CHECK(gradient[1] == 0.0);
    CHECK(gradient[2] != 0.0);
  }
}

TEST_CASE("gradients of losses of rows") {
  for (const auto kind :
       {RowLossKind::cosine_similarity, RowLossKind::categorical_hinge, RowLossKind::categorical_focal_cross_entropy}) {
    for (const double gamma : {0.0, 1.0, 2.5}) {
      INFO("kind " << static_cast<int>(kind) << ", gamma " << gamma);
      const bool focal = kind == RowLossKind::categorical_focal_cross_entropy;
      Experiment e;
      const ValueId y_pred = e.weight({2, 2, 3}, fill({2, 2, 3}, 1, focal ? 0.4 : 1.0, focal ? 0.6 : 0.0));
      const ValueId y_true = e.feed({2, 2, 3}, {0, 1, 0, 1, 0, 0, 0.2, 0.3, 0.5, 0, 0, 1});
      check_gradients(e, e.op(RowLoss{kind, {.gamma = gamma, .alpha = 0.7}}, {y_pred, y_true}));
    }
  }
}

TEST_CASE("gradients of reductions with weights and masks") {
  const std::vector<double> mask = {1, 0, 1, 1, 1, 0};
  for (const auto reduction : {Reduction::sum, Reduction::sum_over_batch_size, Reduction::mean_with_sample_weight}) {
    for (const Shape& weights : {Shape{2, 3}, Shape{2, 1}, Shape{3}, Shape{1, 1}, Shape{}}) {
      for (const bool masked : {false, true}) {
        INFO("weights " << to_string(weights) << (masked ? ", masked" : ""));
        Experiment e;
        const ValueId values = e.weight({2, 3}, fill({2, 3}, 1));
        const ValueId w = e.feed(weights, fill(weights, 3, 0.5, 1.0));
        const ValueId m = masked ? e.feed({2, 3}, mask) : none;
        check_loss_gradients(e, e.op(ReduceLoss{reduction}, {values, w, m}));
      }
    }
  }
}

TEST_CASE("gradients of penalties, alone and added to a loss") {
  for (const Regularizer& regularizer :
       {Regularizer(L1{.l1 = 0.3}), Regularizer(L2{.l2 = 0.2}), Regularizer(L1L2{.l1 = 0.1, .l2 = 0.3}),
        Regularizer(OrthogonalRegularizer{.factor = 0.1})}) {
    Experiment alone;
    check_loss_gradients(alone, alone.op(Penalty{regularizer, 0.5}, {alone.weight({3, 4}, fill({3, 4}, 1, 1, 0.003))}));

    Experiment added;
    const ValueId w = added.weight({3, 4}, fill({3, 4}, 1, 1, 0.003));
    const ValueId x = added.feed({2, 3}, fill({2, 3}, 3));
    const ValueId loss = added.pattern_loss(added.op(MatMul{}, {x, w, none}));
    check_loss_gradients(added, added.op(Add{}, {loss, added.op(Penalty{regularizer, 1.0}, {w})}));
  }
}
