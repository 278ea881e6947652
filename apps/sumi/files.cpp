#include "files.hpp"

#include <sumi/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace fs = std::filesystem;

namespace {

[[noreturn]] void refuse(const fs::path& path, int error) {
  throw sumi::FileError("'" + path.string() + "' can't be written: " + std::strerror(error) + ".");
}

class File {
 public:
  File(const fs::path& path, int flags) : path_(path), descriptor_(open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) refuse(path_, errno);
  }
  ~File() { close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void write(const std::string& content) {
    for (std::size_t done = 0; done < content.size();) {
      const ssize_t count = ::write(descriptor_, content.data() + done, content.size() - done);
      if (count < 0 && errno != EINTR) refuse(path_, errno);
      if (count > 0) done += static_cast<std::size_t>(count);
    }
  }
  void sync() {
    // Folders of some file systems, and pipes, can't be synced: nothing can be done about that.
    if (fsync(descriptor_) != 0 && errno != EINVAL && errno != EROFS) refuse(path_, errno);
  }

 private:
  fs::path path_;
  int descriptor_;
};

// Removes what was written where the rest goes wrong.
template <class Action>
void or_remove(const fs::path& temporary, Action action) {
  try {
    action();
  } catch (...) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw;
  }
}

}  // namespace

fs::path temporary_beside(const fs::path& file) {
  fs::path temporary = file;
  temporary += ".";
  temporary += std::to_string(getpid());
  temporary += ".part";
  return temporary;
}

void publish(const fs::path& temporary, const fs::path& file) {
  or_remove(temporary, [&] {
    File(temporary, O_WRONLY).sync();
    std::error_code error;
    fs::rename(temporary, file, error);
    if (error) refuse(file, error.value());
    File(file.has_parent_path() ? file.parent_path() : fs::path("."), O_RDONLY | O_DIRECTORY).sync();
  });
}

void write_atomically(const fs::path& file, const std::string& content) {
  const fs::path temporary = temporary_beside(file);
  or_remove(temporary, [&] { File(temporary, O_WRONLY | O_CREAT | O_TRUNC).write(content); });
  publish(temporary, file);
}

void require_writable(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) refuse(folder, error.value());
  const fs::path probe = temporary_beside(folder / "probe");
  { const File written(probe, O_WRONLY | O_CREAT | O_TRUNC); }
  fs::remove(probe, error);
}
