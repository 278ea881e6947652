// Where KMNIST and Kuzushiji-49 are looked for and where KMNIST comes from. SUMI_SOURCE_SAMPLE and
// SUMI_INSTALLED_SAMPLE, the shipped set's places, come from CMake.
#include <array>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "core/text.hpp"
#include "datasets/fetch.hpp"
#include "datasets/idx_files.hpp"
#include "datasets/k49_files.hpp"
#include "sumi/datasets.hpp"

namespace sumi::datasets::kmnist {

namespace fs = std::filesystem;

namespace {

// As their authors publish them.
constexpr const char* publisher_url = "http://codh.rois.ac.jp/kmnist/dataset/kmnist/";
constexpr const char* k49_url = "http://codh.rois.ac.jp/kmnist/dataset/k49/";
constexpr std::array<PublishedFile, 4> published_files{{
    {"train-images-idx3-ubyte.gz", 18165135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"},
    {"train-labels-idx1-ubyte.gz", 29497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"},
    {"t10k-images-idx3-ubyte.gz", 3041136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"},
    {"t10k-labels-idx1-ubyte.gz", 5120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"},
}};

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool is_k49(const std::string& type) {
  if (type == "k49") return true;
  if (type == "kmnist") return false;
  throw ArgumentError("Expected `type` to be 'kmnist' or 'k49'. Received type=" + repr(type) + "." +
                      suggestion(type, {"kmnist", "k49"}));
}

// Why a folder is no place to read from; empty where it holds at least one of the four files. One is enough: a set
// with a file missing is to be repaired, not passed over.
std::string objection(const fs::path& folder, bool k49) {
  std::error_code error;
  if (!fs::exists(folder, error)) return "no such folder";
  if (!fs::is_directory(folder, error)) return "not a folder";
  if (k49) return has_k49_file(folder) ? "" : "holds no k49-{train,test}-{imgs,labels}.npz";
  for (const char* split : {"train", "t10k"}) {
    if (find_images(folder, split) || find_labels(folder, split)) return "";
  }
  return "holds no {train,t10k}-{images-idx3,labels-idx1}-ubyte[.gz]";
}

}  // namespace

fs::path cache_folder(const std::string& type) {
  is_k49(type);  // throws where it is neither
  // A relative XDG_CACHE_HOME is to be ignored, says its specification.
  if (const fs::path cache(variable("XDG_CACHE_HOME")); cache.is_absolute()) return cache / "sumi" / type;
  const fs::path home(variable("HOME"));
  return home.empty() ? home : home / ".cache" / "sumi" / type;
}

Location locate(const LoadOptions& options) {
  const bool k49 = is_k49(options.type);
  Location location;
  const auto accept = [&location, k49](const fs::path& folder, std::string label = "") {
    const std::string why = objection(folder, k49);
    if (why.empty()) {
      location.folder = folder;
    } else {
      location.looked_at.push_back(label.append("'").append(folder.string()).append("': ").append(why));
    }
    return why.empty();
  };

  if (!options.folder.empty()) {
    if (accept(options.folder)) return location;
  } else {
    const fs::path named(variable("SUMI_DATA"));
    if (named.empty()) {
      location.looked_at.push_back("$SUMI_DATA: not set");
    } else if (accept(named, "$SUMI_DATA, ")) {
      return location;
    }

    const fs::path cache = cache_folder(options.type);
    if (cache.empty()) {
      location.looked_at.push_back("the cache folder: neither $XDG_CACHE_HOME nor $HOME is set");
    } else if (accept(cache)) {
      return location;
    }

    if (options.allow_sample && !k49) {
      for (const char* sample : {SUMI_SOURCE_SAMPLE, SUMI_INSTALLED_SAMPLE}) {
        location.is_sample = accept(sample, "the shipped sample, ");
        if (location.is_sample) return location;
      }
    }
  }

  std::string message =
      std::string("Expected ") + (k49 ? "Kuzushiji-49" : "KMNIST") + "'s four files in a folder. Looked at:";
  for (const std::string& place : location.looked_at) message += "\n  " + place;
  throw FileError(message +
                  (k49 ? "\nDownload them from " + std::string(k49_url) : "\nDownload them with `sumi fetch`") +
                  ", or name their folder with $SUMI_DATA.");
}

Dataset load_data(const LoadOptions& options) {
  const fs::path folder = locate(options).folder;
  return is_k49(options.type) ? load_k49(folder) : load_idx(folder);
}

fs::path fetch(const FetchOptions& options) {
  fs::path folder = options.folder;
  if (folder.empty()) folder = variable("SUMI_DATA");
  if (folder.empty()) folder = cache_folder();
  if (folder.empty())
    throw FileError("No folder to fetch KMNIST to: none of $SUMI_DATA, $XDG_CACHE_HOME, $HOME is set.");
  for (const PublishedFile& file : published_files) {
    fetch_file(file, folder, options.mirror.empty() ? publisher_url : options.mirror, options.progress);
  }
  return folder;
}

const std::vector<std::string>& class_names(const std::string& type) {
  static const std::vector<std::string> names{"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"};
  static const std::vector<std::string> names_of_k49{"a",  "i",  "u",   "e",   "o",   "ka", "ki",
                                                     "ku", "ke", "ko",  "sa",  "shi", "su", "se",
                                                     "so", "ta", "chi", "tsu", "te",  "to", "na",
                                                     "ni", "nu", "ne",  "no",  "ha",  "hi", "fu",
                                                     "he", "ho", "ma",  "mi",  "mu",  "me", "mo",
                                                     "ya", "yu", "yo",  "ra",  "ri",  "ru", "re",
                                                     "ro", "wa", "wi",  "we",  "wo",  "n",  "iteration mark"};
  return is_k49(type) ? names_of_k49 : names;
}

}  // namespace sumi::datasets::kmnist
