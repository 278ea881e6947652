// What a file can make us allocate: never more than four times its size and 64 MB, whatever is in it.
#include <hdf5.h>
#include <zip.h>
#include <zlib.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "saving/bytes.hpp"
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

/// Reads a file in a process of its own, and holds its growth against the bound. Returns what the reader said.
std::string read_within_bound(const fs::path& file) {
  const std::string command = std::string(SUMI_PEAK_MEMORY) + " '" + file.string() + "' 2>&1";
  FILE* const pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  std::array<char, 256> part{};
  while (std::fgets(part.data(), static_cast<int>(part.size()), pipe) != nullptr) text += part.data();
  REQUIRE(pclose(pipe) == 0);
  INFO(text);
  const auto last = text.rfind('\n', text.size() - 2);
  const std::string line = text.substr(last == std::string::npos ? 0 : last + 1);
  std::size_t end = 0;
  const auto grown = static_cast<std::uintmax_t>(std::stoll(line, &end));
#ifndef __SANITIZE_ADDRESS__  // whose own memory is several times ours
  CHECK(grown <= 4 * fs::file_size(file) + (std::uintmax_t{64} << 20));
#endif
  CHECK(grown > 0);
  return line.substr(end + 1, line.size() - end - 2);
}

/// Numbers whose last bits are zero, so that an archive of them shrinks to little more than half.
void fill(Tensor& tensor) {
  std::uint32_t state = 1;
  for (float& value : tensor) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<float>(state >> 18) / (1 << 14);
  }
}

Sequential large_model(const CompileOptions& options) {
  Sequential model({Input{.shape = {2048}}, Dense{.units = 2048, .name = "a"}, Dense{.units = 2048, .name = "b"}}, "m");
  std::vector<Tensor> weights = model.get_weights();
  for (Tensor& weight : weights) fill(weight);
  model.set_weights(weights);
  model.compile(options);
  return model;
}

/// The same archive, deflated.
void deflate_archive(const fs::path& from, const fs::path& to) {
  const saving::Bytes archive = saving::read_file(from);
  const saving::ZipReader zip(archive.view(), from.string());
  int error = 0;
  zip_t* out = zip_open(to.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  std::vector<saving::Bytes> contents;
  for (const std::string& name : zip.names()) {
    saving::Bytes& content = contents.emplace_back(zip.read(name, archive.size()));
    const zip_int64_t index =
        zip_file_add(out, name.c_str(), zip_source_buffer(out, content.data(), content.size(), 0), 0);
    zip_set_file_compression(out, static_cast<zip_uint64_t>(index), ZIP_CM_DEFLATE, 6);
  }
  REQUIRE(zip_close(out) == 0);
}

/// Puts another weight file into an archive.
void replace_weights(const fs::path& archive, const fs::path& weights) {
  int error = 0;
  zip_t* out = zip_open(archive.c_str(), 0, &error);
  const zip_int64_t index =
      zip_file_add(out, "model.weights.h5", zip_source_file(out, weights.c_str(), 0, -1), ZIP_FL_OVERWRITE);
  zip_set_file_compression(out, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
  REQUIRE(zip_close(out) == 0);
}

void write_gzipped(const fs::path& path, const std::string& head, std::size_t zeros) {
  gzFile file = gzopen(path.c_str(), "wb1");
  gzwrite(file, head.data(), static_cast<unsigned>(head.size()));
  const std::string block(1 << 20, '\0');
  for (; zeros >= block.size(); zeros -= block.size()) gzwrite(file, block.data(), static_cast<unsigned>(block.size()));
  gzwrite(file, block.data(), static_cast<unsigned>(zeros));
  gzclose(file);
}

}  // namespace

TEST_CASE("a model's file takes at most four times its size and 64 MB") {
  const TemporaryFolder folder;
  const fs::path file = folder / "m.keras", deflated = folder / "deflated.keras";
  Sequential model = large_model({.optimizer = Adam{}, .loss = "mse"});
  for (const bool with_optimizer : {false, true}) {
    INFO("with the state of an optimizer that has trained: " << with_optimizer);
    if (with_optimizer) {
      Tensor x = Tensor::from_shape({2, 2048});
      fill(x);
      model.fit(x, x, {.verbose = 0});
    }
    model.save(file, {.include_optimizer = with_optimizer});
    CHECK(read_within_bound(file) == "read");
    deflate_archive(file, deflated);
    INFO(fs::file_size(deflated) << " of " << fs::file_size(file));
    CHECK(read_within_bound(deflated) == "read");
  }
}

TEST_CASE("an optimizer that a file only claims gets no memory") {
  const TemporaryFolder folder;
  const fs::path file = folder / "m.keras";
  Sequential model = large_model(
      {.optimizer = Adam{.amsgrad = true, .use_ema = true, .gradient_accumulation_steps = 2}, .loss = "mse"});
  model.save(file);
  {
    // Three numbers more than an optimizer has before it sees weights.
    const saving::Bytes archive = saving::read_file(file);
    const saving::ZipReader zip(archive.view(), file.string());
    const fs::path weights = folder / "w.h5";
    const saving::Bytes image = zip.read("model.weights.h5", archive.size());
    std::ofstream(weights, std::ios::binary).write(image.text().data(), static_cast<std::streamsize>(image.size()));
    const hid_t h5 = H5Fopen(weights.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t space = H5Screate(H5S_SCALAR);
    for (const char* name : {"/optimizer/vars/2", "/optimizer/vars/3", "/optimizer/vars/4"}) {
      const hid_t set = H5Dcreate2(h5, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      const float zero = 0;
      H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, &zero);
      H5Dclose(set);
    }
    H5Sclose(space);
    H5Fclose(h5);
    replace_weights(file, weights);
  }
  CHECK(read_within_bound(file) == "read");
}

TEST_CASE("arrays that lie in the same bytes are refused before there is memory for them") {
  const TemporaryFolder folder;
  const fs::path weights = folder / "w.h5", file = folder / "m.keras";
  Sequential model = large_model({});
  model.save(file);
  model.save_weights(folder / "w.weights.h5");
  fs::rename(folder / "w.weights.h5", weights);
  const hid_t h5 = H5Fopen(weights.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  H5Ldelete(h5, "/layers/dense_1/vars/0", H5P_DEFAULT);
  H5Lcreate_hard(h5, "/layers/dense/vars/0", h5, "/layers/dense_1/vars/0", H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose(h5);
  replace_weights(file, weights);
  CHECK_THAT(error_text<FileError>([&] { load_model(file); }),
             ContainsSubstring("'/layers/dense/vars/0' and '/layers/dense_1/vars/0' lie in the same bytes of it"));
}

TEST_CASE("a text of many small values takes at most four times its size and 64 MB") {
  const TemporaryFolder folder;
  for (const std::string value : {"[]", "{}", "0", R"("a")"}) {
    std::string text = R"({"class_name": "Sequential", "config": {"name": "m", "layers": [)";
    while (text.size() < (std::size_t{2} << 20) - 16) text += value + ",";
    std::ofstream(folder / "m.json") << text << value << "]}}";
    INFO(value);
    CHECK(read_within_bound(folder / "m.json") != "read");
  }
}

TEST_CASE("a compressed data set takes at most four times its size and 64 MB") {
  const TemporaryFolder folder;
  using namespace std::string_literals;
  write_gzipped(folder / "a-idx3-ubyte", "\0\0\x08\x01\x02\x80\0\0"s, 5 << 23);
  CHECK(read_within_bound(folder / "a-idx3-ubyte") == "read");
  write_gzipped(folder / "b-idx3-ubyte", "\0\0\x08\x01\x10\0\0\0"s, 1 << 28);
  CHECK_THAT(read_within_bound(folder / "b-idx3-ubyte"),
             ContainsSubstring("it is compressed to less than a quarter of its content"));
}
