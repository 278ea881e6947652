// What the command line does with saved models: trained, stopped, gone on with, tested, asked, looked into, converted.
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "apps/process.hpp"
#include "sumi/saving.hpp"
#include "support/catch.hpp"

using namespace sumi::test;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// The output of a command that succeeds.
std::string out_of(const std::vector<std::string>& arguments) {
  const Outcome outcome = run_sumi(arguments);
  INFO(outcome.out << outcome.err);
  REQUIRE(outcome.code == 0);
  return outcome.out;
}

std::string refusal_of(const std::vector<std::string>& arguments) {
  const Outcome outcome = run_sumi(arguments);
  CHECK(outcome.code == 1);
  return outcome.err;
}

std::vector<std::string> training(const fs::path& out, const std::string& epochs,
                                  const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"train",     "--epochs",  epochs, "--batch-size", "100", "--seed",
                                        "1",         "--threads", "1",    "--verbose",    "0",   "--out",
                                        out.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// A short training, made once.
const fs::path& trained() {
  static const TemporaryFolder folder;
  static const fs::path model = [] {
    out_of(training(folder / "run", "2"));
    return folder / "run" / "model.keras";
  }();
  return model;
}

/// The lines of inspect that show arrays.
std::string arrays_of(const fs::path& model) {
  const std::string all = out_of({"inspect", model.string()});
  const auto begin = all.find("\narray"), end = all.find("\n\n", begin + 1);
  const std::string arrays = all.substr(begin, end - begin);
  return arrays.substr(0, arrays.find_last_not_of('\n') + 1);
}

/// 28 x 28 grey pixels with a cross.
std::string pixels() {
  std::string all(28 * 28, '\0');
  for (std::size_t i = 4; i < 24; ++i) all[i * 28 + 14] = all[14 * 28 + i] = '\xff';
  return all;
}

}  // namespace

TEST_CASE("a training goes on from its file as if it had not stopped") {
  const TemporaryFolder folder;
  out_of(training(folder / "one", "1"));
  out_of(training(folder / "two", "2", {"--init", (folder / "one" / "model.keras").string()}));
  CHECK(arrays_of(folder / "two" / "model.keras") == arrays_of(trained()));
  const auto curves_of = [&](const char* run) {
    return nlohmann::json::parse(read_file(folder / run / "history.json")).at("history");
  };
  const auto before = curves_of("one"), after = curves_of("two");
  for (const auto& [name, values] : after.items()) {
    INFO(name);
    CHECK(values.size() == 2);
    CHECK(values.at(0) == before.at(name).at(0));
  }
  const auto notes = nlohmann::json::parse(sumi::inspect_file(folder / "two" / "model.keras").notes);
  CHECK(notes.at("history") == after);
  CHECK_THAT(refusal_of(training(folder / "three", "2", {"--init", trained().string()})),
             ContainsSubstring("Expected --epochs to be more than the 2 that the model has behind it. Received 2."));
}

TEST_CASE("an edited architecture is trained") {
  const TemporaryFolder folder;
  const fs::path json = folder / "my.json";
  out_of({"convert", trained().string(), json.string()});
  std::string text = read_file(json);
  const auto at = text.find("\"units\": 256");
  REQUIRE(at != std::string::npos);
  text.replace(at, 12, "\"units\": 32");
  // The shapes that the old architecture was built for don't bind the new one.
  std::ofstream(json) << text;
  out_of(training(folder / "run", "1", {"--model", json.string()}));
  CHECK_THAT(out_of({"summary", (folder / "run" / "model.keras").string()}), ContainsSubstring("(None, 32)"));
  CHECK_THAT(out_of({"summary", json.string()}), ContainsSubstring("(None, 32)"));
  std::ofstream(json) << "{";
  CHECK_THAT(refusal_of(training(folder / "run", "1", {"--model", json.string()})),
             ContainsSubstring("can't be loaded: The text is no JSON"));
}

TEST_CASE("evaluate tells the accuracy that the training ended with, class by class") {
  const Json history = Json::parse(read_file(trained().parent_path() / "history.json"));
  const std::string out = out_of({"evaluate", trained().string(), "--batch-size", "100"});
  std::smatch match;
  REQUIRE(
      std::regex_search(out, match, std::regex("\nAccuracy: ([0-9.]+) \\(95 % interval ([0-9.]+) to ([0-9.]+)\\)")));
  const double accuracy = std::stod(match[1]);
  CHECK(accuracy == Approx(history["test"]["accuracy"].get<double>()).margin(5e-5));
  CHECK(std::stod(match[2]) < accuracy);
  CHECK(std::stod(match[3]) > accuracy);
  REQUIRE(std::regex_search(out, match, std::regex("\nLoss: ([0-9.]+)\n")));
  CHECK(std::stod(match[1]) == Approx(history["test"]["loss"].get<double>()).margin(1e-4));
  CHECK(std::regex_search(out, std::regex("\ntsu +100 +[01]\\.[0-9]{4}\n")));
  CHECK_THAT(out, ContainsSubstring("Confusion matrix: a row for each true class, a column for each predicted one."));
}

TEST_CASE("predict takes images in three forms for the same") {
  const TemporaryFolder folder;
  std::ofstream(folder / "a.pgm", std::ios::binary) << "P5\n# a cross\n28 28\n255\n" << pixels();
  std::string idx("\0\0\x08\x03\0\0\0\x01\0\0\0\x1c\0\0\0\x1c", 16);
  std::ofstream(folder / "a-idx3-ubyte", std::ios::binary) << idx << pixels();
  const std::string out =
      out_of({"predict", trained().string(), (folder / "a.pgm").string(), (folder / "a-idx3-ubyte").string()});
  std::smatch match;
  REQUIRE(std::regex_match(out, match, std::regex(".*a\\.pgm:(.*)\n.*a-idx3-ubyte:(.*)\n")));
  CHECK(match[1] == match[2]);
  const Json json = Json::parse(out_of({"predict", trained().string(), (folder / "a.pgm").string(), "--json"}));
  REQUIRE(json.size() == 1);
  REQUIRE(json[0]["top"].size() == 3);
  CHECK(json[0]["top"][0]["probability"] >= json[0]["top"][1]["probability"]);
  CHECK_THAT(match[1].str(), ContainsSubstring(json[0]["top"][0]["reading"].get<std::string>()));
  // The curves are PNGs, of another size.
  const fs::path picture = trained().parent_path() / "loss.png";
  if (fs::exists(picture)) {
    CHECK_THAT(refusal_of({"predict", trained().string(), picture.string()}),
               ContainsSubstring("expected an image of 28x28, received "));
  }
  std::ofstream(folder / "b.pgm", std::ios::binary) << "P5 28 28 255\nshort";
  CHECK_THAT(refusal_of({"predict", trained().string(), (folder / "b.pgm").string()}),
             ContainsSubstring("it ends before its last pixel"));
  CHECK_THAT(refusal_of({"predict", trained().string()}),
             ContainsSubstring("Expected either images or --npy IN.npy with --out OUT.npy."));
  CHECK_THAT(refusal_of({"predict", trained().string(), (folder / "none.png").string()}),
             ContainsSubstring("there is no such file"));
}

TEST_CASE("predict takes NumPy's arrays for any model") {
  const TemporaryFolder folder;
  std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 28, 28), }";
  header.append(117 - header.size(), ' ');
  header += '\n';
  std::ofstream(folder / "in.npy", std::ios::binary)
      << "\x93NUMPY\x01" << '\0' << '\x76' << '\0' << header << pixels() << pixels();
  out_of(
      {"predict", trained().string(), "--npy", (folder / "in.npy").string(), "--out", (folder / "out.npy").string()});
  const std::string out = read_file(folder / "out.npy");
  CHECK_THAT(out, ContainsSubstring("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 10), }"));
  CHECK(out.size() == 128 + 2 * 10 * sizeof(float));
  CHECK(out.substr(128, 40) == out.substr(168, 40));
  std::ofstream(folder / "bad.npy", std::ios::binary) << "\x93NUMPY\x01" << '\0' << '\x76' << '\0' << header << "short";
  CHECK_THAT(refusal_of({"predict", trained().string(), "--npy", (folder / "bad.npy").string(), "--out", "x"}),
             ContainsSubstring("its 5 bytes are not those of an array of shape (2, 28, 28)"));
}

TEST_CASE("inspect shows what is in a file, and convert keeps it") {
  const TemporaryFolder folder;
  const std::string out = out_of({"inspect", trained().string()});
  for (const char* word : {"Keras version  3.16.0", "sumi version", "epochs done    2",
                           "BatchNormalization batch_normalization_4", "/layers/conv2d/vars/0", "(3, 3, 1, 32)",
                           "/optimizer/vars/37", "\"sha256\"", "train-images-idx3-ubyte", "\"accuracy\""}) {
    CHECK_THAT(out, ContainsSubstring(word));
  }
  out_of({"convert", trained().string(), (folder / "copy.keras").string()});
  CHECK(arrays_of(folder / "copy.keras") == arrays_of(trained()));
  out_of({"convert", trained().string(), (folder / "w.weights.h5").string()});
  CHECK(arrays_of(folder / "w.weights.h5") == arrays_of(trained()));
  out_of({"convert", trained().string(), (folder / "w.weights.json").string()});
  CHECK(fs::exists(folder / "w_00000.weights.h5"));
  CHECK_THAT(refusal_of({"convert", trained().string(), (folder / "m.zip").string()}),
             ContainsSubstring("must end in `.keras`"));
  CHECK_THAT(refusal_of({"inspect", (folder / "none.keras").string()}), ContainsSubstring("No such file or directory"));
}
