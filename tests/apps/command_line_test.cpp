// What `sumi` says, and what it refuses, without any training.
#include <fstream>

#include "apps/process.hpp"
#include "support/catch.hpp"

using namespace sumi::test;

namespace {

// An error is one line on standard error that begins like this one; nothing comes before it on standard output.
void check_refused(const std::vector<std::string>& arguments, int code, const std::string& because,
                   const Environment& environment = {}) {
  const Outcome outcome = run_sumi(arguments, environment);
  INFO(outcome.out << outcome.err);
  CHECK(outcome.code == code);
  CHECK(outcome.err.starts_with("sumi: error: "));
  CHECK(outcome.err.find('\n') == outcome.err.size() - 1);
  CHECK_THAT(outcome.err, ContainsSubstring(because));
}

}  // namespace

TEST_CASE("the version is told") {
  const Outcome outcome = run_sumi({"--version"});
  CHECK(outcome.code == 0);
  CHECK(outcome.out == "sumi " SUMI_VERSION "\n");
  CHECK(outcome.err.empty());
}

TEST_CASE("The help mentions every command and every option") {
  const std::map<std::string, std::vector<std::string>> expected = {
      {"",
       {"train", "summary", "plan", "bench", "fetch", "evaluate", "predict", "inspect", "convert", "--version",
        "--help", "Examples:", "Exit code:"}},
      {"train",
       {"--data", "--out", "--model", "--init", "--epochs", "--batch-size", "--validation-split", "--learning-rate",
        "--seed", "--threads", "--verbose", "auto|0|1|2", "Examples:", "Test loss: 0.2526 - Test accuracy: 0.9511"}},
      {"summary", {"MODEL", "--show-trainable", "Examples:"}},
      {"evaluate", {"MODEL", "--data", "--batch-size", "Example:"}},
      {"predict", {"MODEL", "IMAGE", "--json", "--npy", "--out", "Examples:"}},
      {"inspect", {"FILE", "Example:"}},
      {"convert", {"FROM", "TO", ".weights.h5", "Examples:"}},
      {"plan", {"--batch-size", "--inference", "--measure", "--without", "fuse_norms", "--threads", "Examples:"}},
      {"bench", {"--data", "--threads", "--steps", "--json", "--peers", "Examples:"}},
      {"fetch", {"--mirror", "--out", "Examples:", "CC BY-SA 4.0"}}};
  for (const auto& [command, words] : expected) {
    const Outcome outcome =
        run_sumi(command.empty() ? std::vector<std::string>{"--help"} : std::vector<std::string>{command, "--help"});
    CHECK(outcome.code == 0);
    CHECK(outcome.err.empty());
    for (const std::string& word : words) {
      INFO(command << ": " << outcome.out);
      CHECK_THAT(outcome.out, ContainsSubstring(word));
    }
  }
}

TEST_CASE("Wrong usage is exit code 2") {
  check_refused({}, 2, "Expected a command. See `sumi --help`.");
  check_refused({"trian"}, 2, "trian");
  check_refused({"train", "--epoch", "3"}, 2, "--epoch (see `sumi train --help`)");
  check_refused({"train", "--epochs"}, 2, "--epochs");
  check_refused({"train", "--epochs", "0"}, 2, "--epochs: Expected a whole number of at least 1, received 0");
  check_refused({"train", "--epochs", "2.5"}, 2, "--epochs: Expected a whole number of at least 1, received 2.5");
  check_refused({"train", "--batch-size", "0"}, 2, "--batch-size: Expected a whole number of at least 1, received 0");
  check_refused({"train", "--learning-rate", "-1"}, 2, "--learning-rate");
  check_refused({"train", "--threads", "0"}, 2, "--threads");
  check_refused({"train", "--verbose", "3"}, 2, "--verbose");
  check_refused({"plan", "--batch-size", "-4"}, 2, "--batch-size");
  check_refused({"plan", "--without", "fuse_nothing"}, 2, "fuse_nothing");
  check_refused({"bench", "--steps", "9"}, 2, "--steps: Expected a whole number of at least 10, received 9");
  check_refused({"plan", "surplus"}, 2, "surplus");
}

TEST_CASE("A part to validate on that leaves nothing to train on, or isn't a part") {
  for (const char* split : {"1.0", "-0.1", "nan"}) {
    check_refused({"train", "--validation-split", split}, 2, "--validation-split: Expected");
  }
}

TEST_CASE("Data that aren't there, or not what they should be") {
  const TemporaryFolder folder;
  check_refused({"train", "--data", folder / "nowhere"}, 1, "nowhere': no such folder");
  check_refused({"train", "--data", folder.path()}, 1, "holds no {train,t10k}-{images-idx3,labels-idx1}-ubyte");

  std::filesystem::copy(SUMI_SAMPLE, folder.path());
  const auto labels = folder / "train-labels-idx1-ubyte.gz";
  std::filesystem::remove(labels);
  check_refused({"train", "--data", folder.path()}, 1, "train-labels-idx1-ubyte");
  std::ofstream(labels) << "these are no labels";
  check_refused({"train", "--data", folder.path()}, 1, "train-labels-idx1-ubyte.gz");
  std::filesystem::copy_file(std::string(SUMI_SAMPLE) + "/t10k-labels-idx1-ubyte.gz", labels,
                             std::filesystem::copy_options::overwrite_existing);
  check_refused({"train", "--data", folder.path()}, 1, "train");

  // Half of the images: a download that was broken off.
  std::filesystem::copy_file(std::string(SUMI_SAMPLE) + "/train-labels-idx1-ubyte.gz", labels,
                             std::filesystem::copy_options::overwrite_existing);
  const auto images = folder / "train-images-idx3-ubyte.gz";
  std::filesystem::resize_file(images, std::filesystem::file_size(images) / 2);
  check_refused({"train", "--data", folder.path()}, 1, "train-images-idx3-ubyte.gz");
}

TEST_CASE("$SUMI_DATA that leads nowhere is said, whatever else there is") {
  const Outcome outcome =
      run_sumi({"train", "--epochs", "1", "--verbose", "0", "--threads", "1"}, {{"SUMI_DATA", "/nonexistent"}});
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.out, ContainsSubstring("NOT KMNIST"));
  CHECK_THAT(outcome.out, ContainsSubstring("\n  $SUMI_DATA, '/nonexistent': no such folder\n"));
}

TEST_CASE("A folder for results that can't be written is refused before anything is read") {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "in the way";
  for (const std::string& out : {(folder / "file").string(), (folder / "file").string() + "/below",
                                 std::string("/proc/sumi"), std::string("/dev/full/sumi")}) {
    check_refused({"train", "--data", folder / "nowhere", "--out", out}, 1, "can't be written");
  }
}

TEST_CASE("summary prints Keras's table") {
  const Outcome outcome = run_sumi({"summary"}, {{"COLUMNS", "80"}});
  CHECK(outcome.code == 0);
  CHECK(outcome.err.empty());
  CHECK(outcome.out.starts_with("Model: \"sequential\"\n┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳"));
  CHECK_THAT(outcome.out,
             ContainsSubstring("│ conv2d_1 (Conv2D)               │ (None, 11, 11, 64)     │        18,496 │\n"));
  CHECK(
      outcome.out.ends_with(" Total params: 433,034 (1.65 MB)\n Trainable params: 432,138 (1.65 MB)\n"
                            " Non-trainable params: 896 (3.50 KB)\n"));
  CHECK_THAT(run_sumi({"summary", "--show-trainable"}, {{"COLUMNS", "120"}}).out, ContainsSubstring("┃ Traina… ┃\n"));
}

TEST_CASE("plan prints what one batch consists of") {
  const Outcome training = run_sumi({"plan"});
  CHECK(training.code == 0);
  CHECK(training.out.starts_with("Training step of 250 samples: "));
  CHECK_THAT(training.out, ContainsSubstring("250x"));
  CHECK_THAT(training.out, ContainsSubstring("update"));
  const Outcome inference = run_sumi({"plan", "--inference", "--batch-size", "1"});
  CHECK(inference.code == 0);
  CHECK(inference.out.starts_with("Inference of 1 sample: "));
  CHECK(inference.out.find("update") == std::string::npos);
  CHECK(inference.out.size() < training.out.size());
  const Outcome measured = run_sumi({"plan", "--batch-size", "2", "--measure", "1", "--without", "all"});
  CHECK_THAT(measured.out, ContainsSubstring("at best  share\n"));
  CHECK_THAT(measured.out, ContainsSubstring(" batch_norm "));
  CHECK(run_sumi({"plan"}).out.find(" max_pool2d_backward ") == std::string::npos);
}

TEST_CASE("fetch says what it can't download") {
  const TemporaryFolder folder;
  check_refused({"fetch", "--mirror", "file://" + (folder / "nowhere").string(), "--out", folder / "data"}, 1,
                "train-images-idx3-ubyte.gz");
  std::ofstream(folder / "file") << "in the way";
  check_refused({"fetch", "--mirror", std::string("file://") + SUMI_SAMPLE, "--out", folder / "file" / "below"}, 1,
                "below");
  // The shipped set has other bytes than KMNIST under the same names.
  check_refused({"fetch", "--mirror", std::string("file://") + SUMI_SAMPLE, "--out", folder / "data"}, 1,
                "is not the published file");
  CHECK_FALSE(std::filesystem::exists(folder / "data" / "train-images-idx3-ubyte.gz"));
}

TEST_CASE("Output that nobody can read is a failure") {
  const TemporaryFolder empty;
  for (const char* command : {"summary", "plan", "--help", "--version"}) {
    const Outcome outcome = Process(SUMI_PROGRAM, {command}, without_data(empty), "/dev/full").wait();
    CHECK(outcome.code == 1);
    CHECK(outcome.err == "sumi: error: Standard output can't be written.\n");
  }
}
