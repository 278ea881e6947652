// What happens around training besides training. Hooks, order and texts: Keras 3, keras/src/callbacks.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sumi/logs.hpp"

namespace sumi {

class Sequential;

/// What a callback is told about the run that it is part of.
struct CallbackParameters {
  int verbose = 1;
  int epochs = 1;
  /// Batches in an epoch; absent where not known.
  std::optional<std::int64_t> steps = {};
};

/// Base of every callback. All hooks do nothing by default; epochs and batches count from 0; logs hold running
/// averages.
class Callback {
 public:
  virtual ~Callback() = default;

  virtual void on_train_begin(const Logs& /*logs*/) {}
  virtual void on_train_end(const Logs& /*logs*/) {}
  virtual void on_epoch_begin(int /*epoch*/, const Logs& /*logs*/) {}
  /// The logs are shared by all callbacks of this epoch end: what one adds, those after it see.
  virtual void on_epoch_end(int /*epoch*/, Logs& /*logs*/) {}
  virtual void on_train_batch_begin(std::int64_t batch, const Logs& logs) { on_batch_begin(batch, logs); }
  virtual void on_train_batch_end(std::int64_t batch, const Logs& logs) { on_batch_end(batch, logs); }
  virtual void on_batch_begin(std::int64_t /*batch*/, const Logs& /*logs*/) {}
  virtual void on_batch_end(std::int64_t /*batch*/, const Logs& /*logs*/) {}
  virtual void on_test_begin(const Logs& /*logs*/) {}
  virtual void on_test_end(const Logs& /*logs*/) {}
  virtual void on_test_batch_begin(std::int64_t /*batch*/, const Logs& /*logs*/) {}
  virtual void on_test_batch_end(std::int64_t /*batch*/, const Logs& /*logs*/) {}
  virtual void on_predict_begin(const Logs& /*logs*/) {}
  virtual void on_predict_end(const Logs& /*logs*/) {}
  virtual void on_predict_batch_begin(std::int64_t /*batch*/, const Logs& /*logs*/) {}
  virtual void on_predict_batch_end(std::int64_t /*batch*/, const Logs& /*logs*/) {}

  /// Called by fit, evaluate and predict before the first hook.
  virtual void set_model(Sequential& model) { model_ = &model; }
  virtual void set_params(const CallbackParameters& params) { params_ = params; }

 protected:
  /// The model being trained: set `stop_training`, read and change weights and the learning rate. Only within a hook.
  Sequential& model() const { return *model_; }
  const CallbackParameters& params() const { return params_; }

 private:
  Sequential* model_ = nullptr;
  CallbackParameters params_;
};

/// Callbacks are shared: the caller can read their state after fit.
using Callbacks = std::vector<std::shared_ptr<Callback>>;

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
