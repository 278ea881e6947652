#include "saving/hdf5_file.hpp"

#include <hdf5.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <utility>

#include "core/text.hpp"
#include "sumi/error.hpp"

namespace sumi::saving {
namespace {

/// The library is not made for threads in every build, and prints errors unless it is told not to. Every function
/// that calls it begins with one of these.
class Library {
 public:
  Library() : lock_(mutex()) {
    H5Eget_auto2(H5E_DEFAULT, &print_, &print_data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Library() { H5Eset_auto2(H5E_DEFAULT, print_, print_data_); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

 private:
  static std::recursive_mutex& mutex() {
    static std::recursive_mutex one;
    return one;
  }
  std::lock_guard<std::recursive_mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* print_data_ = nullptr;
};

/// An identifier of the library's, released at the end.
class Handle {
 public:
  Handle(hid_t id, herr_t (*release)(hid_t)) : id_(id), release_(release) {}
  ~Handle() {
    if (id_ >= 0) release_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  hid_t id() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*release_)(hid_t);
};

/// The memory of a file: the library's "core" driver asks for it through these functions instead of copying it.
struct Image {
  void* data = nullptr;

  static void* allocate(std::size_t /*size*/, H5FD_file_image_op_t /*op*/, void* image) {
    return static_cast<Image*>(image)->data;
  }
  static void* copy(void* to, const void* /*from*/, std::size_t /*size*/, H5FD_file_image_op_t /*op*/, void*) {
    return to;
  }
  static void* resize(void* /*data*/, std::size_t size, H5FD_file_image_op_t /*op*/, void* image) {
    auto& own = *static_cast<Image*>(image);
    void* larger = std::realloc(own.data, size);
    if (larger != nullptr) own.data = larger;
    return larger;
  }
  static herr_t release(void* /*data*/, H5FD_file_image_op_t /*op*/, void* /*image*/) { return 0; }
  static void* share(void* image) { return image; }
  static herr_t leave(void* /*image*/) { return 0; }
};

Handle core_access(std::size_t increment, Image& image, std::size_t size) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5FD_file_image_callbacks_t callbacks = {Image::allocate, Image::copy,  Image::resize, Image::release,
                                           Image::share,    Image::leave, &image};
  H5Pset_fapl_core(access, increment, false);
  H5Pset_file_image_callbacks(access, &callbacks);
  if (size > 0) H5Pset_file_image(access, image.data, size);
  return {access, H5Pclose};
}

/// The core driver opens no file by its name, but takes two of one name for the same.
std::string unique_name() {
  static std::atomic<int> count = 0;
  return "in memory " + std::to_string(count++);
}

[[noreturn]] void cannot_write(const std::string& what) {
  throw FileError("The HDF5 library could not write " + what + ".");
}

Handle text_type() {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return {type, H5Tclose};
}

}  // namespace

struct Hdf5Writer::File {
  Image image;
  hid_t id = -1;
  ~File() {
    if (id >= 0) H5Fclose(id);
    std::free(image.data);
  }

  void write(const std::string& path, const Shape& shape, hid_t type, hid_t stored_as, const void* values) const {
    const std::vector<hsize_t> dimensions(shape.begin(), shape.end());
    const Handle space(dimensions.empty()
                           ? H5Screate(H5S_SCALAR)
                           : H5Screate_simple(static_cast<int>(dimensions.size()), dimensions.data(), nullptr),
                       H5Sclose);
    const Handle set(H5Dcreate2(id, path.c_str(), stored_as, space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                     H5Dclose);
    if (!set || H5Dwrite(set.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) cannot_write(path);
  }
};

Hdf5Writer::Hdf5Writer(std::size_t expected) : file_(std::make_unique<File>()) {
  const Library library;
  const Handle access = core_access(expected, file_->image, 0);
  file_->id = H5Fcreate(unique_name().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.id());
  if (file_->id < 0) cannot_write("a file in memory");
}

Hdf5Writer::~Hdf5Writer() {
  const Library library;
  file_.reset();
}

void Hdf5Writer::group(const std::string& path) {
  const Library library;
  const Handle creation(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(creation.id(), 1);
  const Handle group(H5Gcreate2(file_->id, path.c_str(), creation.id(), H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
  if (!group) cannot_write(path);
}

void Hdf5Writer::floats(const std::string& path, const Shape& shape, std::span<const float> values) {
  const Library library;
  file_->write(path, shape, H5T_NATIVE_FLOAT, H5T_IEEE_F32LE, values.data());
}

void Hdf5Writer::integer(const std::string& path, std::int64_t value) {
  const Library library;
  file_->write(path, {}, H5T_NATIVE_INT64, H5T_STD_I64LE, &value);
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name, const std::string& text) {
  const Library library;
  const Handle object(H5Oopen(file_->id, path.c_str(), H5P_DEFAULT), H5Oclose);
  const Handle type = text_type();
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle attribute(H5Acreate2(object.id(), name.c_str(), type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT),
                         H5Aclose);
  const char* characters = text.c_str();
  if (!attribute || H5Awrite(attribute.id(), type.id(), &characters) < 0) cannot_write(path + "'s " + name);
}

Bytes Hdf5Writer::finish() {
  const Library library;
  if (H5Fclose(std::exchange(file_->id, -1)) < 0) cannot_write("a file in memory");
  // The superblock says where the file ends; what the driver allocated is longer.
  constexpr std::size_t end_address = 40;
  std::uint64_t size = 0;
  std::memcpy(&size, static_cast<const char*>(file_->image.data) + end_address, sizeof size);
  return {std::exchange(file_->image.data, nullptr), size};
}

struct Hdf5Reader::File {
  Image image;
  std::size_t size = 0;
  hid_t id = -1;
  ~File() {
    if (id >= 0) H5Fclose(id);
  }
};

Hdf5Reader::Hdf5Reader(std::span<const std::byte> image, std::string origin)
    : file_(std::make_unique<File>()), origin_(std::move(origin)) {
  const Library library;
  // The library only reads: it was opened for no more than that.
  file_->image.data = const_cast<std::byte*>(image.data());
  file_->size = image.size();
  if (!image.empty()) {
    const Handle access = core_access(1U << 16, file_->image, image.size());
    file_->id = H5Fopen(unique_name().c_str(), H5F_ACC_RDONLY, access.id());
  }
  if (file_->id < 0) fail("", "it is no HDF5 file, or a damaged one");
}

Hdf5Reader::~Hdf5Reader() {
  const Library library;
  file_.reset();
}

Hdf5Reader::Hdf5Reader(Hdf5Reader&&) noexcept = default;

void Hdf5Reader::fail(const std::string& path, const std::string& why) const {
  throw FileError("'" + origin_ + "' can't be read: " + (path.empty() ? "" : repr(path) + " in it: ") + why + ".");
}

bool Hdf5Reader::has(const std::string& path) const {
  const Library library;
  // Each link of the path by itself: the library would follow one into another file.
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (part.empty() || part == "/") return true;
    if (H5Lexists(file_->id, part.c_str(), H5P_DEFAULT) <= 0) return false;
    H5L_info_t info;
    if (H5Lget_info(file_->id, part.c_str(), &info, H5P_DEFAULT) < 0) fail(part, "its link is damaged");
    if (info.type != H5L_TYPE_HARD) fail(part, "it is a soft or external link, which sumi doesn't follow");
    if (end == std::string::npos) return true;
  }
}

std::vector<std::string> Hdf5Reader::names(const std::string& group) const {
  const Library library;
  if (!is_group(group)) fail(group, "expected a group");
  const Handle opened(H5Gopen2(file_->id, group.c_str(), H5P_DEFAULT), H5Gclose);
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5L_info_t*, void* found) -> herr_t {
    static_cast<std::vector<std::string>*>(found)->emplace_back(name);
    return 0;
  };
  if (!opened || H5Literate(opened.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names) < 0) {
    fail(group, "the group is damaged");
  }
  return names;
}

bool Hdf5Reader::is_group(const std::string& path) const {
  const Library library;
  if (!has(path)) return false;
  const Handle object(H5Oopen(file_->id, path.c_str(), H5P_DEFAULT), H5Oclose);
  if (!object) fail(path, "it is damaged");
  return H5Iget_type(object.id()) == H5I_GROUP;
}

Hdf5Array Hdf5Reader::array(const std::string& path) const {
  const Library library;
  if (!has(path)) fail(path, "it is missing");
  const Handle set(H5Dopen2(file_->id, path.c_str(), H5P_DEFAULT), H5Dclose);
  if (!set) fail(path, "expected an array");
  const Handle space(H5Dget_space(set.id()), H5Sclose);
  const Handle type(H5Dget_type(set.id()), H5Tclose);
  const Handle creation(H5Dget_create_plist(set.id()), H5Pclose);
  if (!space || !type || !creation) fail(path, "the array is damaged");

  Hdf5Array array{path, {}, ElementType::float32};
  const H5T_class_t kind = H5Tget_class(type.id());
  const std::size_t size = H5Tget_size(type.id());
  if (kind == H5T_INTEGER && (size == 4 || size == 8)) {
    array.type = ElementType::integer;
  } else if (kind != H5T_FLOAT || size != 4) {
    fail(path, "expected an array of float32, or an integer of 32 or 64 bits; received elements of another type, of " +
                   std::to_string(size) + " bytes");
  }

  const int rank = H5Sget_simple_extent_ndims(space.id());
  if (rank < 0 || H5Sget_simple_extent_type(space.id()) == H5S_NULL) fail(path, "the array has no shape");
  std::vector<hsize_t> dimensions(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space.id(), dimensions.data(), nullptr);
  hsize_t bytes = size;
  for (const hsize_t dimension : dimensions) {
    if (dimension != 0 && bytes > file_->size / dimension) fail(path, "its shape is larger than the file");
    bytes *= dimension;
    array.shape.push_back(static_cast<std::int64_t>(dimension));
  }

  const H5D_layout_t layout = H5Pget_layout(creation.id());
  if (H5Pget_external_count(creation.id()) != 0) fail(path, "its data are in another file, which sumi doesn't follow");
  if (layout != H5D_CONTIGUOUS && layout != H5D_COMPACT) {
    fail(path, "it is chunked, compressed or virtual; Keras writes contiguous arrays, and sumi reads no others");
  }
  const bool outside = layout == H5D_CONTIGUOUS && bytes > 0 &&
                       (H5Dget_offset(set.id()) > file_->size || bytes > file_->size - H5Dget_offset(set.id()));
  if (outside || H5Dget_storage_size(set.id()) != bytes) fail(path, "its data are not all in the file");
  return array;
}

void Hdf5Reader::read(const Hdf5Array& array, std::span<float> values) const {
  const Library library;
  if (array.type != ElementType::float32) fail(array.path, "expected float32, received integers");
  if (element_count(array.shape) != static_cast<std::int64_t>(values.size())) {
    fail(array.path, "expected " + std::to_string(values.size()) + " numbers, received " + to_string(array.shape));
  }
  const Handle set(H5Dopen2(file_->id, array.path.c_str(), H5P_DEFAULT), H5Dclose);
  if (!set || H5Dread(set.id(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
    fail(array.path, "its data are damaged");
  }
}

std::int64_t Hdf5Reader::read_integer(const Hdf5Array& array) const {
  const Library library;
  if (array.type != ElementType::integer || element_count(array.shape) != 1) {
    fail(array.path, "expected one integer, received " +
                         std::string(array.type == ElementType::integer ? "integers" : "float32") + " of shape " +
                         to_string(array.shape));
  }
  const Handle set(H5Dopen2(file_->id, array.path.c_str(), H5P_DEFAULT), H5Dclose);
  std::int64_t value = 0;
  if (!set || H5Dread(set.id(), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value) < 0) {
    fail(array.path, "its data are damaged");
  }
  return value;
}

std::optional<std::vector<std::string>> Hdf5Reader::attributes(const std::string& path, const std::string& name) const {
  const Library library;
  if (!has(path)) fail(path, "it is missing");
  if (H5Aexists_by_name(file_->id, path.c_str(), name.c_str(), H5P_DEFAULT) <= 0) return std::nullopt;
  const std::string where = path + "'s attribute " + name;
  const Handle attribute(H5Aopen_by_name(file_->id, path.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (!attribute) fail(where, "it is damaged");
  const Handle type(H5Aget_type(attribute.id()), H5Tclose);
  const Handle space(H5Aget_space(attribute.id()), H5Sclose);
  const hssize_t count = H5Sget_simple_extent_npoints(space.id());
  std::vector<std::string> texts;
  if (count == 0) return texts;  // Keras writes it as an empty array of floats
  if (H5Tget_class(type.id()) != H5T_STRING) fail(where, "expected text");
  const std::size_t size = H5Tget_size(type.id());
  if (count < 0 || size == 0 || static_cast<std::size_t>(count) > file_->size / size) fail(where, "it is damaged");
  if (H5Tis_variable_str(type.id()) > 0) {
    std::vector<char*> read(static_cast<std::size_t>(count));
    if (H5Aread(attribute.id(), type.id(), read.data()) < 0) fail(where, "it is damaged");
    for (const char* text : read) texts.emplace_back(text == nullptr ? "" : text);
    H5Dvlen_reclaim(type.id(), space.id(), H5P_DEFAULT, read.data());
  } else {
    std::vector<char> read(static_cast<std::size_t>(count) * size);
    if (H5Aread(attribute.id(), type.id(), read.data()) < 0) fail(where, "it is damaged");
    for (std::size_t i = 0; i < read.size(); i += size) {
      const auto end = std::find(read.begin() + static_cast<std::ptrdiff_t>(i),
                                 read.begin() + static_cast<std::ptrdiff_t>(i + size), '\0');
      texts.emplace_back(read.begin() + static_cast<std::ptrdiff_t>(i), end);
    }
  }
  return texts;
}

std::optional<std::string> Hdf5Reader::attribute(const std::string& path, const std::string& name) const {
  const auto texts = attributes(path, name);
  if (!texts) return std::nullopt;
  if (texts->size() != 1) fail(path + "'s attribute " + name, "expected one text");
  return texts->front();
}

}  // namespace sumi::saving
