// IDX files are read as they are, and whatever is wrong with one is one clear message and no big allocation.
#include "datasets/allocations.hpp"
#include "datasets/files.hpp"
#include "sumi/datasets.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using sumi::FileError;
using sumi::Shape;
using sumi::ShapeError;
using namespace sumi::datasets;
using namespace sumi::test;

namespace {

// What read_idx says about a file with these bytes, the file's name taken off.
std::string complaint(const std::string& bytes) {
  const TempFolder folder;
  const fs::path file = write(folder / "x", bytes);
  const std::string text = error_text<FileError>([&] { read_idx(file); });
  const std::string name = in_quotes(file) + ": ";
  REQUIRE(text.substr(0, name.size()) == name);
  return text.substr(name.size());
}

std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace

TEST_CASE("an IDX file is read plain and compressed, whatever its name") {
  const TempFolder folder;
  const std::string payload = noise(2 * 3 * 5);
  const std::string plain = idx({2, 3, 5}, payload);
  // Two gzip streams in a row are one file, says RFC 1952.
  for (const std::string& stored : {plain, gzip(plain), gzip(plain.substr(0, 20)) + gzip(plain.substr(20))}) {
    const IdxArray array = read_idx(write(folder / "some.name", stored));
    CHECK(array.shape == Shape{2, 3, 5});
    CHECK(array.values == bytes_of(payload));
  }
}

TEST_CASE("any number of dimensions from 1 to 8, empty ones too") {
  const TempFolder folder;
  for (const std::vector<std::uint32_t>& sizes :
       {std::vector<std::uint32_t>{4}, {2, 2}, {1, 2, 1, 2, 1, 1, 1, 1}, {0, 28, 28}}) {
    const std::string payload = sizes[0] == 0 ? "" : "abcd";
    const IdxArray array = read_idx(write(folder / "x", gzip(idx(sizes, payload))));
    CHECK(array.shape == Shape(sizes.begin(), sizes.end()));
    CHECK(array.values == bytes_of(payload));
  }
}

TEST_CASE("a file larger than every buffer, compressible and not") {
  const TempFolder folder;
  for (const std::string& payload : {noise(300'000), std::string(5'000'000, 'k')}) {
    const auto size = static_cast<std::uint32_t>(payload.size());
    for (const std::string& stored : {idx({size}, payload), gzip(idx({size}, payload))}) {
      CHECK(read_idx(write(folder / "x", stored)).values == bytes_of(payload));
    }
  }
}

TEST_CASE("a file that can't be an IDX file is refused") {
  const std::string expected = "not an IDX file. Expected it to begin with 00 00 08 and the number of dimensions. ";
  CHECK(complaint("") == expected + "Received nothing.");
  CHECK(complaint(std::string(3, '\0')) == expected + "Received 00 00 00.");
  CHECK(complaint("\x89PNG\r\n") == expected + "Received 89 50 4e 47.");
  CHECK(complaint(gzip("<html>")) == expected + "Received 3c 68 74 6d.");
  CHECK(complaint(idx({1}, "x", 0x0a)) == expected + "Received 00 00 0a 01.");
  CHECK(complaint(idx({1}, "1234", 0x0d)) == "expected IDX values of type unsigned byte (08). Received float32 (0d).");
  CHECK(complaint(idx({}, "x")) == "expected an IDX header of 1 to 8 dimensions. Received 0.");
  CHECK(complaint(idx(std::vector<std::uint32_t>(9, 1), "x")) ==
        "expected an IDX header of 1 to 8 dimensions. Received 9.");
}

TEST_CASE("a header that doesn't fit the data is refused") {
  const std::string mismatch = "the header and the data do not match. Expected ";
  CHECK(complaint(idx({2, 2}, "").substr(0, 9)) == "the IDX header is truncated. Expected 2 sizes. Received 1.");
  CHECK(complaint(idx({2, 2}, "abc")) == mismatch + "4 bytes for shape (2, 2). Received 3 bytes.");
  CHECK(complaint(gzip(idx({2, 2}, "abc"))) == mismatch + "4 bytes for shape (2, 2). Received 3 bytes.");
  CHECK(complaint(idx({2, 2}, "abcde")) == mismatch + "4 bytes for shape (2, 2). Received more.");
  CHECK(complaint(gzip(idx({2, 2}, "abcde"))) == mismatch + "4 bytes for shape (2, 2). Received more.");
  CHECK(complaint(idx({0}, "a")) == mismatch + "0 bytes for shape (0,). Received more.");
  CHECK(complaint(idx({0xffffffff, 0xffffffff, 3}, "")) == "the IDX header announces more than 2^63 values.");
}

TEST_CASE("a header's claim allocates nothing") {
  const std::vector<std::uint32_t> four_gigabytes{0x10000, 0x100, 0x100};
  const std::string stored = idx(four_gigabytes, "");
  REQUIRE(stored.size() == 16);
  for (const std::string& bytes : {stored, gzip(stored), gzip(stored + std::string(1'000'000, 'a'))}) {
    largest_allocation = 0;
    CHECK(complaint(bytes).find("Expected 4294967296 bytes for shape (65536, 256, 256). Received ") !=
          std::string::npos);
    // Twice the real megabyte, since a vector grows by doubling; zlib's and the stream's buffers are far smaller.
    CHECK(largest_allocation <= 2'500'000);
  }
}

TEST_CASE("a truncated or damaged gzip file is refused, wherever the damage is") {
  const std::string whole = gzip(idx({500}, noise(500)));
  for (std::size_t size = 2; size < whole.size(); ++size) {
    INFO("the first " << size << " bytes");
    CHECK(complaint(whole.substr(0, size)) ==
          "the gzip data is truncated: it ends after " + std::to_string(size) + " bytes.");
  }
  const auto damaged = [&](std::size_t position) {
    std::string bytes = whole;
    bytes[position] = static_cast<char>(bytes[position] ^ 0x55);
    return complaint(bytes);
  };
  CHECK(damaged(2) == "the gzip data is damaged: unknown compression method.");
  CHECK(damaged(100) ==
        "the gzip data is damaged: incorrect data check.");  // stored, not compressed: only the sum tells
  CHECK(damaged(whole.size() - 8) == "the gzip data is damaged: incorrect data check.");
  CHECK(damaged(whole.size() - 1) == "the gzip data is damaged: incorrect length check.");
  CHECK(complaint(whole + "trailing") == "the gzip data is damaged: incorrect header check.");
}

TEST_CASE("what is no readable file is refused") {
  const TempFolder folder;
  const fs::path missing = folder / "missing";
  CHECK(error_text<FileError>([&] { read_idx(missing); }) == in_quotes(missing) + ": no such file.");
  CHECK(error_text<FileError>([&] { read_idx(folder.path()); }) ==
        in_quotes(folder.path()) + ": expected a file. Received a folder or device.");
}

TEST_CASE("a folder's four files become training and test images with labels") {
  const TempFolder folder;
  write_set(folder.path());
  auto [train, test] = load_idx(folder.path());
  CHECK(train.images.shape() == Shape{3, 2, 4});
  CHECK(train.images.count() == 3);
  CHECK(train.labels == std::vector<std::uint8_t>{2, 1, 9});
  CHECK(test.images.shape() == Shape{2, 2, 4});
  CHECK(test.labels == std::vector<std::uint8_t>{7, 8});
  CHECK(test.images.pixels() == bytes_of(noise(16)));
  const sumi::ArrayView labels = train.labels;  // what fit takes
  CHECK(labels.shape() == Shape{3});
}

TEST_CASE("files named with a dot in place of the dash are found, and plain ones go first") {
  const TempFolder folder;
  write_set(folder.path());
  fs::rename(folder / "train-images-idx3-ubyte", folder / "train-images.idx3-ubyte");
  fs::rename(folder / "t10k-labels-idx1-ubyte.gz", folder / "t10k-labels.idx1-ubyte.gz");
  write(folder / "train-labels-idx1-ubyte", idx({3}, "\x03\x03\x03"));
  const Dataset data = load_idx(folder.path());
  CHECK(data.train.images.count() == 3);
  CHECK(data.train.labels == std::vector<std::uint8_t>{3, 3, 3});
  CHECK(data.test.labels == std::vector<std::uint8_t>{7, 8});
}

TEST_CASE("a folder without the four files is refused, and so are files that don't fit each other") {
  const TempFolder folder;
  const std::string place = folder.path().string();
  const auto load_error = [&] { return error_text<FileError>([&] { load_idx(folder.path()); }); };
  const auto kinds = std::string("Expected a folder with {train,t10k}-{images-idx3,labels-idx1}-ubyte[.gz]. Received ");

  CHECK(error_text<FileError>([&] { load_idx(folder / "missing"); }) ==
        kinds + "'" + place + "/missing': no such folder.");
  write(folder / "file", "");
  CHECK(error_text<FileError>([&] { load_idx(folder / "file"); }) == kinds + "'" + place + "/file': not a folder.");
  CHECK(load_error() == "Expected a file train-images-idx3-ubyte[.gz] in '" + place + "'. There is none.");

  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz",
                           "t10k-labels-idx1-ubyte.gz"}) {
    write_set(folder.path());
    fs::remove(folder / name);
    const std::string stem = std::string(name).substr(0, std::string(name).find("ubyte") + 5);
    CHECK(load_error() == "Expected a file " + stem + "[.gz] in '" + place + "'. There is none.");
  }

  write_set(folder.path());
  const fs::path labels = write(folder / "train-labels-idx1-ubyte.gz", idx({4}, "abcd"));
  const fs::path images = folder / "train-images-idx3-ubyte";
  CHECK(load_error() == "Expected as many labels as images. Received 3 images in '" + images.string() +
                            "' and 4 labels in '" + labels.string() + "'.");

  write(labels, idx({3, 1}, "abc"));
  CHECK(load_error() == in_quotes(labels) + ": expected labels of shape (count). Received shape (3, 1).");

  write_set(folder.path());
  write(images, idx({3, 8}, noise(24)));
  CHECK(load_error() ==
        in_quotes(images) + ": expected images of shape (count, height, width). Received shape (3, 8).");
  write(images, idx({0, 2, 4}, ""));
  CHECK(load_error() == in_quotes(images) + ": expected images. Received shape (0, 2, 4).");
  write(images, idx({3, 4, 2}, noise(24)));
  CHECK(load_error() == "Expected test images of the training images' size in '" + place +
                            "'. Received (3, 4, 2) for training, (2, 2, 4) for testing.");
}

TEST_CASE("images become floats with a channel axis") {
  Images images(bytes_of(std::string("\0\x33\x66\x99\xcc\xff", 6)), {1, 2, 3});
  const sumi::Tensor normalized = images.normalized();
  CHECK(Shape(normalized.shape().begin(), normalized.shape().end()) == Shape{1, 2, 3, 1});
  for (int i = 0; i < 6; ++i) {
    CHECK(normalized.data()[i] == static_cast<float>(i * 51) / 255.0f);  // the rounded quotient, as NumPy has it
    CHECK(images.as_float().data()[i] == static_cast<float>(i * 51));
  }
  CHECK(images.view().shape() == Shape{1, 2, 3});
  CHECK(images.view().dtype() == sumi::DType::uint8);
  CHECK(images.view().data() == images.pixels().data());

  CHECK(images.normalized_view().shape() == Shape{1, 2, 3, 1});
  CHECK(images.normalized_view().data() == images.pixels().data());
  CHECK(images.normalized_view().divisor() == 255.0F);
}

TEST_CASE("images whose shape doesn't fit their pixels are refused") {
  CHECK(error_text<ShapeError>([] {
          Images({1, 2}, {1, 2});
        }) == "Images: expected a shape (count, height, width). Received (1, 2).");
  CHECK(error_text<ShapeError>([] {
          Images({1, 2}, {1, 1, 3});
        }) == "Images: expected 3 pixels for shape (1, 1, 3). Received 2.");
}
