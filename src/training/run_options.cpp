#include "training/run_options.hpp"

#include <cmath>
#include <string>

#include "core/text.hpp"
#include "sumi/error.hpp"

namespace sumi::training {

void require_at_least(std::int64_t least, std::int64_t value, const char* argument) {
  if (value >= least) return;
  throw ArgumentError(std::string("Expected `") + argument + "` to be at least " + std::to_string(least) +
                      ". Received " + argument + "=" + std::to_string(value) + ".");
}

namespace {

void check_steps(const std::optional<std::int64_t>& steps, const char* argument) {
  if (steps) require_at_least(1, *steps, argument);
}

void check_batch_size(const std::optional<int>& batch_size, const char* argument) {
  if (!batch_size || *batch_size >= 1) return;
  throw ArgumentError(std::string("Expected `") + argument + "` to be a positive number of samples. Received " +
                      argument + "=" + std::to_string(*batch_size) + ".");
}

// A Dataset has its own.
void refuse(bool given, const char* argument, const char* what) {
  if (!given) return;
  throw ArgumentError(std::string("When providing `x` as a Dataset, `") + argument +
                      "` should not be passed. Instead, " + what + " should be included as part of the Dataset.");
}

int batch_size_of(const std::optional<int>& given, const std::optional<std::int64_t>& steps, std::int64_t samples) {
  if (given) return *given;
  return steps ? static_cast<int>((samples + *steps - 1) / *steps) : 32;
}

void check(const FitOptions& options) {
  check_batch_size(options.batch_size, "batch_size");
  check_batch_size(options.validation_batch_size, "validation_batch_size");
  require_at_least(1, options.epochs, "epochs");
  require_at_least(0, options.initial_epoch, "initial_epoch");
  check_steps(options.steps_per_epoch, "steps_per_epoch");
  check_steps(options.validation_steps, "validation_steps");
  if (!(options.validation_split >= 0.0 && options.validation_split < 1.0)) {
    throw ArgumentError(
        "Expected `validation_split` to be a number from 0 up to, but not including, 1. Received "
        "validation_split=" +
        std::to_string(options.validation_split) + ".");
  }
  const auto refuse_frequency = [](int epoch, const char* where) {
    if (epoch >= 1) return;
    throw ArgumentError(
        "Expected `validation_freq` to be at least 1, or a list of epochs counted from 1. Received validation_freq=" +
        std::to_string(epoch) + where + ".");
  };
  if (const int* every = std::get_if<int>(&options.validation_freq)) {
    refuse_frequency(*every, "");
  } else {
    for (const int epoch : std::get<std::vector<int>>(options.validation_freq)) refuse_frequency(epoch, " in the list");
  }
}

std::unique_ptr<Source> validation_of(Model& model, const FitOptions& options) {
  if (const auto* dataset = std::get_if<Dataset>(&*options.validation_data)) {
    refuse(options.validation_batch_size.has_value(), "validation_batch_size", "the size of batches");
    return dataset_source(model, *dataset, {});
  }
  const auto& arrays = std::get<ValidationData>(*options.validation_data);
  Samples samples = check_samples(model, arrays.x, arrays.y, arrays.sample_weight, {});
  const auto given = options.validation_batch_size ? options.validation_batch_size : options.batch_size;
  const int size = batch_size_of(given, options.validation_steps, samples.count());
  return array_source(std::move(samples), size);
}

// Where the samples for training end.
std::int64_t split_at(std::int64_t count, double validation_split) {
  const auto at = static_cast<std::int64_t>(std::floor(static_cast<double>(count) * (1.0 - validation_split)));
  if (at > 0 && at < count) return at;
  throw ArgumentError("Training data contains " + std::to_string(count) +
                      " samples, which is not sufficient to split it into a validation and training set as specified "
                      "by `validation_split=" +
                      std::to_string(validation_split) +
                      "`. Either provide more data, or a different value for the `validation_split` argument.");
}

}  // namespace

FitSources sources_of(Model& model, const DataArgument& data, const FitOptions& options) {
  check(options);
  FitSources sources;
  if (const auto* dataset = std::get_if<Dataset>(&data)) {
    refuse(options.batch_size.has_value(), "batch_size", "the size of batches");
    refuse(options.shuffle.has_value(), "shuffle", "shuffling");
    refuse(!options.sample_weight.empty(), "sample_weight", "the sample weights");
    if (options.validation_split > 0.0 && !options.validation_data) {
      throw ArgumentError("Argument `validation_split` is only supported for arrays. Received a Dataset.");
    }
    if (!model.compiled()) throw StateError("You must call `compile()` before using the model.");
    sources.training = dataset_source(model, *dataset, options.class_weight);
  } else {
    const auto& arrays = std::get<ValidationData>(data);
    Samples samples = check_samples(model, arrays.x, arrays.y, arrays.sample_weight, options.class_weight);
    if (options.validation_split > 0.0 && !options.validation_data) {
      const std::int64_t count = samples.count(), at = split_at(count, options.validation_split);
      const auto given = options.validation_batch_size ? options.validation_batch_size : options.batch_size;
      sources.validation =
          array_source(samples.slice(at, count), batch_size_of(given, options.validation_steps, count - at));
      samples = samples.slice(0, at);
    }
    const int size = batch_size_of(options.batch_size, options.steps_per_epoch, samples.count());
    sources.training = array_source(std::move(samples), size, options.shuffle.value_or(true));
  }
  if (options.validation_data) sources.validation = validation_of(model, options);
  return sources;
}

std::unique_ptr<Source> source_of(Model& model, const DataArgument& data, const EvaluateOptions& options) {
  check_batch_size(options.batch_size, "batch_size");
  check_steps(options.steps, "steps");
  if (const auto* dataset = std::get_if<Dataset>(&data)) {
    refuse(options.batch_size.has_value(), "batch_size", "the size of batches");
    refuse(!options.sample_weight.empty(), "sample_weight", "the sample weights");
    return dataset_source(model, *dataset, {});
  }
  const auto& arrays = std::get<ValidationData>(data);
  Samples samples = check_samples(model, arrays.x, arrays.y, arrays.sample_weight, {});
  const int size = batch_size_of(options.batch_size, options.steps, samples.count());
  return array_source(std::move(samples), size);
}

std::unique_ptr<Source> source_of(Model& model, const DataArgument& data, const PredictOptions& options) {
  check_batch_size(options.batch_size, "batch_size");
  check_steps(options.steps, "steps");
  if (const auto* dataset = std::get_if<Dataset>(&data)) {
    refuse(options.batch_size.has_value(), "batch_size", "the size of batches");
    return dataset_source(model, *dataset, {}, true);
  }
  Samples samples = check_inputs(model, std::get<ValidationData>(data).x);
  const int size = batch_size_of(options.batch_size, options.steps, samples.count());
  return array_source(std::move(samples), size);
}

}  // namespace sumi::training
