#include "training/model_files.hpp"

#include <algorithm>
#include <iterator>
#include <memory>

#include "core/text.hpp"
#include "saving/atomic_file.hpp"
#include "saving/json_text.hpp"
#include "saving/keras_file.hpp"
#include "saving/model_json.hpp"
#include "saving/sharded_file.hpp"
#include "saving/zip_file.hpp"
#include "sumi/error.hpp"
#include "training/model_variables.hpp"
#include "training/probe.hpp"

namespace sumi::training {
namespace {

using saving::Json;

saving::ModelDescription describe(const Model& model) {
  saving::ModelDescription description{model.name(), model.input()};
  const bool built = model.built();
  if (built) description.input_shape = model.input_shape();
  for (std::size_t i = 0; i < model.layer_count(); ++i) {
    saving::LayerDescription layer{model.layer(i)};
    if (built && (layer.layer->records_build() || !model.weights_of_layer(i).empty())) {
      layer.built_for = i == 0 ? model.input_shape() : model.output_shape(i - 1);
    }
    description.layers.push_back(std::move(layer));
  }
  if (built && !description.input) {
    // Keras puts an InputLayer in front of a model that its first data have built.
    const Shape& shape = model.input_shape();
    description.input = Input{.shape = Shape(shape.begin() + 1, shape.end()), .name = "input_layer"};
  }
  if (!model.compiled()) return description;
  const auto* state = model.optimizer_if_made();
  description.compile = CompileOptions{state != nullptr ? state->optimizer() : model.optimizer_spec(), model.loss(),
                                       model.metrics(), model.weighted_metrics()};
  return description;
}

std::vector<saving::VariableGroup> all_groups(Model& model, const std::unique_ptr<OptimizerVariables>& optimizer) {
  std::vector<saving::VariableGroup> groups = {{"/vars", model.name(), "Sequential", {}}};
  auto layers = layer_groups(model, model.parameters(), model.parameter_arena().data());
  std::move(layers.begin(), layers.end(), std::back_inserter(groups));
  if (optimizer) groups.push_back(optimizer->group());
  return groups;
}

std::unique_ptr<OptimizerVariables> optimizer_variables(Model& model, bool wanted) {
  return wanted && model.compiled() ? std::make_unique<OptimizerVariables>(model) : nullptr;
}

void require_extension(const std::filesystem::path& file, std::string_view extension, const char* what) {
  if (file.filename().string().ends_with(extension)) return;
  throw ArgumentError(std::string(what) + " must end in `" + std::string(extension) +
                      "`. Received: filepath=" + file.string());
}

Json notes_of(const SaveOptions& options) {
  if (options.notes.empty()) return Json::object();
  Json notes = saving::parse_json(options.notes);
  if (!notes.is_object()) throw ArgumentError("Expected `notes` to be a JSON object. Received: " + notes.dump());
  return notes;
}

}  // namespace

std::string to_json(const Model& model) { return saving::dump_json(saving::to_object(describe(model))); }

std::string get_config(const Model& model) { return saving::dump_json(saving::to_config(describe(model))); }

void save(Model& model, const std::filesystem::path& file, const SaveOptions& options) {
  require_extension(file, ".keras", "The file of a model");
  model.require_built("What to save");
  const saving::SumiRecord record{SUMI_VERSION, model.random_seed(), model.epoch(), notes_of(options),
                                  make_probe(model)};
  const std::string metadata = saving::dump_json(saving::keras_metadata());
  const std::string config = to_json(model);
  const std::string own = saving::dump_json(saving::to_json(record));
  const auto optimizer = optimizer_variables(model, options.include_optimizer);
  const saving::Hdf5Image weights = saving::write_weights(all_groups(model, optimizer));
  saving::AtomicFile out(file);
  saving::write_zip(out, {{saving::metadata_member, {saving::bytes_of(metadata)}},
                          {saving::config_member, {saving::bytes_of(config)}},
                          {saving::weights_member, weights.pieces},
                          {saving::sumi_member, {saving::bytes_of(own)}}});
  out.commit();
}

void save_weights(Model& model, const std::filesystem::path& file, const SaveWeightsOptions& options) {
  const bool sharded = file.filename().string().ends_with(".weights.json");
  if (!sharded) require_extension(file, ".weights.h5", "The filename");
  model.require_built("What to save");
  const auto optimizer = optimizer_variables(model, true);
  const auto groups = all_groups(model, optimizer);
  if (!sharded) return saving::write_file(file, saving::write_weights(groups).pieces);
  constexpr double gigabyte = 1024.0 * 1024 * 1024;
  saving::write_sharded(file, groups, options.max_shard_size * gigabyte);
}

}  // namespace sumi::training
