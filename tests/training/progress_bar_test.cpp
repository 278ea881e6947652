// Every character of the progress bar, on a clock that stands still until told otherwise.
#include "training/progress_bar.hpp"

#include <cmath>
#include <limits>
#include <sstream>

#include "support/catch.hpp"

using namespace sumi;
using training::ProgressBar;
using training::Screen;

namespace {

constexpr const char* full_bar = "━━━━━━━━━━━━━━━━━━━━";

struct Run {
  std::ostringstream out;
  double now = 1000.0;
  int columns = 120;
  ProgressBar bar;

  Run(int verbose, std::optional<std::int64_t> steps, int epochs = 1, bool terminal = true, bool utf8 = true)
      : bar(verbose, out, Screen{terminal, utf8, [this] { return columns; }}, [this] { return now; }) {
    bar.set_params({.verbose = verbose, .epochs = epochs, .steps = steps});
    bar.on_train_begin({});
    bar.on_epoch_begin(0, {});
  }
  void batch(std::int64_t index, double seconds, const Logs& logs = {}) {
    now += seconds;
    bar.on_train_batch_end(index, logs);
  }
  void epoch_end(Logs logs = {}) { bar.on_epoch_end(0, logs); }
  // What was written since the last call.
  std::string written() {
    std::string text = out.str();
    out.str("");
    return text;
  }
};

std::string backspaces(int count) { return std::string(static_cast<std::size_t>(count), '\b'); }

// The text alone: without escapes, backspaces, carriage returns.
std::string visible(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = text.find('m', i);
    } else if (text[i] != '\b' && text[i] != '\r') {
      result += text[i];
    }
  }
  return result;
}

}  // namespace

TEST_CASE("Keras's example, to the character") {
  Run run(1, 3);
  run.batch(0, 1.0, {{"accuracy", 0.5}, {"loss", 1.25}});
  CHECK(run.written() ==
        "\r\x1b[1m1/3\x1b[0m \x1b[32m━━━━━━\x1b[0m\x1b[37m━━━━━━━━━━━━━━\x1b[0m \x1b[1m2s\x1b[0m 1s/step - "
        "accuracy: 0.5000 - loss: 1.2500");
  run.batch(1, 0.002);
  CHECK(run.written().empty());  // less than 0.05 s later
  run.batch(2, 0.002);
  run.epoch_end({{"accuracy", 0.4}, {"loss", 1.15449}});
  const int first = 4 + 20 + 3 + 8 + 19 + 15;  // `1/3 `, bar, ` 2s`, ` 1s/step`, accuracy, loss
  CHECK(run.written() == backspaces(first) +
                             "\r\x1b[1m3/3\x1b[0m \x1b[32m━━━━━━━━━━━━━━━━━━━━\x1b[0m\x1b[37m\x1b[0m "
                             "\x1b[1m1s\x1b[0m 2ms/step - accuracy: 0.4000 - loss: 1.1545\n");
}

TEST_CASE("An epoch has its heading only where there are several") {
  CHECK(Run(1, 3, 1).written().empty());
  CHECK(Run(1, 3, 25).written() == "Epoch 1/25\n");
  CHECK(Run(2, 3, 25).written() == "Epoch 1/25\n");
  CHECK(Run(0, 3, 25).written().empty());
}

TEST_CASE("verbose = 0 says nothing") {
  Run run(0, 2, 5);
  run.batch(0, 1);
  run.batch(1, 1);
  run.epoch_end({{"loss", 1}});
  CHECK(run.written().empty());
}

TEST_CASE("verbose = 2 is one line an epoch") {
  Run run(2, 2, 1, false);
  run.batch(0, 0.058);
  run.batch(1, 0.058);
  run.epoch_end({{"accuracy", 0.0714}, {"loss", 3.0992}, {"val_accuracy", 0.1429}, {"val_loss", 2.2907}});
  CHECK(run.written() ==
        "2/2 - 0s - 58ms/step - accuracy: 0.0714 - loss: 3.0992 - val_accuracy: 0.1429 - val_loss: 2.2907\n");
}

TEST_CASE("verbose = 2 prints what is not above 0.001 with an exponent, negative values too") {
  Run run(2, 1);
  run.batch(0, 1);
  run.epoch_end({{"a", -2.5}, {"b", 0.001}, {"c", 0.00101}});
  CHECK(run.written() == "1/1 - 1s - 1s/step - a: -2.5000e+00 - b: 1.0000e-03 - c: 0.0010\n");
}

TEST_CASE("verbose = 1 prints magnitudes up to 0.001 with an exponent") {
  Run run(1, 1, 1, false);
  run.batch(0, 1);
  const double inf = std::numeric_limits<double>::infinity();
  run.epoch_end({{"a", -2.5}, {"b", 0.001}, {"c", -1.5e-5}, {"d", std::nan("")}, {"e", -inf}});
  CHECK(run.written() == std::string("1/1 ") + full_bar +
                             " 1s 1s/step - a: -2.5000 - b: 1.0000e-03 - c: -1.5000e-05 - d: nan - e: -inf\n");
}

TEST_CASE("The bar is redrawn every 0.05 s, over the line before, and shorter text is filled up") {
  Run run(1, 1000);
  run.batch(0, 0.01, {{"loss", 0.0001}});
  const std::string first = visible(run.written());
  CHECK(first == std::string("   1/1000 ") + full_bar + " 9s 10ms/step - loss: 1.0000e-04");
  for (int i = 1; i <= 4; ++i) run.batch(i, 0.0125 - 0.0002, {{"loss", 2}});
  CHECK(run.written().empty());
  run.batch(5, 0.002, {{"loss", 2}});
  const std::string second = run.written();
  const int first_width = 10 + 20 + 3 + 10 + 19;  // count, bar, ` 9s`, ` 10ms/step`, loss
  CHECK(second.starts_with(backspaces(first_width) + "\r\x1b[1m   6/1000\x1b[0m \x1b[37m"));
  CHECK(second.ends_with(
      " - loss: 2.0000   "));  // the value has four characters less than before, the time left one more
}

TEST_CASE("Remaining time in seconds, minutes and hours") {
  const auto remaining = [](double seconds_a_step, std::int64_t steps) {
    Run run(1, steps);
    run.batch(0, seconds_a_step);
    const std::string text = visible(run.written());
    const std::size_t begin = text.rfind("━") + 4;
    return text.substr(begin, text.find(' ', begin) - begin);
  };
  CHECK(remaining(0.5, 2) == "0s");
  CHECK(remaining(1, 61) == "60s");
  CHECK(remaining(1, 62) == "1:01");
  CHECK(remaining(1, 3601) == "60:00");
  CHECK(remaining(1, 3602) == "1:00:01");
  CHECK(remaining(10, 4507) == "12:31:00");
}

TEST_CASE("The time a step leaves the first one out once there are others") {
  Run run(1, 5, 1, false);
  run.batch(0, 3.0);
  for (int i = 1; i < 5; ++i) run.batch(i, 0.0205);
  run.epoch_end();
  CHECK(run.written() == std::string("5/5 ") + full_bar + " 3s 20ms/step\n");  // 20.5, halves to even

  Run quick(1, 3, 1, false);
  for (int i = 0; i < 3; ++i) quick.batch(i, 0.000123);
  quick.epoch_end();
  CHECK(quick.written() == std::string("3/3 ") + full_bar + " 0s 123us/step\n");

  Run still(1, 3, 1, false);
  for (int i = 0; i < 3; ++i) still.batch(i, 0);
  still.epoch_end();
  CHECK(still.written() == std::string("3/3 ") + full_bar + " 0s 0s/step\n");
}

TEST_CASE("Where the number of batches is not known") {
  Run run(1, std::nullopt);
  run.batch(0, 2, {{"loss", 1}});
  CHECK(run.written() == "\r      1/Unknown \x1b[1m2s\x1b[0m 2s/step - loss: 1.0000");
  run.batch(1, 2, {{"loss", 1}});
  run.written();
  run.epoch_end({{"loss", 1}});
  CHECK(visible(run.written()) == std::string("2/2 ") + full_bar + " 4s 2s/step - loss: 1.0000\n");
}

TEST_CASE("A file gets the final line of each epoch, without escapes") {
  Run run(1, 2, 3, false);
  for (int i = 0; i < 2; ++i) run.batch(i, 1, {{"loss", 1}});
  run.epoch_end({{"loss", 0.5}, {"val_loss", 0.25}});
  CHECK(run.written() == std::string("Epoch 1/3\n2/2 ") + full_bar + " 2s 1s/step - loss: 0.5000 - val_loss: 0.2500\n");
}

TEST_CASE("Without UTF-8 the bar is made of equals signs") {
  Run run(1, 2, 1, false, false);
  run.batch(0, 1);
  run.batch(1, 1);
  run.epoch_end();
  CHECK(run.written() == "2/2 ==================== 2s 1s/step\n");
}

TEST_CASE("A line never grows wider than the terminal before the final one") {
  const Logs logs = {{"accuracy", 0.5}, {"loss", 1.25}, {"mean_absolute_error", 0.125}};
  const auto drawn = [&](int columns) {
    Run run(1, 192);
    run.columns = columns;
    run.batch(0, 0.02, logs);
    return visible(run.written());
  };
  const std::string head = "  1/192 ";
  const std::string whole = head + full_bar + " 3s 20ms/step - accuracy: 0.5000 - loss: 1.2500 - mean_absolute_error: ";
  CHECK(drawn(120) == whole + "0.1250");
  CHECK(drawn(105) == whole + "0.1250");  // exactly as wide
  CHECK(drawn(104) == head + full_bar + " 3s 20ms/step - accuracy: 0.5000 - loss: 1.2500 …");
  CHECK(drawn(77) == head + full_bar + " 3s 20ms/step - accuracy: 0.5000 - loss: 1.2500 …");
  CHECK(drawn(76) == head + full_bar + " 3s 20ms/step - accuracy: 0.5000 …");
  CHECK(drawn(33) == head + full_bar + " 3s …");
  CHECK(drawn(31) == head + full_bar + " 3s");
  CHECK(drawn(21) == head + "━━━━━━━━━━ 3s");
  CHECK(drawn(5) == head + "━ 3s");
}

TEST_CASE("The final line has all its values, however narrow the terminal") {
  Run run(1, 1);
  run.columns = 40;
  run.batch(0, 1, {{"loss", 1}});
  run.written();
  run.epoch_end({{"accuracy", 1}, {"loss", 1}, {"val_accuracy", 1}, {"val_loss", 1}});
  CHECK_THAT(visible(run.written()),
             ContainsSubstring(" - accuracy: 1.0000 - loss: 1.0000 - val_accuracy: 1.0000 - val_loss: 1.0000\n"));
}

TEST_CASE("An epoch that was stopped shows how far it came") {
  Run run(1, 10, 1, false);
  for (int i = 0; i < 5; ++i) run.batch(i, 1);
  run.epoch_end();
  CHECK(run.written() == std::string(" 5/10 ") + full_bar + " 5s 1s/step\n");
}

TEST_CASE("Validation within fit shows nothing of its own; evaluate and predict have a bar") {
  Run run(1, 2, 1, false);
  run.batch(0, 1);
  run.batch(1, 1);
  run.bar.on_test_begin({});
  run.bar.on_test_batch_end(0, {{"loss", 7}});
  run.bar.on_test_end({{"loss", 7}});
  CHECK(run.written().empty());
  run.epoch_end({{"loss", 1}});
  run.bar.on_train_end({});
  CHECK(run.written() == std::string("2/2 ") + full_bar + " 2s 1s/step - loss: 1.0000\n");

  for (const int verbose : {1, 2}) {
    Run other(verbose, 2, 1, false);
    other.bar.on_train_end({});  // as if there had been no fit
    other.bar.on_test_begin({});
    for (int i = 0; i < 2; ++i) {
      other.now += 1;
      other.bar.on_test_batch_end(i, {{"accuracy", 0.5}, {"loss", 1}});
    }
    other.bar.on_test_end({{"accuracy", 0.5}, {"loss", 1}});
    const std::string bar = verbose == 1 ? std::string(" ") + full_bar + " 2s " : " - 2s - ";
    CHECK(other.written() == "2/2" + bar + "1s/step - accuracy: 0.5000 - loss: 1.0000\n");
    other.bar.on_predict_begin({});
    for (int i = 0; i < 2; ++i) {
      other.now += 1;
      other.bar.on_predict_batch_end(i, {{"outputs", 1}});
    }
    other.bar.on_predict_end({});
    CHECK(other.written() == "2/2" + bar + "1s/step\n");
  }
}

TEST_CASE("A run that breaks off leaves the cursor on a new line") {
  std::ostringstream out;
  {
    ProgressBar bar(1, out, Screen{true, true, [] { return 80; }});
    bar.set_params({.verbose = 1, .epochs = 1, .steps = 5});
    bar.on_epoch_begin(0, {});
    bar.on_train_batch_end(0, {});
  }
  CHECK(out.str().ends_with("/step\n"));
}
