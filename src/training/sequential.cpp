// The public face of the model.
#include "sumi/sequential.hpp"

#include <iostream>
#include <utility>

#include "core/thread_scope.hpp"
#include "sumi/error.hpp"
#include "training/model.hpp"
#include "training/model_files.hpp"
#include "training/summary.hpp"
#include "training/trainer.hpp"

namespace sumi {

Verbose::Verbose(int level) : level_(level) {
  if (level < 0 || level > 2) {
    throw ArgumentError("Expected verbose to be 0, 1, 2 or \"auto\". Received verbose=" + std::to_string(level) + ".");
  }
}

Verbose::Verbose(std::string_view word) {
  if (word == "auto") return;
  throw ArgumentError("Expected verbose to be 0, 1, 2 or \"auto\". Received verbose=\"" + std::string(word) + "\".");
}

Shuffle::Shuffle(const char* word) : mode_(batch) {
  if (std::string_view(word) == "batch") return;
  throw ArgumentError("Expected shuffle to be true, false or \"batch\". Received shuffle=\"" + std::string(word) +
                      "\".");
}

const std::string& LayerRef::name() const { return layer()->name(); }

const Layer& LayerRef::layer() const { return model_->layer(index_); }

Shape LayerRef::output_shape() const {
  model_->require_built("The output shape");
  return model_->output_shape(index_);
}

std::int64_t LayerRef::count_params() const {
  model_->require_built("The number of weights");
  std::int64_t count = 0;
  for (const std::size_t i : model_->weights_of_layer(index_)) {
    count += static_cast<std::int64_t>(model_->parameters()[i].size);
  }
  return count;
}

std::vector<Tensor> LayerRef::get_weights() const { return model_->get_weights(model_->weights_of_layer(index_)); }

void LayerRef::set_weights(const std::vector<Tensor>& weights) {
  model_->require_built("The weights");
  model_->set_weights(model_->weights_of_layer(index_), weights, name());
}

bool LayerRef::trainable() const { return layer()->trainable(); }

void LayerRef::set_trainable(bool trainable) { model_->set_trainable(index_, trainable); }

Sequential::Sequential() : Sequential(std::vector<Layer>{}) {}

Sequential::Sequential(std::initializer_list<Layer> layers, std::string name)
    : Sequential(std::vector<Layer>(layers), std::move(name)) {}

Sequential::Sequential(const std::vector<Layer>& layers, std::string name)
    : model_(std::make_unique<training::Model>(std::move(name))) {
  for (const Layer& layer : layers) model_->add(layer);
}

Sequential::Sequential(std::unique_ptr<training::Model> model) : model_(std::move(model)) {}

Sequential training::sequential_of(std::unique_ptr<Model> model) { return Sequential(std::move(model)); }

training::Model& training::model_of(Sequential& sequential) { return *sequential.model_; }

Sequential::Sequential(Sequential&&) noexcept = default;
Sequential& Sequential::operator=(Sequential&&) noexcept = default;
Sequential::~Sequential() = default;

const std::string& Sequential::name() const { return model_->name(); }

void Sequential::add(Layer layer) { model_->add(std::move(layer)); }

void Sequential::pop() { model_->pop(); }

std::vector<LayerRef> Sequential::layers() {
  std::vector<LayerRef> all;
  for (std::size_t i = 0; i < model_->layer_count(); ++i) all.push_back(LayerRef(*model_, i));
  return all;
}

LayerRef Sequential::get_layer(std::string_view name) { return {*model_, model_->find_layer(name)}; }

LayerRef Sequential::get_layer(std::size_t index) {
  if (index >= model_->layer_count()) {
    throw ArgumentError("Was asked to retrieve layer at index " + std::to_string(index) + " but model only has " +
                        std::to_string(model_->layer_count()) + " layers.");
  }
  return {*model_, index};
}

void Sequential::build(const Shape& input_shape) { model_->build(input_shape); }

bool Sequential::built() const { return model_->built(); }

Shape Sequential::input_shape() const {
  model_->require_built("The input shape");
  return model_->input_shape();
}

Shape Sequential::output_shape() const {
  model_->require_built("The output shape");
  return model_->output_shape(model_->layer_count() - 1);
}

void Sequential::summary(const SummaryOptions& options) const { std::cout << summary_text(options) << std::flush; }

std::string Sequential::summary_text(const SummaryOptions& options) const {
  return training::summary_text(*model_, options);
}

std::int64_t Sequential::count_params() const {
  model_->require_built("The number of weights");
  std::int64_t count = 0;
  for (const state::Parameter& parameter : model_->parameters().all()) {
    count += static_cast<std::int64_t>(parameter.size);
  }
  return count;
}

bool Sequential::is_compiled() const { return model_->compiled(); }

void Sequential::compile(const CompileOptions& options) { model_->compile(options); }

History Sequential::fit(ArrayView x, ArrayView y, const FitOptions& options) {
  return training::fit(*this, *model_, ValidationData{x, y, options.sample_weight}, options);
}

History Sequential::fit(const Dataset& data, const FitOptions& options) {
  return training::fit(*this, *model_, data, options);
}

Logs Sequential::evaluate(ArrayView x, ArrayView y, const EvaluateOptions& options) {
  return training::evaluate(*this, *model_, ValidationData{x, y, options.sample_weight}, options);
}

Logs Sequential::evaluate(const Dataset& data, const EvaluateOptions& options) {
  return training::evaluate(*this, *model_, data, options);
}

Tensor Sequential::predict(ArrayView x, const PredictOptions& options) {
  return training::predict(*this, *model_, ValidationData{x, {}, {}}, options);
}

Tensor Sequential::predict(const Dataset& data, const PredictOptions& options) {
  return training::predict(*this, *model_, data, options);
}

Logs Sequential::train_on_batch(ArrayView x, ArrayView y, const BatchOptions& options) {
  return training::train_on_batch(*model_, x, y, options);
}

Logs Sequential::test_on_batch(ArrayView x, ArrayView y, const BatchOptions& options) {
  return training::test_on_batch(*model_, x, y, options);
}

Tensor Sequential::predict_on_batch(ArrayView x) {
  const int batch = static_cast<int>(std::max<std::int64_t>(x.samples(), 1));
  return predict(x, {.batch_size = batch, .verbose = 0});
}

std::vector<Tensor> Sequential::get_weights() const {
  std::vector<std::size_t> all(model_->parameters().count());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  return model_->get_weights(all);
}

void Sequential::set_weights(const std::vector<Tensor>& weights) {
  model_->require_built("The weights");
  std::vector<std::size_t> all(model_->parameters().count());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  model_->set_weights(all, weights, name());
}

std::string Sequential::to_json() const { return training::to_json(*model_); }

std::string Sequential::get_config() const { return training::get_config(*model_); }

void Sequential::save(const std::filesystem::path& file, const SaveOptions& options) const {
  training::save(*model_, file, options);
}

void Sequential::save_weights(const std::filesystem::path& file, const SaveWeightsOptions& options) const {
  training::save_weights(*model_, file, options);
}

void Sequential::load_weights(const std::filesystem::path& file, const LoadWeightsOptions& options) {
  training::load_weights(*model_, file, options);
}

Plan Sequential::plan(const PlanOptions& options) {
  const ThreadScope threads;
  model_->require_built("The plan");
  if (options.batch_size < 1) {
    throw ArgumentError(
        "Expected batch_size to be at least 1. Received batch_size=" + std::to_string(options.batch_size) + ".");
  }
  if (options.measure < 0) {
    throw ArgumentError("Expected measure to be a number of runs. Received measure=" + std::to_string(options.measure) +
                        ".");
  }
  return model_->describe(options);
}

void Sequential::stop_training() noexcept { model_->stop_training = true; }

double Sequential::learning_rate() const { return model_->learning_rate(); }

void Sequential::set_learning_rate(double rate) { model_->set_learning_rate(rate); }

void Sequential::exclude_from_weight_decay(const std::vector<std::string>& var_names) {
  model_->exclude_from_weight_decay(var_names);
}

int Sequential::epoch() const { return model_->epoch(); }

std::int64_t Sequential::iterations() const {
  const optimizers::OptimizerState* optimizer = model_->optimizer_if_made();
  return optimizer == nullptr ? 0 : optimizer->iterations();
}

}  // namespace sumi
