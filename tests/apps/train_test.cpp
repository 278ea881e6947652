// `sumi train` on the shipped sample set: what it prints, what it writes, what Ctrl-C leaves.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <regex>
#include <thread>

#include "apps/process.hpp"
#include "support/catch.hpp"

using namespace sumi::test;
using Json = nlohmann::json;

namespace {

const std::regex result(R"(Test loss: (\d+\.\d{4}) - Test accuracy: ([01]\.\d{4}))");

bool gnuplot_is_installed() { return std::system("gnuplot --version > /dev/null 2>&1") == 0; }

bool is_png(const std::filesystem::path& file) { return read_file(file).starts_with("\x89PNG\r\n\x1a\n"); }

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("A short training learns, prints its result last and writes down every number") {
  const TemporaryFolder folder;
  const auto out = folder / "deep" / "run";
  const Outcome outcome = run_sumi(
      {"train", "--epochs", "4", "--batch-size", "20", "--seed", "1", "--threads", "1", "--out", out.string()});
  INFO(outcome.out << outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.err.empty());

  std::smatch match;
  const std::string last = outcome.last_line();
  REQUIRE(std::regex_match(last, match, result));
  CHECK(outcome.out.ends_with(last + "\n"));
  const double accuracy = std::stod(match[2]);
  CHECK(accuracy > 0.8);  // seeds give 0.9 and more; guessing gives 0.1

  // Said before and after, since this isn't KMNIST.
  CHECK(outcome.out.starts_with("*** NOT KMNIST"));
  CHECK_THAT(outcome.out, ContainsSubstring("downloads that. ***\n" + last + "\n"));
  CHECK_THAT(outcome.out, ContainsSubstring("Model: \"sequential\"\n"));
  CHECK_THAT(outcome.out, ContainsSubstring("Epoch 4/4\n240/240 ━━━━━━━━━━━━━━━━━━━━ "));
  CHECK(outcome.out.find('\b') == std::string::npos);
  CHECK(outcome.out.find('\x1b') == std::string::npos);

  const Json written = Json::parse(read_file(out / "history.json"));
  for (const char* name : {"accuracy", "loss", "val_accuracy", "val_loss", "seconds"}) {
    REQUIRE(written["history"][name].size() == 4);
    for (const Json& value : written["history"][name]) CHECK(value.get<double>() >= 0);
  }
  CHECK(written["history"]["loss"][3] < written["history"]["loss"][0]);
  CHECK(written["settings"]["epochs"] == 4);
  CHECK(written["settings"]["batch_size"] == 20);
  CHECK(written["settings"]["validation_split"] == 0.2);
  CHECK(written["settings"]["learning_rate"] == 0.001);
  CHECK(written["settings"]["optimizer"] == "Adam");
  CHECK(written["settings"]["seed"] == 1);
  CHECK(written["settings"]["threads"] == 1);
  CHECK(written["data"]["is_sample"] == true);
  CHECK(written["data"]["training_images"] == 6000);
  CHECK(written["data"]["test_images"] == 1000);
  CHECK(written["stopped_early"] == false);
  CHECK(written["test"]["accuracy"].get<double>() == Approx(accuracy).margin(5e-5));  // printed with four decimals
  CHECK(written["test"]["loss"].get<double>() == Approx(std::stod(match[1])).margin(5e-5));

  if (gnuplot_is_installed()) {
    CHECK(names_in(out) == std::vector<std::string>{"accuracy.png", "history.json", "loss.png", "model.keras"});
    CHECK(is_png(out / "accuracy.png"));
    CHECK(is_png(out / "loss.png"));
  } else {
    CHECK_THAT(outcome.out, ContainsSubstring("no pictures: gnuplot is not installed"));
  }
}

TEST_CASE("Without gnuplot the numbers are written all the same") {
  const TemporaryFolder folder;
  const Outcome outcome =
      run_sumi({"train", "--epochs", "1", "--verbose", "0", "--threads", "1", "--out", folder.path().string()},
               {{"PATH", "/nonexistent"}});
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.out, ContainsSubstring("history.json; no pictures: gnuplot is not installed\n"));
  CHECK(names_in(folder.path()) == std::vector<std::string>{"history.json", "model.keras"});
  CHECK(std::regex_match(outcome.last_line(), result));
}

TEST_CASE("verbose chooses between silence, a bar and a line an epoch; the same seed gives the same result") {
  const auto train = [](const std::string& verbose) {
    return run_sumi(
        {"train", "--epochs", "2", "--validation-split", "0", "--seed", "7", "--threads", "1", "--verbose", verbose});
  };
  const Outcome silent = train("0");
  const Outcome lines = train("2");
  CHECK(silent.out.find("step - ") == std::string::npos);
  CHECK(silent.out.find("Epoch") == std::string::npos);
  CHECK(std::regex_search(
      lines.out, std::regex(R"(Epoch 2/2\n24/24 - \d+s - \d+ms/step - accuracy: \d\.\d{4} - loss: \d\.\d{4}\n)")));
  CHECK(lines.out.find("val_loss") == std::string::npos);
  CHECK(std::regex_match(silent.last_line(), result));
  CHECK(silent.last_line() == lines.last_line());
}

TEST_CASE("Ctrl-C keeps the finished epochs") {
  const TemporaryFolder folder, empty;
  Process process(SUMI_PROGRAM,
                  {"train", "--epochs", "1000", "--verbose", "2", "--threads", "1", "--out", folder.path().string()},
                  without_data(empty));
  // Not before the second epoch, so that there is something to keep; at most a minute.
  for (int i = 0; i < 600 && process.out().find("Epoch 2/1000") == std::string::npos; ++i) {
    REQUIRE(process.running());
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  process.send(SIGINT);
  const Outcome outcome = process.wait();
  INFO(outcome.out << outcome.err);
  CHECK(outcome.code == 130);
  CHECK(std::regex_match(outcome.err,
                         std::regex(R"(sumi: interrupted after \d+ of 1000 epochs; they are in .*history\.json\n)")));
  const Json written = Json::parse(read_file(folder / "history.json"));
  CHECK(written["stopped_early"] == true);
  CHECK(written["test"].is_null());
  const std::size_t epochs = written["history"]["loss"].size();
  CHECK(epochs >= 1);
  CHECK(epochs < 1000);
  CHECK(written["history"]["val_loss"].size() == epochs);
  CHECK_THAT(outcome.err, ContainsSubstring("after " + std::to_string(epochs) + " of"));
  CHECK(outcome.out.find("Test loss") == std::string::npos);
}

TEST_CASE("A training whose output nobody can read ends with what it has") {
  const TemporaryFolder folder, empty;
  Process process(SUMI_PROGRAM, {"train", "--epochs", "50", "--threads", "1", "--out", folder.path().string()},
                  without_data(empty), "/dev/full");
  const Outcome outcome = process.wait();
  CHECK(outcome.code == 1);
  CHECK(outcome.err == "sumi: error: Standard output can't be written, so that the training was stopped.\n");
  CHECK(Json::parse(read_file(folder / "history.json"))["stopped_early"] == true);
}
