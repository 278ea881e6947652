// Builds the graph of a model for one batch size: layers and a loss, lowered to ops one after the other.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "graph/graph.hpp"
#include "sumi/layer.hpp"
#include "sumi/loss.hpp"
#include "sumi/lowering.hpp"

namespace sumi::graph {

/// A weight that a layer asked for.
struct WeightDeclaration {
  std::size_t layer = 0;
  std::string layer_name;
  std::string name;
  Shape shape;
  WeightArguments arguments;
};

/// State of a lowering. Lowering is its public face.
struct Builder {
  /// `declared`: the model's weights; a weight that is not among them is appended where `may_declare`, and is a bug
  /// otherwise.
  Builder(std::vector<WeightDeclaration>& declared, bool may_declare, bool training, std::uint64_t seed);

  /// Appends a value that is fed from outside.
  ValueId feed(Shape shape, Role role, std::string name);
  /// Lowers one layer. Throws ShapeError, naming the layer, where it does not fit its input.
  ValueId add_layer(const Layer& layer, std::size_t index, ValueId input);
  /// The scalar total loss: reduced loss, activity penalties, penalties of the weights of trainable layers. The weights
  /// of the samples are fed as `sample_weight`, one a sample, of a shape that fits the loss's values.
  struct TotalLoss {
    ValueId total;
    ValueId sample_weight;
  };
  TotalLoss add_loss(const Loss& loss, ValueId y_true, ValueId y_pred, const std::vector<bool>& trainable);

  /// Appends an op; returns its outputs, as many as its shape rule gives.
  std::vector<ValueId> emit(Attributes attributes, std::vector<ValueId> inputs);
  ValueId emit_one(Attributes attributes, std::vector<ValueId> inputs) {
    return emit(std::move(attributes), std::move(inputs)).front();
  }
  /// Appends an op whose output's shape is the caller's choice; returns that output.
  ValueId emit_as(Shape shape, Attributes attributes, std::vector<ValueId> inputs);
  /// The value that holds a weight.
  ValueId weight_value(std::size_t declaration);

  Graph graph;

 private:
  friend class sumi::Lowering;

  // The seed of the next op that draws random numbers: each its own, whoever asked for it.
  std::uint64_t random_seed(Seed wish) {
    return (wish ? static_cast<std::uint64_t>(*wish) : seed_) + 0x9E3779B97F4A7C15ULL * ++random_ops_;
  }

  std::vector<WeightDeclaration>& declared_;
  bool may_declare_;
  bool training_;
  std::uint64_t seed_;
  std::map<std::size_t, ValueId> weight_values_;
  std::map<ValueId, ValueId> masks_;  // of a loss's values: which entries count
  std::vector<ValueId> penalties_;
  std::uint64_t random_ops_ = 0;

  // The layer being lowered.
  std::size_t layer_ = 0;
  std::string layer_name_;
  bool layer_trainable_ = true;
  ValueId input_ = none;
  ValueId output_ = none;
};

}  // namespace sumi::graph
