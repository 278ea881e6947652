// Labelled images from IDX files, KMNIST and Kuzushiji-49: where they are looked for, how KMNIST is fetched.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sumi/array.hpp"
#include "sumi/shape.hpp"
#include "sumi/tensor.hpp"

namespace sumi::datasets {

/// Grey images, one byte a pixel, shape (count, height, width).
class Images {
 public:
  /// No images, shape (0, 0, 0).
  Images() = default;

  /// Row-major pixels. Throws ShapeError unless `shape` has three dimensions and as many elements as there are pixels.
  Images(std::vector<std::uint8_t> pixels, Shape shape);

  /// (count, height, width).
  const Shape& shape() const { return shape_; }
  /// Number of images.
  std::int64_t count() const { return shape_[0]; }
  const std::vector<std::uint8_t>& pixels() const { return pixels_; }

  /// The bytes as they are, (count, height, width); valid while the pixels are here. Nothing is copied.
  ArrayView view() const;
  /// The bytes as float32 (count, height, width, 1), 0 to 255.
  Tensor as_float() const;
  /// float32 (count, height, width, 1) in [0, 1]: each byte divided by 255.
  Tensor normalized() const;
  /// The same numbers without the copy: (count, height, width, 1), divided when they are read, in the memory of the
  /// bytes.
  ArrayView normalized_view() const;

 private:
  std::vector<std::uint8_t> pixels_;
  Shape shape_{0, 0, 0};
};

/// Images and the class of each.
struct Split {
  Images images;
  std::vector<std::uint8_t> labels;  ///< one per image
};

/// What `auto [train, test] = load_data();` takes apart.
struct Dataset {
  Split train;
  Split test;
};

/// One IDX file of unsigned bytes: values in row-major order.
struct IdxArray {
  std::vector<std::uint8_t> values;
  Shape shape;
};

/// Reads one IDX file, plain or gzip (told apart by content, not by name), of 1 to 8 dimensions.
/// Throws FileError: missing or unreadable, damaged gzip, wrong magic, an element type other than unsigned byte,
/// fewer or more bytes than the header announces. Memory never exceeds what the file really holds.
IdxArray read_idx(const std::filesystem::path& file);

/// Reads the four files {train,t10k}-{images-idx3,labels-idx1}-ubyte of a folder, each plain or with .gz (the plain
/// one is taken where both exist), also as `train-images.idx3-ubyte`. Any image size: MNIST, Fashion-MNIST, KMNIST.
/// Throws FileError: no such folder, a missing file, what read_idx throws, images and labels of different counts,
/// no images, training and test images of different sizes.
Dataset load_idx(const std::filesystem::path& folder);

/// The SHA-256 of a file, as 64 lower-case hexadecimal digits. Throws FileError where the file can't be read.
std::string sha256_of(const std::filesystem::path& file);

namespace kmnist {

/// What load_data loads, and where it looks.
struct LoadOptions {
  /// "kmnist" or "k49".
  std::string type = "kmnist";
  /// Folder of the four files; nowhere else is looked then. Empty: $SUMI_DATA, then the cache folder of the
  /// type.
  std::filesystem::path folder = {};
  /// Of "kmnist": whether the small set that ships with sumi (rendered kana of the same ten classes, not KMNIST) may
  /// stand in when KMNIST is nowhere. Ask locate() whether it did.
  bool allow_sample = false;
};

/// The place that load_data reads from.
struct Location {
  std::filesystem::path folder;
  bool is_sample = false;              ///< true: not KMNIST but sumi's own small set
  std::vector<std::string> looked_at;  ///< every place tried before, with what was found there
};

/// Finds the files of options.type: options.folder, else $SUMI_DATA, else the cache folder, else, where allowed, the
/// shipped sample. A folder counts as soon as it holds one of the four files. Throws ArgumentError for another type,
/// FileError that lists every place.
Location locate(const LoadOptions& options = {});

/// "kmnist": 60,000 training and 10,000 test images of 28x28, labels 0 to 9. "k49", Kuzushiji-49: 232,365 and 38,547,
/// labels 0 to 48, from k49-{train,test}-{imgs,labels}.npz, in each of which is the array arr_0 of unsigned bytes.
/// Throws what locate and load_idx throw, FileError where a file of Kuzushiji-49 holds something else.
Dataset load_data(const LoadOptions& options = {});

/// Readings of the classes in label order. "kmnist": o, ki, su, tsu, na, ha, ma, ya, re, wo. "k49": a, i, u, e, o, ka,
/// ... wo, n, and the iteration mark. Throws ArgumentError for another type.
const std::vector<std::string>& class_names(const std::string& type = "kmnist");

/// $XDG_CACHE_HOME/sumi/TYPE, else ~/.cache/sumi/TYPE; empty where neither variable is set. Throws ArgumentError for
/// another type.
std::filesystem::path cache_folder(const std::string& type = "kmnist");

/// What fetch is doing with one file.
struct FetchProgress {
  enum class Stage { kept, downloading, done };
  std::string file;
  Stage stage = Stage::downloading;  ///< kept: the right file was there already
  std::int64_t received = 0;         ///< bytes on disk, those of an earlier, interrupted try included
  std::int64_t total = 0;            ///< bytes of the whole file
};

/// Where fetch downloads from and to.
struct FetchOptions {
  /// Created where missing. Empty: $SUMI_DATA, else cache_folder().
  std::filesystem::path folder = {};
  /// URL of a folder with the same four files (http, https, file, ...). Empty: the publisher's.
  std::string mirror = {};
  /// Called a few times a second. May be empty. An exception from it stops the download and passes through.
  std::function<void(const FetchProgress&)> progress = {};
};

/// Downloads the four files of KMNIST and returns their folder. An interrupted file stays as NAME.part and is resumed
/// by the next call; NAME appears only when all of it has arrived and its SHA-256 is right. A right file that is there
/// already is kept. Throws FileError: no connection, an HTTP error, a wrong SHA-256 (the part is removed), another
/// file in the way (it's left alone), a folder that can't be written.
std::filesystem::path fetch(const FetchOptions& options = {});

}  // namespace kmnist
}  // namespace sumi::datasets
