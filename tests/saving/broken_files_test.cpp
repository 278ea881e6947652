// Files that are damaged or made to do harm, each with the words that refuse it.
#include <hdf5.h>
#include <zip.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <optional>

#include "saving/atomic_file.hpp"
#include "saving/bytes.hpp"
#include "saving/weight_file.hpp"
#include "saving/zip_file.hpp"
#include "sumi/layers.hpp"
#include "sumi/saving.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"
#include "support/temporary_folder.hpp"

using namespace sumi;
using test::error_text;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

Sequential model() {
  Sequential made({Input{.shape = {3}}, Dense{.units = 2, .name = "d"}}, "m");
  made.compile({.optimizer = SGD{}, .loss = "mse"});
  return made;
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_text(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

/// Changes a weight file with HDF5 itself.
void edit(const fs::path& path, const std::function<void(hid_t)>& change) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  change(file);
  H5Fclose(file);
}

/// Puts another array in the place of the kernel.
void replace_kernel(hid_t file, hid_t type, const std::vector<hsize_t>& shape, hid_t creation, bool write = true) {
  H5Ldelete(file, "/layers/dense/vars/0", H5P_DEFAULT);
  const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
  const hid_t set = H5Dcreate2(file, "/layers/dense/vars/0", type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  const std::vector<double> zeros(64);
  if (write) H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, zeros.data());
  H5Dclose(set);
  H5Sclose(space);
}

struct Broken {
  const char* what;
  std::function<void(hid_t)> change;
  const char* message;
};

const std::vector<Broken>& weight_files() {
  static const std::vector<Broken> all = {
      {"a missing array", [](hid_t f) { H5Ldelete(f, "/layers/dense/vars/1", H5P_DEFAULT); },
       "Layer 'd' expected 2 variables, but received 1 variables during loading. Expected: ['kernel', 'bias']"},
      {"a missing layer", [](hid_t f) { H5Ldelete(f, "/layers/dense", H5P_DEFAULT); }, "but received 0 variables"},
      {"no layers", [](hid_t f) { H5Ldelete(f, "/layers", H5P_DEFAULT); }, "but received 0 variables"},
      {"another shape",
       [](hid_t f) {
         replace_kernel(f, H5T_IEEE_F32LE, {2, 3}, H5P_DEFAULT);
       },
       "expected 'kernel' of shape (3, 2), but received shape (2, 3)"},
      {"another rank", [](hid_t f) { replace_kernel(f, H5T_IEEE_F32LE, {6}, H5P_DEFAULT); }, "but received shape (6,)"},
      {"doubles",
       [](hid_t f) {
         replace_kernel(f, H5T_IEEE_F64LE, {3, 2}, H5P_DEFAULT);
       },
       "'/layers/dense/vars/0' in it: expected an array of float32, or an integer of 32 or 64 bits; received elements "
       "of another type, of 8 bytes"},
      {"bytes",
       [](hid_t f) {
         replace_kernel(f, H5T_STD_U8LE, {3, 2}, H5P_DEFAULT);
       },
       "received elements of another type"},
      {"integers as weights",
       [](hid_t f) {
         replace_kernel(f, H5T_STD_I32LE, {3, 2}, H5P_DEFAULT);
       },
       "expected float32, received integers"},
      {"an absurd shape",
       [](hid_t f) {
         replace_kernel(f, H5T_IEEE_F32LE, {hsize_t{1} << 40, 2}, H5P_DEFAULT, false);
       },
       "its shape is larger than the file"},
      {"a shape whose size overflows",
       [](hid_t f) {
         replace_kernel(f, H5T_IEEE_F32LE, {hsize_t{1} << 30, hsize_t{1} << 30}, H5P_DEFAULT, false);
       },
       "its shape is larger than the file"},
      {"a shape without data",
       [](hid_t f) {
         replace_kernel(f, H5T_IEEE_F32LE, {3, 2}, H5P_DEFAULT, false);
       },
       "its data are not all in the file"},
      {"compressed data",
       [](hid_t f) {
         const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
         const hsize_t chunk[] = {3, 2};
         H5Pset_chunk(creation, 2, chunk);
         H5Pset_deflate(creation, 9);
         replace_kernel(f, H5T_IEEE_F32LE, {3, 2}, creation);
         H5Pclose(creation);
       },
       "it is chunked, compressed or virtual; Keras writes contiguous arrays, and sumi reads no others"},
      {"data in another file",
       [](hid_t f) {
         const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
         H5Pset_external(creation, "/dev/zero", 0, 24);
         replace_kernel(f, H5T_IEEE_F32LE, {3, 2}, creation, false);
         H5Pclose(creation);
       },
       "its data are in another file, which sumi doesn't follow"},
      {"a virtual array",
       [](hid_t f) {
         const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
         const hsize_t shape[] = {3, 2};
         const hid_t space = H5Screate_simple(2, shape, nullptr);
         H5Pset_virtual(creation, space, "other.h5", "/data", space);
         replace_kernel(f, H5T_IEEE_F32LE, {3, 2}, creation, false);
         H5Sclose(space);
         H5Pclose(creation);
       },
       "it is chunked, compressed or virtual"},
      {"a soft link",
       [](hid_t f) {
         H5Ldelete(f, "/layers/dense/vars/0", H5P_DEFAULT);
         H5Lcreate_soft("/layers/dense/vars/1", f, "/layers/dense/vars/0", H5P_DEFAULT, H5P_DEFAULT);
       },
       "it is a soft or external link, which sumi doesn't follow"},
      {"a soft link to nowhere",
       [](hid_t f) {
         H5Ldelete(f, "/layers", H5P_DEFAULT);
         H5Lcreate_soft("/nowhere", f, "/layers", H5P_DEFAULT, H5P_DEFAULT);
       },
       "'/layers' in it: it is a soft or external link"},
      {"an external link",
       [](hid_t f) {
         H5Ldelete(f, "/layers/dense", H5P_DEFAULT);
         H5Lcreate_external("other.h5", "/layers/dense", f, "/layers/dense", H5P_DEFAULT, H5P_DEFAULT);
       },
       "'/layers/dense' in it: it is a soft or external link"},
      {"a group for an array",
       [](hid_t f) {
         H5Ldelete(f, "/layers/dense/vars/0", H5P_DEFAULT);
         H5Gclose(H5Gcreate2(f, "/layers/dense/vars/0", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
       },
       "'/layers/dense/vars/0' in it: expected an array"},
      {"an array for a group",
       [](hid_t f) {
         H5Ldelete(f, "/layers/dense/vars", H5P_DEFAULT);
         H5Lcreate_hard(f, "/optimizer/vars/0", f, "/layers/dense/vars", H5P_DEFAULT, H5P_DEFAULT);
       },
       "'/layers/dense/vars' in it: expected a group"},
      {"a group within itself",
       [](hid_t f) {
         H5Ldelete(f, "/layers/dense/vars", H5P_DEFAULT);
         H5Lcreate_hard(f, "/layers", f, "/layers/dense/vars", H5P_DEFAULT, H5P_DEFAULT);
       },
       "but received 0 variables"},
      {"a gap in the numbers",
       [](hid_t f) { H5Lmove(f, "/layers/dense/vars/0", f, "/layers/dense/vars/7", H5P_DEFAULT, H5P_DEFAULT); },
       "expected 'kernel' of shape (3, 2), but received shape (2,)"},
  };
  return all;
}

struct BrokenArchive {
  const char* what;
  std::function<void(const fs::path& good, const fs::path& bad)> make;
  const char* message;
};

/// An archive of these members, by libzip itself.
void write_archive(const fs::path& path, const std::vector<std::pair<std::string, std::string>>& members,
                   int method = ZIP_CM_STORE) {
  int error = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  for (const auto& [name, content] : members) {
    const zip_int64_t index =
        zip_file_add(archive, name.c_str(), zip_source_buffer(archive, content.data(), content.size(), 0), 0);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), method, 9);
  }
  zip_close(archive);
}

/// The good archive's members, some of them with another content, some left out (null).
std::vector<std::pair<std::string, std::string>> members_with(
    const fs::path& good, const std::map<std::string, std::optional<std::string>>& changes) {
  const saving::Bytes archive = saving::read_file(good);
  const saving::ZipReader zip(archive.view(), good.string());
  std::vector<std::pair<std::string, std::string>> members;
  for (const std::string& name : zip.names()) {
    const auto change = changes.find(name);
    if (change != changes.end() && !change->second) continue;
    members.emplace_back(
        name, change != changes.end() ? *change->second : std::string(zip.read(name, archive.size()).text()));
  }
  for (const auto& [name, content] : changes) {
    const bool there = std::any_of(members.begin(), members.end(), [&](const auto& m) { return m.first == name; });
    if (!there && content) members.emplace_back(name, *content);
  }
  return members;
}

BrokenArchive changed(const char* what, const std::map<std::string, std::optional<std::string>>& changes,
                      const char* message) {
  return {what,
          [changes](const fs::path& good, const fs::path& bad) { write_archive(bad, members_with(good, changes)); },
          message};
}

const std::vector<BrokenArchive>& archives() {
  static const std::vector<BrokenArchive> all = {
      {"an empty file", [](const fs::path&, const fs::path& bad) { write_text(bad, ""); },
       "'config.json' in it: it is missing"},
      {"another file", [](const fs::path&, const fs::path& bad) { write_text(bad, std::string(5000, 'x')); },
       "it is no ZIP archive, or a damaged one"},
      {"a folder", [](const fs::path&, const fs::path& bad) { fs::create_directory(bad); },
       "can't be read: it is a folder."},
      {"half an archive",
       [](const fs::path& good, const fs::path& bad) {
         const std::string text = text_of(good);
         write_text(bad, text.substr(0, text.size() / 2));
       },
       "it is no ZIP archive, or a damaged one"},
      {"a flipped bit in a member",
       [](const fs::path& good, const fs::path& bad) {
         std::string text = text_of(good);
         text[text.find("\"Sequential\"") + 3] ^= 1;
         write_text(bad, text);
       },
       "'config.json' in it: its content is damaged"},
      {"a directory for too many members",
       [](const fs::path& good, const fs::path& bad) {
         std::string text = text_of(good);
         text.insert(text.rfind("PK\x05\x06"), std::string("PK\x06\x07") + std::string(16, '\0'));
         write_text(bad, text);
       },
       "its directory is made for more members than a model has"},
      {"two members of one name",
       [](const fs::path& good, const fs::path& bad) {
         write_archive(bad, members_with(good, {{"confxg.json", "{}"}}));
         std::string text = text_of(bad);
         for (auto at = text.find("confxg"); at != std::string::npos; at = text.find("confxg")) text[at + 4] = 'i';
         write_text(bad, text);
       },
       "the same name"},
      changed("a name that leads out", {{"../evil.json", "{}"}},
              "'../evil.json' in it: the name leads out of the archive"),
      changed("an absolute name", {{"/evil.json", "{}"}}, "the name leads out of the archive"),
      changed("a name of another system", {{"..\\evil.json", "{}"}}, "the name leads out of the archive"),
      changed("no config", {{"config.json", std::nullopt}}, "'config.json' in it: it is missing"),
      changed("no weights", {{"model.weights.h5", std::nullopt}}, "'model.weights.h5' in it: it is missing"),
      changed("an empty config", {{"config.json", ""}}, "The text is no JSON: parse error"),
      changed("a config of another form", {{"config.json", "[1, 2]"}}, "Expected a Sequential model"),
      changed("too deep a config", {{"config.json", std::string(100000, '[')}}, "nested deeper than 64 levels"),
      changed("too long a config", {{"config.json", std::string(3 << 20, ' ')}},
              "'config.json' in it: expected at most 2097152 bytes, received 3145728"),
      changed("weights that are none", {{"model.weights.h5", "no"}}, "it is no HDF5 file, or a damaged one"),
      changed("empty weights", {{"model.weights.h5", ""}}, "it is no HDF5 file, or a damaged one"),
      changed("a layer larger than the file",
              {{"config.json",
                R"({"class_name": "Sequential", "config": {"name": "m", "layers": [
                   {"class_name": "InputLayer", "config": {"batch_shape": [null, 1000000]}},
                   {"class_name": "Dense", "config": {"name": "d", "units": 1000000}}]}})"}},
              "expected 'kernel' of shape (1000000, 1000000), but received shape (3, 2)"),
      changed("a record that is none", {{"sumi.json", "[]"}}, "it is no record of sumi's"),
      changed("a probe of another shape",
              {{"sumi.json", R"({"sumi_version": "0", "random_seed": 1, "epoch": 0, "notes": {}, "probe":
                 {"input": {"shape": [1, 2], "values": [0, 0]}, "output": {"shape": [1], "values": [0]}}})"}},
              "its probe has the shape (1, 2), and the model expects (None, 3)"),
      changed("a probe with too few values",
              {{"sumi.json", R"({"sumi_version": "0", "random_seed": 1, "epoch": 0, "notes": {}, "probe":
                 {"input": {"shape": [1, 3], "values": [0]}, "output": {"shape": [1], "values": [0]}}})"}},
              "the probe has 1 values for the shape (1, 3)"),
      {"a bomb",
       [](const fs::path& good, const fs::path& bad) {
         write_archive(bad, members_with(good, {{"model.weights.h5", std::string(40 << 20, '\0')}}), ZIP_CM_DEFLATE);
       },
       "its 41943040 bytes come from an archive of "},
      {"a compression that Keras doesn't use",
       [](const fs::path& good, const fs::path& bad) { write_archive(bad, members_with(good, {}), ZIP_CM_BZIP2); },
       "expected a stored or deflated member"},
  };
  return all;
}

}  // namespace

TEST_CASE("a damaged or harmful weight file is refused in words") {
  const TemporaryFolder folder;
  const fs::path good = folder / "good.weights.h5", bad = folder / "bad.weights.h5";
  Sequential mine = model();
  mine.save_weights(good);
  for (const Broken& broken : weight_files()) {
    INFO(broken.what);
    fs::copy_file(good, bad, fs::copy_options::overwrite_existing);
    edit(bad, broken.change);
    const std::string text = error_text<FileError>([&] { mine.load_weights(bad); });
    CHECK_THAT(text, ContainsSubstring(broken.message));
    CHECK_THAT(text, ContainsSubstring(bad.string()));
  }
  for (const std::size_t size : {0, 8, 96, 800, 2000}) {
    INFO(size);
    write_text(bad, text_of(good).substr(0, size));
    CHECK_THAT(error_text<FileError>([&] { mine.load_weights(bad); }), ContainsSubstring("can't be read"));
  }
}

TEST_CASE("a damaged or harmful model file is refused in words") {
  const TemporaryFolder folder;
  const fs::path good = folder / "good.keras", bad = folder / "bad.keras";
  model().save(good);
  for (const BrokenArchive& broken : archives()) {
    INFO(broken.what);
    fs::remove_all(bad);
    broken.make(good, bad);
    const std::string text = error_text<FileError>([&] { load_model(bad); });
    CHECK_THAT(text, ContainsSubstring(broken.message));
    CHECK_THAT(text, ContainsSubstring(bad.string()));
  }
  CHECK(archives().size() + weight_files().size() >= 40);
}

TEST_CASE("a deflated archive is read, too") {
  const TemporaryFolder folder;
  Sequential mine = model();
  mine.save(folder / "good.keras");
  write_archive(folder / "deflated.keras", members_with(folder / "good.keras", {}), ZIP_CM_DEFLATE);
  CHECK(load_model(folder / "deflated.keras").to_json() == mine.to_json());
}

TEST_CASE("a sharded file names only files beside it") {
  const TemporaryFolder folder;
  Sequential mine = model();
  const fs::path bad = folder / "m.weights.json";
  const std::vector<std::pair<std::string, std::string>> texts = {
      {"", "The text is no JSON"},
      {"{}", "expected an object with a `weight_map`"},
      {R"({"weight_map": []})", "expected an object with a `weight_map`"},
      {R"({"weight_map": {"/layers/dense/vars": 3}})", "expected names of files in its `weight_map`, received 3"},
      {R"({"weight_map": {"/layers/dense/vars": "../m.weights.h5"}})",
       "expected names of files beside it, received '../m.weights.h5'"},
      {R"({"weight_map": {"/layers/dense/vars": ["/dev/zero"]}})", "expected names of files beside it"},
      {R"({"weight_map": {"/layers/dense/vars": [".."]}})", "expected names of files beside it"},
      {R"({"weight_map": {"/layers/dense/vars": ["gone.h5"]}})", "No such file or directory"},
      {R"({"weight_map": {}})", "but received 0 variables"},
  };
  for (const auto& [text, message] : texts) {
    INFO(text);
    write_text(bad, text);
    CHECK_THAT(error_text<FileError>([&] { mine.load_weights(bad); }), ContainsSubstring(message));
  }
}
