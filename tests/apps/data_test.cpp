// What `sumi train` and `sumi evaluate` take as data: NumPy's archives, Kuzushiji-49's files, folders of images.
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "apps/process.hpp"
#include "sumi/datasets.hpp"
#include "sumi/image_dataset.hpp"
#include "sumi/numpy.hpp"
#include "support/catch.hpp"

using namespace sumi;
using namespace sumi::test;
namespace fs = std::filesystem;

namespace {

/// Images of one grey for each class, with a frame that is no part of it.
struct Made {
  std::vector<std::uint8_t> pixels;
  std::vector<std::uint8_t> labels;
  Shape shape;

  Made(std::int64_t count, std::int64_t height, std::int64_t width, int classes, std::int64_t colours = 0)
      : shape{count, height, width} {
    if (colours > 0) shape.push_back(colours);
    const std::int64_t size = height * width * std::max<std::int64_t>(colours, 1);
    for (std::int64_t i = 0; i < count; ++i) {
      labels.push_back(static_cast<std::uint8_t>(i % classes));
      pixels.insert(pixels.end(), static_cast<std::size_t>(size), static_cast<std::uint8_t>(20 + i % classes * 5));
    }
  }
  ArrayView x() const { return ArrayView(std::span(pixels), shape); }
};

Outcome train(const fs::path& data, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"train", "--data",    data.string(), "--epochs",  "1", "--seed",
                                        "1",     "--threads", "1",           "--verbose", "0", "--batch-size",
                                        "20"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_sumi(arguments);
}

void check_trained(const Outcome& outcome, const std::string& input, const std::string& classes) {
  INFO(outcome.out << outcome.err);
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.out, ContainsSubstring("(None, " + input));  // what the first convolution makes of the images
  CHECK(std::regex_search(outcome.out, std::regex("dense_1 \\(Dense\\) +│ \\(None, " + classes + "\\) ")));
  CHECK(std::regex_match(outcome.last_line(), std::regex(R"(Test loss: \d+\.\d{4} - Test accuracy: [01]\.\d{4})")));
}

void check_refused(const fs::path& data, const std::string& because) {
  const Outcome outcome = train(data);
  INFO(outcome.out << outcome.err);
  CHECK(outcome.code == 1);
  CHECK(outcome.err.starts_with("sumi: error: "));
  CHECK_THAT(outcome.err, ContainsSubstring(because));
}

void write_pgm(const fs::path& file, int height, int width, int value) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << "P5 " << width << " " << height << " 255\n"
                                        << std::string(static_cast<std::size_t>(height * width),
                                                       static_cast<char>(value));
}

}  // namespace

TEST_CASE("an .npz file of four arrays is trained on, and what is known of it is written down") {
  const TemporaryFolder folder;
  const Made train_set(60, 28, 28, 3), test_set(30, 28, 28, 3);
  const fs::path file = folder / "mnist.npz";
  save_npz(file, {{"x_train", train_set.x()},
                  {"y_train", train_set.labels},
                  {"x_test", test_set.x()},
                  {"y_test", test_set.labels}});
  const fs::path out = folder / "run";
  check_trained(train(file, {"--out", out.string()}), "26, 26, 32)", "3");
  const auto data = nlohmann::json::parse(read_file(out / "history.json")).at("data");
  CHECK(data["folder"] == file.string());
  CHECK(data["name"] == "NumPy archive");
  CHECK(data["is_sample"] == false);
  CHECK(data["training_images"] == 60);
  CHECK(data["test_images"] == 30);
  CHECK(data["sha256"]["mnist.npz"] == datasets::sha256_of(file));

  const Outcome tested = run_sumi({"evaluate", (out / "model.keras").string(), "--data", file.string()});
  INFO(tested.out << tested.err);
  CHECK(tested.code == 0);
  CHECK_THAT(tested.out, ContainsSubstring("Test images of " + file.string() + "\n"));
  CHECK(std::regex_search(tested.out, std::regex("\n2 +10 +[01]\\.[0-9]{4}\n")));
}

TEST_CASE("an .npz file of colours, floats, other sizes and columns of labels") {
  const TemporaryFolder folder;
  const Made set(40, 12, 16, 4, 3);
  std::vector<float> floats(set.pixels.begin(), set.pixels.end());
  const std::vector<std::int64_t> labels(set.labels.begin(), set.labels.end());
  const ArrayView x(std::span<const float>(floats), set.shape);
  const ArrayView y(std::span<const std::int64_t>(labels), {40, 1});
  save_npz(folder / "a.npz", {{"x_train", x}, {"y_train", y}, {"x_test", x}, {"y_test", y}}, {.compressed = true});
  check_trained(train(folder / "a.npz"), "10, 14, 32)", "4");
}

TEST_CASE("an .npz file that isn't of this form is refused") {
  const TemporaryFolder folder;
  const Made set(4, 28, 28, 2);
  const fs::path file = folder / "a.npz";
  const auto refused = [&](const ArrayView& x, const ArrayView& y, const std::string& because) {
    save_npz(file, {{"x_train", set.x()}, {"y_train", set.labels}, {"x_test", x}, {"y_test", y}});
    check_refused(file, because);
  };
  save_npz(file, {{"arr_0", set.x()}});
  check_refused(file, "a.npz' has no array 'x_train'. It has arr_0.");
  const Made small(4, 27, 28, 2), colour(4, 28, 28, 2, 3);
  const std::vector<float> floats(set.pixels.begin(), set.pixels.end());
  refused(small.x(), set.labels,
          "expected x_test to be images as in x_train. Received shape (4, 27, 28) of uint8 and (4, 28, 28) of uint8");
  refused(colour.x(), set.labels, "expected x_test to be images as in x_train");
  refused(ArrayView(std::span<const float>(floats), set.shape), set.labels,
          "expected x_test to be images as in x_train");
  refused(set.labels, set.labels, "expected x_test to be images (count, height, width)");
  refused(ArrayView(std::span(set.pixels).first(0), {0, 28, 28}), set.labels, "Received shape (0, 28, 28) of uint8");
  refused(set.x(), floats, "expected y_test to be integers of shape (count,) or (count, 1)");
  refused(set.x(), set.pixels, "expected as many labels as images. Received 4 images and 3136 labels, y_test");
  const std::vector<std::int16_t> negative = {0, 1, -1, 0};
  refused(set.x(), negative, "expected labels from 0 to 65535. Received -1 in y_test at position 2");
  std::ofstream(file) << "this is no archive";
  check_refused(file, "it is no ZIP archive");
}

TEST_CASE("Kuzushiji-49's files are trained on, with all their classes") {
  const TemporaryFolder folder;
  const Made train_set(98, 28, 28, 49), test_set(49, 28, 28, 49);
  const auto write = [&](const std::string& split, const Made& set) {
    save_npz(folder / ("k49-" + split + "-imgs.npz"), {{"arr_0", set.x()}});
    save_npz(folder / ("k49-" + split + "-labels.npz"), {{"arr_0", set.labels}});
  };
  write("train", train_set);
  check_refused(folder.path(), "Expected a file k49-test-labels.npz");
  write("test", test_set);
  const fs::path out = folder / "run";
  check_trained(train(folder.path(), {"--out", out.string()}), "26, 26, 32)", "49");
  const Outcome tested = run_sumi({"evaluate", (out / "model.keras").string(), "--data", folder.path().string()});
  CHECK(tested.code == 0);
  CHECK(std::regex_search(tested.out, std::regex("\nchi +1 +[01]\\.[0-9]{4}\n")));
  CHECK(std::regex_search(tested.out, std::regex("\niteration mark +1 +[01]\\.[0-9]{4}\n")));
}

TEST_CASE("a folder with a sub-folder for each class is trained on, a fifth of it kept for the test") {
  const TemporaryFolder folder;
  const fs::path data = folder / "kana";
  for (int i = 0; i < 50; ++i) {
    write_pgm(data / (i % 2 == 0 ? "wo" : "ka") / (std::to_string(i) + ".pgm"), 14, 12, i % 2 * 200);
  }
  const fs::path out = folder / "run";
  check_trained(train(data, {"--out", out.string()}), "12, 10, 32)", "2");
  const auto notes = nlohmann::json::parse(read_file(out / "history.json")).at("data");
  CHECK(notes["name"] == "image files");
  CHECK(notes["training_images"] == 40);
  CHECK(notes["test_images"] == 10);
  const auto evaluate = [&] { return run_sumi({"evaluate", (out / "model.keras").string(), "--data", data.string()}); };
  const Outcome tested = evaluate();
  CHECK(std::regex_search(tested.out, std::regex("\nwo +\\d+ +[01]\\.[0-9]{4}\n")));
  CHECK(tested.out == evaluate().out);

  // One image in colours makes all of them colours; one of another size is refused.
  std::ofstream(data / "ka" / "colour.ppm", std::ios::binary) << "P6 12 14 255\n" << std::string(14 * 12 * 3, '\x42');
  const Outcome coloured = train(data);
  check_trained(coloured, "12, 10, 32)", "2");
  CHECK_THAT(coloured.out, ContainsSubstring(" 896 "));  // weights of the first convolution: 3 x 3 x 3 x 32 + 32
  write_pgm(data / "wo" / "other.pgm", 12, 14, 0);
  check_refused(data, "expected an image of ");
}

TEST_CASE("a folder of images that is split into train and test") {
  const TemporaryFolder folder;
  for (int i = 0; i < 30; ++i) {
    const char* label = i % 2 == 0 ? "a" : "b";
    write_pgm(folder / "train" / label / (std::to_string(i) + ".pgm"), 12, 12, i % 2 * 200);
    if (i < 6) write_pgm(folder / "test" / label / (std::to_string(i) + ".pgm"), 12, 12, i % 2 * 200);
  }
  const fs::path out = folder / "run";
  check_trained(train(folder.path(), {"--out", out.string()}), "10, 10, 32)", "2");
  const auto notes = nlohmann::json::parse(read_file(out / "history.json")).at("data");
  CHECK(notes["training_images"] == 30);
  CHECK(notes["test_images"] == 6);
  fs::rename(folder / "test" / "b", folder / "test" / "c");
  check_refused(folder.path(), "expected the sub-folders that '");
}

TEST_CASE("a path without data is refused") {
  const TemporaryFolder folder;
  check_refused(folder / "nowhere.npz", "nowhere.npz': no such folder or file");
  check_refused(folder.path(), "no k49-{train,test}-{imgs,labels}.npz and no sub-folder for each class");
  fs::create_directories(folder / ".hidden");
  check_refused(folder.path(), "no sub-folder for each class");
  fs::create_directories(folder / "empty");
  check_refused(folder.path(), "No images found in directory");
}
