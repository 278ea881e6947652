// Labelled images as commands take them, whatever files they come from.
#pragma once

#include <sumi/array.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "training_record.hpp"

/// Images to train on and to test with; what they are made of.
struct LabelledImages {
  sumi::ArrayView x_train, x_test;  ///< valid while `owner` is there
  std::vector<std::int32_t> y_train, y_test;
  sumi::Shape image_shape;  ///< (height, width, colours)
  std::int64_t classes = 0;
  std::vector<std::string> class_names = {};  ///< empty where the files don't tell
  std::shared_ptr<const void> owner = {};
  DataSource source = {};
  /// Where KMNIST was looked for, if the sample set stands in for it.
  std::vector<std::string> looked_at = {};
};

/// Opens a folder of four IDX files; a `.npz` file of x_train, y_train, x_test and y_test; a folder of Kuzushiji-49's
/// four `.npz` files; or a folder of images with a sub-folder for each class, or with `train` and `test` that have one
/// each. An empty path: KMNIST where it is looked for, else the sample set. Bytes are divided by 255. Throws FileError.
LabelledImages open_data(const std::filesystem::path& path, bool with_checksums);
