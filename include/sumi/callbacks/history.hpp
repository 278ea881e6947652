// The numbers of every epoch.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sumi/callbacks/callback.hpp"

namespace sumi {

/// What fit returns: every epoch's numbers.
class History : public Callback {
 public:
  /// A value an epoch for each name, names in Keras's order: accuracy, loss, val_accuracy, val_loss.
  std::vector<std::pair<std::string, std::vector<double>>> history;
  /// The epochs' numbers, from 0.
  std::vector<int> epoch;

  /// The values of one name. Throws ArgumentError that lists the names there are.
  const std::vector<double>& operator[](std::string_view name) const;
  CallbackParameters params() const { return Callback::params(); }

  void on_train_begin(const Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
};

}  // namespace sumi
