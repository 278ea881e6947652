// A folder of images as a Dataset: the files' numbers go through it, and become pixels batch by batch.
#include "sumi/image_dataset.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <numeric>

#include "core/random.hpp"
#include "core/shuffle.hpp"
#include "core/text.hpp"
#include "datasets/resize_image.hpp"
#include "sumi/random.hpp"
#include "sumi/utils.hpp"

namespace sumi {

namespace fs = std::filesystem;

namespace {

/// A file and the number of its class.
struct LabelledFile {
  fs::path path;
  std::int32_t label = 0;
};

/// What the elements of a Dataset are made of.
struct Files {
  std::vector<fs::path> paths;
  std::vector<std::int64_t> numbers;  // 0, 1, 2, ...
  std::vector<std::int32_t> labels;
  Tensor label_rows;  // where labels are floats
  std::string color_mode;
  Size2 size;
  bool nearest = false;
};

void check_options(const ImageDirectoryOptions& options) {
  const auto one_of = [](const char* argument, const std::string& value, const std::vector<std::string>& words) {
    if (std::find(words.begin(), words.end(), value) != words.end()) return;
    std::string message = std::string("image_dataset_from_directory: expected `") + argument + "` to be one of " +
                          join(words) + ". Received " + argument + "=" + repr(value) + ".";
    throw ArgumentError(message + suggestion(value, words));
  };
  if (options.label_mode) one_of("label_mode", *options.label_mode, {"int", "categorical", "binary"});
  one_of("color_mode", options.color_mode, {"grayscale", "rgb", "rgba"});
  one_of("interpolation", options.interpolation, {"bilinear", "nearest"});
  if (options.subset) one_of("subset", *options.subset, {"training", "validation"});
  if (options.image_size.height < 1 || options.image_size.width < 1) {
    throw ArgumentError("image_dataset_from_directory: expected `image_size` to be at least 1. Received image_size=" +
                        to_string(options.image_size) + ".");
  }
  if (options.validation_split && !(*options.validation_split > 0 && *options.validation_split < 1)) {
    throw ArgumentError("`validation_split` must be between 0 and 1, received: " + repr(*options.validation_split));
  }
  if (options.subset.has_value() != options.validation_split.has_value()) {
    throw ArgumentError("If `subset` is set, `validation_split` must be set, and inversely.");
  }
  if (options.validation_split && options.shuffle && !options.seed) {
    throw ArgumentError(
        "If using `validation_split` and shuffling the data, you must provide a `seed` argument, to make sure that "
        "there is no overlap between the training and validation subset.");
  }
}

std::string lower_extension(const fs::path& path) { return lower_case(path.extension().string()); }

// Whether a file is an image that is read. Images of other kinds are not passed over in silence.
bool is_image(const fs::path& path) {
  const std::string extension = lower_extension(path);
  for (const char* other : {".jpg", ".jpeg", ".gif", ".bmp"}) {
    if (extension == other) {
      throw FileError("image_dataset_from_directory: expected PNG, PGM or PPM images. Received '" + path.string() +
                      "'. Make it one of these.");
    }
  }
  return extension == ".png" || extension == ".pgm" || extension == ".ppm";
}

std::vector<std::string> classes_in(const fs::path& directory) {
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    throw FileError("image_dataset_from_directory: expected a folder. Received '" + directory.string() +
                    "': " + (fs::exists(directory, error) ? "not a folder." : "no such folder."));
  }
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    std::string name = entry.path().filename().string();
    if (entry.is_directory() && !name.starts_with(".")) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The names that are asked for, or all there are.
std::vector<std::string> chosen_classes(const fs::path& directory, const std::vector<std::string>& wanted) {
  std::vector<std::string> names = classes_in(directory);
  if (wanted.empty()) return names;
  for (const std::string& name : wanted) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    throw ArgumentError(
        "The `class_names` passed did not match the names of the subdirectories of the target directory. Expected: " +
        join(names) + " (or a subset of it), but received: " + join(wanted));
  }
  return wanted;
}

// All images below a folder, by the name of their folder, then by their own.
std::vector<fs::path> images_below(const fs::path& folder, bool follow_links) {
  std::vector<fs::path> paths;
  const auto links = follow_links ? fs::directory_options::follow_directory_symlink : fs::directory_options::none;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder, links)) {
    if (entry.is_regular_file() && is_image(entry.path())) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end(), [](const fs::path& a, const fs::path& b) {
    return std::pair(a.parent_path().string(), a.filename().string()) <
           std::pair(b.parent_path().string(), b.filename().string());
  });
  return paths;
}

std::vector<LabelledFile> find_files(const fs::path& directory, const std::vector<std::string>& classes,
                                     bool follow_links) {
  std::vector<LabelledFile> files;
  try {
    for (std::size_t i = 0; i < classes.size(); ++i) {
      for (fs::path& path : images_below(directory / classes[i], follow_links)) {
        files.push_back({std::move(path), static_cast<std::int32_t>(i)});
      }
    }
  } catch (const fs::filesystem_error& error) {
    throw FileError("'" + directory.string() + "' can't be read: " + error.what() + ".");
  }
  if (files.empty()) {
    throw FileError("No images found in directory '" + directory.string() +
                    "'. Expected .png, .pgm or .ppm files in a sub-folder for each class. Received the sub-folders: " +
                    (classes.empty() ? "none" : join(classes)) + ".");
  }
  return files;
}

// Leaves one part of the files. As in Keras, the last ones are validated on.
void keep_subset(std::vector<LabelledFile>& files, double split, const std::string& subset) {
  const auto count = static_cast<std::ptrdiff_t>(split * static_cast<double>(files.size()));
  if (subset == "training") {
    files.erase(files.end() - count, files.end());
  } else {
    files.erase(files.begin(), files.end() - count);
  }
  if (files.empty()) {
    throw ArgumentError("image_dataset_from_directory: `validation_split`=" + repr(split) +
                        " leaves no image for the " + subset + " subset.");
  }
}

/// What a batch needs.
struct Kept {
  Tensor images;
  std::shared_ptr<const Files> files;
  std::shared_ptr<const void> batch;
};

// The pixels of a batch, whose x is the numbers of files.
Batch read_batch(const std::shared_ptr<const Files>& files, const Batch& batch) {
  const auto* numbers = static_cast<const std::int64_t*>(batch.x.data());
  const auto count = static_cast<std::size_t>(batch.x.samples());
  const auto height = static_cast<std::size_t>(files->size.height), width = static_cast<std::size_t>(files->size.width);
  Tensor images;
  for (std::size_t i = 0; i < count; ++i) {
    const Image image = read_image(files->paths[static_cast<std::size_t>(numbers[i])], files->color_mode);
    const auto colours = static_cast<std::size_t>(image.shape[2]);
    if (i == 0) images = Tensor::from_shape({count, height, width, colours});
    datasets::resize(image, files->size, files->nearest, images.data() + i * height * width * colours);
  }
  // Labels that lie side by side are the files' own.
  const auto owner = std::make_shared<const Kept>(Kept{std::move(images), files, batch.owner});
  return {owner->images, batch.y, {}, owner};
}

}  // namespace

ImageDataset image_dataset_from_directory(const fs::path& directory, const ImageDirectoryOptions& options) {
  check_options(options);
  const std::vector<std::string> classes = chosen_classes(directory, options.class_names);
  if (options.label_mode == "binary" && classes.size() != 2) {
    throw ArgumentError("When passing `label_mode=\"binary\"`, there must be exactly 2 class_names. Received: " +
                        join(classes));
  }
  std::vector<LabelledFile> found = find_files(directory, classes, options.follow_links);
  if (options.verbose) {
    std::cout << "Found " << found.size() << " files belonging to " << classes.size() << " classes.\n";
  }
  const std::uint64_t seed = options.seed ? *options.seed : options.shuffle ? next_seed() : 0;
  if (options.shuffle) {
    Random random(seed);
    shuffle(found, random);
  }
  if (options.subset) {
    keep_subset(found, *options.validation_split, *options.subset);
    if (options.verbose) std::cout << "Using " << found.size() << " files for " << *options.subset << ".\n";
  }

  const auto files = std::make_shared<Files>();
  for (LabelledFile& file : found) {
    files->paths.push_back(std::move(file.path));
    files->labels.push_back(file.label);
  }
  files->numbers.resize(found.size());
  std::iota(files->numbers.begin(), files->numbers.end(), std::int64_t{0});
  files->color_mode = options.color_mode;
  files->size = options.image_size;
  files->nearest = options.interpolation == "nearest";
  ArrayView labels;
  if (options.label_mode == "int") labels = files->labels;
  if (options.label_mode == "categorical") {
    labels = files->label_rows = to_categorical(files->labels, static_cast<std::int64_t>(classes.size()));
  }
  if (options.label_mode == "binary") {
    files->label_rows = Tensor::from_shape({found.size(), 1});
    std::copy(files->labels.begin(), files->labels.end(), files->label_rows.begin());
    labels = files->label_rows;
  }
  Dataset dataset = Dataset::from_arrays(files->numbers, labels);
  if (options.shuffle) dataset = dataset.shuffle(static_cast<std::int64_t>(found.size()), seed);
  if (options.batch_size) dataset = dataset.batch(*options.batch_size);
  dataset = dataset.map(
      [files = std::shared_ptr<const Files>(files)](const Batch& batch) { return read_batch(files, batch); });
  return {std::move(dataset), classes, files->paths};
}

}  // namespace sumi
