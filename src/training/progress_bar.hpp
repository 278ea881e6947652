// What fit, evaluate and predict print while they run: Keras's progress bar, in Keras's words.
#pragma once

#include <cstdint>
#include <functional>
#include <iostream>
#include <optional>
#include <string>

#include "sumi/callbacks.hpp"

namespace sumi::training {

/// What the bar is drawn on.
struct Screen {
  /// False for a file or a pipe: then every epoch prints its final line alone, without escapes.
  bool terminal = false;
  bool utf8 = true;
  /// Asked at every redraw: people resize windows.
  std::function<int()> columns = {};
};

/// Standard output as it is now.
Screen standard_output();

/// Prints nothing (verbose 0), a bar that is redrawn (1), or a line an epoch (2).
class ProgressBar : public Callback {
 public:
  /// Seconds since some fixed time.
  using Clock = std::function<double()>;

  explicit ProgressBar(int verbose, std::ostream& out = std::cout, Screen screen = standard_output(), Clock clock = {});
  ~ProgressBar() override;
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void on_train_begin(const Logs& /*logs*/) override { in_fit_ = true; }
  void on_train_end(const Logs& /*logs*/) override { in_fit_ = false; }
  void on_epoch_begin(int epoch, const Logs& logs) override;
  void on_epoch_end(int /*epoch*/, Logs& logs) override { finish(logs); }
  void on_train_batch_end(std::int64_t batch, const Logs& logs) override { advance(batch, logs); }
  // The validation within fit shows nothing of its own.
  void on_test_begin(const Logs& /*logs*/) override {
    if (!in_fit_) start();
  }
  void on_test_batch_end(std::int64_t batch, const Logs& logs) override {
    if (!in_fit_) advance(batch, logs);
  }
  void on_test_end(const Logs& logs) override {
    if (!in_fit_) finish(logs);
  }
  void on_predict_begin(const Logs& /*logs*/) override { start(); }
  void on_predict_batch_end(std::int64_t batch, const Logs& /*logs*/) override { advance(batch, {}); }
  void on_predict_end(const Logs& /*logs*/) override { finish({}); }

 private:
  void start();
  void advance(std::int64_t batch, const Logs& logs);
  void finish(const Logs& logs);
  double seconds_per_step(double now) const;
  std::string redraw_text(const Logs& logs, double now);
  std::string final_text(const Logs& logs, double now) const;

  int verbose_;
  std::ostream& out_;
  Screen screen_;
  Clock clock_;
  bool in_fit_ = false;

  // Of the current epoch.
  std::int64_t seen_ = 0;
  double started_ = 0;
  std::optional<double> first_step_at_;
  std::optional<double> drawn_at_;
  int drawn_width_ = 0;
};

}  // namespace sumi::training
