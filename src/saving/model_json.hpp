// A model without its numbers, as Keras's JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "saving/json_fields.hpp"
#include "sumi/sequential.hpp"

namespace sumi::saving {

/// A layer, and for which input shape it says it was built, where it says so.
struct LayerDescription {
  Layer layer;
  std::optional<Shape> built_for = {};
};

/// What a configuration says of a model.
struct ModelDescription {
  std::string name;
  std::optional<Layer> input = {};
  std::vector<LayerDescription> layers = {};
  /// With the batch, where the model is built.
  std::optional<Shape> input_shape = {};
  std::optional<CompileOptions> compile = {};
};

/// The `config` of the model's object.
Json to_config(const ModelDescription& model);

/// Keras's object of the model, compile_config included.
Json to_object(const ModelDescription& model);

/// From a `config`, in the forms of Keras 2 and 3. Throws ArgumentError.
ModelDescription model_from_config(const Json& config);

/// From an object, in the forms of Keras 2 and 3. Throws ArgumentError, also for a class other than Sequential.
ModelDescription model_from_object(const Json& object);

/// How a model is compiled, from a compile_config or, with `optimizer_config` in it, from the training_config of an
/// `.h5` file. Nothing where it is empty.
std::optional<CompileOptions> compile_from_config(const Json& config);

}  // namespace sumi::saving
