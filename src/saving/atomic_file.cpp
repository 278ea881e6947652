#include "saving/atomic_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "sumi/error.hpp"

namespace fs = std::filesystem;

namespace sumi::saving {
namespace {

constexpr std::size_t buffer_size = std::size_t{1} << 20;

[[noreturn]] void fail(const fs::path& path, int error) {
  throw FileError("'" + path.string() + "' can't be written: " + std::strerror(error) + ".");
}

/// Other processes and threads may write the same file.
fs::path temporary_beside(const fs::path& target) {
  static std::atomic<int> count = 0;
  fs::path path = target;
  path += "." + std::to_string(::getpid()) + "-" + std::to_string(count++) + ".part";
  return path;
}

void sync(int descriptor, const fs::path& path) {
  // Folders of some file systems can't be synced: nothing can be done about that.
  if (::fsync(descriptor) != 0 && errno != EINVAL && errno != EROFS) fail(path, errno);
}

void sync_folder(const fs::path& target) {
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;  // it can be written but not read: the file itself is on disk
  const bool failed = ::fsync(descriptor) != 0 && errno != EINVAL && errno != EROFS;
  const int error = errno;
  ::close(descriptor);
  if (failed) fail(target, error);
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& target) : target_(target), buffer_(buffer_size) {
  std::error_code error;
  // A link stays a link: what it points to is replaced.
  if (fs::is_symlink(target_, error)) {
    const fs::path pointed_at = fs::weakly_canonical(target_, error);
    if (!error) target_ = pointed_at;
  }
  if (fs::is_directory(target_, error)) fail(target, EISDIR);
  temporary_ = temporary_beside(target_);
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail(target, errno);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), buffer_size - buffered_);
    std::memcpy(buffer_.data() + buffered_, bytes.data(), count);
    buffered_ += count;
    bytes = bytes.subspan(count);
    if (buffered_ == buffer_size) flush();
  }
}

void AtomicFile::flush() {
  for (std::size_t done = 0; done < buffered_;) {
    const ssize_t count = ::write(descriptor_, buffer_.data() + done, buffered_ - done);
    if (count < 0 && errno != EINTR) fail(target_, errno);
    if (count > 0) done += static_cast<std::size_t>(count);
  }
#ifdef __linux__
  // The disk begins to write while the rest is made. Only a hint: commit() waits for all of it.
  sync_file_range(descriptor_, written_, static_cast<off64_t>(buffered_), SYNC_FILE_RANGE_WRITE);
#endif
  written_ += static_cast<std::int64_t>(buffered_);
  buffered_ = 0;
}

void AtomicFile::seek(std::int64_t position) {
  flush();
  if (::lseek(descriptor_, position, SEEK_SET) < 0) fail(target_, errno);
  written_ = position;
}

std::int64_t AtomicFile::position() const { return written_ + static_cast<std::int64_t>(buffered_); }

void AtomicFile::commit() {
  flush();
  sync(descriptor_, target_);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail(target_, errno);
  ::close(descriptor_);
  descriptor_ = -1;
  sync_folder(target_);
}

void write_file(const fs::path& target, const Pieces& pieces) {
  AtomicFile file(target);
  file.write(pieces);
  file.commit();
}

}  // namespace sumi::saving
