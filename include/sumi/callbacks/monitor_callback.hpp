// Callbacks that watch one number of every epoch.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sumi/callbacks/callback.hpp"

namespace sumi {

/// Base of the callbacks that watch a number of the logs, which is to fall or to rise.
class MonitorCallback : public Callback {
 public:
  /// The best value so far.
  std::optional<double> best() const { return best_; }

 protected:
  /// `mode`: "min", "max", or "auto", by the metric; any other warns and is "auto". Throws ArgumentError for a
  /// min_delta that is not finite.
  MonitorCallback(std::string class_name, std::string monitor, std::string mode, double min_delta,
                  std::optional<double> best = {});

  const std::string& monitor() const { return monitor_; }
  /// Whether `value` is better than `reference` by more than min_delta, which anything is where there is no reference.
  /// Throws ArgumentError where the mode is "auto" and the model was compiled without a metric of that name.
  bool is_improvement(double value, std::optional<double> reference);
  void set_best(std::optional<double> best) { best_ = best; }
  /// The watched value. Where there is none, warns once, with the names there are put after `text`.
  std::optional<double> monitored(const Logs& logs, const std::string& text);

 private:
  bool rising();

  std::string class_name_, monitor_, mode_;
  double min_delta_;
  std::optional<double> best_;
  bool warned_ = false;
};

}  // namespace sumi
