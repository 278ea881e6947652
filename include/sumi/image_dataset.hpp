// Images from files: one by one, and a folder of them as a Dataset.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sumi/dataset.hpp"
#include "sumi/shape.hpp"
#include "sumi/values.hpp"

namespace sumi {

/// Pixels row by row, their colours side by side, one byte each.
struct Image {
  std::vector<std::uint8_t> pixels;
  Shape shape{0, 0, 0};  ///< (height, width, colours)
};

/// (height, width, colours) of a PNG or of a binary PGM or PPM of one byte a value, from its header; the content
/// decides, not the name. Colours: 1 grey, 3 red, green and blue, 4 with opacity. Throws FileError.
Shape image_shape(const std::filesystem::path& file);

/// Reads a PNG, PGM or PPM. `color_mode`: "grayscale" (0.299 red + 0.587 green + 0.114 blue), "rgb" or "rgba"; where
/// opacity is left out, what is transparent is black. Throws ArgumentError for another mode, and FileError for what is
/// no such image, damaged, or has pixels of more than 16 MB that are 256 times as large as the file.
Image read_image(const std::filesystem::path& file, const std::string& color_mode = "rgb");

/// Arguments of image_dataset_from_directory, as in Keras.
struct ImageDirectoryOptions {
  /// "int": the class's number as int32 (batch); "categorical": float32 (batch, classes); "binary": float32 (batch, 1),
  /// 0 or 1, of two classes; none: no labels.
  std::optional<std::string> label_mode = "int";
  /// Which sub-folders are classes, in the order of their numbers. Default: all, in alphabetical order.
  std::vector<std::string> class_names = {};
  /// "grayscale", "rgb" or "rgba".
  std::string color_mode = "rgb";
  /// None: the elements are single samples.
  std::optional<int> batch_size = 32;
  /// (height, width) that all images are resized to.
  Size2 image_size = 256;
  /// Whether samples come in another order at each pass; without, in the order of class and file name.
  bool shuffle = true;
  std::optional<std::uint64_t> seed = {};
  /// The part that is left out of the "training" subset, and is the "validation" one: the last images of the order that
  /// follows from `seed`, or of the names where nothing is shuffled. Between 0 and 1.
  std::optional<double> validation_split = {};
  std::optional<std::string> subset = {};
  /// How images are resized: "bilinear" (not smoothed before they are made smaller) or "nearest".
  std::string interpolation = "bilinear";
  /// Whether links to folders within a class are followed.
  bool follow_links = false;
  /// Whether it is said how many files were found.
  bool verbose = true;
};

/// A Dataset of files. Elements: float32 images (batch, height, width, colours), 0 to 255, and labels.
struct ImageDataset : Dataset {
  ImageDataset(Dataset dataset, std::vector<std::string> classes, std::vector<std::filesystem::path> files)
      : Dataset(std::move(dataset)), class_names(std::move(classes)), file_paths(std::move(files)) {}

  std::vector<std::string> class_names;
  std::vector<std::filesystem::path> file_paths;  ///< before anything is shuffled at a pass
};

/// The PNG, PGM and PPM files of a folder that has a sub-folder for each class; hidden sub-folders are none. Files are
/// read when their batch is asked for; `.prefetch()` does it meanwhile. Throws ArgumentError for wrong arguments, and
/// FileError for a missing or empty folder and for images of other kinds (JPEG, GIF, BMP); when a batch is asked for,
/// what read_image throws.
ImageDataset image_dataset_from_directory(const std::filesystem::path& directory,
                                          const ImageDirectoryOptions& options = {});

}  // namespace sumi
