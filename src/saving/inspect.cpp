// What is in a file, without making a model of it.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "saving/json_text.hpp"
#include "saving/keras_file.hpp"
#include "saving/legacy_file.hpp"
#include "saving/zip_file.hpp"
#include "sumi/error.hpp"
#include "sumi/saving.hpp"

namespace sumi {
namespace saving {
namespace {

ArrayReport report_of(const Hdf5Reader& file, const Hdf5Array& array) {
  ArrayReport report{array.path, array.shape, array.type == ElementType::integer};
  const auto count = static_cast<std::size_t>(element_count(array.shape));
  if (report.is_integer) {
    if (count == 1) report.minimum = report.maximum = report.mean = static_cast<double>(file.read_integer(array));
    return report;
  }
  std::vector<float> values(count);
  file.read(array, values);
  double sum = 0, smallest = std::numeric_limits<double>::infinity(), largest = -smallest;
  std::int64_t finite = 0;
  for (const double value : values) {
    report.not_a_number += std::isnan(value) ? 1 : 0;
    if (!std::isfinite(value)) continue;
    smallest = std::min(smallest, value);
    largest = std::max(largest, value);
    sum += value;
    ++finite;
  }
  if (finite > 0) {
    report.minimum = smallest;
    report.maximum = largest;
    report.mean = sum / static_cast<double>(finite);
  }
  return report;
}

void add_arrays(FileReport& report, const Hdf5Reader& file, const std::string& group, int& groups, int depth = 0) {
  constexpr int deepest = 16, most = 100000;
  if (depth > deepest || ++groups > most) {
    throw FileError("'" + file.origin() + "' can't be read: its groups are nested too deeply, or go in circles.");
  }
  std::vector<std::string_view> names = file.names(group.empty() ? "/" : group);
  // `10` comes behind `9`.
  std::stable_sort(names.begin(), names.end(), [](std::string_view a, std::string_view b) {
    const auto number = [](std::string_view s) { return s.find_first_not_of("0123456789") == std::string::npos; };
    return number(a) && number(b) && (a.size() != b.size() ? a.size() < b.size() : a < b);
  });
  for (const std::string_view name : names) {
    const std::string path = group + "/" + std::string(name);
    if (file.is_group(path)) {
      add_arrays(report, file, path, groups, depth + 1);
    } else {
      report.arrays.push_back(report_of(file, file.array(path)));
    }
  }
}

std::string text_of(const Json& json, const char* key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  if (!json.is_object() || found == json.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

void add_model(FileReport& report, const Json& object, const Json& compile) {
  const Json config = object.is_object() && object.contains("config") ? object["config"] : Json();
  report.facts.emplace_back("model", text_of(object, "class_name") + " " + repr(text_of(config, "name")));
  const Json layers = config.is_object() && config.contains("layers") ? config["layers"] : Json::array();
  for (const Json& layer : layers) {
    const Json own = layer.is_object() && layer.contains("config") ? layer["config"] : Json();
    report.layers.push_back(text_of(layer, "class_name") + " " + text_of(own, "name"));
  }
  if (!compile.is_object()) return;
  const char* key = compile.contains("optimizer_config") ? "optimizer_config" : "optimizer";
  if (compile.contains(key)) {
    const Json& optimizer = compile[key];
    report.facts.emplace_back("optimizer", optimizer.is_object() ? text_of(optimizer, "class_name") : optimizer.dump());
  }
  for (const char* fact : {"loss", "metrics"}) {
    if (compile.contains(fact)) report.facts.emplace_back(fact, dump_json(compile[fact]));
  }
}

Json member_json(const ZipReader& zip, const char* name) { return parse_json(zip.read(name, largest_json).text()); }

FileReport keras_report(const ZipReader& zip) {
  FileReport report;
  report.facts.emplace_back("form", "Keras model");
  const Json metadata = member_json(zip, metadata_member);
  report.facts.emplace_back("Keras version", text_of(metadata, "keras_version"));
  report.facts.emplace_back("saved", text_of(metadata, "date_saved"));
  const Json config = member_json(zip, config_member);
  add_model(report, config,
            config.is_object() && config.contains("compile_config") ? config["compile_config"] : Json());
  if (zip.has(sumi_member)) {
    const SumiRecord record = record_from(member_json(zip, sumi_member));
    report.facts.emplace_back("sumi version", record.version);
    report.facts.emplace_back("random seed", std::to_string(record.random_seed));
    report.facts.emplace_back("epochs done", std::to_string(record.epoch));
    report.facts.emplace_back("probe", record.probe ? "output " + to_string(record.probe->output.shape) : "none");
    report.notes = dump_json(record.notes);
  }
  const Bytes weights = zip.read(weights_member, std::numeric_limits<std::size_t>::max());
  int groups = 0;
  add_arrays(report, Hdf5Reader(weights.view(), zip.origin()), "", groups);
  return report;
}

FileReport h5_report(const Bytes& bytes, const std::string& origin, bool legacy) {
  FileReport report;
  report.facts.emplace_back("form", legacy ? "legacy HDF5 model" : "weights");
  const Hdf5Reader file(bytes.view(), origin);
  if (legacy) {
    const LegacyStore store(bytes.view(), origin);
    if (const auto version = file.attribute("/", "keras_version")) report.facts.emplace_back("Keras version", *version);
    if (const Json model = store.model_config(); !model.is_null()) add_model(report, model, store.training_config());
  }
  int groups = 0;
  add_arrays(report, file, "", groups);
  return report;
}

}  // namespace
}  // namespace saving

FileReport inspect_file(const std::filesystem::path& file) {
  const std::string name = file.filename().string(), origin = file.string();
  const saving::Bytes bytes = saving::read_file(file);
  try {
    if (name.ends_with(".keras")) return saving::keras_report(saving::ZipReader(bytes.view(), origin));
    if (name.ends_with(".json")) {
      FileReport report;
      report.facts.emplace_back("form", "architecture");
      const saving::Json object = saving::parse_json(bytes.text());
      const bool compiled = object.is_object() && object.contains("compile_config");
      saving::add_model(report, object, compiled ? object["compile_config"] : saving::Json());
      return report;
    }
    if (name.ends_with(".h5") || name.ends_with(".hdf5")) {
      return saving::h5_report(bytes, origin, !name.ends_with(".weights.h5"));
    }
  } catch (const ArgumentError& error) {
    throw FileError("'" + origin + "' can't be read: " + error.what());
  }
  throw FileError("'" + origin + "' can't be read: its extension is none of .keras, .weights.h5, .h5 and .json.");
}

}  // namespace sumi
