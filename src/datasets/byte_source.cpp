// Opens and decompresses in small steps, so that no file can make it allocate.
#include "datasets/byte_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "sumi/error.hpp"

namespace sumi::datasets {

namespace {
constexpr int gzip_window = 15 + 16;  // the largest window; 16 asks zlib for a gzip header and checksum
}

ByteSource::ByteSource(const std::filesystem::path& file) : file_(file) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) fail("no such file.");
  if (!std::filesystem::is_regular_file(status)) fail("expected a file. Received a folder or device.");
  file_size_ = std::filesystem::file_size(file, error);
  errno = 0;
  stream_.open(file, std::ios::binary);
  if (!stream_) fail(std::string("cannot be opened: ") + std::strerror(errno) + ".");
  refill();
  if (zlib_.avail_in >= 2 && buffer_[0] == 0x1f && buffer_[1] == 0x8b) {
    if (inflateInit2(&zlib_, gzip_window) != Z_OK) fail("zlib cannot start.");
    compressed_ = true;
  }
}

ByteSource::~ByteSource() {
  if (compressed_) inflateEnd(&zlib_);
}

void ByteSource::fail(const std::string& message) const { throw FileError("'" + file_.string() + "': " + message); }

void ByteSource::refill() {
  if (zlib_.avail_in > 0) return;
  errno = 0;
  stream_.read(reinterpret_cast<char*>(buffer_.data()), static_cast<std::streamsize>(buffer_.size()));
  if (stream_.bad()) fail(std::string("cannot be read: ") + std::strerror(errno) + ".");
  zlib_.next_in = buffer_.data();
  zlib_.avail_in = static_cast<uInt>(stream_.gcount());
}

std::size_t ByteSource::read(std::uint8_t* out, std::size_t count) {
  std::size_t done = 0;
  while (done < count && !ended_) {
    refill();
    if (compressed_) {
      done += inflate_into(out + done, count - done);
    } else {
      const std::size_t chunk = std::min<std::size_t>(count - done, zlib_.avail_in);
      std::memcpy(out + done, zlib_.next_in, chunk);
      zlib_.next_in += chunk;
      zlib_.avail_in -= static_cast<uInt>(chunk);
      done += chunk;
      ended_ = chunk == 0;
    }
  }
  return done;
}

std::size_t ByteSource::inflate_into(std::uint8_t* out, std::size_t count) {
  if (zlib_.avail_in == 0) fail("the gzip data is truncated: it ends after " + std::to_string(file_size_) + " bytes.");
  const auto room = static_cast<uInt>(std::min<std::size_t>(count, 1 << 30));
  zlib_.next_out = out;
  zlib_.avail_out = room;
  const int result = inflate(&zlib_, Z_NO_FLUSH);
  if (result == Z_STREAM_END) {
    refill();
    ended_ = zlib_.avail_in == 0;
    // A gzip file may be several gzip streams in a row; anything else that follows fails in the next call's header.
    if (!ended_) inflateReset(&zlib_);
  } else if (result != Z_OK) {
    fail(std::string("the gzip data is damaged: ") + (zlib_.msg != nullptr ? zlib_.msg : zError(result)) + ".");
  }
  return room - zlib_.avail_out;
}

}  // namespace sumi::datasets
