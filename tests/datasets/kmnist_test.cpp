// KMNIST is looked for where the caller, $SUMI_DATA and the cache say, and nothing else passes for it unannounced.
#include <array>
#include <cstdlib>
#include <numeric>

#include "datasets/files.hpp"
#include "datasets/http_server.hpp"
#include "sumi/datasets.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using sumi::FileError;
using sumi::Shape;
using namespace sumi::datasets;
using namespace sumi::test;

namespace {

const fs::path repository = SUMI_REPOSITORY;

// Where the real files are: $SUMI_DATA as it was when the program started, or a folder beside the repository.
const fs::path real_kmnist = [] {
  const char* named = std::getenv("SUMI_DATA");
  return named != nullptr ? fs::path(named) : repository.parent_path() / "shared" / "kmnist";
}();

bool skip_without_real_kmnist() {
  if (fs::exists(real_kmnist / "train-images-idx3-ubyte.gz")) return false;
  WARN("skipped: the real KMNIST is not in '" << real_kmnist.string() << "'; name its folder with $SUMI_DATA");
  return true;
}

std::array<int, 10> count_classes(const std::vector<std::uint8_t>& labels) {
  std::array<int, 10> counts{};
  for (const std::uint8_t label : labels) ++counts.at(label);
  return counts;
}

std::array<int, 10> ten_times(int count) {
  std::array<int, 10> counts{};
  counts.fill(count);
  return counts;
}

double mean(const Images& images) {
  const auto& pixels = images.pixels();
  return std::accumulate(pixels.begin(), pixels.end(), 0.0) / static_cast<double>(pixels.size()) / 255.0;
}

}  // namespace

TEST_CASE_METHOD(Nowhere, "the caller's folder goes before $SUMI_DATA, which goes before the cache") {
  write_set(folder / "named");
  write_set(folder / "data");
  write_set(cached);
  const Variable variable("SUMI_DATA", (folder / "data").c_str());
  CHECK(kmnist::locate({.folder = folder / "named"}).folder == folder / "named");
  CHECK(kmnist::locate().folder == folder / "data");

  fs::remove_all(folder / "data");
  const kmnist::Location location = kmnist::locate({.allow_sample = true});
  CHECK(location.folder == cached);
  CHECK_FALSE(location.is_sample);
  CHECK(location.looked_at ==
        std::vector<std::string>{"$SUMI_DATA, '" + (folder / "data").string() + "': no such folder"});
}

TEST_CASE_METHOD(Nowhere, "load_data takes apart into training and test data") {
  write_set(folder / "named");
  auto [train, test] = kmnist::load_data({.folder = folder / "named"});
  CHECK(train.images.count() == 3);
  CHECK(test.labels == std::vector<std::uint8_t>{7, 8});
}

TEST_CASE_METHOD(Nowhere, "a set with a file missing is an error, not another place") {
  write_set(cached);
  fs::remove(cached / "t10k-images-idx3-ubyte.gz");
  CHECK(error_text<FileError>([] { kmnist::load_data({.allow_sample = true}); }) ==
        "Expected a file t10k-images-idx3-ubyte[.gz] in '" + cached.string() + "'. There is none.");
}

TEST_CASE_METHOD(Nowhere, "when KMNIST is nowhere, the error lists every place") {
  const std::string advice = "\nDownload them with `sumi fetch`, or name their folder with $SUMI_DATA.";
  const std::string expected = "Expected KMNIST's four files in a folder. Looked at:";
  CHECK(error_text<FileError>([] { kmnist::load_data(); }) ==
        expected + "\n  $SUMI_DATA: not set\n  '" + cached.string() + "': no such folder" + advice);

  fs::create_directories(cached);
  const fs::path file = write(folder / "file", "");
  const Variable variable("SUMI_DATA", file.c_str());
  CHECK(error_text<FileError>([] { kmnist::load_data(); }) ==
        expected + "\n  $SUMI_DATA, '" + file.string() + "': not a folder\n  '" + cached.string() +
            "': holds no {train,t10k}-{images-idx3,labels-idx1}-ubyte[.gz]" + advice);

  // What the caller names is meant: no other place stands in for it, and no sample.
  write_set(cached);
  const fs::path missing = folder / "missing";
  CHECK(error_text<FileError>([&] { kmnist::load_data({.folder = missing, .allow_sample = true}); }) ==
        expected + "\n  '" + missing.string() + "': no such folder" + advice);
}

TEST_CASE_METHOD(Nowhere, "the cache folder follows the XDG rules") {
  CHECK(kmnist::cache_folder() == cached);
  const Variable home("HOME", folder.path().c_str());
  for (const char* unusable : {static_cast<const char*>(nullptr), "", "relative"}) {
    const Variable variable("XDG_CACHE_HOME", unusable);
    CHECK(kmnist::cache_folder() == folder / ".cache" / "sumi" / "kmnist");
  }
  const Variable no_home("HOME", nullptr);
  const Variable no_cache("XDG_CACHE_HOME", nullptr);
  CHECK(kmnist::cache_folder().empty());
  CHECK(error_text<FileError>([] { kmnist::fetch(); }) ==
        "No folder to fetch KMNIST to: none of $SUMI_DATA, $XDG_CACHE_HOME, $HOME is set.");
  CHECK(error_text<FileError>([] { kmnist::locate(); }).find("neither $XDG_CACHE_HOME nor $HOME is set") !=
        std::string::npos);
}

TEST_CASE("ten classes in the order of KMNIST's labels") {
  CHECK(kmnist::class_names() == std::vector<std::string>{"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"});
}

TEST_CASE_METHOD(Nowhere, "the shipped sample stands in only where that is allowed, and says that it does") {
  CHECK_THROWS_AS(kmnist::locate(), FileError);
  const kmnist::Location location = kmnist::locate({.allow_sample = true});
  CHECK(location.is_sample);
  CHECK(fs::equivalent(location.folder, repository / "data" / "kana"));
  CHECK(location.looked_at == std::vector<std::string>{"$SUMI_DATA: not set", in_quotes(cached) + ": no such folder"});
}

TEST_CASE("the shipped sample is what the generator made, and small") {
  const fs::path folder = repository / "data" / "kana";
  const Dataset data = load_idx(folder);
  CHECK(data.train.images.shape() == Shape{6000, 28, 28});
  CHECK(data.test.images.shape() == Shape{1000, 28, 28});
  CHECK(count_classes(data.train.labels) == ten_times(600));
  CHECK(count_classes(data.test.labels) == ten_times(100));
  // Shuffled: the first hundred would all be of one class otherwise, and so would a validation split.
  CHECK(count_classes({data.train.labels.begin(), data.train.labels.begin() + 100})[0] < 30);

  const auto sum = [&](const char* name) { return sha256_of(folder / name); };
  CHECK(sum("train-images-idx3-ubyte.gz") == "12aca36e498012f24f34d7121c06381fbcef1899d24a1b8ad9bb5d73c099301c");
  CHECK(sum("train-labels-idx1-ubyte.gz") == "276581699923923895c9e07f6035afc647ed29d8610db7a30f3a6792cf6d2168");
  CHECK(sum("t10k-images-idx3-ubyte.gz") == "fe18216399a59a509bbb08bc717dd7f1e4e0f187953aed8e31f80b84d4dd25af");
  CHECK(sum("t10k-labels-idx1-ubyte.gz") == "b5d272df5e2f84858cda13fe3fbc69ab2854229ff1536ead3c7a232dda820a66");
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(folder)) bytes += entry.file_size();
  CHECK(bytes < 2'000'000);
}

TEST_CASE("the real KMNIST is read") {
  if (skip_without_real_kmnist()) return;
  const auto [train, test] = kmnist::load_data({.folder = real_kmnist});
  CHECK(train.images.shape() == Shape{60000, 28, 28});
  CHECK(test.images.shape() == Shape{10000, 28, 28});
  CHECK(count_classes(train.labels) == ten_times(6000));
  CHECK(count_classes(test.labels) == ten_times(1000));
  CHECK(mean(train.images) == Approx(0.1918).margin(0.00005));  // the published mean, of four digits
}

TEST_CASE_METHOD(Nowhere, "fetch brings the real KMNIST from a mirror, and load_data finds it") {
  if (skip_without_real_kmnist()) return;
  int done = 0;
  int kept = 0;
  const auto count = [&](const kmnist::FetchProgress& progress) {
    done += progress.stage == kmnist::FetchProgress::Stage::done;
    kept += progress.stage == kmnist::FetchProgress::Stage::kept;
  };
  CHECK(kmnist::fetch({.mirror = "file://" + real_kmnist.string(), .progress = count}) == cached);
  CHECK((done == 4 && kept == 0));
  CHECK(names_in(cached).size() == 4);
  CHECK(kmnist::load_data().test.images.count() == 10000);
  CHECK(kmnist::fetch({.mirror = "file:///nowhere", .progress = count}) == cached);
  CHECK((done == 4 && kept == 4));
}

TEST_CASE_METHOD(Nowhere, "fetch refuses what is not KMNIST and goes where $SUMI_DATA says") {
  const Variable no_proxy("no_proxy", "127.0.0.1");
  const fs::path into = folder / "data";
  const Variable variable("SUMI_DATA", into.c_str());
  HttpServer server;
  server.files["train-images-idx3-ubyte.gz"] = "something else";
  CHECK(error_text<FileError>([&] { kmnist::fetch({.mirror = server.url()}); }) ==
        "'" + server.url() + "train-images-idx3-ubyte.gz' is not the published file. Expected 18165135 bytes. " +
            "Received 14 bytes. Nothing was kept.");
  CHECK(names_in(into).empty());
}
