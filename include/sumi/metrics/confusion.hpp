// What predictions above a threshold are worth.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "sumi/metric.hpp"

namespace sumi::metrics {

/// How many predictions above the threshold (0.5 where there is none) are true. Labels other than 0 are true.
struct TruePositives {
  static constexpr const char* class_name = "TruePositives";
  std::optional<double> thresholds = {};
  std::string name = {};
};
/// How many predictions up to the threshold are false.
struct TrueNegatives {
  static constexpr const char* class_name = "TrueNegatives";
  std::optional<double> thresholds = {};
  std::string name = {};
};
/// How many predictions above the threshold are false.
struct FalsePositives {
  static constexpr const char* class_name = "FalsePositives";
  std::optional<double> thresholds = {};
  std::string name = {};
};
/// How many predictions up to the threshold are true.
struct FalseNegatives {
  static constexpr const char* class_name = "FalseNegatives";
  std::optional<double> thresholds = {};
  std::string name = {};
};
/// What part of the predictions above the threshold (0.5 where there is none) is true. top_k: only the so many largest
/// of a row count as predicted, where no threshold is given whatever they are. class_id: of this column alone.
struct Precision {
  static constexpr const char* class_name = "Precision";
  static constexpr Direction direction = Direction::up;
  std::optional<double> thresholds = {};
  std::optional<int> top_k = {};
  std::optional<int> class_id = {};
  std::string name = {};
};
/// What part of the true labels is predicted. Arguments as those of Precision.
struct Recall {
  static constexpr const char* class_name = "Recall";
  static constexpr Direction direction = Direction::up;
  std::optional<double> thresholds = {};
  std::optional<int> top_k = {};
  std::optional<int> class_id = {};
  std::string name = {};
};
/// The largest recall at a threshold where the specificity (the part of the false labels that is not predicted) is at
/// least the given one.
struct SensitivityAtSpecificity {
  static constexpr const char* class_name = "SensitivityAtSpecificity";
  static constexpr Direction direction = Direction::up;
  Required<double> specificity;
  int num_thresholds = 200;
  std::optional<int> class_id = {};
  std::string name = {};
};
/// The largest specificity at a threshold where the recall is at least the given one.
struct SpecificityAtSensitivity {
  static constexpr const char* class_name = "SpecificityAtSensitivity";
  static constexpr Direction direction = Direction::up;
  Required<double> sensitivity;
  int num_thresholds = 200;
  std::optional<int> class_id = {};
  std::string name = {};
};
/// The largest precision at a threshold where the recall is at least the given one.
struct PrecisionAtRecall {
  static constexpr const char* class_name = "PrecisionAtRecall";
  static constexpr Direction direction = Direction::up;
  Required<double> recall;
  int num_thresholds = 200;
  std::optional<int> class_id = {};
  std::string name = {};
};
/// The largest recall at a threshold where the precision is at least the given one.
struct RecallAtPrecision {
  static constexpr const char* class_name = "RecallAtPrecision";
  static constexpr Direction direction = Direction::up;
  Required<double> precision;
  int num_thresholds = 200;
  std::optional<int> class_id = {};
  std::string name = {};
};

void fields(TruePositives& value, Fields& f);
void fields(TrueNegatives& value, Fields& f);
void fields(FalsePositives& value, Fields& f);
void fields(FalseNegatives& value, Fields& f);
void fields(Precision& value, Fields& f);
void fields(Recall& value, Fields& f);
void fields(SensitivityAtSpecificity& value, Fields& f);
void fields(SpecificityAtSensitivity& value, Fields& f);
void fields(PrecisionAtRecall& value, Fields& f);
void fields(RecallAtPrecision& value, Fields& f);
/// Throw ShapeError where y_true and y_pred don't fit together.
void update(const TruePositives& metric, const MetricBatch& batch, std::span<double> state);
void update(const TrueNegatives& metric, const MetricBatch& batch, std::span<double> state);
void update(const FalsePositives& metric, const MetricBatch& batch, std::span<double> state);
void update(const FalseNegatives& metric, const MetricBatch& batch, std::span<double> state);
void update(const Precision& metric, const MetricBatch& batch, std::span<double> state);
void update(const Recall& metric, const MetricBatch& batch, std::span<double> state);
void update(const SensitivityAtSpecificity& metric, const MetricBatch& batch, std::span<double> state);
void update(const SpecificityAtSensitivity& metric, const MetricBatch& batch, std::span<double> state);
void update(const PrecisionAtRecall& metric, const MetricBatch& batch, std::span<double> state);
void update(const RecallAtPrecision& metric, const MetricBatch& batch, std::span<double> state);
std::size_t state_size(const TruePositives& metric);
std::size_t state_size(const TrueNegatives& metric);
std::size_t state_size(const FalsePositives& metric);
std::size_t state_size(const FalseNegatives& metric);
std::size_t state_size(const Precision& metric);
std::size_t state_size(const Recall& metric);
std::size_t state_size(const SensitivityAtSpecificity& metric);
std::size_t state_size(const SpecificityAtSensitivity& metric);
std::size_t state_size(const PrecisionAtRecall& metric);
std::size_t state_size(const RecallAtPrecision& metric);
double result(const TruePositives& metric, std::span<const double> state);
double result(const TrueNegatives& metric, std::span<const double> state);
double result(const FalsePositives& metric, std::span<const double> state);
double result(const FalseNegatives& metric, std::span<const double> state);
double result(const Precision& metric, std::span<const double> state);
double result(const Recall& metric, std::span<const double> state);
double result(const SensitivityAtSpecificity& metric, std::span<const double> state);
double result(const SpecificityAtSensitivity& metric, std::span<const double> state);
double result(const PrecisionAtRecall& metric, std::span<const double> state);
double result(const RecallAtPrecision& metric, std::span<const double> state);
/// Throw ArgumentError for thresholds outside [0, 1], and for numbers that count nothing.
void validate(const TruePositives& value);
void validate(const TrueNegatives& value);
void validate(const FalsePositives& value);
void validate(const FalseNegatives& value);
void validate(const Precision& value);
void validate(const Recall& value);
void validate(const SensitivityAtSpecificity& value);
void validate(const SpecificityAtSensitivity& value);
void validate(const PrecisionAtRecall& value);
void validate(const RecallAtPrecision& value);

}  // namespace sumi::metrics
