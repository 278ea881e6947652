// How far predicted margins are on the wrong side.
#pragma once

#include <string>

#include "sumi/metrics/mean.hpp"

namespace sumi::metrics {

/// Mean of max(1 - y_true y_pred, 0). y_true: -1 or 1; where all labels of a batch are 0 or 1, 0 means -1.
struct Hinge {
  static constexpr const char* class_name = "Hinge";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::down;
  std::string name = "hinge";
};
/// Mean of max(1 - y_true y_pred, 0)^2. y_true: as for Hinge.
struct SquaredHinge {
  static constexpr const char* class_name = "SquaredHinge";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::down;
  std::string name = "squared_hinge";
};
/// max(neg - pos + 1, 0), where pos is the sum of y_true y_pred and neg the largest of (1 - y_true) y_pred, over the
/// last axis. Equal shapes.
struct CategoricalHinge {
  static constexpr const char* class_name = "CategoricalHinge";
  static constexpr bool mean_over_samples = true;
  static constexpr Direction direction = Direction::down;
  std::string name = "categorical_hinge";
};

void fields(Hinge& value, Fields& f);
void fields(SquaredHinge& value, Fields& f);
void fields(CategoricalHinge& value, Fields& f);
/// Throw ShapeError where y_true and y_pred don't fit together.
void update(const Hinge& metric, const MetricBatch& batch, std::span<double> state);
void update(const SquaredHinge& metric, const MetricBatch& batch, std::span<double> state);
void update(const CategoricalHinge& metric, const MetricBatch& batch, std::span<double> state);

}  // namespace sumi::metrics
