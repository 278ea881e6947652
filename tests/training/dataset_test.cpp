// Batches that are made as they are needed, and training on them.
#include "sumi/dataset.hpp"

#include <algorithm>
#include <iostream>
#include <limits>
#include <numeric>
#include <sstream>

#include "sumi/callbacks.hpp"
#include "sumi/layers.hpp"
#include "sumi/random.hpp"
#include "sumi/saving.hpp"
#include "sumi/sequential.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using sumi::test::error_text;

namespace {

std::vector<float> numbers_of(const Batch& batch) {
  const auto* values = static_cast<const float*>(batch.x.data());
  return {values, values + element_count(batch.x.shape())};
}

std::vector<std::vector<float>> all_of(const Dataset& data, std::int64_t pass = 0) {
  std::vector<std::vector<float>> result;
  const Dataset::Next next = data.begin(pass);
  while (const std::optional<Batch> batch = next()) result.push_back(numbers_of(*batch));
  return result;
}

std::vector<float> counting(std::size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 0.0F);
  return values;
}

// The same elements without the short cut for arrays.
Dataset through_code(const Dataset& data) {
  return data.map([](Batch batch) { return batch; });
}

Sequential small_model() {
  set_random_seed(3);
  Sequential model(
      {Input{.shape = {3}}, Dense{.units = 4, .activation = "tanh"}, Dropout{.rate = 0.25}, Dense{.units = 1}});
  model.compile({.optimizer = Adam{.learning_rate = 0.05}, .loss = "mse", .metrics = {"mae"}});
  return model;
}

struct Arrays {
  Tensor x = Tensor::from_shape({10, 3}), y = Tensor::from_shape({10, 1});
  Arrays() {
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i % 7) / 7.0F;
    for (std::size_t i = 0; i < y.size(); ++i) y.data()[i] = static_cast<float>(i % 3);
  }
};

/// Counts hooks: `E0 b0 b1 T t0`.
Callbacks hooks_into(std::string& events) {
  const auto note = [&events](const std::string& what) { events += (events.empty() ? "" : " ") + what; };
  return {LambdaCallback(
      {.on_epoch_begin = [note](int epoch, const Logs&) { note("E" + std::to_string(epoch)); },
       .on_train_batch_begin = [note](std::int64_t batch, const Logs&) { note("b" + std::to_string(batch)); },
       .on_test_begin = [note](const Logs&) { note("T"); },
       .on_test_batch_begin = [note](std::int64_t batch, const Logs&) { note("t" + std::to_string(batch)); }})};
}

class ErrorOutput {
 public:
  ErrorOutput() : before_(std::cerr.rdbuf(text_.rdbuf())) {}
  ~ErrorOutput() { std::cerr.rdbuf(before_); }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::streambuf* before_;
};

}  // namespace

TEST_CASE("Samples of arrays are joined to batches, the last one short; those side by side are not copied") {
  const std::vector<float> values = counting(7);
  const Dataset data = Dataset::from_arrays(values).batch(3);
  CHECK(data.size() == 3);
  CHECK(all_of(data) == std::vector<std::vector<float>>{{0, 1, 2}, {3, 4, 5}, {6}});
  CHECK(all_of(Dataset::from_arrays(values).batch(3, true)).size() == 2);
  CHECK(data.begin()()->x.data() == values.data());
  CHECK(all_of(through_code(Dataset::from_arrays(values)).batch(3)) == all_of(data));
  CHECK(through_code(Dataset::from_arrays(values)).batch(3).begin()()->x.data() == values.data());
}

TEST_CASE("Shuffled samples come in another order at each pass, in the same one with the short cut and without") {
  const std::vector<float> values = counting(50);
  for (const std::int64_t buffer : {1, 7, 50, 99}) {
    const Dataset samples = Dataset::from_arrays(values), shuffled = samples.shuffle(buffer, 5);
    auto order = all_of(shuffled);
    CHECK(order == all_of(through_code(samples).shuffle(buffer, 5)));
    CHECK(all_of(shuffled.batch(8)) == all_of(through_code(samples).shuffle(buffer, 5).batch(8)));
    CHECK((order == all_of(shuffled, 1)) == (buffer == 1));
    std::sort(order.begin(), order.end());
    CHECK(order == all_of(samples));
  }
}

TEST_CASE("Datasets are repeated, cut and made ahead") {
  const std::vector<float> values = counting(4);
  const Dataset data = Dataset::from_arrays(values).batch(2);
  CHECK(all_of(data.repeat(2)) == std::vector<std::vector<float>>{{0, 1}, {2, 3}, {0, 1}, {2, 3}});
  CHECK(data.repeat(2).size() == 4);
  CHECK_FALSE(data.repeat().size());
  CHECK(all_of(data.repeat().take(3)) == std::vector<std::vector<float>>{{0, 1}, {2, 3}, {0, 1}});
  for (const std::int64_t ahead : {1, 2, 9}) CHECK(all_of(data.repeat(20).prefetch(ahead)) == all_of(data.repeat(20)));
  const Dataset nothing = Dataset::from_generator([](std::int64_t) { return [] { return std::optional<Batch>(); }; });
  CHECK(all_of(nothing.repeat()).empty());
  for (const auto& wrong : {+[](const Dataset& d) { return d.batch(0); }, +[](const Dataset& d) { return d.take(0); },
                            +[](const Dataset& d) { return d.prefetch(0); }}) {
    CHECK_THROWS_AS(wrong(data), ArgumentError);
  }
}

TEST_CASE("What is thrown while batches are made ahead comes out where they are asked for, and out of fit") {
  const Arrays arrays;
  const Dataset broken = Dataset::from_arrays(arrays.x, arrays.y).batch(2).map([n = 0](Batch batch) mutable {
    if (++n == 3) throw ArgumentError("the third is broken");
    return batch;
  });
  const Dataset::Next next = broken.prefetch(2).begin();
  CHECK(next());
  CHECK(next());
  CHECK(error_text<ArgumentError>([&] { next(); }) == "the third is broken");
  CHECK_FALSE(next());
  Sequential model = small_model();
  CHECK(error_text<ArgumentError>([&] { model.fit(broken.prefetch(), {.verbose = 0}); }) == "the third is broken");
  CHECK(model.iterations() == 2);
  model.fit(arrays.x, arrays.y, {.verbose = 0});
}

TEST_CASE("A pass that nobody wants to the end stops its thread") {
  const std::vector<float> values = counting(4);
  for (int i = 0; i < 50; ++i) {
    const Dataset::Next next = Dataset::from_arrays(values).batch(1).repeat().prefetch(3).begin();
    if (i % 2 == 0) next();
  }
}

TEST_CASE("Training on a Dataset gives the bits of training on arrays") {
  const Arrays arrays;
  Sequential on_arrays = small_model(), on_dataset = small_model();
  const Dataset data = Dataset::from_arrays(arrays.x, arrays.y).batch(4);
  const History a = on_arrays.fit(arrays.x, arrays.y,
                                  {.batch_size = 4,
                                   .epochs = 3,
                                   .verbose = 0,
                                   .validation_data = ValidationData{.x = arrays.x, .y = arrays.y},
                                   .shuffle = false,
                                   .class_weight = {{1, 2.0}}});
  const History b =
      on_dataset.fit(data.prefetch(), {.epochs = 3, .verbose = 0, .validation_data = data, .class_weight = {{1, 2.0}}});
  CHECK(a.history == b.history);
  CHECK(on_arrays.get_weights() == on_dataset.get_weights());
  const Tensor from_data = on_dataset.predict(data, {.verbose = 0});
  CHECK((from_data == on_arrays.predict(arrays.x, {.batch_size = 4, .verbose = 0})));
  CHECK(on_dataset.evaluate(data, {.verbose = 0})["loss"] ==
        on_arrays.evaluate(arrays.x, arrays.y, {.batch_size = 4, .verbose = 0})["loss"]);
}

TEST_CASE("Steps: an epoch goes on where the one before ended, and Keras's warning comes where the data end") {
  const Arrays arrays;
  const Dataset dataset = Dataset::from_arrays(arrays.x, arrays.y).batch(3);  // four batches
  struct Case {
    std::int64_t steps;
    std::string events;
    bool warns;
  };
  // Seen with Keras 3.15, arrays and PyDatasets alike.
  for (const Case& c : {Case{5, "E0 b0 b1 b2 b3 E1 b0 b1 b2 b3 E2 b0 b1 b2 b3", true},
                        Case{3, "E0 b0 b1 b2 E1 b0 E2 b0 b1 b2", true}, Case{2, "E0 b0 b1 E1 b0 b1 E2 b0 b1", false}}) {
    for (const bool arrays_given : {true, false}) {
      Sequential model = small_model();
      std::string events;
      const ErrorOutput errors;
      FitOptions options{.epochs = 3, .verbose = 0, .callbacks = hooks_into(events), .steps_per_epoch = c.steps};
      if (arrays_given) {
        options.batch_size = 3;
        model.fit(arrays.x, arrays.y, options);
      } else {
        model.fit(dataset, options);
      }
      CHECK(events == c.events);
      const std::string warning =
          "sumi: warning: Your input ran out of data; interrupting training. Make sure that your dataset or generator "
          "can generate at least `steps_per_epoch * epochs` batches. You may need to use the `.repeat()` function when "
          "building your dataset.\n";
      CHECK(errors.text() == (c.warns ? warning : ""));
    }
  }
}

TEST_CASE("Without a batch size, steps say how large batches are; validation and predict stop after theirs") {
  const Arrays arrays;
  Sequential model = small_model();
  std::string events;
  model.fit(arrays.x, arrays.y,
            {.epochs = 2,
             .verbose = 0,
             .callbacks = hooks_into(events),
             .validation_data = ValidationData{.x = arrays.x, .y = arrays.y},
             .steps_per_epoch = 3,
             .validation_steps = 1,
             .validation_batch_size = 4});
  CHECK(events == "E0 b0 b1 b2 T t0 E1 b0 b1 b2 T t0");
  CHECK(model.predict(arrays.x, {.verbose = 0, .steps = 3}).shape()[0] == 10);
  CHECK(model.predict(arrays.x, {.batch_size = 2, .verbose = 0, .steps = 3}).shape()[0] == 6);
  events.clear();
  model.evaluate(arrays.x, arrays.y, {.batch_size = 2, .verbose = 0, .steps = 3, .callbacks = hooks_into(events)});
  CHECK(events == "T t0 t1 t2");
}

TEST_CASE("A generator of one's own builds the model, and is asked for every epoch's pass") {
  std::vector<std::int64_t> passes;
  const Dataset data = Dataset::from_generator([&passes](std::int64_t pass) -> Dataset::Next {
    passes.push_back(pass);
    return [i = 0]() mutable -> std::optional<Batch> {
      if (i++ == 2) return std::nullopt;
      return make_batch(Tensor(xt::ones<float>({2, 3})), std::vector<int>{0, 1}, std::vector<float>{1, 0.5});
    };
  });
  Sequential model({Dense{.units = 2, .activation = "softmax"}});
  model.compile({.optimizer = SGD{}, .loss = "sparse_categorical_crossentropy"});
  const History history = model.fit(data, {.epochs = 2, .verbose = 0});
  CHECK(history["loss"].size() == 2);
  CHECK_FALSE(history.params().steps);
  CHECK(passes == std::vector<std::int64_t>{0, 0, 1});  // the first was looked at, to build the model
}

TEST_CASE("What is about arrays is refused with a Dataset, and numbers out of range everywhere") {
  const Arrays arrays;
  Sequential model = small_model();
  const Dataset data = Dataset::from_arrays(arrays.x, arrays.y).batch(4);
  const auto refuses = [&](const FitOptions& options, const std::string& words) {
    const std::string text = error_text<ArgumentError>([&] { model.fit(data, options); });
    INFO(text);
    CHECK(text.find(words) != std::string::npos);
  };
  refuses({.batch_size = 3}, "`batch_size` should not be passed");
  refuses({.shuffle = true}, "`shuffle` should not be passed");
  refuses({.sample_weight = arrays.y}, "`sample_weight` should not be passed. Instead, the sample weights should be");
  refuses({.validation_split = 0.5}, "Argument `validation_split` is only supported for arrays");
  refuses({.steps_per_epoch = 0}, "Expected `steps_per_epoch` to be at least 1. Received steps_per_epoch=0.");
  refuses({.validation_steps = -1}, "`validation_steps` to be at least 1");
  refuses({.validation_data = data, .validation_batch_size = 2}, "`validation_batch_size` should not be passed");
  CHECK_THROWS_AS(model.evaluate(data, {.steps = 0}), ArgumentError);
  CHECK_THROWS_AS(model.predict(data, {.batch_size = 3}), ArgumentError);
  const Dataset none = Dataset::from_generator([](std::int64_t) { return [] { return std::optional<Batch>(); }; });
  CHECK(error_text<ArgumentError>([&] { model.fit(none, {.verbose = 0}); }) ==
        "Expected at least one batch. Received a dataset without any.");
  CHECK_THROWS_AS(model.fit(arrays.x, arrays.y, {.shuffle = "batches"}), ArgumentError);
  Tensor bad = arrays.x;
  bad(7, 1) = std::numeric_limits<float>::infinity();
  CHECK(error_text<ArgumentError>([&] { model.fit(Dataset::from_arrays(bad, arrays.y).batch(4), {.verbose = 0}); }) ==
        "Expected finite numbers in x. Received infinity at sample 3, element 1.");
}

TEST_CASE("The output of an inner layer is predicted by its name") {
  const Arrays arrays;
  Sequential model = small_model();
  const Tensor features = model.predict(arrays.x, {.verbose = 0, .layer = model.layers()[0].name()});
  Sequential front({Input{.shape = {3}}, Dense{.units = 4, .activation = "tanh"}});
  front.layers()[0].set_weights(model.layers()[0].get_weights());
  CHECK((features == front.predict(arrays.x, {.verbose = 0})));
  CHECK_THROWS_AS(model.predict(arrays.x, {.layer = "denze"}), ArgumentError);
}

TEST_CASE("shuffle = \"batch\" keeps every batch's samples together") {
  const Arrays arrays;
  Sequential model({Input{.shape = {3}}, Dense{.units = 1}}), other = clone_model(model);
  other.set_weights(model.get_weights());
  for (Sequential* each : {&model, &other}) each->compile({.optimizer = SGD{.learning_rate = 0.1}, .loss = "mse"});
  model.fit(arrays.x, arrays.y, {.batch_size = 2, .verbose = 0, .shuffle = "batch"});
  other.fit(arrays.x, arrays.y, {.batch_size = 2, .verbose = 0, .shuffle = false});
  const Tensor a = model.get_weights()[0], b = other.get_weights()[0];
  // Five updates by 0.1 times a sum of two terms below 8, each rounded once more or less.
  for (std::size_t i = 0; i < 3; ++i) CHECK(a.data()[i] == Approx(b.data()[i]).margin(5 * 0.1 * 16 * 6e-8));
}
