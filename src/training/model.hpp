// The model behind Sequential: layers, weights, optimizer and the plans that were made for them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "graph/builder.hpp"
#include "optimizers/optimizer_state.hpp"
#include "plan/executable.hpp"
#include "state/parameters.hpp"
#include "sumi/sequential.hpp"

namespace sumi::training {

/// What a plan is for.
enum class Mode { train, test, predict };

/// An executable with the values that a step feeds and reads.
struct Program {
  plan::Executable executable;
  Mode mode;
  std::int64_t batch;
  graph::ValueId x, y_pred;
  graph::ValueId y_true = graph::none, sample_weight = graph::none, loss = graph::none;
  Shape true_shape, pred_shape;
  const float* bound_to = nullptr;  ///< The workspace that it was bound to.
};

class Model {
 public:
  /// Told of the weights before there is memory for them; throws where they are not to be.
  using AcceptWeights = std::function<void(const state::ParameterTable&)>;

  explicit Model(std::string name);
  /// All layers at once, not built. Throws ArgumentError as add.
  Model(std::string name, std::optional<Layer> input, std::vector<Layer> layers);

  const std::string& name() const { return name_; }

  // Structure.
  void add(Layer layer);
  void pop();
  std::size_t layer_count() const { return layers_.size(); }
  const Layer& layer(std::size_t index) const { return layers_[index]; }
  std::size_t find_layer(std::string_view name) const;
  void set_trainable(std::size_t layer, bool trainable);
  /// With `accept` the weights are not initialised: they are to be loaded.
  void build(const Shape& input_shape, const AcceptWeights& accept = {});
  /// The Input layer, where there is one.
  const std::optional<Layer>& input() const { return input_; }
  /// With the batch: what the Input layer says. Nothing without one.
  std::optional<Shape> declared_input_shape() const;
  void require_built(const char* what) const;
  bool built() const { return built_; }
  const Shape& input_shape() const { return input_shape_; }
  const Shape& output_shape(std::size_t layer) const { return output_shapes_[layer]; }

  // Weights.
  /// For whoever is about to change them.
  state::Arena& parameter_arena() {
    ++weights_version_;
    return parameters_;
  }
  /// From which shuffling and dropout are drawn.
  std::uint64_t random_seed() const { return random_seed_; }
  /// Epochs that fit has finished, counted from its initial_epoch.
  int epoch() const { return epoch_; }
  void set_epoch(int epoch) { epoch_ = epoch; }
  /// Goes on as the model would that this one was saved from.
  void restore_random(std::uint64_t seed) {
    random_seed_ = seed;
    programs_.clear();  // dropout's seeds are in them
  }
  const state::ParameterTable& parameters() const { return table_; }
  /// Indices of a layer's weights in the table.
  std::vector<std::size_t> weights_of_layer(std::size_t layer) const;
  std::vector<Tensor> get_weights(const std::vector<std::size_t>& indices) const;
  void set_weights(const std::vector<std::size_t>& indices, const std::vector<Tensor>& weights,
                   const std::string& owner);
  /// For each weight: whether an optimizer would change it now.
  const std::vector<bool>& trainable_weights() const { return trainable_; }

  // Compilation.
  void compile(const CompileOptions& options);
  bool compiled() const { return optimizer_.has_value(); }
  const Loss& loss() const { return loss_; }
  /// The loss for targets of this shape, where compile's depends on it. The model is built.
  void resolve_loss(const Shape& y_true);
  const Loss& resolved_loss() const { return resolved_loss_; }
  const std::vector<Metric>& metrics() const { return metrics_; }
  const std::vector<Metric>& weighted_metrics() const { return weighted_metrics_; }
  /// Made with the weights. Throws StateError before compile.
  optimizers::OptimizerState& optimizer();
  /// Null before the first training.
  const optimizers::OptimizerState* optimizer_if_made() const {
    return optimizer_state_ ? &*optimizer_state_ : nullptr;
  }
  optimizers::OptimizerState* optimizer_if_made() { return optimizer_state_ ? &*optimizer_state_ : nullptr; }
  const Optimizer& optimizer_spec() const;
  void set_learning_rate(double rate);
  void exclude_from_weight_decay(const std::vector<std::string>& var_names);
  double learning_rate() const;

  // Running.
  /// The plan for this many samples of this shape; made at the first call.
  Program& program(const Shape& sample_shape, std::int64_t batch, Mode mode) {
    return program(sample_shape, batch, mode, layers_.size());
  }
  /// The same of the first layers alone.
  Program& program(const Shape& sample_shape, std::int64_t batch, Mode mode, std::size_t layers);
  /// Runs a program whose inputs have been fed.
  void run(Program& program);
  /// Where a fed value of the program lies. Binds the program first, where the workspace has moved.
  float* address(Program& program, graph::ValueId id);
  /// One optimizer update from the gradients of the last training run.
  void update();

  /// The plan for a batch of the input shape, for people. Options have been checked.
  Plan describe(const PlanOptions& options);

  bool stop_training = false;
  /// Batches of its first epoch that fit leaves out, as a callback has brought back what came of them.
  std::int64_t resume_batch = 0;

 private:
  using ProgramKey = std::tuple<Shape, std::int64_t, Mode, std::size_t>;

  void append(Layer layer);
  void rebuild(const std::vector<std::pair<std::string, std::vector<Tensor>>>& kept);
  std::vector<std::pair<std::string, std::vector<Tensor>>> weights_by_layer() const;
  std::unique_ptr<Program> make_program(const Shape& sample_shape, std::int64_t batch, Mode mode, std::size_t layers,
                                        const std::vector<std::string>& without = {});
  void bind(Program& program);
  void measure(Program& program, int runs, Plan& plan);
  void find_trainable();
  /// From the graph of a training step; warns of what is trainable, but nothing that the loss depends on.
  void find_learning(const graph::Graph& graph);

  std::string name_;
  std::optional<Layer> input_;
  std::vector<Layer> layers_;

  bool built_ = false;
  Shape input_shape_;
  std::vector<Shape> output_shapes_;
  std::vector<graph::WeightDeclaration> declared_;
  state::ParameterTable table_;
  state::Arena parameters_;
  std::uint64_t weights_version_ = 0;  // counts their changes
  state::Arena gradients_;
  std::uint64_t random_seed_ = 0;
  int epoch_ = 0;
  std::vector<bool> trainable_;  // see trainable_weights()
  std::vector<bool> learning_;   // of these, those that have a gradient

  std::optional<Optimizer> optimizer_;
  std::optional<optimizers::OptimizerState> optimizer_state_;
  Loss loss_, resolved_loss_;
  std::vector<Metric> metrics_, weighted_metrics_;

  std::map<ProgramKey, std::unique_ptr<Program>> programs_;
  state::Arena workspace_;
  int planned_threads_ = 0;
};

}  // namespace sumi::training
