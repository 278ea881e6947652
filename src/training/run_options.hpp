// What fit, evaluate and predict are asked for, checked before anything runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "training/source.hpp"

namespace sumi::training {

/// Throws ArgumentError for a value below the least.
void require_at_least(std::int64_t least, std::int64_t value, const char* argument);

/// What fit trains and validates on.
struct FitSources {
  std::unique_ptr<Source> training;
  std::unique_ptr<Source> validation;  ///< Null where there is none.
};

/// Throw ArgumentError for options out of their range or not meant for this kind of data, and for data that don't fit.
FitSources sources_of(Model& model, const DataArgument& data, const FitOptions& options);
std::unique_ptr<Source> source_of(Model& model, const DataArgument& data, const EvaluateOptions& options);
std::unique_ptr<Source> source_of(Model& model, const DataArgument& data, const PredictOptions& options);

}  // namespace sumi::training
