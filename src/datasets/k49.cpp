#include <algorithm>
#include <string>
#include <system_error>

#include "datasets/k49_files.hpp"
#include "sumi/numpy.hpp"

namespace sumi::datasets {

namespace fs = std::filesystem;

namespace {

constexpr std::uint8_t classes = 49;

fs::path file_of(const fs::path& folder, const std::string& split, const char* kind) {
  return folder / ("k49-" + split + "-" + kind + ".npz");
}

NumpyArray read_array(const fs::path& file, std::size_t rank, const char* meaning) {
  std::error_code error;
  if (!fs::exists(file, error)) {
    throw FileError("Expected a file " + file.filename().string() + " in '" + file.parent_path().string() +
                    "'. There is none.");
  }
  NumpyArray array = NpzFile(file).read("arr_0");
  if (array.dtype() != DType::uint8 || array.shape().size() != rank) {
    throw FileError("'" + file.string() + "': expected " + meaning + ", as unsigned bytes. Received shape " +
                    to_string(array.shape()) + ", as " + name_of(array.dtype()) + ".");
  }
  return array;
}

std::vector<std::uint8_t> bytes_of(const NumpyArray& array) {
  const auto* bytes = static_cast<const std::uint8_t*>(array.view().data());
  return {bytes, bytes + element_count(array.shape())};
}

Split load_split(const fs::path& folder, const std::string& split) {
  const fs::path image_file = file_of(folder, split, "imgs"), label_file = file_of(folder, split, "labels");
  const NumpyArray labels = read_array(label_file, 1, "labels of shape (count)");
  const NumpyArray images = read_array(image_file, 3, "images of shape (count, 28, 28)");
  if (images.shape()[0] < 1 || images.shape()[1] != 28 || images.shape()[2] != 28) {
    throw FileError("'" + image_file.string() + "': expected images of shape (count, 28, 28). Received shape " +
                    to_string(images.shape()) + ".");
  }
  if (images.shape()[0] != labels.shape()[0]) {
    throw FileError("Expected as many labels as images. Received " + std::to_string(images.shape()[0]) +
                    " images in '" + image_file.string() + "' and " + std::to_string(labels.shape()[0]) +
                    " labels in '" + label_file.string() + "'.");
  }
  Split loaded{Images(bytes_of(images), images.shape()), bytes_of(labels)};
  const auto largest = std::max_element(loaded.labels.begin(), loaded.labels.end());
  if (*largest >= classes) {
    throw FileError("'" + label_file.string() + "': expected labels from 0 to 48. Received " +
                    std::to_string(*largest) + " at position " + std::to_string(largest - loaded.labels.begin()) + ".");
  }
  return loaded;
}

}  // namespace

bool has_k49_file(const fs::path& folder) {
  std::error_code error;
  for (const char* split : {"train", "test"}) {
    for (const char* kind : {"imgs", "labels"}) {
      if (fs::exists(file_of(folder, split, kind), error)) return true;
    }
  }
  return false;
}

Dataset load_k49(const fs::path& folder) { return {load_split(folder, "train"), load_split(folder, "test")}; }

}  // namespace sumi::datasets
