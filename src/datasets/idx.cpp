// IDX files: a header that is believed only as far as the bytes behind it go.
#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <system_error>

#include "datasets/byte_source.hpp"
#include "datasets/hex.hpp"
#include "datasets/idx_files.hpp"
#include "sumi/datasets.hpp"

namespace sumi::datasets {

namespace fs = std::filesystem;

namespace {

const char* idx_type_name(std::uint8_t code) {
  switch (code) {
    case 0x08:
      return "unsigned byte";
    case 0x09:
      return "signed byte";
    case 0x0b:
      return "int16";
    case 0x0c:
      return "int32";
    case 0x0d:
      return "float32";
    case 0x0e:
      return "float64";
    default:
      return nullptr;
  }
}

// Reads the header; returns the number of values that it announces.
std::uint64_t read_header(ByteSource& source, Shape& shape) {
  std::uint8_t bytes[4];
  const std::size_t got = source.read(bytes, 4);
  if (got < 4 || bytes[0] != 0 || bytes[1] != 0 || idx_type_name(bytes[2]) == nullptr) {
    source.fail("not an IDX file. Expected it to begin with 00 00 08 and the number of dimensions. Received " +
                (got == 0 ? "nothing" : hex({bytes, got}, " ")) + ".");
  }
  if (bytes[2] != 0x08) {
    source.fail(std::string("expected IDX values of type unsigned byte (08). Received ") + idx_type_name(bytes[2]) +
                " (" + hex({bytes + 2, 1}) + ").");
  }
  const int rank = bytes[3];
  if (rank < 1 || rank > 8) {
    source.fail("expected an IDX header of 1 to 8 dimensions. Received " + std::to_string(rank) + ".");
  }
  std::uint64_t total = 1;
  for (int axis = 0; axis < rank; ++axis) {
    if (source.read(bytes, 4) < 4) {
      source.fail("the IDX header is truncated. Expected " + std::to_string(rank) + " sizes. Received " +
                  std::to_string(axis) + ".");
    }
    const std::uint64_t size = std::uint64_t{bytes[0]} << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
    shape.push_back(static_cast<std::int64_t>(size));
    constexpr auto limit = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (size != 0 && total > limit / size) source.fail("the IDX header announces more than 2^63 values.");
    total *= size;
  }
  return total;
}

}  // namespace

IdxArray read_idx(const fs::path& file) {
  ByteSource source(file);
  IdxArray array;
  const std::uint64_t expected = read_header(source, array.shape);

  const std::uint64_t limit = source.compressed() ? largest_content(source.file_size()) : source.file_size();
  // One allocation for a file of images, a few more for a small one, and nothing for a header that lies.
  constexpr std::uint64_t small = std::uint64_t{1} << 20;
  array.values.reserve(
      static_cast<std::size_t>(std::min(expected, source.file_size() < small ? 4 * source.file_size() : limit)));
  std::array<std::uint8_t, 1 << 16> chunk;
  std::size_t got = 0;
  do {
    const std::uint64_t missing = expected - array.values.size();
    got = source.read(chunk.data(), static_cast<std::size_t>(std::min<std::uint64_t>(missing, chunk.size())));
    const std::uint64_t size = array.values.size() + got;
    if (size > limit) {
      source.fail(
          "it is compressed to less than a quarter of its content; of files that large only the content itself "
          "is read. Expected a file that `gunzip` has unpacked.");
    }
    if (size > array.values.capacity() && size > 8 * small) {
      array.values.reserve(static_cast<std::size_t>(std::min(expected, limit)));
    }
    array.values.insert(array.values.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(got));
  } while (got > 0);

  // This read also runs the gzip stream to its end, where its checksum is compared.
  const bool trailing = source.read(chunk.data(), 1) > 0;
  if (trailing || array.values.size() < expected) {
    source.fail("the header and the data do not match. Expected " + std::to_string(expected) + " bytes for shape " +
                to_string(array.shape) + ". Received " +
                (trailing ? "more" : std::to_string(array.values.size()) + " bytes") + ".");
  }
  return array;
}

namespace {

std::optional<fs::path> find_file(const fs::path& folder, const std::string& stem, const std::string& kind) {
  for (const char* separator : {"-", "."}) {
    for (const char* ending : {"", ".gz"}) {
      fs::path candidate = folder / (stem + separator + kind + ending);
      std::error_code error;
      if (fs::exists(candidate, error)) return candidate;
    }
  }
  return std::nullopt;
}

fs::path required(const std::optional<fs::path>& file, const fs::path& folder, const std::string& name) {
  if (!file) throw FileError("Expected a file " + name + "[.gz] in '" + folder.string() + "'. There is none.");
  return *file;
}

IdxArray read_array(const fs::path& file, std::size_t rank, const char* meaning) {
  IdxArray array = read_idx(file);
  if (array.shape.size() != rank) {
    throw FileError("'" + file.string() + "': expected " + meaning + ". Received shape " + to_string(array.shape) +
                    ".");
  }
  return array;
}

Split load_split(const fs::path& folder, const std::string& name) {
  const fs::path image_file = required(find_images(folder, name), folder, name + "-images-idx3-ubyte");
  const fs::path label_file = required(find_labels(folder, name), folder, name + "-labels-idx1-ubyte");
  IdxArray labels = read_array(label_file, 1, "labels of shape (count)");
  IdxArray images = read_array(image_file, 3, "images of shape (count, height, width)");
  if (images.values.empty()) {
    throw FileError("'" + image_file.string() + "': expected images. Received shape " + to_string(images.shape) + ".");
  }
  if (images.shape[0] != labels.shape[0]) {
    throw FileError("Expected as many labels as images. Received " + std::to_string(images.shape[0]) + " images in '" +
                    image_file.string() + "' and " + std::to_string(labels.shape[0]) + " labels in '" +
                    label_file.string() + "'.");
  }
  return {Images(std::move(images.values), std::move(images.shape)), std::move(labels.values)};
}

}  // namespace

std::optional<fs::path> find_images(const fs::path& folder, const std::string& split) {
  return find_file(folder, split + "-images", "idx3-ubyte");
}

std::optional<fs::path> find_labels(const fs::path& folder, const std::string& split) {
  return find_file(folder, split + "-labels", "idx1-ubyte");
}

Dataset load_idx(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw FileError("Expected a folder with {train,t10k}-{images-idx3,labels-idx1}-ubyte[.gz]. Received '" +
                    folder.string() + "': " + (fs::exists(folder, error) ? "not a folder." : "no such folder."));
  }
  Dataset data{load_split(folder, "train"), load_split(folder, "t10k")};
  const Shape& train = data.train.images.shape();
  const Shape& test = data.test.images.shape();
  if (train[1] != test[1] || train[2] != test[2]) {
    throw FileError("Expected test images of the training images' size in '" + folder.string() + "'. Received " +
                    to_string(train) + " for training, " + to_string(test) + " for testing.");
  }
  return data;
}

}  // namespace sumi::datasets
