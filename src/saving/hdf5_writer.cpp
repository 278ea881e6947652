#include "saving/hdf5_writer.hpp"

#include <hdf5.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

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
  std::size_t size = 0;

  static void* allocate(std::size_t /*size*/, H5FD_file_image_op_t /*op*/, void* image) {
    return static_cast<Image*>(image)->data;
  }
  static void* copy(void* to, const void* /*from*/, std::size_t /*size*/, H5FD_file_image_op_t /*op*/, void*) {
    return to;
  }
  static void* resize(void* /*data*/, std::size_t size, H5FD_file_image_op_t /*op*/, void* image) {
    auto& own = *static_cast<Image*>(image);
    void* larger = std::realloc(own.data, size);
    if (larger == nullptr) return nullptr;
    own.data = larger;
    own.size = size;
    return larger;
  }
  static herr_t release(void* /*data*/, H5FD_file_image_op_t /*op*/, void* /*image*/) { return 0; }
  static void* share(void* image) { return image; }
  static herr_t leave(void* /*image*/) { return 0; }
};

/// The structure stays together, in front of the arrays.
Handle core_access(std::size_t structure, Image& image) {
  constexpr std::size_t increment = std::size_t{1} << 16;
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5FD_file_image_callbacks_t callbacks = {Image::allocate, Image::copy,  Image::resize, Image::release,
                                           Image::share,    Image::leave, &image};
  H5Pset_fapl_core(access, increment, false);
  H5Pset_file_image_callbacks(access, &callbacks);
  H5Pset_meta_block_size(access, structure);
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

  /// Makes room for an array in the file and remembers what belongs there.
  void place(const std::string& path, const Shape& shape, hid_t type, std::span<const std::byte> values) {
    const std::vector<hsize_t> dimensions(shape.begin(), shape.end());
    const Handle space(dimensions.empty()
                           ? H5Screate(H5S_SCALAR)
                           : H5Screate_simple(static_cast<int>(dimensions.size()), dimensions.data(), nullptr),
                       H5Sclose);
    const Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_alloc_time(creation.id(), H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(creation.id(), H5D_FILL_TIME_NEVER);
    const Handle set(H5Dcreate2(id, path.c_str(), type, space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT), H5Dclose);
    if (!set) cannot_write(path);
    if (values.empty()) return;
    const haddr_t address = H5Dget_offset(set.id());
    if (address == HADDR_UNDEF) cannot_write(path);
    arrays.emplace(address, values);
  }

  std::map<std::uint64_t, std::span<const std::byte>> arrays;  // by their addresses in the file
  std::deque<std::int64_t> integers;
};

Hdf5Writer::Hdf5Writer(std::size_t expected) : file_(std::make_unique<File>()) {
  const Library library;
  const Handle access = core_access(expected, file_->image);
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
  file_->place(path, shape, H5T_IEEE_F32LE, std::as_bytes(values));
}

void Hdf5Writer::integer(const std::string& path, std::int64_t value) {
  const Library library;
  const std::int64_t& kept = file_->integers.emplace_back(value);
  file_->place(path, {}, H5T_STD_I64LE, std::as_bytes(std::span(&kept, 1)));
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

Hdf5Image Hdf5Writer::finish() {
  const Library library;
  if (H5Fclose(std::exchange(file_->id, -1)) < 0) cannot_write("a file in memory");
  // The superblock says where the file ends.
  constexpr std::size_t end_address = 40;
  std::uint64_t end = 0;
  std::memcpy(&end, static_cast<const char*>(file_->image.data) + end_address, sizeof end);

  Hdf5Image image{{std::exchange(file_->image.data, nullptr), file_->image.size}, std::move(file_->integers), {}, {}};
  // Between the arrays is structure, or nothing, where the driver wrote nothing.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> between;
  std::uint64_t at = 0, widest = 0;
  const auto fill_up_to = [&](std::uint64_t address) {
    const auto structure = image.structure.view();
    if (at < address && at < structure.size()) {
      const std::uint64_t stop = std::min<std::uint64_t>(address, structure.size());
      image.pieces.push_back(structure.subspan(at, stop - at));
      at = stop;
    }
    if (at == address) return;
    widest = std::max(widest, address - at);
    between.emplace_back(image.pieces.size(), address - at);
    image.pieces.emplace_back();
    at = address;
  };
  for (const auto& [address, values] : file_->arrays) {
    fill_up_to(address);
    image.pieces.push_back(values);
    at += values.size();
  }
  fill_up_to(end);
  image.gap = Bytes(widest);
  std::memset(image.gap.data(), 0, widest);
  for (const auto& [piece, size] : between) image.pieces[piece] = image.gap.view().first(size);
  return image;
}

}  // namespace sumi::saving
