#include "sumi/callbacks/monitor_callback.hpp"

#include <cmath>
#include <utility>

#include "core/text.hpp"
#include "core/warning.hpp"
#include "sumi/error.hpp"
#include "training/model.hpp"
#include "training/running_metrics.hpp"

namespace sumi {

MonitorCallback::MonitorCallback(std::string class_name, std::string monitor, std::string mode, double min_delta,
                                 std::optional<double> best)
    : class_name_(std::move(class_name)),
      monitor_(std::move(monitor)),
      mode_(std::move(mode)),
      min_delta_(std::abs(min_delta)),
      best_(best) {
  if (!std::isfinite(min_delta)) {
    throw ArgumentError("Expected `min_delta` to be a finite number. Received min_delta=" + repr(min_delta) + ".");
  }
  if (mode_ == "auto" || mode_ == "min" || mode_ == "max") return;
  warn(class_name_ + " mode '" + mode_ + "' is unknown, fallback to auto mode.");
  mode_ = "auto";
}

bool MonitorCallback::rising() {
  if (mode_ != "auto") return mode_ == "max";
  const std::string name = monitor_.starts_with("val_") ? monitor_.substr(4) : monitor_;
  const training::Model& trained = training::model_of(model());
  const training::RunningMetrics metrics(trained.metrics(), trained.weighted_metrics());
  if (const std::optional<Direction> direction = metrics.direction(name)) return *direction == Direction::up;
  throw ArgumentError(class_name_ + " callback received monitor=" + monitor_ +
                      ", but sumi isn't able to automatically determine whether that metric should be maximized or "
                      "minimized. Pass `mode='max'` in order to monitor based on the highest metric value, or pass "
                      "`mode='min'` in order to use the lowest value.");
}

bool MonitorCallback::is_improvement(double value, std::optional<double> reference) {
  const bool up = rising();
  if (!reference) return true;
  return up ? value - min_delta_ > *reference : value + min_delta_ < *reference;
}

std::optional<double> MonitorCallback::monitored(const Logs& logs, const std::string& text) {
  const std::optional<double> value = logs.find(monitor_);
  if (value || std::exchange(warned_, true)) return value;
  std::string names;
  for (const auto& [name, other] : logs) names += (names.empty() ? "" : ",") + name;
  warn(text + names + ".");
  return value;
}

}  // namespace sumi
