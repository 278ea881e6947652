#include "training/progress_bar.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "training/console.hpp"

namespace sumi::training {

namespace {

constexpr int full_bar = 20;
constexpr double redraw_interval = 0.05;

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// What one line of the bar says; escapes are added when it is written.
struct Line {
  std::string count;  // `12/192`
  int bar = 0;        // cells, of which `filled` are done; none where the total is not known
  int filled = 0;
  std::string time;     // `4s`
  std::string details;  // ` 20ms/step - accuracy: 0.9349`

  int width() const {
    return display_width(count) + (bar > 0 ? 1 + bar : 0) + 1 + display_width(time) + display_width(details);
  }
};

std::string text_of(const Line& line, const Screen& screen) {
  const auto with = [&](const char* escape, const std::string& text) {
    return screen.terminal ? escape + text + "\x1b[0m" : text;
  };
  if (line.bar == 0) return line.count + " " + with("\x1b[1m", line.time) + line.details;
  const char* cell = screen.utf8 ? "━" : "=";
  std::string text = with("\x1b[1m", line.count) + " ";
  if (line.filled > 0) text += with("\x1b[32m", repeat(cell, line.filled));
  text += with("\x1b[37m", repeat(cell, line.bar - line.filled));
  return text + " " + with("\x1b[1m", line.time) + line.details;
}

std::string count_text(std::int64_t seen, std::int64_t total) {
  const std::string of = std::to_string(total);
  return pad_left(std::to_string(seen), static_cast<int>(of.size())) + "/" + of;
}

std::string remaining_text(double seconds) {
  const auto total = static_cast<std::int64_t>(seconds);
  const auto two_digits = [](std::int64_t value) { return (value < 10 ? ":0" : ":") + std::to_string(value); };
  if (seconds > 3600) return std::to_string(total / 3600) + two_digits(total % 3600 / 60) + two_digits(total % 60);
  if (seconds > 60) return std::to_string(total / 60) + two_digits(total % 60);
  return std::to_string(total) + "s";
}

std::string elapsed_text(double seconds) { return fixed(seconds, 0) + "s"; }

std::string step_time_text(double seconds) {
  if (seconds >= 1 || seconds == 0) return fixed(seconds, 0) + "s/step";
  if (seconds >= 1e-3) return fixed(seconds * 1e3, 0) + "ms/step";
  return fixed(seconds * 1e6, 0) + "us/step";
}

std::string metric_text(const Logs::value_type& metric, bool plain) {
  return " - " + metric.first + ": " + (plain ? fixed(metric.second, 4) : scientific(metric.second, 4));
}

std::string metric_text(const Logs::value_type& metric) { return metric_text(metric, std::abs(metric.second) > 1e-3); }

}  // namespace

Screen standard_output() { return {is_terminal(), console_is_utf8(), console_columns}; }

ProgressBar::ProgressBar(int verbose, std::ostream& out, Screen screen, Clock clock)
    : verbose_(verbose), out_(out), screen_(std::move(screen)), clock_(clock ? std::move(clock) : steady_seconds) {}

// Where an exception ends the run in the middle of an epoch, what is printed next begins on a line of its own.
ProgressBar::~ProgressBar() {
  if (drawn_width_ == 0) return;
  try {
    out_ << std::endl;
  } catch (...) {  // a stream that throws: there is nobody left to tell
  }
}

void ProgressBar::on_epoch_begin(int epoch, const Logs& /*logs*/) {
  start();
  if (verbose_ == 0 || params().epochs <= 1) return;
  out_ << "Epoch " << epoch + 1 << '/' << params().epochs << std::endl;
}

void ProgressBar::start() {
  seen_ = 0;
  started_ = clock_();
  first_step_at_.reset();
  drawn_at_.reset();
  drawn_width_ = 0;
}

void ProgressBar::advance(std::int64_t batch, const Logs& logs) {
  seen_ = batch + 1;
  if (verbose_ != 1) return;
  const double now = clock_();
  if (seen_ == 1) first_step_at_ = now;
  if (!screen_.terminal || (drawn_at_ && now - *drawn_at_ < redraw_interval)) return;
  drawn_at_ = now;
  out_ << redraw_text(logs, now) << std::flush;
}

void ProgressBar::finish(const Logs& logs) {
  if (verbose_ == 0) return;
  out_ << final_text(logs, clock_()) << std::endl;
  drawn_width_ = 0;
}

// Without the first step, which also makes the plan, as soon as there are others.
double ProgressBar::seconds_per_step(double now) const {
  if (first_step_at_ && seen_ > 1) return (now - *first_step_at_) / static_cast<double>(seen_ - 1);
  return (now - started_) / static_cast<double>(std::max<std::int64_t>(seen_, 1));
}

// A line that wraps can't be redrawn, backspaces end at its left edge. So where a terminal is too narrow the bar gets
// shorter, then metrics are left out from the right; the final line, which is not redrawn, has them all.
std::string ProgressBar::redraw_text(const Logs& logs, double now) {
  const double step = seconds_per_step(now);
  Line line;
  if (params().steps) {
    const std::int64_t total = std::max(*params().steps, seen_);
    line.count = count_text(seen_, total);
    line.time = remaining_text(step * static_cast<double>(total - seen_));
    line.bar = full_bar;
    line.bar = std::clamp(full_bar + screen_.columns() - line.width(), 1, full_bar);
    line.filled = static_cast<int>(line.bar * seen_ / total);
  } else {
    line.count = pad_left(std::to_string(seen_), 7) + "/Unknown";
    line.time = elapsed_text(now - started_);
  }

  std::vector<std::string> details = {" " + step_time_text(step)};
  for (const Logs::value_type& metric : logs) details.push_back(metric_text(metric));
  const std::string more = screen_.utf8 ? " …" : " ~";
  int room = screen_.columns() - line.width();
  for (std::size_t i = 0; i < details.size(); ++i) {
    const bool last = i + 1 == details.size();
    room -= display_width(details[i]);
    if (room < (last ? 0 : display_width(more))) {
      if (room + display_width(details[i]) >= display_width(more)) line.details += more;
      break;
    }
    line.details += details[i];
  }

  const int width = line.width();
  const std::string text =
      repeat("\b", drawn_width_) + "\r" + text_of(line, screen_) + repeat(" ", drawn_width_ - width);
  drawn_width_ = width;
  return text;
}

// Of what was really done: less than the whole epoch where training was stopped.
std::string ProgressBar::final_text(const Logs& logs, double now) const {
  const std::int64_t total = std::max(params().steps.value_or(seen_), seen_);
  const std::string count = count_text(seen_, total);
  const std::string step = step_time_text(seconds_per_step(now));
  if (verbose_ == 2) {
    std::string text = count + " - " + elapsed_text(now - started_) + " - " + step;
    // Keras compares without the sign here: negative values get an exponent.
    for (const Logs::value_type& metric : logs) text += metric_text(metric, metric.second > 1e-3);
    return text;
  }
  Line line{count, full_bar, static_cast<int>(full_bar * seen_ / std::max<std::int64_t>(total, 1)),
            elapsed_text(now - started_), " " + step};
  for (const Logs::value_type& metric : logs) line.details += metric_text(metric);
  if (!screen_.terminal) return text_of(line, screen_);
  return repeat("\b", drawn_width_) + "\r" + text_of(line, screen_) + repeat(" ", drawn_width_ - line.width());
}

}  // namespace sumi::training
