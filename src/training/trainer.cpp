#include "training/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <numeric>
#include <utility>

#include "core/random.hpp"
#include "core/thread_scope.hpp"
#include "sumi/error.hpp"
#include "sumi/threads.hpp"
#include "training/callback_list.hpp"
#include "training/data.hpp"
#include "training/loss_watch.hpp"
#include "training/progress_bar.hpp"
#include "training/running_metrics.hpp"

namespace sumi::training {

namespace {

// Data that have been checked against the model.
struct Samples {
  ArrayView x, y;
  std::vector<float> weights;  // empty: all 1
  Shape sample_shape;          // of x, as the model takes it, without the batch

  std::int64_t count() const { return x.samples(); }
};

void require_batch_size(int batch_size, const char* argument = "batch_size") {
  if (batch_size >= 1) return;
  throw ArgumentError(std::string("Expected `") + argument + "` to be a positive number of samples. Received " +
                      argument + "=" + std::to_string(batch_size) + ".");
}

Shape adapt_input(Model& model, const ArrayView& x) {
  if (x.empty() || x.samples() == 0) {
    throw ArgumentError("Expected at least one sample in x. Received an array of shape " + to_string(x.shape()) + ".");
  }
  if (!model.built()) {
    Shape shape = x.shape();
    shape[0] = None;
    model.build(shape);
  }
  Shape shape = fit_to_input(x, model.input_shape(), model.name());
  shape.erase(shape.begin());
  return shape;
}

Samples check_samples(Model& model, const ArrayView& x, const ArrayView& y, const ArrayView& sample_weight,
                      const std::map<int, double>& class_weight) {
  if (!model.compiled()) throw StateError("You must call `compile()` before using the model.");
  if (!model.loss()) throw StateError("No loss to compute. Provide a `loss` argument in `compile()`.");
  check_counts(x, y, sample_weight);
  Samples samples{x, y, {}, adapt_input(model, x)};
  check_finite(x, "x");
  check_finite(y, "y");
  model.resolve_loss(y.shape());
  const Program& program = model.program(samples.sample_shape, 1, Mode::test);
  check_target_shape(y, program.true_shape);
  if (model.resolved_loss()->sparse()) {
    const auto* builtin = model.resolved_loss().as<SparseCategoricalCrossentropy>();
    check_labels(y, program.pred_shape.back(), builtin == nullptr ? std::nullopt : builtin->ignore_class);
  }
  samples.weights = weights_of(sample_weight, class_weight, y);
  return samples;
}

Samples slice(const Samples& samples, std::int64_t begin, std::int64_t end) {
  Samples part{samples.x.slice(begin, end), samples.y.slice(begin, end), {}, samples.sample_shape};
  if (!samples.weights.empty()) {
    part.weights.assign(samples.weights.begin() + begin, samples.weights.begin() + end);
  }
  return part;
}

void feed(Model& model, Program& program, const Samples& samples, std::span<const std::int64_t> indices) {
  gather(samples.x, indices, model.address(program, program.x));
  if (program.y_true == graph::none) return;
  gather(samples.y, indices, model.address(program, program.y_true));
  float* weights = model.address(program, program.sample_weight);
  for (const std::int64_t i : indices) {
    *weights++ = samples.weights.empty() ? 1.0F : samples.weights[static_cast<std::size_t>(i)];
  }
}

void update_metrics(Model& model, Program& program, RunningMetrics& metrics) {
  const auto span_of = [&](graph::ValueId id, const Shape& shape) {
    return std::span<const float>(model.address(program, id), static_cast<std::size_t>(element_count(shape)));
  };
  const MetricBatch batch{span_of(program.y_true, program.true_shape), span_of(program.y_pred, program.pred_shape),
                          program.true_shape, program.pred_shape, span_of(program.sample_weight, {program.batch})};
  metrics.update(batch, *model.address(program, program.loss), program.batch);
}

std::int64_t batches_of(std::int64_t samples, std::int64_t batch_size) {
  return (samples + batch_size - 1) / batch_size;
}

// Calls `step(batch, program, samples)` for every batch of `order`, the last one short where it must be.
template <class Step>
void for_each_batch(Model& model, const Shape& sample_shape, std::span<const std::int64_t> order,
                    std::int64_t batch_size, Mode mode, Step step) {
  const auto count = static_cast<std::int64_t>(order.size());
  for (std::int64_t batch = 0; batch * batch_size < count; ++batch) {
    const std::int64_t size = std::min(batch_size, count - batch * batch_size);
    Program& program = model.program(sample_shape, size, mode);
    if (!step(batch, program,
              order.subspan(static_cast<std::size_t>(batch * batch_size), static_cast<std::size_t>(size)))) {
      return;
    }
  }
}

std::vector<std::int64_t> in_order(std::int64_t count) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  return order;
}

void shuffle(std::vector<std::int64_t>& order, std::uint64_t seed, std::uint64_t stream) {
  std::iota(order.begin(), order.end(), std::int64_t{0});
  Random random(seed, stream);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
}

// One pass over all samples without learning. `callbacks` gets the test hooks.
void test_epoch(Model& model, const Samples& samples, std::int64_t batch_size, RunningMetrics& metrics,
                CallbackList& callbacks) {
  metrics.reset();
  callbacks.on_test_begin({});
  const std::vector<std::int64_t> order = in_order(samples.count());
  for_each_batch(model, samples.sample_shape, order, batch_size, Mode::test,
                 [&](std::int64_t batch, Program& program, std::span<const std::int64_t> indices) {
                   callbacks.on_test_batch_begin(batch, {});
                   feed(model, program, samples, indices);
                   model.run(program);
                   update_metrics(model, program, metrics);
                   callbacks.on_test_batch_end(batch, metrics.sorted_logs());
                   return true;
                 });
  callbacks.on_test_end(metrics.sorted_logs());
}

bool validates_after(const ValidationFrequency& frequency, int epoch) {
  if (const int* every = std::get_if<int>(&frequency)) return (epoch + 1) % *every == 0;
  const auto& epochs = std::get<std::vector<int>>(frequency);
  return std::find(epochs.begin(), epochs.end(), epoch + 1) != epochs.end();
}

void check_fit_options(const FitOptions& options) {
  require_batch_size(options.batch_size);
  if (options.validation_batch_size) require_batch_size(*options.validation_batch_size, "validation_batch_size");
  if (options.epochs < 1) {
    throw ArgumentError("Expected `epochs` to be at least 1. Received epochs=" + std::to_string(options.epochs) + ".");
  }
  if (options.initial_epoch < 0) {
    throw ArgumentError("Expected `initial_epoch` to be at least 0. Received initial_epoch=" +
                        std::to_string(options.initial_epoch) + ".");
  }
  if (!(options.validation_split >= 0.0 && options.validation_split < 1.0)) {
    throw ArgumentError(
        "Expected `validation_split` to be a number from 0 up to, but not including, 1. Received "
        "validation_split=" +
        std::to_string(options.validation_split) + ".");
  }
  const int* every = std::get_if<int>(&options.validation_freq);
  if (every != nullptr && *every < 1) {
    throw ArgumentError("Expected `validation_freq` to be at least 1, or a list of epochs. Received validation_freq=" +
                        std::to_string(*every) + ".");
  }
}

// The part to train on and the part to validate on.
std::pair<Samples, std::optional<Samples>> split(Model& model, Samples all, const FitOptions& options) {
  if (options.validation_data) {
    const ValidationData& data = *options.validation_data;
    return {std::move(all), check_samples(model, data.x, data.y, data.sample_weight, {})};
  }
  if (options.validation_split == 0.0) return {std::move(all), std::nullopt};
  const std::int64_t count = all.count();
  const auto at = static_cast<std::int64_t>(std::floor(static_cast<double>(count) * (1.0 - options.validation_split)));
  if (at <= 0 || at >= count) {
    throw ArgumentError("Training data contains " + std::to_string(count) +
                        " samples, which is not sufficient to split it into a validation and training set as specified "
                        "by `validation_split=" +
                        std::to_string(options.validation_split) +
                        "`. Either provide more data, or a different value for the `validation_split` argument.");
  }
  return {slice(all, 0, at), slice(all, at, count)};
}

// What one update on one batch reports.
void train_batch(Model& model, Program& program, const Samples& samples, std::span<const std::int64_t> indices,
                 RunningMetrics& metrics) {
  feed(model, program, samples, indices);
  model.run(program);
  update_metrics(model, program, metrics);
  model.update();
}

}  // namespace

History fit(Sequential& sequential, Model& model, const ArrayView& x, const ArrayView& y, const FitOptions& options) {
  const ThreadScope threads;
  check_fit_options(options);
  auto [train, validation] =
      split(model, check_samples(model, x, y, options.sample_weight, options.class_weight), options);
  optimizers::OptimizerState& optimizer = model.optimizer();

  auto history = std::make_shared<History>();
  CallbackList callbacks(options.callbacks, history, std::make_shared<ProgressBar>(options.verbose.level()));
  callbacks.set_model(sequential);
  callbacks.set_params({options.verbose.level(), options.epochs, batches_of(train.count(), options.batch_size)});

  RunningMetrics metrics(model.metrics(), model.weighted_metrics());
  RunningMetrics validation_metrics(model.metrics(), model.weighted_metrics());
  std::vector<std::int64_t> order = in_order(train.count());
  LossWatch watch;
  model.stop_training = false;
  callbacks.on_train_begin({});
  Logs epoch_logs;
  for (int epoch = options.initial_epoch; epoch < options.epochs && !model.stop_training; ++epoch) {
    metrics.reset();
    callbacks.on_epoch_begin(epoch, {});
    // The order depends on the updates made so far, so that a resumed training goes on as the uninterrupted one.
    if (options.shuffle) shuffle(order, model.random_seed(), static_cast<std::uint64_t>(optimizer.step()) + 1);
    for_each_batch(model, train.sample_shape, order, options.batch_size, Mode::train,
                   [&](std::int64_t batch, Program& program, std::span<const std::int64_t> indices) {
                     callbacks.on_train_batch_begin(batch, {});
                     train_batch(model, program, train, indices, metrics);
                     watch.see(*model.address(program, program.loss), epoch, batch);
                     callbacks.on_train_batch_end(batch, metrics.sorted_logs());
                     return !model.stop_training;
                   });
    epoch_logs = metrics.sorted_logs();
    if (validation && validates_after(options.validation_freq, epoch)) {
      const int batch_size = options.validation_batch_size.value_or(options.batch_size);
      test_epoch(model, *validation, batch_size, validation_metrics, callbacks);
      for (const auto& [name, value] : validation_metrics.sorted_logs()) epoch_logs.set("val_" + name, value);
    }
    model.set_epoch(epoch + 1);
    callbacks.on_epoch_end(epoch, epoch_logs);
  }
  optimizer.finalize(model.parameter_arena());
  callbacks.on_train_end(epoch_logs);
  return *history;
}

Logs evaluate(Sequential& sequential, Model& model, const ArrayView& x, const ArrayView& y,
              const EvaluateOptions& options) {
  const ThreadScope threads;
  require_batch_size(options.batch_size);
  const Samples samples = check_samples(model, x, y, options.sample_weight, {});
  CallbackList callbacks(options.callbacks, nullptr, std::make_shared<ProgressBar>(options.verbose.level()));
  callbacks.set_model(sequential);
  callbacks.set_params({options.verbose.level(), 1, batches_of(samples.count(), options.batch_size)});
  RunningMetrics metrics(model.metrics(), model.weighted_metrics());
  test_epoch(model, samples, options.batch_size, metrics, callbacks);
  return metrics.logs();
}

Tensor predict(Sequential& sequential, Model& model, const ArrayView& x, const PredictOptions& options) {
  const ThreadScope threads;
  require_batch_size(options.batch_size);
  const Samples samples{x, {}, {}, adapt_input(model, x)};
  CallbackList callbacks(options.callbacks, nullptr, std::make_shared<ProgressBar>(options.verbose.level()));
  callbacks.set_model(sequential);
  callbacks.set_params({options.verbose.level(), 1, batches_of(samples.count(), options.batch_size)});

  callbacks.on_predict_begin({});
  const std::vector<std::int64_t> order = in_order(samples.count());
  Tensor result;
  float* out = nullptr;
  for_each_batch(model, samples.sample_shape, order, options.batch_size, Mode::predict,
                 [&](std::int64_t batch, Program& program, std::span<const std::int64_t> indices) {
                   callbacks.on_predict_batch_begin(batch, {});
                   if (out == nullptr) {
                     std::vector<std::size_t> shape(program.pred_shape.begin(), program.pred_shape.end());
                     shape[0] = static_cast<std::size_t>(samples.count());
                     result = Tensor::from_shape(shape);
                     out = result.data();
                   }
                   feed(model, program, samples, indices);
                   model.run(program);
                   const auto size = static_cast<std::size_t>(element_count(program.pred_shape));
                   out = std::copy_n(model.address(program, program.y_pred), size, out);
                   callbacks.on_predict_batch_end(batch, {});
                   return true;
                 });
  callbacks.on_predict_end({});
  return result;
}

Logs train_on_batch(Model& model, const ArrayView& x, const ArrayView& y, const BatchOptions& options) {
  const ThreadScope threads;
  const Samples samples = check_samples(model, x, y, options.sample_weight, options.class_weight);
  RunningMetrics metrics(model.metrics(), model.weighted_metrics());
  train_batch(model, model.program(samples.sample_shape, samples.count(), Mode::train), samples,
              in_order(samples.count()), metrics);
  return metrics.logs();
}

Logs test_on_batch(Model& model, const ArrayView& x, const ArrayView& y, const BatchOptions& options) {
  const ThreadScope threads;
  const Samples samples = check_samples(model, x, y, options.sample_weight, options.class_weight);
  RunningMetrics metrics(model.metrics(), model.weighted_metrics());
  Program& program = model.program(samples.sample_shape, samples.count(), Mode::test);
  feed(model, program, samples, in_order(samples.count()));
  model.run(program);
  update_metrics(model, program, metrics);
  return metrics.logs();
}

}  // namespace sumi::training
