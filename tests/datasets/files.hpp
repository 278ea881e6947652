// Folders, IDX files and variables of the environment that last as long as a test.
#pragma once

#include <stdlib.h>
#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace sumi::test {

namespace fs = std::filesystem;

/// An empty folder that is removed with everything in it.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (fs::temp_directory_path() / "sumi-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const fs::path& path() const { return path_; }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

/// Sets or, with nullptr, unsets a variable, and puts the old value back.
class Variable {
 public:
  Variable(std::string name, const char* value) : name_(std::move(name)) {
    if (const char* old = ::getenv(name_.c_str())) old_ = old;
    set(value);
  }
  ~Variable() { set(old_ ? old_->c_str() : nullptr); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  void set(const char* value) {
    if (value == nullptr) {
      ::unsetenv(name_.c_str());
    } else {
      ::setenv(name_.c_str(), value, 1);
    }
  }
  std::string name_;
  std::optional<std::string> old_;
};

/// An environment in which no data are.
struct Nowhere {
  TempFolder folder;
  Variable data{"SUMI_DATA", nullptr};
  Variable cache{"XDG_CACHE_HOME", (folder / "cache").c_str()};
  fs::path cached = folder / "cache" / "sumi" / "kmnist";
};

/// 'path', as messages name a file. Not with operator+, at which GCC 12 warns without reason (-Wrestrict).
inline std::string in_quotes(const fs::path& path) { return std::string("'").append(path.string()).append("'"); }

inline fs::path write(const fs::path& file, const std::string& bytes) {
  std::ofstream stream(file, std::ios::binary);
  stream << bytes;
  if (!stream.flush()) throw std::runtime_error("cannot write " + file.string());
  return file;
}

inline std::string read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  return names;
}

inline std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

/// An IDX file's bytes: the header for `sizes`, then the payload, whether it fits or not.
inline std::string idx(const std::vector<std::uint32_t>& sizes, const std::string& payload, char type = 0x08) {
  std::string bytes{0, 0, type, static_cast<char>(sizes.size())};
  for (const std::uint32_t size : sizes) bytes += big_endian(size);
  return bytes + payload;
}

inline std::string gzip(const std::string& bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::runtime_error("zlib");
  std::string out(deflateBound(&stream, bytes.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("zlib");
  return out;
}

/// Bytes without a pattern: they don't compress.
inline std::string noise(std::size_t count) {
  std::string bytes;
  for (std::uint32_t state = 1; bytes.size() < count; state = state * 1664525 + 1013904223) {
    bytes += static_cast<char>(state >> 24);
  }
  return bytes;
}

/// A whole set: 3 training and 2 test images of 2x4, the training images plain, the rest compressed.
inline void write_set(const fs::path& folder) {
  fs::create_directories(folder);
  write(folder / "train-images-idx3-ubyte", idx({3, 2, 4}, std::string("\0\x33\x66\x99\xcc\xff", 6) + noise(18)));
  write(folder / "train-labels-idx1-ubyte.gz", gzip(idx({3}, "\x02\x01\x09")));
  write(folder / "t10k-images-idx3-ubyte.gz", gzip(idx({2, 2, 4}, noise(16))));
  write(folder / "t10k-labels-idx1-ubyte.gz", gzip(idx({2}, "\x07\x08")));
}

}  // namespace sumi::test
