#include "training/model.hpp"

#include <algorithm>
#include <utility>

#include "core/naming.hpp"
#include "core/text.hpp"
#include "core/warning.hpp"
#include "sumi/error.hpp"
#include "sumi/random.hpp"
#include "sumi/threads.hpp"

namespace sumi::training {

namespace {

Tensor make_tensor(const Shape& shape) {
  return Tensor::from_shape(std::vector<std::size_t>(shape.begin(), shape.end()));
}

Shape shape_of(const Tensor& tensor) { return {tensor.shape().begin(), tensor.shape().end()}; }

}  // namespace

Model::Model(std::string name) : name_(name.empty() ? auto_name("sequential") : std::move(name)) {}

Model::Model(std::string name, std::optional<Layer> input, std::vector<Layer> layers) : Model(std::move(name)) {
  if (input) add(std::move(*input));
  for (Layer& layer : layers) append(std::move(layer));
}

void Model::add(Layer layer) {
  if (const Input* input = layer.as<Input>()) {
    if (input_ || !layers_.empty()) {
      throw ArgumentError("Sequential model '" + name_ + "' has already been configured to use input shape " +
                          (input_ ? to_string(input_->as<Input>()->shape.get()) : std::string("of its first layer")) +
                          ". You cannot add a different Input layer to it.");
    }
    if (input->name.empty()) layer.set_name(auto_name("input_layer"));
    input_ = std::move(layer);
    return;
  }
  const auto kept = weights_by_layer();
  append(std::move(layer));
  try {
    rebuild(kept);
  } catch (...) {
    layers_.pop_back();
    rebuild(kept);
    throw;
  }
}

void Model::append(Layer layer) {
  if (layer->name().empty()) layer.set_name(auto_name(layer.class_name()));
  for (const Layer& other : layers_) {
    if (other->name() != layer->name()) continue;
    throw ArgumentError("All layers added to a Sequential model should have unique names. Name '" + layer->name() +
                        "' is already the name of a layer in this model. Update the `name` argument to pass a unique "
                        "name.");
  }
  layers_.push_back(std::move(layer));
}

void Model::pop() {
  if (layers_.empty()) throw StateError("pop() of a Sequential model that has no layers.");
  const auto kept = weights_by_layer();
  layers_.pop_back();
  rebuild(kept);
}

// Layers that were there keep their weights; new ones get fresh ones.
void Model::rebuild(const std::vector<std::pair<std::string, std::vector<Tensor>>>& kept) {
  const Shape shape = input_shape_;
  const bool was_built = built_;
  built_ = false;
  programs_.clear();
  optimizer_state_.reset();
  declared_.clear();
  table_ = {};
  output_shapes_.clear();
  if (layers_.empty()) return;
  if (const auto declared = declared_input_shape()) {
    build(*declared);
  } else if (was_built) {
    build(shape);
  }
  if (!built_) return;
  for (const auto& [name, weights] : kept) {
    const auto found =
        std::find_if(layers_.begin(), layers_.end(), [&name](const Layer& layer) { return layer->name() == name; });
    if (found == layers_.end()) continue;
    set_weights(weights_of_layer(static_cast<std::size_t>(found - layers_.begin())), weights, name);
  }
}

std::vector<std::pair<std::string, std::vector<Tensor>>> Model::weights_by_layer() const {
  std::vector<std::pair<std::string, std::vector<Tensor>>> result;
  for (std::size_t i = 0; built_ && i < layers_.size(); ++i) {
    result.emplace_back(layers_[i]->name(), get_weights(weights_of_layer(i)));
  }
  return result;
}

std::size_t Model::find_layer(std::string_view name) const {
  std::string known;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (layers_[i]->name() == name) return i;
    known += (i == 0 ? "" : ", ") + layers_[i]->name();
  }
  throw ArgumentError("No such layer: " + std::string(name) + ". Existing layers are: " + known + ".");
}

void Model::set_trainable(std::size_t layer, bool trainable) {
  layers_[layer].set_trainable(trainable);
  find_trainable();
  programs_.clear();  // what is differentiated has changed
}

std::optional<Shape> Model::declared_input_shape() const {
  if (!input_) return std::nullopt;
  const Input& input = *input_->as<Input>();
  Shape with_batch = {input.batch_size ? *input.batch_size : None};
  with_batch.insert(with_batch.end(), input.shape.get().begin(), input.shape.get().end());
  return with_batch;
}

void Model::build(const Shape& input_shape, const AcceptWeights& accept) {
  if (layers_.empty()) {
    throw ArgumentError("Sequential model '" + name_ +
                        "' cannot be built because it has no layers. Call `model.add(layer)`.");
  }
  if (built_) {
    if (input_shape == input_shape_) return;
    throw ArgumentError("Sequential model '" + name_ + "' has already been configured to use input shape " +
                        to_string(input_shape_) + ". You cannot build it with input shape " + to_string(input_shape) +
                        ".");
  }
  if (input_shape.size() < 2) {
    throw ShapeError("Expected an input shape with a batch and at least one more dimension. Received " +
                     to_string(input_shape) + ".");
  }
  Shape symbolic = input_shape;
  std::vector<Shape> outputs;
  for (const Layer& layer : layers_) outputs.push_back(symbolic = layer->infer_shape(symbolic));

  // Weights don't depend on open dimensions (a layer that needs one has refused by now), so any size will do for them.
  Shape nominal = input_shape;
  for (std::size_t i = 0; i < nominal.size(); ++i) {
    if (nominal[i] == None) nominal[i] = i == 0 ? 1 : 64;
  }
  std::vector<graph::WeightDeclaration> declared;
  graph::Builder builder(declared, true, false, 0);
  graph::ValueId value = builder.feed(nominal, graph::Role::input, "input");
  for (std::size_t i = 0; i < layers_.size(); ++i) value = builder.add_layer(layers_[i], i, value);
  // Keras's order: a layer's trainable weights before its other ones.
  std::stable_sort(declared.begin(), declared.end(), [](const auto& a, const auto& b) {
    return std::pair(a.layer, !a.arguments.trainable) < std::pair(b.layer, !b.arguments.trainable);
  });

  std::vector<state::Parameter> parameters;
  for (const graph::WeightDeclaration& weight : declared) {
    parameters.push_back({weight.layer, weight.layer_name, weight.name, weight.shape, 0, 0, weight.arguments});
  }
  table_ = state::ParameterTable(std::move(parameters));
  if (accept) accept(table_);
  parameters_ = state::Arena(table_.floats());
  gradients_ = {};
  for (const state::Parameter& parameter : table_.all()) {
    if (accept) break;
    parameter.arguments.initializer->fill(parameter.shape, next_seed(),
                                          {parameters_.data() + parameter.offset, parameter.size});
  }
  random_seed_ = next_seed();
  declared_ = std::move(declared);
  output_shapes_ = std::move(outputs);
  input_shape_ = input_shape;
  built_ = true;
  find_trainable();
}

void Model::require_built(const char* what) const {
  if (built_) return;
  throw StateError(std::string(what) + " of model '" + name_ +
                   "' is not known before the model is built. Add an Input layer, call build(), or call fit or predict "
                   "with data first.");
}

std::vector<std::size_t> Model::weights_of_layer(std::size_t layer) const {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < table_.count(); ++i) {
    if (table_[i].layer == layer) indices.push_back(i);
  }
  return indices;
}

std::vector<Tensor> Model::get_weights(const std::vector<std::size_t>& indices) const {
  std::vector<Tensor> weights;
  for (const std::size_t i : indices) {
    const float* from = parameters_.data() + table_[i].offset;
    weights.push_back(make_tensor(table_[i].shape));
    std::copy_n(from, table_[i].size, weights.back().data());
  }
  return weights;
}

void Model::set_weights(const std::vector<std::size_t>& indices, const std::vector<Tensor>& weights,
                        const std::string& owner) {
  if (weights.size() != indices.size()) {
    throw ShapeError("You called `set_weights(weights)` on layer '" + owner + "' with a weight list of length " +
                     std::to_string(weights.size()) + ", but the layer was expecting " +
                     std::to_string(indices.size()) + " weights.");
  }
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const state::Parameter& parameter = table_[indices[i]];
    if (shape_of(weights[i]) == parameter.shape) continue;
    throw ShapeError("Layer " + parameter.layer_name + " weight shape " + to_string(parameter.shape) +
                     " is not compatible with provided weight shape " + to_string(shape_of(weights[i])) + ".");
  }
  for (std::size_t i = 0; i < indices.size(); ++i) {
    std::copy_n(weights[i].data(), table_[indices[i]].size, parameter_arena().data() + table_[indices[i]].offset);
  }
}

void Model::find_trainable() {
  trainable_.clear();
  learning_.clear();
  for (const state::Parameter& parameter : table_.all()) {
    trainable_.push_back(parameter.arguments.trainable && layers_[parameter.layer]->trainable());
  }
}

void Model::find_learning(const graph::Graph& graph) {
  std::vector<bool> learning(trainable_.size(), false);
  for (const graph::ValueInfo& value : graph.values) {
    if (value.role == graph::Role::gradient) learning[static_cast<std::size_t>(value.parameter)] = true;
  }
  if (std::exchange(learning_, learning) == learning) return;
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < learning.size(); ++i) {
    if (trainable_[i] && !learning[i]) missing.push_back(repr(table_[i].layer_name + "/" + table_[i].name));
  }
  if (missing.empty()) return;
  warn("Gradients do not exist for variables [" + join(missing) + "] when minimizing the loss: they stay as they are.");
}

void Model::compile(const CompileOptions& options) {
  optimizer_ = options.optimizer;
  optimizer_->ensure_name();
  optimizer_state_.reset();
  // Keras keeps what an earlier compile set where this one is silent.
  if (options.loss) loss_ = options.loss;
  if (!options.metrics.empty()) metrics_ = options.metrics;
  if (!options.weighted_metrics.empty()) weighted_metrics_ = options.weighted_metrics;
  for (std::vector<Metric>* metrics : {&metrics_, &weighted_metrics_}) {
    for (Metric& metric : *metrics) metric.ensure_name();
  }
  resolved_loss_ = loss_;
  programs_.clear();
}

void Model::resolve_loss(const Shape& y_true) {
  Loss resolved = loss_.resolved(y_true, output_shapes_.back());
  if (resolved.class_name() == resolved_loss_.class_name()) return;
  resolved_loss_ = std::move(resolved);
  programs_.clear();
}

const Optimizer& Model::optimizer_spec() const {
  if (!optimizer_) throw StateError("You must call `compile()` before using the model.");
  return *optimizer_;
}

optimizers::OptimizerState& Model::optimizer() {
  require_built("The optimizer");
  if (!optimizer_state_) optimizer_state_.emplace(optimizer_spec(), table_);
  return *optimizer_state_;
}

double Model::learning_rate() const {
  if (optimizer_state_) return optimizer_state_->learning_rate();
  return optimizer_spec()->arguments().learning_rate.at(0);
}

void Model::set_learning_rate(double rate) { optimizer().set_learning_rate(rate); }

void Model::exclude_from_weight_decay(const std::vector<std::string>& var_names) {
  optimizer_spec();  // throws where there is none
  optimizer_->exclude_from_weight_decay(var_names);
  if (optimizer_state_) optimizer_state_->exclude_from_weight_decay(var_names);
}

Program& Model::program(const Shape& sample_shape, std::int64_t batch, Mode mode, std::size_t layers) {
  if (planned_threads_ != num_threads()) {
    programs_.clear();
    planned_threads_ = num_threads();
  }
  std::unique_ptr<Program>& found = programs_[{sample_shape, batch, mode, layers}];
  if (!found) found = make_program(sample_shape, batch, mode, layers);
  bind(*found);
  return *found;
}

std::unique_ptr<Program> Model::make_program(const Shape& sample_shape, std::int64_t batch, Mode mode,
                                             std::size_t layers, const std::vector<std::string>& without) {
  graph::Builder builder(declared_, false, mode == Mode::train, random_seed_);
  Shape input = {batch};
  input.insert(input.end(), sample_shape.begin(), sample_shape.end());
  const graph::ValueId x = builder.feed(std::move(input), graph::Role::input, "x");
  graph::ValueId y_pred = x;
  for (std::size_t i = 0; i < layers; ++i) y_pred = builder.add_layer(layers_[i], i, y_pred);

  const Shape pred_shape = builder.graph.shape(y_pred);
  Shape true_shape;
  graph::ValueId y_true = graph::none;
  graph::Builder::TotalLoss loss{graph::none, graph::none};
  std::vector<graph::ValueId> kept = {y_pred};
  if (mode != Mode::predict) {
    true_shape = pred_shape;
    if (resolved_loss_->sparse()) true_shape.pop_back();
    y_true = builder.feed(true_shape, graph::Role::target, "y");
    loss = builder.add_loss(resolved_loss_, y_true, y_pred, trainable_);
    kept.push_back(loss.total);
    kept.push_back(y_true);  // metrics read both
    kept.push_back(loss.sample_weight);
    if (mode == Mode::train) {
      graph::append_backward(builder.graph, loss.total, trainable_);
      find_learning(builder.graph);
    }
  }
  const plan::PassContext context{backend::cpu(), kept, num_threads()};
  plan::optimize(builder.graph, context, without);
  return std::make_unique<Program>(Program{plan::Executable(std::move(builder.graph), table_, context), mode, batch, x,
                                           y_pred, y_true, loss.sample_weight, loss.total, true_shape, pred_shape});
}

void Model::bind(Program& program) {
  if (workspace_.size() < program.executable.workspace_floats()) {
    workspace_ = state::Arena(program.executable.workspace_floats());
  }
  // A model that is only asked needs no memory for gradients.
  if (program.mode == Mode::train && gradients_.size() == 0) gradients_ = state::Arena(table_.trainable_floats());
  if (program.bound_to == workspace_.data() && program.bound_to != nullptr) return;
  program.executable.bind({workspace_.data(), parameters_.data(), gradients_.data()});
  program.bound_to = workspace_.data();
}

float* Model::address(Program& program, graph::ValueId id) {
  bind(program);
  return program.executable.address(id);
}

void Model::run(Program& program) {
  bind(program);
  const bool trained = optimizer_state_.has_value();
  if (program.mode == Mode::train) ++weights_version_;  // moving statistics
  program.executable.run(trained ? static_cast<std::uint64_t>(optimizer_state_->step()) : 0,
                         trained ? static_cast<float>(optimizer_state_->loss_scale()) : 1.0F, weights_version_);
}

void Model::update() { optimizer().apply(parameter_arena(), gradients_, learning_); }

}  // namespace sumi::training
