// Where weights live: one table of offsets, shared by parameters, gradients and optimizer slots.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sumi/lowering.hpp"
#include "sumi/shape.hpp"

namespace sumi::state {

/// Floats at a 64-byte boundary.
class Arena {
 public:
  Arena() = default;
  explicit Arena(std::size_t floats, float value = 0.0F);
  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(float* pointer) const;
  };
  std::unique_ptr<float[], Free> data_;
  std::size_t size_ = 0;
};

/// One weight of one layer.
struct Parameter {
  std::size_t layer = 0;  ///< Index of the layer in the model.
  std::string layer_name;
  std::string name;  ///< `kernel`, `bias`, `gamma`, ...
  Shape shape;
  std::size_t size = 0;       ///< Floats.
  std::size_t offset = 0;     ///< In floats, a multiple of 16.
  WeightArguments arguments;  ///< trainable: as it was created; freezing a layer does not change it.
};

/// All weights of a model in Keras's order: layer by layer, each layer's trainable ones first. Offsets put all
/// trainable weights of the model in front, so that an optimizer walks one range.
class ParameterTable {
 public:
  ParameterTable() = default;
  /// Sets sizes and offsets.
  explicit ParameterTable(std::vector<Parameter> parameters);

  const std::vector<Parameter>& all() const { return parameters_; }
  const Parameter& operator[](std::size_t index) const { return parameters_[index]; }
  std::size_t count() const { return parameters_.size(); }
  /// Floats of an arena for all weights, and for those that were created trainable.
  std::size_t floats() const { return floats_; }
  std::size_t trainable_floats() const { return trainable_floats_; }

 private:
  std::vector<Parameter> parameters_;
  std::size_t floats_ = 0;
  std::size_t trainable_floats_ = 0;
};

}  // namespace sumi::state
