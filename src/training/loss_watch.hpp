// Says, once, that a loss is no number any more.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "core/warning.hpp"

namespace sumi::training {

class LossWatch {
 public:
  /// The loss of a batch (counted from 0, as the epoch). Warns at the first that is NaN or infinite.
  void see(double loss, int epoch, std::int64_t batch) {
    if (warned_ || std::isfinite(loss)) return;
    warned_ = true;
    warn("The loss of batch " + std::to_string(batch + 1) + " in epoch " + std::to_string(epoch + 1) + " is " +
         (std::isnan(loss) ? "NaN" : "infinite") +
         ". Weights that learned from it are of no use: try a smaller learning rate, or clipnorm.");
  }

 private:
  bool warned_ = false;
};

}  // namespace sumi::training
