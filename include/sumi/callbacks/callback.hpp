// What happens around training besides training. Hooks, order and texts: Keras 3, keras/src/callbacks.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
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

/// A callback as fit takes it: an object made on the spot, or a pointer to one whose state is read afterwards:
/// `auto stopping = std::make_shared<EarlyStopping>(EarlyStopping({.patience = 3}))`.
class CallbackPointer : public std::shared_ptr<Callback> {
 public:
  using std::shared_ptr<Callback>::shared_ptr;
  CallbackPointer(std::shared_ptr<Callback> callback)  // NOLINT(google-explicit-constructor): either will do
      : std::shared_ptr<Callback>(std::move(callback)) {}
  /// `.callbacks = {TerminateOnNaN()}`. Temporaries only: of a variable a copy would be taken, whose state nobody sees.
  template <class T>
  requires(std::derived_from<T, Callback> && !std::is_reference_v<T>)
      // NOLINTNEXTLINE(google-explicit-constructor,bugprone-forwarding-reference-overload)
      CallbackPointer(T&& callback)
      : std::shared_ptr<Callback>(std::make_shared<T>(std::forward<T>(callback))) {}
};

/// Called in this order.
using Callbacks = std::vector<CallbackPointer>;

}  // namespace sumi
