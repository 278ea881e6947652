// Models out of files and texts.
#include <limits>
#include <optional>

#include "core/warning.hpp"
#include "saving/json_text.hpp"
#include "saving/keras_file.hpp"
#include "saving/legacy_file.hpp"
#include "saving/model_json.hpp"
#include "saving/sharded_file.hpp"
#include "saving/zip_file.hpp"
#include "sumi/error.hpp"
#include "training/model_files.hpp"
#include "training/model_variables.hpp"
#include "training/probe.hpp"

namespace fs = std::filesystem;

namespace sumi {
namespace training {
namespace {

using saving::Json;

saving::CustomClasses classes_of(const CustomObjects& objects) {
  saving::CustomClasses classes;
  for (const auto& [name, object] : objects) {
    classes.emplace(name, std::visit([](const auto& slot) { return slot.copy(); }, object));
  }
  return classes;
}

/// The model of a description, built where the description says for which input. With `store`, its weights are the
/// store's; before there is memory for them, they are compared.
std::unique_ptr<Model> make_model(saving::ModelDescription description, saving::WeightStore* store = nullptr) {
  std::vector<Layer> layers;
  for (saving::LayerDescription& layer : description.layers) layers.push_back(std::move(layer.layer));
  auto model = std::make_unique<Model>(description.name, std::move(description.input), std::move(layers));
  const auto declared = model->declared_input_shape();
  const auto& shape = declared ? declared : description.input_shape;
  if (!shape || model->layer_count() == 0) return model;
  if (store == nullptr) {
    model->build(*shape);
    return model;
  }
  model->build(*shape, [&](const state::ParameterTable& table) {
    const auto groups = layer_groups(*model, table, nullptr);
    store->match(groups);
    saving::require_no_misfits(store->origin(), groups, saving::find_misfits(*store, groups));
    saving::require_distinct(*store, groups);
  });
  for (const auto& group : layer_groups(*model, model->parameters(), model->parameter_arena().data())) {
    saving::read_group(*store, group);
  }
  return model;
}

/// What is wrong in a file, with the file's name.
template <class Action>
auto in_file(const std::string& origin, Action action) {
  try {
    return action();
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    throw FileError("'" + origin + "' can't be loaded: " + error.what());
  }
}

Json member_json(const saving::ZipReader& zip, const char* name) {
  return saving::parse_json(zip.read(name, saving::largest_json).text());
}

/// What Keras doesn't know of a model: goes on where it was, if it still is what it was.
void restore(Model& model, const saving::SumiRecord& record) {
  model.restore_random(record.random_seed);
  model.set_epoch(record.epoch);
  if (record.probe && model.built()) check_probe(model, *record.probe);
}

saving::Bytes weights_member(const saving::ZipReader& zip) {
  return zip.read(saving::weights_member, std::numeric_limits<std::size_t>::max());
}

std::unique_ptr<Model> load_keras(const std::string& origin, saving::Bytes bytes, const LoadModelOptions& options) {
  // Each part is out of memory before the next one comes into it.
  saving::ModelDescription description;
  std::optional<CompileOptions> compile;
  std::optional<saving::SumiRecord> record;
  saving::Bytes weights;
  {
    const saving::ZipReader zip(bytes.view(), origin);
    {
      const Json config = member_json(zip, saving::config_member);
      description = saving::model_from_object(config);
      compile = saving::compile_from_config(config.value("compile_config", Json()));
    }
    if (zip.has(saving::sumi_member)) record = saving::record_from(member_json(zip, saving::sumi_member));
    weights = weights_member(zip);
  }
  bytes = {};
  std::unique_ptr<Model> model;
  {
    saving::H5Store store(weights.view(), origin);
    model = make_model(std::move(description), &store);
    if (compile && options.compile) {
      model->compile(*compile);
      load_optimizer(*model, store);
    }
  }
  weights = {};
  if (record) restore(*model, *record);
  return model;
}

std::unique_ptr<Model> load_legacy(const std::string& origin, const saving::Bytes& bytes,
                                   const LoadModelOptions& options) {
  saving::LegacyStore store(bytes.view(), origin);
  const Json config = store.model_config();
  if (config.is_null()) throw FileError("'" + origin + "' can't be loaded: it holds weights, but no model.");
  auto model = make_model(saving::model_from_object(config), &store);
  if (const auto compile = saving::compile_from_config(store.training_config()); compile && options.compile) {
    model->compile(*compile);
    load_optimizer(*model, store);
  }
  return model;
}

/// Loads what fits; throws FileError for the rest, or warns of it.
void load_from(Model& model, saving::WeightStore& store, bool skip_mismatch) {
  const auto groups = layer_groups(model, model.parameters(), model.parameter_arena().data());
  store.match(groups);
  const auto misfits = saving::find_misfits(store, groups);
  if (!skip_mismatch) saving::require_no_misfits(store.origin(), groups, misfits);
  auto misfit = misfits.begin();
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (misfit == misfits.end() || misfit->group != i) {
      saving::read_group(store, groups[i]);
      continue;
    }
    warn(misfit->why + ". The layer stays as it is.");
    ++misfit;
  }
  load_optimizer(model, store);
}

}  // namespace

void load_weights(Model& model, const fs::path& file, const LoadWeightsOptions& options) {
  if (!model.built()) {
    throw StateError(
        "You are loading weights into a model that has not yet been built. Add an Input layer, or call build() first.");
  }
  const std::string name = file.filename().string(), origin = file.string();
  in_file(origin, [&] {
    if (name.ends_with(".weights.json")) {
      saving::ShardedStore store(file);
      return load_from(model, store, options.skip_mismatch);
    }
    const saving::Bytes bytes = saving::read_file(file);
    if (name.ends_with(".keras")) {
      const saving::Bytes weights = weights_member(saving::ZipReader(bytes.view(), origin));
      saving::H5Store store(weights.view(), origin);
      return load_from(model, store, options.skip_mismatch);
    }
    if (name.ends_with(".weights.h5")) {
      saving::H5Store store(bytes.view(), origin);
      return load_from(model, store, options.skip_mismatch);
    }
    if (name.ends_with(".h5") || name.ends_with(".hdf5")) {
      saving::LegacyStore store(bytes.view(), origin);
      return load_from(model, store, options.skip_mismatch);
    }
    throw ArgumentError("the extension is none of .weights.h5, .weights.json, .keras, .h5 and .hdf5");
  });
}

}  // namespace training

Sequential load_model(const fs::path& file, const LoadModelOptions& options) {
  const std::string name = file.filename().string(), origin = file.string();
  const bool legacy = name.ends_with(".h5") || name.ends_with(".hdf5");
  if (!legacy && !name.ends_with(".keras")) {
    throw ArgumentError("Expected a model's file, a `.keras` one or an older `.h5`. Received: filepath=" + origin);
  }
  std::error_code error;
  if (!fs::exists(file, error)) {
    throw FileError("File not found: filepath=" + origin + ". Please ensure the file is an accessible `" +
                    (legacy ? ".h5` file." : ".keras` zip file."));
  }
  const saving::CustomClasses classes = training::classes_of(options.custom_objects);
  const saving::CustomScope scope(classes);
  return training::in_file(origin, [&] {
    saving::Bytes bytes = saving::read_file(file);
    return training::sequential_of(legacy ? training::load_legacy(origin, bytes, options)
                                          : training::load_keras(origin, std::move(bytes), options));
  });
}

Sequential model_from_json(std::string_view json, const CustomObjects& custom_objects) {
  const saving::CustomClasses classes = training::classes_of(custom_objects);
  const saving::CustomScope scope(classes);
  const saving::Json object = saving::parse_json(json);
  auto model = training::make_model(saving::model_from_object(object));
  if (const auto compile = saving::compile_from_config(object.value("compile_config", saving::Json()))) {
    model->compile(*compile);
  }
  return training::sequential_of(std::move(model));
}

Sequential clone_model(const Sequential& model) { return Sequential::from_config(model.get_config()); }

Sequential Sequential::from_config(std::string_view config) {
  return training::sequential_of(training::make_model(saving::model_from_config(saving::parse_json(config))));
}

}  // namespace sumi
