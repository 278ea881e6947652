// A callback made of functions.
#pragma once

#include <cstdint>
#include <functional>

#include "sumi/callbacks/callback.hpp"

namespace sumi {

/// Arguments of LambdaCallback: a function for each hook that is wanted.
struct LambdaCallbackOptions {
  using OnRun = std::function<void(const Logs& logs)>;
  using OnBatch = std::function<void(std::int64_t batch, const Logs& logs)>;

  std::function<void(int epoch, const Logs& logs)> on_epoch_begin = {};
  std::function<void(int epoch, Logs& logs)> on_epoch_end = {};
  OnRun on_train_begin = {};
  OnRun on_train_end = {};
  OnBatch on_train_batch_begin = {};
  OnBatch on_train_batch_end = {};
  /// Other names of the two above, called where those are not given.
  OnBatch on_batch_begin = {};
  OnBatch on_batch_end = {};
  OnRun on_test_begin = {};
  OnRun on_test_end = {};
  OnBatch on_test_batch_begin = {};
  OnBatch on_test_batch_end = {};
  OnRun on_predict_begin = {};
  OnRun on_predict_end = {};
  OnBatch on_predict_batch_begin = {};
  OnBatch on_predict_batch_end = {};
};

/// Calls functions: `LambdaCallback({.on_epoch_end = [](int epoch, Logs& logs) { ... }})`.
class LambdaCallback : public Callback {
 public:
  explicit LambdaCallback(LambdaCallbackOptions functions) : functions_(std::move(functions)) {}

  void on_epoch_begin(int epoch, const Logs& logs) override {
    if (functions_.on_epoch_begin) functions_.on_epoch_begin(epoch, logs);
  }
  void on_epoch_end(int epoch, Logs& logs) override {
    if (functions_.on_epoch_end) functions_.on_epoch_end(epoch, logs);
  }
  void on_train_begin(const Logs& logs) override {
    if (functions_.on_train_begin) functions_.on_train_begin(logs);
  }
  void on_train_end(const Logs& logs) override {
    if (functions_.on_train_end) functions_.on_train_end(logs);
  }
  void on_train_batch_begin(std::int64_t batch, const Logs& logs) override {
    if (functions_.on_train_batch_begin) return functions_.on_train_batch_begin(batch, logs);
    Callback::on_train_batch_begin(batch, logs);
  }
  void on_train_batch_end(std::int64_t batch, const Logs& logs) override {
    if (functions_.on_train_batch_end) return functions_.on_train_batch_end(batch, logs);
    Callback::on_train_batch_end(batch, logs);
  }
  void on_batch_begin(std::int64_t batch, const Logs& logs) override {
    if (functions_.on_batch_begin) functions_.on_batch_begin(batch, logs);
  }
  void on_batch_end(std::int64_t batch, const Logs& logs) override {
    if (functions_.on_batch_end) functions_.on_batch_end(batch, logs);
  }
  void on_test_begin(const Logs& logs) override {
    if (functions_.on_test_begin) functions_.on_test_begin(logs);
  }
  void on_test_end(const Logs& logs) override {
    if (functions_.on_test_end) functions_.on_test_end(logs);
  }
  void on_test_batch_begin(std::int64_t batch, const Logs& logs) override {
    if (functions_.on_test_batch_begin) functions_.on_test_batch_begin(batch, logs);
  }
  void on_test_batch_end(std::int64_t batch, const Logs& logs) override {
    if (functions_.on_test_batch_end) functions_.on_test_batch_end(batch, logs);
  }
  void on_predict_begin(const Logs& logs) override {
    if (functions_.on_predict_begin) functions_.on_predict_begin(logs);
  }
  void on_predict_end(const Logs& logs) override {
    if (functions_.on_predict_end) functions_.on_predict_end(logs);
  }
  void on_predict_batch_begin(std::int64_t batch, const Logs& logs) override {
    if (functions_.on_predict_batch_begin) functions_.on_predict_batch_begin(batch, logs);
  }
  void on_predict_batch_end(std::int64_t batch, const Logs& logs) override {
    if (functions_.on_predict_batch_end) functions_.on_predict_batch_end(batch, logs);
  }

 private:
  LambdaCallbackOptions functions_;
};

}  // namespace sumi
