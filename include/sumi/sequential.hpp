// The model: a stack of layers with compile, fit, evaluate and predict. Semantics: Keras 3's Sequential.
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sumi/array.hpp"
#include "sumi/callbacks/callback.hpp"
#include "sumi/callbacks/history.hpp"
#include "sumi/dataset.hpp"
#include "sumi/layer.hpp"
#include "sumi/layers/input.hpp"
#include "sumi/losses.hpp"
#include "sumi/metrics.hpp"
#include "sumi/optimizers.hpp"
#include "sumi/plan.hpp"
#include "sumi/tensor.hpp"

namespace sumi {

class Sequential;

namespace training {
class Model;
Sequential sequential_of(std::unique_ptr<Model> model);
Model& model_of(Sequential& sequential);
}  // namespace training

/// 0 silent, 1 progress bar, 2 a line an epoch; "auto" is 1.
class Verbose {
 public:
  /// Throws ArgumentError for any other number or word.
  Verbose(int level);              // NOLINT(google-explicit-constructor): `.verbose = 2`
  Verbose(std::string_view word);  // NOLINT(google-explicit-constructor): `.verbose = "auto"`
  Verbose(const char* word) : Verbose(std::string_view(word)) {}  // NOLINT(google-explicit-constructor)
  int level() const { return level_; }

 private:
  int level_ = 1;
};

/// Whether training sees the samples in a new order in each epoch: `true`, `false`, or `"batch"`, where only the order
/// within each batch is new.
class Shuffle {
 public:
  enum Mode { none, all, batch };
  template <std::same_as<bool> Bool>
  Shuffle(Bool all_samples) : mode_(all_samples ? all : none) {}  // NOLINT(google-explicit-constructor)
  /// Throws ArgumentError for any other word.
  Shuffle(const char* word);  // NOLINT(google-explicit-constructor): `.shuffle = "batch"`
  Mode mode() const { return mode_; }

 private:
  Mode mode_;
};

/// Every how many epochs to validate, or after which ones (counted from 1).
using ValidationFrequency = std::variant<int, std::vector<int>>;

/// Data to validate on.
struct ValidationData {
  ArrayView x = {};
  ArrayView y = {};
  ArrayView sample_weight = {};
};

/// Arguments of Sequential::compile.
struct CompileOptions {
  Optimizer optimizer = "rmsprop";
  Loss loss = {};
  /// Reported without sample and class weights.
  std::vector<Metric> metrics = {};
  /// Reported with them.
  std::vector<Metric> weighted_metrics = {};
};

/// Arguments of Sequential::fit. What is about arrays (sizes of batches, weights of samples, a split, shuffling) is
/// refused with a Dataset, which has its own.
struct FitOptions {
  /// Default: 32, or, where steps_per_epoch is given, what is needed for so many.
  std::optional<int> batch_size = {};
  /// The index of the last epoch, counted from 1; not a number of epochs where initial_epoch is given.
  int epochs = 1;
  Verbose verbose = "auto";
  Callbacks callbacks = {};
  /// This fraction at the end of the data is validated on, and taken away before shuffling. In [0, 1).
  double validation_split = 0.0;
  std::optional<std::variant<ValidationData, Dataset>> validation_data = {};
  /// Default: true.
  std::optional<Shuffle> shuffle = {};
  /// Weight for the samples of a class; 1 for classes that are not named.
  std::map<int, double> class_weight = {};
  /// (N) or (N, 1): one weight a sample.
  ArrayView sample_weight = {};
  int initial_epoch = 0;
  /// Batches an epoch; the next one goes on where it ended. Default: all there are.
  std::optional<std::int64_t> steps_per_epoch = {};
  /// Batches a validation, each time the first ones. Default: all there are.
  std::optional<std::int64_t> validation_steps = {};
  /// Default: batch_size.
  std::optional<int> validation_batch_size = {};
  ValidationFrequency validation_freq = 1;
};

/// Arguments of Sequential::evaluate.
struct EvaluateOptions {
  /// Default: 32, or, where steps is given, what is needed for so many. Refused with a Dataset, as sample_weight is.
  std::optional<int> batch_size = {};
  Verbose verbose = "auto";
  ArrayView sample_weight = {};
  /// So many batches. Default: all there are.
  std::optional<std::int64_t> steps = {};
  Callbacks callbacks = {};
};

/// Arguments of Sequential::predict.
struct PredictOptions {
  /// Default: 32, or, where steps is given, what is needed for so many. Refused with a Dataset.
  std::optional<int> batch_size = {};
  Verbose verbose = "auto";
  /// So many batches. Default: all there are.
  std::optional<std::int64_t> steps = {};
  Callbacks callbacks = {};
  /// The layer whose output is wanted, by name. Default: the last. Throws ArgumentError that lists the names there are.
  std::string layer = {};
};

/// Arguments of train_on_batch and test_on_batch.
struct BatchOptions {
  ArrayView sample_weight = {};
  std::map<int, double> class_weight = {};
};

/// Arguments of Sequential::summary.
struct SummaryOptions {
  /// Characters a line; default: at most 88, and 4 less than the terminal is wide (80 where that isn't known).
  std::optional<int> line_length = {};
  bool show_trainable = false;
};

/// Arguments of Sequential::plan.
struct PlanOptions {
  int batch_size = 32;
  bool training = true;
  int measure = 0;  ///< How often to run the plan on random samples to time its steps; weights stay as they are.
  /// Passes (see plan_passes) to leave out, to see what they are worth. Unknown ones throw ArgumentError.
  std::vector<std::string> without = {};
};

/// Arguments of Sequential::save.
struct SaveOptions {
  /// Whether what the optimizer remembers is saved too, so that training can go on.
  bool include_optimizer = true;
  /// A JSON object of anything worth keeping (data, settings, results): kept in the file, ignored by Keras.
  std::string notes = {};
};

/// Arguments of Sequential::save_weights.
struct SaveWeightsOptions {
  /// Of a `.weights.json`: the largest size of one of its files, in units of 2^30 bytes, which Keras calls GB.
  double max_shard_size = 10;
};

/// Arguments of Sequential::load_weights.
struct LoadWeightsOptions {
  /// Leaves layers as they are whose number or shapes of weights differ from the file's, with a warning.
  bool skip_mismatch = false;
};

/// One layer of a model, by reference: valid while the model lives and its layers don't change.
class LayerRef {
 public:
  /// Its name in the model: the user's, or Keras's automatic one.
  const std::string& name() const;
  /// The layer's own description.
  const Layer& layer() const;
  std::string class_name() const { return std::string(layer().class_name()); }
  /// With None for the batch. Throws StateError before the model is built.
  Shape output_shape() const;
  /// Number of weights' elements. Throws StateError before the model is built.
  std::int64_t count_params() const;
  /// In Keras's order: (kernel, bias), (gamma, beta, moving_mean, moving_variance).
  std::vector<Tensor> get_weights() const;
  /// Throws ShapeError where counts or shapes differ.
  void set_weights(const std::vector<Tensor>& weights);
  bool trainable() const;
  /// A frozen layer keeps its weights in fit; a frozen BatchNormalization also uses its moving statistics. Takes effect
  /// at once.
  void set_trainable(bool trainable);

 private:
  friend class Sequential;
  LayerRef(training::Model& model, std::size_t index) : model_(&model), index_(index) {}
  training::Model* model_;
  std::size_t index_;
};

/// A stack of layers, each with one input and one output.
class Sequential {
 public:
  Sequential();
  /// The layers in order. Without an Input in front, the model is built by its first data.
  Sequential(std::initializer_list<Layer> layers, std::string name = {});
  explicit Sequential(const std::vector<Layer>& layers, std::string name = {});
  Sequential(Sequential&&) noexcept;
  Sequential& operator=(Sequential&&) noexcept;
  ~Sequential();

  const std::string& name() const;
  /// Appends a layer. Throws ArgumentError where the name is taken or a second Input comes; ShapeError where it doesn't
  /// fit.
  void add(Layer layer);
  /// Removes the last layer.
  void pop();
  /// All layers but the Input.
  std::vector<LayerRef> layers();
  /// By name, or by index. Throws ArgumentError that lists the names there are.
  LayerRef get_layer(std::string_view name);
  LayerRef get_layer(std::size_t index);

  /// Makes the weights for an input shape (with the batch dimension, None where open).
  void build(const Shape& input_shape);
  bool built() const;
  /// With None for the batch. Throw StateError before the model is built.
  Shape input_shape() const;
  Shape output_shape() const;

  /// Prints the layers with shapes and numbers of weights, as Keras does.
  void summary(const SummaryOptions& options = {}) const;
  std::string summary_text(const SummaryOptions& options = {}) const;
  /// Throws StateError before the model is built.
  std::int64_t count_params() const;

  /// Chooses how to train. Arguments that are left out keep what an earlier compile set.
  void compile(const CompileOptions& options);
  bool is_compiled() const;

  /// Trains. x: samples first; y: labels (any integer type for sparse losses) or targets. Throws before anything is
  /// trained where data, labels or options don't fit.
  History fit(ArrayView x, ArrayView y, const FitOptions& options = {});
  /// Trains on batches that are made as they are needed: each is checked when it comes, and what the making throws is
  /// thrown here.
  History fit(const Dataset& data, const FitOptions& options = {});
  /// Loss and metrics, in the order of compile.
  Logs evaluate(ArrayView x, ArrayView y, const EvaluateOptions& options = {});
  Logs evaluate(const Dataset& data, const EvaluateOptions& options = {});
  /// Outputs of all samples; of an inner layer (features) with `{.layer = "dense"}`.
  Tensor predict(ArrayView x, const PredictOptions& options = {});
  Tensor predict(const Dataset& data, const PredictOptions& options = {});

  /// One update on one batch; loss and metrics of this batch, from before the update.
  Logs train_on_batch(ArrayView x, ArrayView y, const BatchOptions& options = {});
  Logs test_on_batch(ArrayView x, ArrayView y, const BatchOptions& options = {});
  Tensor predict_on_batch(ArrayView x);

  /// All weights, layer by layer in Keras's order.
  std::vector<Tensor> get_weights() const;
  void set_weights(const std::vector<Tensor>& weights);

  /// The model without its weights, as Keras's to_json() writes it: layers, and how it was compiled.
  std::string to_json() const;
  /// The `config` of to_json() alone: name and layers, as JSON.
  std::string get_config() const;
  /// A new model, with new weights, from what get_config() returned. Throws ArgumentError for what is no configuration.
  static Sequential from_config(std::string_view config);

  /// Saves layers, weights and training state to a `.keras` file that Keras opens. The file is whole or not there.
  /// Throws FileError where it can't be written, ArgumentError for another extension, StateError before the model is
  /// built.
  void save(const std::filesystem::path& file, const SaveOptions& options = {}) const;
  /// Saves weights, and the optimizer's state where the model is compiled, to a `.weights.h5` file, or to a
  /// `.weights.json` with as many files beside it as their size demands. Throws as save.
  void save_weights(const std::filesystem::path& file, const SaveWeightsOptions& options = {}) const;
  /// Loads the weights of a `.weights.h5`, `.weights.json`, `.keras` or legacy `.h5` file into a model of the same
  /// layers, whatever their names, and the optimizer's state where there is one. Throws FileError where the file can't
  /// be read or doesn't fit, StateError before the model is built.
  void load_weights(const std::filesystem::path& file, const LoadWeightsOptions& options = {});

  /// What will run for one batch: every step with kernel, layouts, bytes and flops.
  Plan plan(const PlanOptions& options = {});

  /// Set by a callback to end fit after this batch and epoch.
  void stop_training() noexcept;

  /// The current learning rate (a schedule's, where there is one). Throws StateError before compile.
  double learning_rate() const;
  /// Throws StateError before compile, ArgumentError where the optimizer has a schedule or the rate is not finite.
  void set_learning_rate(double rate);
  /// As Optimizer's, for a model that is compiled already: a loaded one does not know of what it was saved with. Throws
  /// StateError before compile.
  void exclude_from_weight_decay(const std::vector<std::string>& var_names);
  /// Updates made so far.
  std::int64_t iterations() const;
  /// Epochs that fit has finished, counted from its initial_epoch: where to go on.
  int epoch() const;

 private:
  friend Sequential training::sequential_of(std::unique_ptr<training::Model> model);
  friend training::Model& training::model_of(Sequential& sequential);
  explicit Sequential(std::unique_ptr<training::Model> model);

  std::unique_ptr<training::Model> model_;
};

}  // namespace sumi
