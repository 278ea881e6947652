// `.npz`: a ZIP archive of `.npy` files.
#include <algorithm>
#include <deque>

#include "core/text.hpp"
#include "saving/npy.hpp"
#include "saving/zip_file.hpp"

namespace sumi {
namespace {

constexpr std::string_view ending = ".npy";

/// What deflate makes of images shrinks less than this.
constexpr saving::ZipOwner owner{"a .npz file", 64};

}  // namespace

struct NpzFile::Content {
  explicit Content(const std::filesystem::path& file)
      : bytes(saving::read_file(file)), zip(bytes.view(), file.string(), owner) {
    for (const std::string& member : zip.names()) {
      if (member.ends_with(ending)) names.push_back(member.substr(0, member.size() - ending.size()));
    }
  }

  saving::Bytes bytes;
  saving::ZipReader zip;
  std::vector<std::string> names;
};

NpzFile::NpzFile(const std::filesystem::path& file) : content_(std::make_unique<Content>(file)) {}
NpzFile::~NpzFile() = default;
NpzFile::NpzFile(NpzFile&& other) noexcept = default;
NpzFile& NpzFile::operator=(NpzFile&& other) noexcept = default;

const std::vector<std::string>& NpzFile::names() const { return content_->names; }

bool NpzFile::has(const std::string& name) const {
  return std::find(names().begin(), names().end(), name) != names().end();
}

NumpyArray NpzFile::read(const std::string& name) const {
  const std::string& file = content_->zip.origin();
  if (!has(name)) {
    throw FileError("'" + file + "' has no array " + repr(name) + ". It has " +
                    (names().empty() ? "none" : join(names())) + ".");
  }
  const std::string member = name + std::string(ending);
  return saving::read_npy(content_->zip.read(member, SIZE_MAX), file + "[" + member + "]");
}

void save_npz(const std::filesystem::path& file, const std::map<std::string, ArrayView>& arrays,
              const NpzOptions& options) {
  std::vector<saving::ZipMember> members;
  std::deque<std::string> headers;  // they and the floats must stay where they are until all is written
  std::deque<Tensor> floats;
  for (const auto& [name, array] : arrays) {
    if (saving::leads_out(name)) {
      throw ArgumentError("save_npz: expected names that don't lead out of a folder. Received " + repr(name) + ".");
    }
    const ArrayView written = saving::undivided(array, floats.emplace_back());
    headers.push_back(saving::npy_header(written.dtype(), written.shape()));
    members.push_back({name + std::string(ending), {saving::bytes_of(headers.back()), saving::bytes_of(written)}});
  }
  saving::AtomicFile target(file);
  saving::write_zip(target, members, options.compressed ? saving::ZipMethod::deflated : saving::ZipMethod::stored);
  target.commit();
}

}  // namespace sumi
