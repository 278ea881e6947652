#include "saving/bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

#include "sumi/error.hpp"

namespace sumi::saving {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& why) {
  throw FileError("'" + path.string() + "' can't be read: " + why + ".");
}

/// A descriptor, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (number_ < 0) fail(path, std::strerror(errno));
  }
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace

Bytes::Bytes(std::size_t size) : Bytes(std::malloc(size == 0 ? 1 : size), size) {
  if (!data_) throw std::bad_alloc();
}

Bytes read_file(const std::filesystem::path& path) {
  const Descriptor file(path);
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) fail(path, std::strerror(errno));
  if (S_ISDIR(status.st_mode)) fail(path, "it is a folder");
  if (!S_ISREG(status.st_mode)) fail(path, "it is not a regular file");
  Bytes bytes(static_cast<std::size_t>(status.st_size));
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t count = ::read(file.number(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path, std::strerror(errno));
    if (count == 0) fail(path, "it became shorter meanwhile");
    done += static_cast<std::size_t>(count);
  }
  return bytes;
}

}  // namespace sumi::saving
