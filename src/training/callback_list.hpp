// All callbacks of one run, called together and in Keras's order.
#pragma once

#include <cstdint>
#include <memory>

#include "sumi/callbacks.hpp"

namespace sumi::training {

class CallbackList {
 public:
  /// The user's callbacks come first, then the history (none where there is no training), then the progress bar.
  /// Throws ArgumentError for a null pointer among the user's.
  CallbackList(Callbacks users, std::shared_ptr<Callback> history, std::shared_ptr<Callback> progress);

  void set_model(Sequential& model);
  void set_params(const CallbackParameters& params);

  // Logs are to come sorted by name, as Keras hands them over; nothing is copied or allocated here.
  void on_train_begin(const Logs& logs);
  void on_train_end(const Logs& logs);
  void on_epoch_begin(int epoch, const Logs& logs);
  /// Sorts the logs by name first, validation among them. All callbacks share them: what one adds, those after it see.
  void on_epoch_end(int epoch, Logs& logs);
  void on_train_batch_begin(std::int64_t batch, const Logs& logs);
  void on_train_batch_end(std::int64_t batch, const Logs& logs);
  void on_test_begin(const Logs& logs);
  void on_test_end(const Logs& logs);
  void on_test_batch_begin(std::int64_t batch, const Logs& logs);
  void on_test_batch_end(std::int64_t batch, const Logs& logs);
  void on_predict_begin(const Logs& logs);
  void on_predict_end(const Logs& logs);
  void on_predict_batch_begin(std::int64_t batch, const Logs& logs);
  void on_predict_batch_end(std::int64_t batch, const Logs& logs);

 private:
  /// Calls one hook of every callback.
  template <class Hook, class... Arguments>
  void call(Hook hook, Arguments&&... arguments);

  Callbacks callbacks_;
};

}  // namespace sumi::training
