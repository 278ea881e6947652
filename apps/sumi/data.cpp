#include "data.hpp"

#include <sumi/datasets.hpp>
#include <sumi/error.hpp>
#include <sumi/image_dataset.hpp>
#include <sumi/numpy.hpp>

#include <algorithm>
#include <utility>

namespace fs = std::filesystem;
namespace kmnist = sumi::datasets::kmnist;
using sumi::FileError;

namespace {

// Of a folder of images that isn't split, the part that is tested with, and the order from which it is taken: always
// the same, so that no model is tested with what another run has trained it on.
constexpr double test_part = 0.2;
constexpr std::uint64_t split_seed = 1;

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
  throw FileError("'" + path.string() + "': " + why + ".");
}

std::int64_t classes_of(const LabelledImages& data) {
  std::int32_t largest = 0;
  for (const auto* labels : {&data.y_train, &data.y_test}) {
    for (const std::int32_t label : *labels) largest = std::max(largest, label);
  }
  return std::int64_t{largest} + 1;
}

LabelledImages from_loaded(sumi::datasets::Dataset loaded, const fs::path& folder, std::string form) {
  auto owner = std::make_shared<const sumi::datasets::Dataset>(std::move(loaded));
  LabelledImages data;
  data.x_train = owner->train.images.normalized_view();
  data.x_test = owner->test.images.normalized_view();
  data.y_train.assign(owner->train.labels.begin(), owner->train.labels.end());
  data.y_test.assign(owner->test.labels.begin(), owner->test.labels.end());
  data.image_shape = {data.x_train.shape()[1], data.x_train.shape()[2], 1};
  data.classes = classes_of(data);
  data.owner = std::move(owner);
  data.source = {folder, std::move(form)};
  return data;
}

/// The arrays of a `.npz` file, which the views need.
struct NpzArrays {
  sumi::NumpyArray x_train, x_test;
};

// Images as the models take them: bytes divided, floats as they are.
sumi::ArrayView images_of(const sumi::NumpyArray& array, const fs::path& file, const std::string& name) {
  const sumi::DType type = array.dtype();
  const std::size_t rank = array.shape().size();
  const bool is_float = type == sumi::DType::float32 || type == sumi::DType::float64;
  if ((rank != 3 && rank != 4) || (type != sumi::DType::uint8 && !is_float) ||
      sumi::element_count(array.shape()) == 0) {
    refuse(file, "expected " + name + " to be images (count, height, width) or (count, height, width, colours) of " +
                     "uint8, float32 or float64. Received shape " + sumi::to_string(array.shape()) + " of " +
                     sumi::name_of(type));
  }
  return is_float ? array.view() : array.view().divided_by(255);
}

std::vector<std::int32_t> labels_of(const sumi::NumpyArray& array, const fs::path& file, const std::string& name,
                                    std::int64_t images) {
  const sumi::Shape& shape = array.shape();
  const bool is_column = shape.size() == 2 && shape[1] == 1;
  if (array.dtype() == sumi::DType::float32 || array.dtype() == sumi::DType::float64 ||
      (shape.size() != 1 && !is_column)) {
    refuse(file, "expected " + name + " to be integers of shape (count,) or (count, 1). Received shape " +
                     sumi::to_string(shape) + " of " + sumi::name_of(array.dtype()));
  }
  if (shape[0] != images) {
    refuse(file, "expected as many labels as images. Received " + std::to_string(images) + " images and " +
                     std::to_string(shape[0]) + " labels, " + name);
  }
  constexpr float most = 65536;
  std::vector<std::int32_t> labels;
  for (const float label : array.as_float()) {
    if (!(label >= 0 && label < most)) {
      refuse(file, "expected labels from 0 to 65535. Received " + std::to_string(static_cast<std::int64_t>(label)) +
                       " in " + name + " at position " + std::to_string(labels.size()));
    }
    labels.push_back(static_cast<std::int32_t>(label));
  }
  return labels;
}

LabelledImages from_npz(const fs::path& file) {
  const sumi::NpzFile archive(file);
  auto arrays = std::make_shared<const NpzArrays>(NpzArrays{archive.read("x_train"), archive.read("x_test")});
  LabelledImages data;
  data.x_train = images_of(arrays->x_train, file, "x_train");
  data.x_test = images_of(arrays->x_test, file, "x_test");
  const auto sample = [](const sumi::ArrayView& x) {
    const sumi::Shape& shape = x.shape();
    return sumi::Shape{shape[1], shape[2], shape.size() == 4 ? shape[3] : 1};
  };
  data.image_shape = sample(data.x_train);
  if (sample(data.x_test) != data.image_shape || data.x_test.divisor() != data.x_train.divisor()) {
    refuse(file, "expected x_test to be images as in x_train. Received shape " + sumi::to_string(data.x_test.shape()) +
                     " of " + sumi::name_of(data.x_test.dtype()) + " and " + sumi::to_string(data.x_train.shape()) +
                     " of " + sumi::name_of(data.x_train.dtype()));
  }
  data.y_train = labels_of(archive.read("y_train"), file, "y_train", data.x_train.samples());
  data.y_test = labels_of(archive.read("y_test"), file, "y_test", data.x_test.samples());
  data.classes = classes_of(data);
  data.owner = std::move(arrays);
  data.source = {file, "NumPy archive"};
  return data;
}

std::string size_of(const sumi::Shape& image) { return std::to_string(image[1]) + "x" + std::to_string(image[0]); }

/// Pixels of all images, which the views need.
struct Pixels {
  std::vector<std::uint8_t> train, test;
};

sumi::ImageDirectoryOptions directory_options() {
  return {.color_mode = "grayscale", .batch_size = 256, .seed = split_seed, .verbose = false};
}

// Sets size and colours to those of all the files, which must be of one size.
void follow_files(const std::vector<fs::path>& files, sumi::ImageDirectoryOptions& options, sumi::Shape& shape,
                  fs::path& first) {
  for (const fs::path& file : files) {
    const sumi::Shape found = sumi::image_shape(file);
    if (shape.empty()) {
      shape = {found[0], found[1], 1};
      first = file;
    }
    if (found[0] != shape[0] || found[1] != shape[1]) {
      refuse(file,
             "expected an image of " + size_of(shape) + ", as '" + first.string() + "' is. Received " + size_of(found));
    }
    if (found[2] > 1) {
      shape[2] = 3;
      options.color_mode = "rgb";
    }
  }
  options.image_size = {static_cast<int>(shape[0]), static_cast<int>(shape[1])};
}

sumi::ArrayView collect(const sumi::ImageDataset& images, const sumi::Shape& shape, std::vector<std::uint8_t>& pixels,
                        std::vector<std::int32_t>& labels) {
  const sumi::Dataset::Next next = images.begin();
  while (const auto batch = next()) {
    // Nothing is resized, so that the floats are the files' bytes.
    const auto* values = static_cast<const float*>(batch->x.data());
    const std::int64_t count = sumi::element_count(batch->x.shape());
    for (std::int64_t i = 0; i < count; ++i) pixels.push_back(static_cast<std::uint8_t>(values[i]));
    const auto* numbers = static_cast<const std::int32_t*>(batch->y.data());
    labels.insert(labels.end(), numbers, numbers + batch->y.samples());
  }
  const sumi::Shape all{static_cast<std::int64_t>(labels.size()), shape[0], shape[1], shape[2]};
  return sumi::ArrayView(std::span<const std::uint8_t>(pixels), all).divided_by(255);
}

LabelledImages from_image_folder(const fs::path& folder) {
  sumi::ImageDirectoryOptions train = directory_options(), test = directory_options();
  fs::path train_folder = folder, test_folder = folder, first;
  const bool is_split = fs::is_directory(folder / "train") && fs::is_directory(folder / "test");
  if (is_split) {
    train_folder /= "train";
    test_folder /= "test";
  } else {
    train.validation_split = test.validation_split = test_part;
    train.subset = "training";
    test.subset = "validation";
  }
  LabelledImages data;
  const auto find = [&](const fs::path& from, const sumi::ImageDirectoryOptions& options) {
    sumi::ImageDataset found = sumi::image_dataset_from_directory(from, options);
    follow_files(found.file_paths, train, data.image_shape, first);
    return found.class_names;
  };
  data.class_names = find(train_folder, train);
  if (find(test_folder, test) != data.class_names) {
    refuse(test_folder, "expected the sub-folders that '" + train_folder.string() + "' has");
  }
  test.color_mode = train.color_mode;
  test.image_size = train.image_size;
  const auto pixels = std::make_shared<Pixels>();
  data.x_train =
      collect(sumi::image_dataset_from_directory(train_folder, train), data.image_shape, pixels->train, data.y_train);
  data.x_test =
      collect(sumi::image_dataset_from_directory(test_folder, test), data.image_shape, pixels->test, data.y_test);
  data.classes = static_cast<std::int64_t>(data.class_names.size());
  data.owner = pixels;
  data.source = {folder, "image files"};
  return data;
}

bool holds(const fs::path& folder, const std::string& type) {
  try {
    kmnist::locate({.type = type, .folder = folder});
    return true;
  } catch (const FileError&) {
    return false;
  }
}

bool has_sub_folders(const fs::path& folder) {
  const fs::directory_iterator entries(folder);
  return std::any_of(begin(entries), end(entries), [](const fs::directory_entry& entry) {
    return entry.is_directory() && !entry.path().filename().string().starts_with(".");
  });
}

LabelledImages from_path(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) refuse(path, "no such folder or file");
  if (!fs::is_directory(path, error)) return from_npz(path);
  if (holds(path, "kmnist")) return from_loaded(sumi::datasets::load_idx(path), path, "IDX files");
  if (holds(path, "k49")) {
    LabelledImages data = from_loaded(kmnist::load_data({.type = "k49", .folder = path}), path, "Kuzushiji-49");
    data.class_names = kmnist::class_names("k49");
    data.classes = static_cast<std::int64_t>(data.class_names.size());
    return data;
  }
  if (has_sub_folders(path)) return from_image_folder(path);
  refuse(path,
         "holds no {train,t10k}-{images-idx3,labels-idx1}-ubyte[.gz], no k49-{train,test}-{imgs,labels}.npz and no "
         "sub-folder for each class");
}

LabelledImages find_kmnist() {
  const kmnist::Location location = kmnist::locate({.allow_sample = true});
  LabelledImages data = from_loaded(sumi::datasets::load_idx(location.folder), location.folder, "IDX files");
  data.source.is_sample = location.is_sample;
  data.looked_at = location.looked_at;
  return data;
}

// Which files of data were read. Not of images, which are many.
std::map<std::string, std::string> checksums(const fs::path& path) {
  std::map<std::string, std::string> sums;
  if (!fs::is_directory(path)) {
    sums[path.filename().string()] = sumi::datasets::sha256_of(path);
    return sums;
  }
  for (const auto& entry : fs::directory_iterator(path)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && (name.find("-ubyte") != std::string::npos || name.ends_with(".npz"))) {
      sums[name] = sumi::datasets::sha256_of(entry.path());
    }
  }
  return sums;
}

}  // namespace

LabelledImages open_data(const fs::path& path, bool with_checksums) {
  LabelledImages data = path.empty() ? find_kmnist() : from_path(path);
  data.source.training_images = data.x_train.samples();
  data.source.test_images = data.x_test.samples();
  if (with_checksums) data.source.sha256 = checksums(data.source.path);
  return data;
}
