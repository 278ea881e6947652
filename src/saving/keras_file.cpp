#include "saving/keras_file.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "core/text.hpp"
#include "sumi/error.hpp"

namespace sumi::saving {
namespace {

/// The release of Keras whose forms are written.
constexpr const char* keras_version = "3.16.0";

Json to_json(const SmallArray& array) {
  Json values = Json::array();
  // JSON has no number for what is not finite.
  for (const float value : array.values) values.push_back(std::isfinite(value) ? Json(value) : Json());
  return {{"shape", array.shape}, {"values", std::move(values)}};
}

SmallArray array_from(const Json& json) {
  SmallArray array;
  array.shape = json.at("shape").get<Shape>();
  for (const Json& value : json.at("values")) {
    array.values.push_back(value.is_null() ? std::nanf("") : value.get<float>());
  }
  if (element_count(array.shape) != static_cast<std::int64_t>(array.values.size())) {
    throw ArgumentError("the probe has " + std::to_string(array.values.size()) + " values for the shape " +
                        to_string(array.shape));
  }
  return array;
}

}  // namespace

Json keras_metadata() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d@%H:%M:%S", &local);
  return {{"keras_version", keras_version}, {"date_saved", text}};
}

Json to_json(const SumiRecord& record) {
  Json json = {{"sumi_version", record.version},
               {"random_seed", record.random_seed},
               {"epoch", record.epoch},
               {"notes", record.notes},
               {"probe", nullptr}};
  if (record.probe)
    json["probe"] = {{"input", to_json(record.probe->input)}, {"output", to_json(record.probe->output)}};
  return json;
}

SumiRecord record_from(const Json& json) {
  try {
    SumiRecord record;
    record.version = json.at("sumi_version").get<std::string>();
    record.random_seed = json.at("random_seed").get<std::uint64_t>();
    record.epoch = json.at("epoch").get<int>();
    record.notes = json.at("notes");
    const Json& probe = json.at("probe");
    if (!probe.is_null()) record.probe = {array_from(probe.at("input")), array_from(probe.at("output"))};
    return record;
  } catch (const Json::exception& error) {
    throw ArgumentError(std::string("it is no record of sumi's: ") + error.what());
  }
}

SmallArray probe_input(Shape shape) {
  SmallArray array{std::move(shape), {}};
  const std::int64_t count = element_count(array.shape);
  // Sixty-fourths have few decimals, and 129 is prime to 37, so that all values come and none depends on the position.
  for (std::int64_t i = 0; i < count; ++i) array.values.push_back(static_cast<float>(i * 37 % 129 - 64) / 64);
  return array;
}

void compare_probe(const SmallArray& expected, const SmallArray& received) {
  // Kernels add in different orders: that changes float32 by about 1e-6 of the largest output, and 100 times that is
  // still far below what another weight or another meaning of a field does.
  constexpr float tolerance = 1e-4F;
  if (expected.shape != received.shape) {
    throw ArgumentError("its probe gave the shape " + to_string(expected.shape) + " when it was saved, and gives " +
                        to_string(received.shape) + " now");
  }
  float largest = 1e-3F;
  for (const float value : expected.values) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    const float before = expected.values[i], now = received.values[i];
    if (!std::isfinite(before) && !std::isfinite(now)) continue;
    if (std::abs(before - now) <= tolerance * largest) continue;
    throw ArgumentError("output " + std::to_string(i) + " of its probe was " + repr(before) +
                        " when it was saved, and is " + repr(now) + " now; weights or layers have changed since");
  }
}

}  // namespace sumi::saving
