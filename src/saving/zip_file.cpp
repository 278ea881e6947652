#include "saving/zip_file.hpp"

#include <zip.h>

#include <algorithm>
#include <deque>
#include <exception>
#include <set>

#include "core/text.hpp"
#include "sumi/error.hpp"

namespace sumi::saving {
namespace {

/// An AtomicFile as libzip's place to write to.
struct Sink {
  AtomicFile& file;
  std::exception_ptr failure = {};

  zip_int64_t run(void* data, zip_uint64_t size, zip_source_cmd_t command) {
    switch (command) {
      case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_OPEN,
                                              ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL,
                                              ZIP_SOURCE_BEGIN_WRITE, ZIP_SOURCE_COMMIT_WRITE,
                                              ZIP_SOURCE_ROLLBACK_WRITE, ZIP_SOURCE_SEEK_WRITE, ZIP_SOURCE_TELL_WRITE,
                                              ZIP_SOURCE_WRITE, ZIP_SOURCE_REMOVE, -1);
      case ZIP_SOURCE_STAT: {
        auto* stat = static_cast<zip_stat_t*>(data);
        zip_stat_init(stat);
        stat->size = 0;
        stat->valid = ZIP_STAT_SIZE;
        return sizeof *stat;
      }
      case ZIP_SOURCE_WRITE:
        file.write({static_cast<const std::byte*>(data), size});
        return static_cast<zip_int64_t>(size);
      case ZIP_SOURCE_TELL_WRITE:
        return file.position();
      case ZIP_SOURCE_SEEK_WRITE: {
        const auto& to = *static_cast<const zip_source_args_seek_t*>(data);
        if (to.whence == SEEK_END) return -1;  // libzip only goes back to headers that it has written
        file.seek(to.offset + (to.whence == SEEK_CUR ? file.position() : 0));
        return 0;
      }
      case ZIP_SOURCE_ERROR: {
        zip_error_t error;
        zip_error_init_with_code(&error, ZIP_ER_WRITE);
        return zip_error_to_data(&error, data, size);
      }
      default:
        return 0;  // nothing to do: the file is committed or dropped by whoever made it
    }
  }

  // No exception may pass through libzip.
  static zip_int64_t call(void* sink, void* data, zip_uint64_t size, zip_source_cmd_t command) {
    auto& own = *static_cast<Sink*>(sink);
    try {
      return own.run(data, size, command);
    } catch (...) {
      own.failure = std::current_exception();
      return -1;
    }
  }
};

/// A member's pieces as libzip's place to read from.
struct Source {
  const Pieces& pieces;
  std::size_t piece = 0, at = 0;

  zip_int64_t read(std::byte* into, zip_uint64_t size) {
    zip_uint64_t done = 0;
    while (done < size && piece < pieces.size()) {
      const auto rest = pieces[piece].subspan(at);
      const std::size_t count = std::min<std::size_t>(rest.size(), size - done);
      std::copy_n(rest.data(), count, into + done);
      done += count;
      at += count;
      if (at < pieces[piece].size()) continue;
      ++piece;
      at = 0;
    }
    return static_cast<zip_int64_t>(done);
  }

  static zip_int64_t call(void* source, void* data, zip_uint64_t size, zip_source_cmd_t command) {
    auto& own = *static_cast<Source*>(source);
    switch (command) {
      case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                              ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
      case ZIP_SOURCE_OPEN:
        own.piece = own.at = 0;
        return 0;
      case ZIP_SOURCE_READ:
        return own.read(static_cast<std::byte*>(data), size);
      case ZIP_SOURCE_STAT: {
        auto* stat = static_cast<zip_stat_t*>(data);
        zip_stat_init(stat);
        stat->size = 0;
        for (const auto& one : own.pieces) stat->size += one.size();
        stat->valid = ZIP_STAT_SIZE;
        return sizeof *stat;
      }
      default:
        return 0;
    }
  }
};

[[noreturn]] void cannot_write(zip_error_t* error) {
  const std::string text = zip_error_strerror(error);
  throw FileError("The archive can't be written: " + text + ".");
}

/// An archive with more members than 16 bits count has a directory of its own kind, and needs far more memory than its
/// size tells.
bool has_large_directory(std::span<const std::byte> archive) {
  constexpr std::size_t longest_end = 65557 + 20;
  const std::string_view all(reinterpret_cast<const char*>(archive.data()), archive.size());
  return archive.size() < (std::size_t{1} << 32) &&
         all.substr(all.size() - std::min(all.size(), longest_end)).find("PK\x06\x07") != std::string_view::npos;
}

}  // namespace

bool leads_out(const std::string& name) {
  const bool absolute =
      name.empty() || name[0] == '/' || name.find('\\') != std::string::npos || name.find(':') != std::string::npos;
  return absolute || ("/" + name + "/").find("/../") != std::string::npos;
}

void write_zip(AtomicFile& file, const std::vector<ZipMember>& members, ZipMethod method) {
  Sink sink{file};
  std::deque<Source> sources;  // libzip reads them when it closes the archive
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_function_create(Sink::call, &sink, &error);
  if (target == nullptr) cannot_write(&error);
  zip_t* archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &error);
  if (archive == nullptr) {
    zip_source_free(target);
    cannot_write(&error);
  }
  std::unique_ptr<zip_t, void (*)(zip_t*)> discard(archive, zip_discard);
  for (const ZipMember& member : members) {
    zip_source_t* content = zip_source_function(archive, Source::call, &sources.emplace_back(Source{member.content}));
    const zip_int64_t index =
        content == nullptr ? -1 : zip_file_add(archive, member.name.c_str(), content, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(content);
      cannot_write(zip_get_error(archive));
    }
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index),
                             method == ZipMethod::stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 0);
  }
  if (zip_close(archive) != 0) {
    if (sink.failure) std::rethrow_exception(sink.failure);
    cannot_write(zip_get_error(archive));
  }
  static_cast<void>(discard.release());  // closing has freed it
}

struct ZipReader::Archive {
  zip_t* zip = nullptr;
  ~Archive() {
    if (zip != nullptr) zip_discard(zip);
  }
};

ZipReader::ZipReader(std::span<const std::byte> archive, std::string origin, ZipOwner owner)
    : archive_(std::make_unique<Archive>()), size_(archive.size()), origin_(std::move(origin)), owner_(owner) {
  if (has_large_directory(archive)) {
    fail("", "its directory is made for more members than " + std::string(owner_.name) + " has");
  }
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(archive.data(), archive.size(), 0, &error);
  if (source != nullptr) archive_->zip = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
  if (archive_->zip == nullptr) {
    zip_source_free(source);
    if (zip_error_code_zip(&error) == ZIP_ER_EXISTS) fail("", "two members have the same name");
    fail("", std::string("it is no ZIP archive, or a damaged one (") + zip_error_strerror(&error) + ")");
  }
  std::set<std::string, std::less<>> seen;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive_->zip, 0); ++i) {
    const char* name = zip_get_name(archive_->zip, static_cast<zip_uint64_t>(i), 0);
    if (name == nullptr) fail("", "a member has no name");
    names_.emplace_back(name);
    if (leads_out(names_.back())) fail(names_.back(), "the name leads out of the archive");
    if (!seen.insert(names_.back()).second) fail(names_.back(), "another member has the same name");
  }
}

ZipReader::~ZipReader() = default;

void ZipReader::fail(const std::string& member, const std::string& why) const {
  throw FileError("'" + origin_ + "' can't be read: " + (member.empty() ? "" : repr(member) + " in it: ") + why + ".");
}

bool ZipReader::has(const std::string& name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

Bytes ZipReader::read(const std::string& name, std::size_t limit) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) fail(name, "it is missing");
  const auto index = static_cast<zip_uint64_t>(found - names_.begin());
  zip_stat_t stat;
  zip_stat_init(&stat);
  constexpr zip_uint64_t needed =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if (zip_stat_index(archive_->zip, index, 0, &stat) != 0 || (stat.valid & needed) != needed) {
    fail(name, "its entry is damaged");
  }
  if (stat.encryption_method != ZIP_EM_NONE) fail(name, "it is encrypted");
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
    fail(name, "expected a stored or deflated member, received compression method " + std::to_string(stat.comp_method));
  }
  if (stat.size > limit) {
    fail(name, "expected at most " + std::to_string(limit) + " bytes, received " + std::to_string(stat.size));
  }
  constexpr std::size_t always_allowed = std::size_t{16} << 20;
  if (stat.size > std::max(always_allowed, owner_.times * size_)) {
    fail(name, "its " + std::to_string(stat.size) + " bytes come from an archive of " + std::to_string(size_));
  }
  Bytes bytes(stat.size);
  zip_file_t* file = zip_fopen_index(archive_->zip, index, 0);
  if (file == nullptr) fail(name, zip_strerror(archive_->zip));
  const zip_int64_t count = zip_fread(file, bytes.data(), bytes.size());
  std::byte beyond{};
  // The checksum is compared when the end is seen.
  const bool whole = count == static_cast<zip_int64_t>(bytes.size()) && zip_fread(file, &beyond, 1) == 0;
  const std::string why = zip_file_strerror(file);
  zip_fclose(file);
  if (!whole) fail(name, "its content is damaged (" + why + ")");
  return bytes;
}

}  // namespace sumi::saving
