// The members of a `.keras` file besides its weights.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "saving/json_fields.hpp"
#include "sumi/shape.hpp"

namespace sumi::saving {

inline constexpr const char* metadata_member = "metadata.json";
inline constexpr const char* config_member = "config.json";
inline constexpr const char* weights_member = "model.weights.h5";
/// Keras doesn't look at it.
inline constexpr const char* sumi_member = "sumi.json";

/// A small array in a file that people read.
struct SmallArray {
  Shape shape;
  std::vector<float> values;
};

/// An input and what the model made of it: whoever loads the model can see whether it still does.
struct Probe {
  SmallArray input, output;
};

/// What sumi knows of a model and Keras doesn't.
struct SumiRecord {
  std::string version;
  std::uint64_t random_seed = 0;
  int epoch = 0;
  Json notes = Json::object();
  std::optional<Probe> probe = {};
};

/// `metadata.json`, with the present time.
Json keras_metadata();

Json to_json(const SumiRecord& record);
/// Throws ArgumentError for what is no such record.
SumiRecord record_from(const Json& json);

/// The input of a probe: a fixed pattern with values from -1 to 1.
SmallArray probe_input(Shape shape);

/// Throws ArgumentError where two outputs differ by more than processors and kernels do.
void compare_probe(const SmallArray& expected, const SmallArray& received);

}  // namespace sumi::saving
