#include "training/trainer.hpp"

#include <algorithm>
#include <utility>

#include "core/thread_scope.hpp"
#include "sumi/error.hpp"
#include "training/callback_list.hpp"
#include "training/loss_watch.hpp"
#include "training/progress_bar.hpp"
#include "training/run_options.hpp"
#include "training/running_metrics.hpp"

namespace sumi::training {

namespace {

void update_metrics(Model& model, Program& program, RunningMetrics& metrics) {
  const auto span_of = [&](graph::ValueId id, const Shape& shape) {
    return std::span<const float>(model.address(program, id), static_cast<std::size_t>(element_count(shape)));
  };
  const MetricBatch batch{span_of(program.y_true, program.true_shape), span_of(program.y_pred, program.pred_shape),
                          program.true_shape, program.pred_shape, span_of(program.sample_weight, {program.batch})};
  metrics.update(batch, *model.address(program, program.loss), program.batch);
}

void test_batch(Model& model, Program& program, RunningMetrics& metrics) {
  model.run(program);
  update_metrics(model, program, metrics);
}

// What is reported is from before the update.
void train_batch(Model& model, Program& program, RunningMetrics& metrics) {
  test_batch(model, program, metrics);
  model.update();
}

// The data from the beginning, without learning. `callbacks` gets the test hooks.
void test_epoch(Model& model, Source& source, Steps& steps, RunningMetrics& metrics, CallbackList& callbacks) {
  metrics.reset();
  callbacks.on_test_begin({});
  steps.begin_epoch(0, {}, true);
  std::int64_t batch = 0;
  while (const std::int64_t samples = steps.next()) {
    callbacks.on_test_batch_begin(batch, {});
    Program& program = model.program(source.sample_shape(), samples, Mode::test);
    source.feed(model, program);
    test_batch(model, program, metrics);
    callbacks.on_test_batch_end(batch++, metrics.sorted_logs());
  }
  callbacks.on_test_end(metrics.sorted_logs());
}

bool validates_after(const ValidationFrequency& frequency, int epoch) {
  if (const int* every = std::get_if<int>(&frequency)) return (epoch + 1) % *every == 0;
  const auto& epochs = std::get<std::vector<int>>(frequency);
  return std::find(epochs.begin(), epochs.end(), epoch + 1) != epochs.end();
}

void train_epoch(Model& model, Source& source, Steps& steps, int epoch, RunningMetrics& metrics,
                 CallbackList& callbacks, LossWatch& watch) {
  metrics.reset();
  callbacks.on_epoch_begin(epoch, {});
  const std::int64_t skipped = std::exchange(model.resume_batch, 0);
  // The order depends on the updates made before the epoch, so that a resumed training goes on as the uninterrupted
  // one.
  steps.begin_epoch(epoch, {model.random_seed(), static_cast<std::uint64_t>(model.optimizer().step() - skipped) + 1});
  std::int64_t batch = 0;
  while (const std::int64_t samples = steps.next()) {
    if (batch < skipped) {
      ++batch;
      continue;
    }
    callbacks.on_train_batch_begin(batch, {});
    Program& program = model.program(source.sample_shape(), samples, Mode::train);
    source.feed(model, program);
    train_batch(model, program, metrics);
    watch.see(*model.address(program, program.loss), epoch, batch);
    callbacks.on_train_batch_end(batch++, metrics.sorted_logs());
    if (model.stop_training) return;
  }
}

// Outputs, collected without knowing how many there will be.
class Outputs {
 public:
  explicit Outputs(std::optional<std::int64_t> expected) : capacity_(expected.value_or(0)) {}

  void append(const float* values, const Shape& shape) {
    const std::int64_t needed = samples_ + shape[0];
    if (samples_ > 0 && needed > capacity_) {
      capacity_ = std::max(needed, 2 * capacity_);
      resize(shape, capacity_);
    } else if (samples_ == 0) {
      capacity_ = std::max(needed, capacity_);
      resize(shape, capacity_);
    }
    std::copy_n(values, element_count(shape), result_.data() + samples_ * (element_count(shape) / shape[0]));
    samples_ = needed;
  }
  Tensor take(const Shape& shape) {
    if (samples_ < capacity_) resize(shape, samples_);
    return std::move(result_);
  }

 private:
  void resize(const Shape& shape, std::int64_t samples) {
    std::vector<std::size_t> wanted(shape.begin(), shape.end());
    wanted[0] = static_cast<std::size_t>(samples);
    Tensor resized = Tensor::from_shape(wanted);
    std::copy_n(result_.data(), samples_ * (element_count(shape) / shape[0]), resized.data());
    result_ = std::move(resized);
  }

  Tensor result_;
  std::int64_t capacity_, samples_ = 0;
};

}  // namespace

History fit(Sequential& sequential, Model& model, const DataArgument& data, const FitOptions& options) {
  const ThreadScope threads;
  const FitSources sources = sources_of(model, data, options);
  Steps steps(*sources.training, options.steps_per_epoch);
  std::optional<Steps> validation_steps;
  if (sources.validation) validation_steps.emplace(*sources.validation, options.validation_steps);
  model.optimizer();  // made before callbacks look at it

  auto history = std::make_shared<History>();
  CallbackList callbacks(options.callbacks, history, std::make_shared<ProgressBar>(options.verbose.level()));
  callbacks.set_model(sequential);
  callbacks.set_params({options.verbose.level(), options.epochs, steps.count()});

  RunningMetrics metrics(model.metrics(), model.weighted_metrics());
  RunningMetrics validation_metrics(model.metrics(), model.weighted_metrics());
  LossWatch watch;
  model.stop_training = false;
  model.resume_batch = 0;
  model.set_epoch(options.initial_epoch);
  Logs epoch_logs;
  try {
    callbacks.on_train_begin({});
    for (int epoch = model.epoch(); epoch < options.epochs && !model.stop_training; ++epoch) {
      train_epoch(model, *sources.training, steps, epoch, metrics, callbacks, watch);
      epoch_logs = metrics.sorted_logs();
      if (validation_steps && validates_after(options.validation_freq, epoch)) {
        test_epoch(model, *sources.validation, *validation_steps, validation_metrics, callbacks);
        for (const auto& [name, value] : validation_metrics.sorted_logs()) epoch_logs.set("val_" + name, value);
      }
      model.set_epoch(epoch + 1);
      callbacks.on_epoch_end(epoch, epoch_logs);
    }
  } catch (...) {
    model.optimizer().finalize(model.parameter_arena());
    throw;
  }
  model.optimizer().finalize(model.parameter_arena());
  callbacks.on_train_end(epoch_logs);
  return *history;
}

Logs evaluate(Sequential& sequential, Model& model, const DataArgument& data, const EvaluateOptions& options) {
  const ThreadScope threads;
  const std::unique_ptr<Source> source = source_of(model, data, options);
  Steps steps(*source, options.steps);
  CallbackList callbacks(options.callbacks, nullptr, std::make_shared<ProgressBar>(options.verbose.level()));
  callbacks.set_model(sequential);
  callbacks.set_params({options.verbose.level(), 1, steps.count()});
  RunningMetrics metrics(model.metrics(), model.weighted_metrics());
  test_epoch(model, *source, steps, metrics, callbacks);
  return metrics.logs();
}

Tensor predict(Sequential& sequential, Model& model, const DataArgument& data, const PredictOptions& options) {
  const ThreadScope threads;
  const std::unique_ptr<Source> source = source_of(model, data, options);
  const std::size_t layers = options.layer.empty() ? model.layer_count() : model.find_layer(options.layer) + 1;
  Steps steps(*source, options.steps);
  CallbackList callbacks(options.callbacks, nullptr, std::make_shared<ProgressBar>(options.verbose.level()));
  callbacks.set_model(sequential);
  callbacks.set_params({options.verbose.level(), 1, steps.count()});

  callbacks.on_predict_begin({});
  steps.begin_epoch(0, {});
  Outputs outputs(options.steps ? std::nullopt : source->samples());
  Shape shape;
  std::int64_t batch = 0;
  while (const std::int64_t samples = steps.next()) {
    callbacks.on_predict_batch_begin(batch, {});
    Program& program = model.program(source->sample_shape(), samples, Mode::predict, layers);
    source->feed(model, program);
    model.run(program);
    shape = program.pred_shape;
    outputs.append(model.address(program, program.y_pred), shape);
    callbacks.on_predict_batch_end(batch++, {});
  }
  callbacks.on_predict_end({});
  return outputs.take(shape);
}

Logs train_on_batch(Model& model, const ArrayView& x, const ArrayView& y, const BatchOptions& options) {
  const ThreadScope threads;
  const Samples samples = check_samples(model, x, y, options.sample_weight, options.class_weight);
  RunningMetrics metrics(model.metrics(), model.weighted_metrics());
  Program& program = model.program(samples.sample_shape, samples.count(), Mode::train);
  feed(model, program, samples, in_order(samples.count()));
  train_batch(model, program, metrics);
  return metrics.logs();
}

Logs test_on_batch(Model& model, const ArrayView& x, const ArrayView& y, const BatchOptions& options) {
  const ThreadScope threads;
  const Samples samples = check_samples(model, x, y, options.sample_weight, options.class_weight);
  RunningMetrics metrics(model.metrics(), model.weighted_metrics());
  Program& program = model.program(samples.sample_shape, samples.count(), Mode::test);
  feed(model, program, samples, in_order(samples.count()));
  test_batch(model, program, metrics);
  return metrics.logs();
}

}  // namespace sumi::training
