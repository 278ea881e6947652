// Metrics that are sums and means of one value a sample.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "sumi/metric.hpp"

namespace sumi::metrics {

/// What is a mean over samples: its state is a weighted sum and the sum of the weights.
template <class T>
concept MeanOverSamples = T::mean_over_samples;
template <MeanOverSamples T>
std::size_t state_size(const T& /*metric*/) {
  return 2;
}
template <MeanOverSamples T>
double result(const T& /*metric*/, std::span<const double> state) {
  return state[1] == 0 ? 0.0 : state[0] / state[1];
}

/// The mean of y_pred, whatever y_true.
struct Mean {
  static constexpr const char* class_name = "Mean";
  static constexpr bool mean_over_samples = true;
  std::string name = "mean";
};
/// The sum of y_pred, whatever y_true.
struct Sum {
  static constexpr const char* class_name = "Sum";
  std::string name = "sum";
};
/// The mean of what a function says of the numbers of each sample. Files know it by its name, as one made of a string.
struct MeanMetricWrapper {
  static constexpr const char* class_name = "MeanMetricWrapper";
  static constexpr bool mean_over_samples = true;
  static constexpr bool named_by_string = true;
  std::string name;
  std::function<double(std::span<const float> y_true, std::span<const float> y_pred)> function;
};

void fields(Mean& value, Fields& f);
void fields(Sum& value, Fields& f);
void fields(MeanMetricWrapper& value, Fields& f);
void update(const Mean& metric, const MetricBatch& batch, std::span<double> state);
void update(const Sum& metric, const MetricBatch& batch, std::span<double> state);
void update(const MeanMetricWrapper& metric, const MetricBatch& batch, std::span<double> state);
inline std::size_t state_size(const Sum& /*metric*/) { return 1; }
inline double result(const Sum& /*metric*/, std::span<const double> state) { return state[0]; }
/// Throws ArgumentError where there is no name or no function.
void validate(const MeanMetricWrapper& value);

}  // namespace sumi::metrics
