// Who may include whom. The table in docs/architecture.md says why.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "house/source_tree.hpp"
#include "support/catch.hpp"

using namespace sumi::house;

namespace {

using Names = std::set<std::string, std::less<>>;

// The folders of src/ that a folder may include, besides itself and the public headers. Layers see the graph through
// the public sumi/lowering.hpp only, and nobody but training sees the plan.
const std::map<std::string, Names, std::less<>> folders = {
    {"core", {}},
    {"datasets", {"core"}},
    {"layers", {"core"}},
    {"saving", {"core", "layers"}},
    {"graph", {"core"}},
    {"state", {"core", "graph"}},
    {"backend", {"core", "graph"}},
    {"losses", {"core"}},
    {"metrics", {"core"}},
    {"optimizers", {"backend", "core", "state"}},
    {"plan", {"backend", "core", "graph", "state"}},
    {"training", {"backend", "core", "graph", "layers", "losses", "metrics", "optimizers", "plan", "saving", "state"}},
};

// Other people's headers, by the beginning of their names, and the only places that may include them. Places begin a
// path; tests are free.
const std::map<std::string, Names, std::less<>> strangers = {
    {"CLI/", {"apps/"}},
    {"curl/", {"src/datasets/"}},
    {"dnnl", {"src/backend/cpu/"}},
    {"hdf5", {"src/saving/hdf5_writer.cpp"}},
    {"nlohmann/", {"apps/", "src/saving/"}},
    {"png.h", {"src/datasets/png_image.cpp"}},
    {"omp.h", {"src/backend/cpu/", "src/core/threads.cpp"}},
    {"oneapi/", {"src/backend/cpu/"}},
    {"openssl/", {"src/datasets/"}},
    {"xtensor", {"include/sumi/tensor.hpp"}},
    {"xtl", {"include/sumi/tensor.hpp"}},
    {"zip.h", {"src/saving/zip_file.cpp"}},
    {"zlib.h", {"src/datasets/"}},
};

std::string first_folder(std::string_view path) { return std::string(path.substr(0, path.find('/'))); }

// Empty where `path` may include `include`, otherwise the rule that it breaks.
std::string refusal(std::string_view path, const Include& include) {
  for (const auto& [beginning, places] : strangers) {
    if (!include.path.starts_with(beginning) || path.starts_with("tests/")) continue;
    if (std::ranges::none_of(places, [&](const auto& place) { return path.starts_with(place); })) {
      return beginning + " stays behind the file or folder that wraps it";
    }
  }
  if (include.path.starts_with("sumi/")) return "";
  if (!include.quoted) return "";
  if (path.starts_with("include/")) return "a public header includes public headers only";
  if (path.starts_with("apps/")) {
    return folders.contains(first_folder(include.path)) ? "apps use the public headers only" : "";
  }
  if (!path.starts_with("src/")) return "";

  const std::string from = first_folder(path.substr(4));
  const std::string to = first_folder(include.path);
  const auto rule = folders.find(from);
  if (rule == folders.end()) return "src/" + from + " is not in the table";
  if (from == "backend" && to == "backend") {
    const bool reference = path.starts_with("src/backend/reference/");
    return reference && include.path.starts_with("backend/cpu/") ? "the reference knows no other backend" : "";
  }
  if (from == "backend" && path != "src/backend/backend.hpp" && to == "graph" && include.path.starts_with("graph/ops/"))
    return "backends see what ops are, not their rules";
  if (to == "backend" && from == "plan" && include.path != "backend/backend.hpp")
    return "the plan knows backends by backend.hpp only";
  if (to == from || rule->second.contains(to)) return "";
  return "src/" + from + " may not include src/" + to;
}

}  // namespace

TEST_CASE("every file includes only what its folder may include") {
  for (const auto& file : source_tree()) {
    if (!file.is_header() && !file.path.ends_with(".cpp")) continue;
    for (const auto& include : includes_of(file)) {
      const std::string broken = refusal(file.path, include);
      if (broken.empty()) continue;
      FAIL_CHECK(file.path << ':' << include.line << " includes " << include.path << ": " << broken);
    }
  }
}

TEST_CASE("the include rules refuse what they are there for") {
  const auto quoted = [](std::string path) { return Include{std::move(path), true, 1}; };
  const auto angled = [](std::string path) { return Include{std::move(path), false, 1}; };
  CHECK(refusal("src/layers/dense.cpp", quoted("graph/graph.hpp")) == "src/layers may not include src/graph");
  CHECK(refusal("src/graph/graph.cpp", quoted("plan/passes.hpp")) == "src/graph may not include src/plan");
  CHECK(refusal("src/optimizers/adam.cpp", quoted("plan/executable.hpp")) == "src/optimizers may not include src/plan");
  CHECK(refusal("src/plan/pipeline.cpp", quoted("backend/cpu/conv2d.hpp")) != "");
  CHECK(refusal("src/backend/reference/run.cpp", quoted("backend/cpu/conv2d.hpp")) != "");
  CHECK(refusal("src/backend/cpu/conv2d.cpp", quoted("graph/ops/ops.hpp")) != "");
  CHECK(refusal("src/novelty/a.cpp", quoted("core/text.hpp")) == "src/novelty is not in the table");
  CHECK(refusal("include/sumi/plan.hpp", quoted("plan/executable.hpp")) != "");
  CHECK(refusal("include/sumi/plan.hpp", angled("xtensor/xarray.hpp")) != "");
  CHECK(refusal("src/plan/executable.cpp", angled("dnnl.hpp")) != "");
  CHECK(refusal("src/training/model.cpp", angled("nlohmann/json.hpp")) != "");
  CHECK(refusal("apps/sumi/main.cpp", quoted("training/model.hpp")) != "");
  CHECK(refusal("src/layers/dense.cpp", quoted("sumi/lowering.hpp")) == "");
  CHECK(refusal("src/training/model.hpp", quoted("plan/executable.hpp")) == "");
  CHECK(refusal("include/sumi/tensor.hpp", angled("xtensor/xarray.hpp")) == "");
}

TEST_CASE("every folder of src is in the table of includes, and the table names no other") {
  Names seen;
  for (const auto& file : source_tree()) {
    if (file.below("src/") && file.path.find('/', 4) != std::string::npos)
      seen.insert(first_folder(file.path.substr(4)));
  }
  Names known;
  for (const auto& [name, allowed] : folders) known.insert(name);
  CHECK(seen == known);
}

TEST_CASE("the include table has no cycle") {
  // Folders whose allowed includes are all below them are taken away until none is left.
  Names placed;
  bool progress = true;
  while (progress) {
    progress = false;
    for (const auto& [name, allowed] : folders) {
      if (!placed.contains(name) && std::ranges::includes(placed, allowed)) progress = placed.insert(name).second;
    }
  }
  CHECK(placed.size() == folders.size());
}
