// NumPy's files: what comes out of them, what goes into them, and what is refused.
#include "sumi/numpy.hpp"

#include <array>
#include <cstring>
#include <fstream>
#include <limits>

#include "saving/zip_file.hpp"
#include "sumi/utils.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"
#include "support/temporary_folder.hpp"

using namespace sumi;
using test::error_text;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

// As NumPy writes them, made by Python.
const fs::path seeds = fs::path(SUMI_SOURCE_TREE) / "tests" / "fuzz" / "seeds" / "npz";

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

fs::path write_text(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::vector<float> floats(const NumpyArray& array) {
  const Tensor tensor = array.as_float();
  return {tensor.begin(), tensor.end()};
}

/// A `.npy` file with any header.
std::string npy(std::string header, const std::string& numbers, char version = 1) {
  header += '\n';
  std::string text = "\x93NUMPY";
  text += version;
  text += '\0';
  text += static_cast<char>(header.size());
  text += std::string(version == 1 ? 1 : 3, '\0');
  return text + header + numbers;
}

std::string header_of(const std::string& type, const std::string& shape) {
  return "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
}

std::string refusal(const fs::path& file) {
  return error_text<FileError>([&] { load_npy(file); });
}

template <class T>
void check_round_trip(const fs::path& folder, const char* descr) {
  const std::array<T, 6> numbers = {std::numeric_limits<T>::lowest(), 0, 1, 2, 3, std::numeric_limits<T>::max()};
  const fs::path file = folder / "a.npy";
  save_npy(file, ArrayView(std::span(numbers), {2, 3, 1}));
  CHECK_THAT(text_of(file), ContainsSubstring(std::string("{'descr': '") + descr +
                                              "', 'fortran_order': False, 'shape': (2, 3, 1), }"));
  CHECK(text_of(file).size() == 128 + sizeof numbers);
  const NumpyArray read = load_npy(file);
  CHECK(read.dtype() == dtype_of<T>());
  CHECK(read.shape() == Shape{2, 3, 1});
  CHECK(std::memcmp(read.view().data(), numbers.data(), sizeof numbers) == 0);
}

}  // namespace

TEST_CASE("a .npy file keeps numbers of every type") {
  const TemporaryFolder folder;
  check_round_trip<float>(folder.path(), "<f4");
  check_round_trip<double>(folder.path(), "<f8");
  check_round_trip<std::uint8_t>(folder.path(), "|u1");
  check_round_trip<std::int8_t>(folder.path(), "|i1");
  check_round_trip<std::uint16_t>(folder.path(), "<u2");
  check_round_trip<std::int16_t>(folder.path(), "<i2");
  check_round_trip<std::uint32_t>(folder.path(), "<u4");
  check_round_trip<std::int32_t>(folder.path(), "<i4");
  check_round_trip<std::uint64_t>(folder.path(), "<u8");
  check_round_trip<std::int64_t>(folder.path(), "<i8");
}

TEST_CASE("a .npy file keeps a single number, and none") {
  const TemporaryFolder folder;
  const std::array<float, 1> one = {7};
  save_npy(folder / "one.npy", ArrayView(std::span(one), {}));
  CHECK(load_npy(folder / "one.npy").shape().empty());
  CHECK(floats(load_npy(folder / "one.npy")) == std::vector<float>{7});
  save_npy(folder / "none.npy", ArrayView(std::span(one).first(0), {0, 3}));
  CHECK(load_npy(folder / "none.npy").shape() == Shape{0, 3});
  CHECK(floats(load_npy(folder / "none.npy")).empty());
  CHECK(floats(NumpyArray()).empty());
}

TEST_CASE("what a view divides is written as floats") {
  const TemporaryFolder folder;
  const std::vector<std::uint8_t> pixels = {0, 51, 255};
  save_npy(folder / "a.npy", ArrayView(pixels).divided_by(255));
  CHECK(load_npy(folder / "a.npy").dtype() == DType::float32);
  CHECK(floats(load_npy(folder / "a.npy")) == std::vector<float>{0, 0.2F, 1});
}

TEST_CASE(".npy files of both byte orders, of Fortran's order, of booleans and of later versions are read") {
  CHECK(floats(load_npy(seeds / "floats.npy")) == std::vector<float>{1, 2, 3, 4});
  CHECK(load_npy(seeds / "big_endian.npy").dtype() == DType::float64);
  CHECK(floats(load_npy(seeds / "big_endian.npy")) == std::vector<float>{1.5F, -2});
  CHECK(load_npy(seeds / "fortran.npy").shape() == Shape{2, 3});
  CHECK(floats(load_npy(seeds / "fortran.npy")) == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(load_npy(seeds / "version2.npy").dtype() == DType::uint8);
  CHECK(floats(load_npy(seeds / "version2.npy")) == std::vector<float>{0, 1, 1});
}

TEST_CASE("Fortran's order of three dimensions") {
  const TemporaryFolder folder;
  std::string numbers(24, '\0');
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 4; ++k) {
        numbers[static_cast<std::size_t>(i + 2 * (j + 3 * k))] = static_cast<char>(i * 12 + j * 4 + k);
      }
    }
  }
  const std::string header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }";
  const std::vector<float> read = floats(load_npy(write_text(folder / "f.npy", npy(header, numbers))));
  REQUIRE(read.size() == 24);
  for (std::size_t i = 0; i < read.size(); ++i) CHECK(read[i] == static_cast<float>(i));
}

TEST_CASE("numbers that aren't aligned and sizes as an old Python wrote them") {
  const TemporaryFolder folder;
  const std::array<double, 2> numbers = {0.5, -3};
  const std::string bytes(reinterpret_cast<const char*>(numbers.data()), sizeof numbers);
  const fs::path file = write_text(folder / "a.npy", npy(header_of("<f8", "(2L,)") + " ", bytes));
  CHECK((text_of(file).size() - bytes.size()) % alignof(double) != 0);
  CHECK(floats(load_npy(file)) == std::vector<float>{0.5F, -3});
}

TEST_CASE("broken .npy files are refused") {
  const TemporaryFolder folder;
  const fs::path file = folder / "a.npy";
  const std::string four(4, '\0');
  const auto refused = [&](const std::string& content, const std::string& why) {
    write_text(file, content);
    CHECK(refusal(file) == "'" + file.string() + "' can't be read: " + why + ".");
  };
  refused("", "it is no .npy file");
  refused("\x93NUMPX\x01", "it is no .npy file");
  refused(npy(header_of("<f4", "(1,)"), four, 4), "expected a .npy file of version 1 to 3, received version 4");
  refused(npy(header_of("<f4", "(1,)"), four).substr(0, 9), "it ends too early");
  refused(npy(header_of("<f4", "(1,)"), four).substr(0, 30), "its header is longer than the file");
  refused(std::string("\x93NUMPY\x02\0\xff\xff\xff\xff", 12), "its header is longer than the file");
  refused(npy("{'fortran_order': False, 'shape': (1,), }", four), "its header has no type of numbers");
  refused(npy("{'descr': '<f4', 'shape': (1,), }", four), "its header has no order of numbers");
  refused(npy("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,), }", four), "its header has no order of numbers");
  refused(npy("{'descr': '<f4', 'fortran_order': False, }", four), "its header has no shape");
  for (const char* shape : {"(1", "1", "(-1,)", "(1.0,)", "(x,)", "(99999999999999999999999999,)"}) {
    refused(npy(header_of("<f4", shape), four), "its header has no shape");
  }
  const std::string types = "expected an array of float32, float64, integers or booleans, received the type ";
  for (const std::string type : {"<f2", "<c8", "<U5", "<M8[ns]", "", "<", "x4", "=f4"}) {
    refused(npy(header_of(type, "(1,)"), four), types + "'" + type + "'");
  }
  refused(npy(header_of("|O", "(1,)"), four), "expected an array of numbers, received Python's objects");
  refused(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", four),
          "expected an array of numbers, received one of records");
  const auto other_size = [&](const char* shape, const std::string& shown) {
    refused(npy(header_of("<f4", shape), four),
            "its 4 bytes are not those of an array of shape " + shown + " and type float32");
  };
  other_size("(2,)", "(2,)");
  other_size("(0,)", "(0,)");
  // Products of 2^64 and more.
  other_size("(4294967296, 4294967296)", "(4294967296, 4294967296)");
  other_size("(1099511627776, 1099511627776, 0)", "(1099511627776, 1099511627776, 0)");
  refused(npy(header_of("<f4", "(1,)"), "abc"), "its 3 bytes are not those of an array of shape (1,) and type float32");
  CHECK_THAT(refusal(folder / "nowhere.npy"), ContainsSubstring("No such file or directory"));
  CHECK_THAT(refusal(folder.path()), ContainsSubstring("it is a folder"));
}

TEST_CASE("an .npz file keeps arrays under their names, stored or compressed") {
  const TemporaryFolder folder;
  const std::vector<std::uint8_t> pixels(10000, 7);
  const std::vector<std::int64_t> labels = {1, -2};
  for (const bool compressed : {false, true}) {
    const fs::path file = folder / "a.npz";
    save_npz(file, {{"x_train", pixels}, {"y_train", labels}, {"half", ArrayView(pixels).divided_by(14)}},
             {.compressed = compressed});
    CHECK((fs::file_size(file) < 5000) == compressed);
    const NpzFile read(file);
    CHECK(read.names() == std::vector<std::string>{"half", "x_train", "y_train"});
    CHECK(read.has("x_train"));
    CHECK_FALSE(read.has("x_train.npy"));
    CHECK(floats(read.read("y_train")) == std::vector<float>{1, -2});
    CHECK(floats(read.read("half")) == std::vector<float>(10000, 0.5F));
    const NumpyArray x = read.read("x_train");
    CHECK(x.dtype() == DType::uint8);
    CHECK(std::memcmp(x.view().data(), pixels.data(), pixels.size()) == 0);
    CHECK(error_text<FileError>([&] { read.read("x_test"); }) ==
          "'" + file.string() + "' has no array 'x_test'. It has half, x_train, y_train.");
  }
}

TEST_CASE("arrays outlive the archive that they come from") {
  NumpyArray x;
  {
    NpzFile file(seeds / "stored.npz");
    const NpzFile moved = std::move(file);
    x = moved.read("x_train");
  }
  CHECK(x.shape() == Shape{2, 3, 2});
  CHECK(floats(x).at(11) == 11);
  CHECK(floats(NpzFile(seeds / "stored.npz").read("y_train")) == std::vector<float>{1, 0});
  CHECK(floats(NpzFile(seeds / "deflated.npz").read("arr_0")) == floats(x));
  // Whatever takes a view takes the array.
  CHECK(to_categorical(NpzFile(seeds / "stored.npz").read("y_train")).size() == 4);
}

TEST_CASE("broken .npz files are refused") {
  const TemporaryFolder folder;
  const fs::path file = folder / "a.npz";
  const auto opening = [&] { return error_text<FileError>([&] { NpzFile opened(file); }); };
  const auto reading = [&](const std::string& name) {
    return error_text<FileError>([&] { NpzFile(file).read(name); });
  };
  const std::string whole = text_of(seeds / "stored.npz");
  write_text(file, "this is no archive");
  CHECK_THAT(opening(), ContainsSubstring("it is no ZIP archive, or a damaged one"));
  write_text(file, whole.substr(0, whole.size() / 2));
  CHECK_THAT(opening(), ContainsSubstring("it is no ZIP archive, or a damaged one"));

  // A changed pixel, which the checksum tells.
  std::string damaged = whole;
  damaged[damaged.find("\x04\x05\x06\x07\x08")] = '\x7f';
  write_text(file, damaged);
  CHECK_THAT(reading("x_train"), ContainsSubstring("'x_train.npy' in it: its content is damaged"));

  const auto pack = [&](const std::string& name, const std::string& content, saving::ZipMethod method) {
    saving::AtomicFile target(file);
    saving::write_zip(target, {{name, {saving::bytes_of(content)}}}, method);
    target.commit();
  };
  pack("x.npy", "no array", saving::ZipMethod::stored);
  CHECK(reading("x") == "'" + file.string() + "[x.npy]' can't be read: it is no .npy file.");
  pack("x.txt", "no array", saving::ZipMethod::stored);
  CHECK(NpzFile(file).names().empty());
  CHECK_THAT(reading("x"), ContainsSubstring("has no array 'x'. It has none."));
  pack("../x.npy", "", saving::ZipMethod::stored);
  CHECK_THAT(opening(), ContainsSubstring("the name leads out of the archive"));

  // 17 MB of zeros in an archive of some kilobytes; 15 MB are read.
  const auto zeros = [&](int megabytes) {
    const auto size = std::size_t{1} << 20;
    const std::string shape = "(" + std::to_string(megabytes * (1 << 20)) + ",)";
    pack("x.npy", npy(header_of("|u1", shape), std::string(static_cast<std::size_t>(megabytes) * size, '\0')),
         saving::ZipMethod::deflated);
  };
  zeros(17);
  CHECK_THAT(reading("x"), ContainsSubstring("come from an archive of "));
  zeros(15);
  CHECK(NpzFile(file).read("x").shape() == Shape{15 << 20});

  // As of an archive of more than 65,535 members.
  write_text(file, std::string("PK\x06\x07") + std::string(60, '\0'));
  CHECK_THAT(opening(), ContainsSubstring("its directory is made for more members than a .npz file has"));
}

TEST_CASE("what can't be written leaves nothing behind") {
  const TemporaryFolder folder;
  const std::vector<float> x = {1};
  CHECK(error_text<ArgumentError>([&] {
          save_npz(folder / "a.npz", {{"../x", x}});
        }) == "save_npz: expected names that don't lead out of a folder. Received '../x'.");
  CHECK(error_text<ArgumentError>([&] {
          save_npz(folder / "a.npz", {{"", x}});
        }) == "save_npz: expected names that don't lead out of a folder. Received ''.");
  CHECK(fs::is_empty(folder.path()));
  CHECK_THAT(error_text<FileError>([&] { save_npy(folder / "no" / "a.npy", x); }),
             ContainsSubstring("can't be written"));
  CHECK_THAT(error_text<FileError>([&] {
               save_npz(folder / "no" / "a.npz", {{"x", x}});
             }),
             ContainsSubstring("can't be written"));
}
