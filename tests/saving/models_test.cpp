// Models saved and loaded by sumi: nothing is lost, and what can't be is refused.
#include "sumi/saving.hpp"

#include <cstring>
#include <fstream>

#include "sumi/layers.hpp"
#include "sumi/random.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"
#include "support/pattern.hpp"
#include "support/temporary_folder.hpp"

using namespace sumi;
using test::error_text;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

Tensor images(std::int64_t count) {
  const Shape shape = {count, 8, 8, 1};
  const std::vector<float> values = testing::fill<float>(shape, 3);
  Tensor tensor = Tensor::from_shape({static_cast<std::size_t>(count), 8, 8, 1});
  std::copy(values.begin(), values.end(), tensor.data());
  return tensor;
}

std::vector<int> labels(int count) {
  std::vector<int> all;
  for (int i = 0; i < count; ++i) all.push_back(i * i % 4);
  return all;
}

/// Something of everything that training remembers: a dropout's random numbers, moving statistics, a frozen layer.
Sequential small_model(Optimizer optimizer = Adam{.learning_rate = 0.01}) {
  Sequential model({
      Input{.shape = {8, 8, 1}},
      Conv2D{.filters = 3, .kernel_size = 3, .activation = "relu"},
      BatchNormalization{},
      MaxPooling2D{},
      Dropout{.rate = 0.25},
      Flatten{},
      Dense{.units = 6, .activation = "relu", .trainable = false},
      Dense{.units = 4, .activation = "softmax"},
  });
  model.compile(
      {.optimizer = std::move(optimizer), .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  return model;
}

bool same_bits(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].size() != b[i].size() || std::memcmp(a[i].data(), b[i].data(), a[i].size() * sizeof(float)) != 0) {
      return false;
    }
  }
  return true;
}

/// Epochs `from` to `to` of one training.
void train(Sequential& model, int from, int to) {
  model.fit(images(30), labels(30), {.batch_size = 8, .epochs = to, .verbose = 0, .initial_epoch = from});
}

std::vector<Optimizer> optimizers() {
  return {Adam{.learning_rate = 0.01, .amsgrad = true},
          Adam{.learning_rate = ExponentialDecay{.initial_learning_rate = 0.02, .decay_steps = 5, .decay_rate = 0.5},
               .clipnorm = 1.0,
               .use_ema = true,
               .ema_overwrite_frequency = 3},
          SGD{.momentum = 0.9, .nesterov = true, .weight_decay = 0.01}, SGD{},
          RMSprop{.momentum = 0.5, .centered = true, .gradient_accumulation_steps = 3}};
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("training goes on after a stop with the same bits as without it") {
  const TemporaryFolder folder;
  for (const Optimizer& optimizer : optimizers()) {
    INFO(optimizer.class_name());
    set_random_seed(7);
    Sequential whole = small_model(optimizer);
    whole.build({None, 8, 8, 1});
    whole.save(folder / "begin.keras");
    for (int stop = 1; stop < 3; ++stop) {
      Sequential first = load_model(folder / "begin.keras");
      train(first, 0, stop);
      first.save(folder / "stop.keras");
      CHECK(first.epoch() == stop);
      set_random_seed(99);  // another process has another global stream
      Sequential second = load_model(folder / "stop.keras");
      CHECK(second.epoch() == stop);
      CHECK(same_bits(second.get_weights(), first.get_weights()));
      train(second, second.epoch(), 3);
      Sequential unstopped = load_model(folder / "begin.keras");
      train(unstopped, 0, stop);
      train(unstopped, stop, 3);
      CHECK(same_bits(second.get_weights(), unstopped.get_weights()));
      CHECK(second.iterations() == unstopped.iterations());
    }
  }
}

TEST_CASE("an unbroken training and a resumed one end with the same bits") {
  // Without moving averages, which replace the weights whenever fit ends.
  const TemporaryFolder folder;
  Sequential whole = small_model();
  whole.save(folder / "begin.keras");
  train(whole, 0, 3);
  Sequential resumed = load_model(folder / "begin.keras");
  for (int epoch = 0; epoch < 3; ++epoch) {
    train(resumed, epoch, epoch + 1);
    resumed.save(folder / "stop.keras");
    resumed = load_model(folder / "stop.keras");
  }
  CHECK(same_bits(resumed.get_weights(), whole.get_weights()));
}

TEST_CASE("weights travel alone, with the optimizer's state, in one file or in many") {
  const TemporaryFolder folder;
  Sequential model = small_model();
  train(model, 0, 2);
  for (const char* name : {"all.weights.h5", "some.weights.json"}) {
    INFO(name);
    model.save_weights(folder / name, {.max_shard_size = 700.0 / (1 << 30)});
    Sequential other = small_model();
    other.load_weights(folder / name);
    CHECK(same_bits(other.get_weights(), model.get_weights()));
    CHECK(other.iterations() == model.iterations());
  }
  CHECK(fs::exists(folder / "some_00000.weights.h5"));
  CHECK(fs::exists(folder / "some_00001.weights.h5"));
  CHECK_THAT(
      error_text<ArgumentError>([&] { model.save_weights(folder / "x.weights.json", {.max_shard_size = 1e-9}); }),
      ContainsSubstring("Expected `max_shard_size` to be at least as large as each variable."));
  // What else is compiled, or not compiled, takes the weights alone.
  Sequential bare = clone_model(model);
  bare.load_weights(folder / "all.weights.h5");
  CHECK(same_bits(bare.get_weights(), model.get_weights()));
  CHECK(bare.iterations() == 0);
}

TEST_CASE("a model is its JSON: architecture, compilation, no weights") {
  Sequential model = small_model(SGD{.momentum = 0.9});
  Sequential copy = model_from_json(model.to_json());
  CHECK(copy.to_json() == model.to_json());
  CHECK(Sequential::from_config(model.get_config()).get_config() == model.get_config());
  CHECK(copy.count_params() == model.count_params());
  CHECK_FALSE(same_bits(copy.get_weights(), model.get_weights()));
  Sequential clone = clone_model(model);
  CHECK(clone.get_config() == model.get_config());
  CHECK_THAT(clone.to_json(), ContainsSubstring("\"compile_config\": {}"));

  const Sequential unbuilt({Dense{.units = 3, .name = "d"}}, "u");
  CHECK(
      unbuilt.to_json().ends_with("\"registered_name\": null}]}, \"registered_name\": null, \"compile_config\": {}}"));
  CHECK_FALSE(model_from_json(unbuilt.to_json()).built());
}

TEST_CASE("layers without weights say for which input they were built where Keras's do") {
  // As Keras 3.15 writes them.
  const std::vector<Layer> say = {Flatten{},
                                  Permute{.dims = {3, 1, 2}},
                                  ZeroPadding2D{},
                                  Cropping2D{},
                                  UpSampling2D{},
                                  Rescaling{.scale = 2},
                                  RandomTranslation{.height_factor = 0.1, .width_factor = 0.1},
                                  RandomRotation{.factor = 0.1},
                                  RandomZoom{.height_factor = 0.1},
                                  RandomFlip{},
                                  RandomCrop{.height = 2, .width = 2},
                                  RandomErasing{}};
  const std::vector<Layer> do_not = {MaxPooling2D{},
                                     AveragePooling2D{.pool_size = 2},
                                     GlobalMaxPooling2D{},
                                     GlobalAveragePooling2D{},
                                     Reshape{.target_shape = {-1}},
                                     Activation{.activation = "relu"},
                                     ReLU{},
                                     LeakyReLU{},
                                     ELU{},
                                     Softmax{},
                                     Dropout{.rate = 0.5},
                                     SpatialDropout2D{.rate = 0.5},
                                     GaussianNoise{.stddev = 0.5},
                                     GaussianDropout{.rate = 0.5},
                                     AlphaDropout{.rate = 0.5}};
  const auto says = [](const Layer& layer) {
    const Sequential model({Input{.shape = {4, 6, 3}}, layer});
    return model.get_config().find(R"("build_config": {"input_shape": [null, 4, 6, 3]})") != std::string::npos;
  };
  for (const Layer& layer : say) {
    INFO(layer.class_name());
    CHECK(says(layer));
  }
  for (const Layer& layer : do_not) {
    INFO(layer.class_name());
    CHECK_FALSE(says(layer));
  }
}

TEST_CASE("a model without an Input layer is saved with the shape of its first data") {
  const TemporaryFolder folder;
  Sequential model({Dense{.units = 2}}, "late");
  CHECK_THAT(error_text<StateError>([&] { model.save(folder / "m.keras"); }), ContainsSubstring("model 'late'"));
  CHECK_THAT(error_text<StateError>([&] { model.load_weights(folder / "m.keras"); }),
             ContainsSubstring("a model that has not yet been built"));
  model.build({None, 3});
  model.save(folder / "m.keras");
  CHECK(same_bits(load_model(folder / "m.keras").get_weights(), model.get_weights()));
}

TEST_CASE("a save that fails leaves the old file whole and nothing beside it") {
  const TemporaryFolder folder;
  const Sequential model = small_model();
  model.save(folder / "m.keras", {.notes = R"({"a": 1})"});
  const std::string before = read_text(folder / "m.keras");
  fs::create_directory(folder / "folder.keras");
  CHECK(error_text<FileError>([&] { model.save(folder / "folder.keras"); }) ==
        "'" + (folder / "folder.keras").string() + "' can't be written: Is a directory.");
  CHECK(error_text<FileError>([&] { model.save(folder / "no" / "m.keras"); }) ==
        "'" + (folder / "no" / "m.keras").string() + "' can't be written: No such file or directory.");
  CHECK_THAT(error_text<ArgumentError>([&] { model.save(folder / "m.zip"); }),
             ContainsSubstring("The file of a model must end in `.keras`. Received: filepath="));
  CHECK_THAT(error_text<ArgumentError>([&] { model.save_weights(folder / "m.h5"); }),
             ContainsSubstring("The filename must end in `.weights.h5`. Received: filepath="));
  CHECK_THAT(error_text<ArgumentError>([&] { model.save(folder / "m.keras", {.notes = "[1]"}); }),
             ContainsSubstring("Expected `notes` to be a JSON object."));
  CHECK(files_in(folder.path()) == 2);
  CHECK(read_text(folder / "m.keras") == before);
}

TEST_CASE("files that don't fit say what doesn't") {
  const TemporaryFolder folder;
  Sequential model = small_model();
  model.save_weights(folder / "m.weights.h5");
  Sequential other({Input{.shape = {8, 8, 1}}, Conv2D{.filters = 4, .kernel_size = 3, .name = "mine"}, Flatten{}});
  const std::vector<Tensor> before = other.get_weights();
  const std::string text = error_text<FileError>([&] { other.load_weights(folder / "m.weights.h5"); });
  CHECK_THAT(text, ContainsSubstring("a total of 1 objects could not be loaded. Example error message for object "
                                     "<Conv2D name=mine>: Layer 'mine' expected 'kernel' of shape (3, 3, 1, 4), but "
                                     "received shape (3, 3, 1, 3)."));
  CHECK(same_bits(other.get_weights(), before));
  other.load_weights(folder / "m.weights.h5", {.skip_mismatch = true});
  CHECK(same_bits(other.get_weights(), before));
  CHECK_THAT(error_text<FileError>([&] { other.load_weights(folder / "nope.weights.h5"); }),
             ContainsSubstring("nope.weights.h5' can't be read: No such file or directory."));
  CHECK_THAT(error_text<FileError>([&] { load_model(folder / "nope.keras"); }),
             ContainsSubstring("Please ensure the file is an accessible `.keras` zip file."));
  CHECK_THAT(error_text<ArgumentError>([&] { load_model(folder / "m.weights.txt"); }),
             ContainsSubstring("Expected a model's file, a `.keras` one or an older `.h5`."));
}
