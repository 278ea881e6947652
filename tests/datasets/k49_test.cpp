// Kuzushiji-49 out of NumPy's files, and where they are looked for.
#include "datasets/files.hpp"
#include "sumi/datasets.hpp"
#include "sumi/numpy.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using namespace sumi::test;
namespace kmnist = sumi::datasets::kmnist;

namespace {

const std::string pixels_of_three = noise(3 * 28 * 28);

template <class T>
void write_array(const fs::path& file, const std::vector<T>& values, Shape shape, const char* name = "arr_0") {
  fs::create_directories(file.parent_path());
  save_npz(file, {{name, ArrayView(std::span(values), std::move(shape))}}, {.compressed = true});
}

std::vector<std::uint8_t> pixels(std::size_t images) {
  return {pixels_of_three.begin(), pixels_of_three.begin() + static_cast<std::ptrdiff_t>(images * 28 * 28)};
}

/// Three images to train on and two to test with.
void write_k49(const fs::path& folder) {
  write_array(folder / "k49-train-imgs.npz", pixels(3), {3, 28, 28});
  write_array<std::uint8_t>(folder / "k49-train-labels.npz", {48, 0, 7}, {3});
  write_array(folder / "k49-test-imgs.npz", pixels(2), {2, 28, 28});
  write_array<std::uint8_t>(folder / "k49-test-labels.npz", {1, 30}, {2});
}

}  // namespace

TEST_CASE_METHOD(Nowhere, "Kuzushiji-49 is read from its four files") {
  write_k49(folder / "k49");
  const auto [train, test] = kmnist::load_data({.type = "k49", .folder = folder / "k49"});
  CHECK(train.images.shape() == Shape{3, 28, 28});
  CHECK(train.images.pixels() == pixels(3));
  CHECK(train.labels == std::vector<std::uint8_t>{48, 0, 7});
  CHECK(test.images.pixels() == pixels(2));
  CHECK(test.labels == std::vector<std::uint8_t>{1, 30});
}

TEST_CASE_METHOD(Nowhere, "Kuzushiji-49 is looked for as KMNIST is, in places of its own") {
  const fs::path cache_of_k49 = folder / "cache" / "sumi" / "k49";
  CHECK(kmnist::cache_folder("k49") == cache_of_k49);
  write_set(folder / "kmnist");
  const auto refusal = [](const kmnist::LoadOptions& options) {
    return error_text<FileError>([&] { kmnist::locate(options); });
  };
  CHECK(refusal({.type = "k49", .folder = folder / "kmnist"}) ==
        "Expected Kuzushiji-49's four files in a folder. Looked at:\n  " + in_quotes(folder / "kmnist") +
            ": holds no k49-{train,test}-{imgs,labels}.npz\nDownload them from "
            "http://codh.rois.ac.jp/kmnist/dataset/k49/, or name their folder with $SUMI_DATA.");
  // sumi's own ten classes stand in for KMNIST, never for this.
  CHECK_THAT(refusal({.type = "k49", .allow_sample = true}), ContainsSubstring("$SUMI_DATA: not set"));
  write_k49(cache_of_k49);
  CHECK(kmnist::locate({.type = "k49"}).folder == cache_of_k49);
  CHECK_FALSE(kmnist::locate({.type = "k49"}).is_sample);
  CHECK_THAT(refusal({.folder = cache_of_k49}), ContainsSubstring("holds no {train,t10k}-"));
  const Variable variable("SUMI_DATA", (folder / "k49").c_str());
  write_k49(folder / "k49");
  CHECK(kmnist::locate({.type = "k49"}).folder == folder / "k49");
}

TEST_CASE_METHOD(Nowhere, "files of Kuzushiji-49 that are missing, or hold something else") {
  const fs::path k49 = folder / "k49";
  const auto refused = [&](const auto& change, const std::string& why) {
    write_k49(k49);
    change();
    CHECK(error_text<FileError>([&] { kmnist::load_data({.type = "k49", .folder = k49}); }) == why);
  };
  refused([&] { fs::remove(k49 / "k49-test-labels.npz"); },
          "Expected a file k49-test-labels.npz in " + in_quotes(k49) + ". There is none.");
  const fs::path images = k49 / "k49-train-imgs.npz", labels = k49 / "k49-train-labels.npz";
  refused(
      [&] {
        write_array<std::uint8_t>(labels, {1, 2, 3}, {3}, "y");
      },
      in_quotes(labels) + " has no array 'arr_0'. It has y.");
  refused(
      [&] {
        write_array<std::uint8_t>(labels, {1, 2}, {2});
      },
      "Expected as many labels as images. Received 3 images in " + in_quotes(images) + " and 2 labels in " +
          in_quotes(labels) + ".");
  refused(
      [&] {
        write_array<std::uint8_t>(labels, {1, 49, 3}, {3});
      },
      in_quotes(labels) + ": expected labels from 0 to 48. Received 49 at position 1.");
  refused(
      [&] {
        write_array<std::int64_t>(labels, {1, 2, 3}, {3});
      },
      in_quotes(labels) + ": expected labels of shape (count), as unsigned bytes. Received shape (3,), as int64.");
  refused(
      [&] {
        write_array(images, pixels(3), {3, 784});
      },
      in_quotes(images) +
          ": expected images of shape (count, 28, 28), as unsigned bytes. Received shape (3, 784), as uint8.");
  refused(
      [&] {
        write_array(images, pixels(3), {3, 14, 56});
      },
      in_quotes(images) + ": expected images of shape (count, 28, 28). Received shape (3, 14, 56).");
  refused(
      [&] {
        write_array(images, pixels(0), {0, 28, 28});
      },
      in_quotes(images) + ": expected images of shape (count, 28, 28). Received shape (0, 28, 28).");
}

TEST_CASE("the classes of Kuzushiji-49 have names") {
  const std::vector<std::string>& names = kmnist::class_names("k49");
  REQUIRE(names.size() == 49);
  CHECK(names[0] == "a");
  CHECK(names[24] == "no");
  CHECK(names[35] == "ya");
  CHECK(names[47] == "n");
  CHECK(names[48] == "iteration mark");
  CHECK(kmnist::class_names("kmnist").size() == 10);
  const auto refusal = [](auto call) { return error_text<ArgumentError>(call); };
  CHECK(refusal([] { kmnist::class_names("k94"); }).starts_with("Expected `type` to be 'kmnist' or 'k49'."));
  CHECK(refusal([] { kmnist::load_data({.type = "kminst"}); }) ==
        "Expected `type` to be 'kmnist' or 'k49'. Received type='kminst'. Did you mean 'kmnist'?");
  CHECK(refusal([] { kmnist::cache_folder("emnist"); }).starts_with("Expected `type` to be 'kmnist' or 'k49'."));
}
