// A download that is right or not there: bytes gather in NAME.part, which becomes NAME once its SHA-256 is.
#include "datasets/fetch.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <memory>
#include <system_error>

#include "sumi/datasets.hpp"

namespace sumi::datasets {

namespace fs = std::filesystem;
using kmnist::FetchProgress;

namespace {

[[noreturn]] void fail(const fs::path& path, const std::string& message) {
  throw FileError("'" + path.string() + "': " + message);
}

[[noreturn]] void fail_errno(const fs::path& path, const char* what) {
  fail(path, std::string(what) + ": " + std::strerror(errno) + ".");
}

// NAME.part while this process owns it. Leaves the file behind, unless it is empty: then there is nothing to resume.
class PartFile {
 public:
  explicit PartFile(fs::path path) : path_(std::move(path)), fd_(::open(path_.c_str(), O_RDWR | O_CREAT, 0644)) {
    if (fd_ < 0) fail_errno(path_, "cannot be written");
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      ::close(fd_);
      fail(path_, "another download is writing it.");
    }
    size_ = ::lseek(fd_, 0, SEEK_END);
  }
  ~PartFile() {
    if (size_ == 0) ::unlink(path_.c_str());
    ::close(fd_);
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const fs::path& path() const { return path_; }
  std::int64_t size() const { return size_; }

  void append(const char* data, std::size_t count) {
    while (count > 0) {
      const ssize_t written = ::write(fd_, data, count);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail_errno(path_, "cannot be written");
      data += written;
      count -= static_cast<std::size_t>(written);
      size_ += written;
    }
  }

  void clear() {
    if (::ftruncate(fd_, 0) != 0 || ::lseek(fd_, 0, SEEK_SET) != 0) fail_errno(path_, "cannot be emptied");
    size_ = 0;
  }

  // Renames it. On disk before its name says that it's whole.
  void become(const fs::path& name) {
    if (::fsync(fd_) != 0) fail_errno(path_, "cannot be written");
    std::error_code error;
    fs::rename(path_, name, error);
    if (error) fail(path_, "cannot be renamed to '" + name.string() + "': " + error.message() + ".");
    const int folder = ::open(name.parent_path().c_str(), O_RDONLY | O_DIRECTORY);
    if (folder >= 0) {
      ::fsync(folder);  // best effort: not every file system can
      ::close(folder);
    }
  }

 private:
  fs::path path_;
  int fd_;
  std::int64_t size_ = 0;
};

struct Transfer {
  PartFile& part;
  const PublishedFile& file;
  const std::function<void(const FetchProgress&)>& progress;
  std::chrono::steady_clock::time_point reported{};
  std::exception_ptr error{};
  bool too_long = false;

  void report(FetchProgress::Stage stage) {
    if (!progress) return;
    const auto now = std::chrono::steady_clock::now();
    if (stage == FetchProgress::Stage::downloading && now - reported < std::chrono::milliseconds(200)) return;
    reported = now;
    progress({std::string(file.name), stage, part.size(), file.bytes});
  }

  // What libcurl calls with each piece. Exceptions must not pass through C; another count than `count` stops it.
  static std::size_t receive(char* data, std::size_t, std::size_t count, void* user) {
    auto& self = *static_cast<Transfer*>(user);
    try {
      self.too_long = self.part.size() + static_cast<std::int64_t>(count) > self.file.bytes;
      if (self.too_long) return 0;
      self.part.append(data, count);
      self.report(FetchProgress::Stage::downloading);
    } catch (...) {
      self.error = std::current_exception();
      return 0;
    }
    return count;
  }
};

void start_curl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw FileError(std::string("libcurl cannot start: ") + curl_easy_strerror(code) + ".");
}

// Fetches what is missing of the part. Throws FileError; the part then holds only bytes that are worth keeping.
void download(const std::string& url, Transfer& transfer) {
  start_curl();
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(), &curl_easy_cleanup);
  if (!handle) throw FileError("libcurl cannot start.");
  CURL* curl = handle.get();
  std::array<char, CURL_ERROR_SIZE> reason{};
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason.data());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Transfer::receive);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "sumi");
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);  // an error page is not data
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 10L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);  // bytes a second: nothing for a minute is a dead connection
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 60L);

  const auto perform = [&] {
    curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(transfer.part.size()));
    return curl_easy_perform(curl);
  };
  const std::int64_t resumed_at = transfer.part.size();
  CURLcode code = perform();
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  constexpr long range_not_satisfiable = 416;
  if (resumed_at > 0 && (code == CURLE_RANGE_ERROR || status == range_not_satisfiable)) {
    transfer.part.clear();  // this server can't resume, or its file ends before ours: from the start
    code = perform();
  }

  if (transfer.error) std::rethrow_exception(transfer.error);
  const std::string of_bytes = " of " + std::to_string(transfer.file.bytes) + " bytes";
  if (transfer.too_long || (code == CURLE_OK && transfer.part.size() != transfer.file.bytes)) {
    const std::string received = transfer.too_long ? "more" : std::to_string(transfer.part.size()) + " bytes";
    transfer.part.clear();
    throw FileError("'" + url + "' is not the published file. Expected " + std::to_string(transfer.file.bytes) +
                    " bytes. Received " + received + ". Nothing was kept.");
  }
  if (code != CURLE_OK) {
    const std::string why = reason[0] != '\0' ? reason.data() : curl_easy_strerror(code);
    throw FileError("The download of '" + url + "' failed: " + why + ". " +
                    (transfer.part.size() > 0 ? std::to_string(transfer.part.size()) + of_bytes + " are in '" +
                                                    transfer.part.path().string() + "'; fetch again to resume."
                                              : "Nothing was received."));
  }
}

}  // namespace

void fetch_file(const PublishedFile& file, const fs::path& folder, const std::string& base_url,
                const std::function<void(const FetchProgress&)>& progress) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!fs::is_directory(folder)) fail(folder, "the folder cannot be created: " + error.message() + ".");

  const fs::path target = folder / file.name;
  if (fs::exists(target)) {
    const std::string sum = sha256_of(target);
    if (sum != file.sha256) {
      fail(target, "another file is in the way. Expected SHA-256 " + std::string(file.sha256) + ". Received " + sum +
                       ". Remove it, or fetch into another folder.");
    }
    if (progress) progress({std::string(file.name), FetchProgress::Stage::kept, file.bytes, file.bytes});
    return;
  }

  PartFile part(target.string() + ".part");
  Transfer transfer{part, file, progress};
  const std::string url = base_url + (base_url.ends_with('/') ? "" : "/") + std::string(file.name);
  if (part.size() > file.bytes) part.clear();
  if (part.size() < file.bytes) download(url, transfer);

  const std::string sum = sha256_of(part.path());
  if (sum != file.sha256) {
    part.clear();
    throw FileError("'" + url + "' is not the published file. Expected SHA-256 " + std::string(file.sha256) +
                    ". Received " + sum + ". Nothing was kept; fetch again to start over.");
  }
  part.become(target);
  transfer.report(FetchProgress::Stage::done);
}

}  // namespace sumi::datasets
