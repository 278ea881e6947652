// What is true of every layer, in one function; the layers that it is asked of are the test's.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "layers/counted_output.hpp"
#include "plan/model_graphs.hpp"
#include "saving/json_text.hpp"
#include "sumi/random.hpp"
#include "support/pattern.hpp"

namespace sumi::testing {

/// How what a layer computes depends on the mode.
enum class InTraining {
  same,                  ///< Training and inference compute the same.
  differs,               ///< Training does something else, whether the layer is frozen or not.
  differs_unless_frozen  ///< A frozen layer computes in training what it computes in inference.
};

/// A layer and a batch of inputs, small enough for the reference and large enough for every kind of kernel.
struct Example {
  Layer layer;
  Shape input;
  InTraining in_training = InTraining::same;
};

/// Keeps the shape and has weights, so that gradients go through the layer behind it; a convolution for images, so that
/// these may come in blocks.
inline Layer before(const Shape& input) {
  const auto channels = static_cast<int>(input.back());
  if (input.size() == 4) return Conv2D{.filters = channels, .kernel_size = 3, .padding = "same", .name = "before"};
  return Dense{.units = channels, .name = "before"};
}

inline Layer named(Layer layer) {
  layer.set_name("layer");
  return layer;
}

/// A model that has the layer within and ends with three classes.
inline std::vector<Layer> around(const Layer& layer, const Shape& input) {
  return {before(input), named(layer), Flatten{.name = "flatten"},
          Dense{.units = 3, .activation = "softmax", .name = "classes"}};
}

/// A model that ends with the layer.
inline std::vector<Layer> up_to(const Layer& layer, const Shape& input) { return {before(input), named(layer)}; }

inline std::vector<std::size_t> sizes_of(const Shape& shape) { return {shape.begin(), shape.end()}; }
inline Shape batches_of(Shape shape) {
  shape[0] = None;
  return shape;
}
inline Tensor some_of(const Shape& shape) {
  Tensor values = Tensor::from_shape(sizes_of(shape));
  const std::vector<float> pattern = fill<float>(shape, 1);
  std::copy(pattern.begin(), pattern.end(), values.begin());
  return values;
}
inline std::vector<float> numbers(const Tensor& tensor) { return {tensor.begin(), tensor.end()}; }
inline std::vector<float> numbers(const std::vector<Tensor>& tensors) {
  std::vector<float> all;
  for (const Tensor& tensor : tensors) all.insert(all.end(), tensor.begin(), tensor.end());
  return all;
}

/// The rule says what comes out: for a batch of any size, of this size, and behind a convolution or product.
inline void check_shape_rule(const Example& example) {
  const Shape expected = example.layer->infer_shape(example.input);
  output_of(example.layer, sizes_of(example.input));
  const Shape open = example.layer->infer_shape(batches_of(example.input));
  CHECK(open == batches_of(expected));
  Sequential model(up_to(example.layer, example.input));
  model.build(batches_of(example.input));
  CHECK(model.output_shape() == open);
}

/// A layer and a model come back from their JSON, and the model that does predicts the same.
inline void check_configuration(const Example& example) {
  const std::string text = saving::dump_json(saving::to_object(example.layer));
  INFO(text);
  Layer copy = Layer::from_identifier(example.layer.class_name());
  saving::read_object(copy, saving::parse_json(text));
  CHECK(saving::equal(copy, example.layer));
  CHECK(saving::dump_json(saving::to_object(copy)) == text);

  Sequential model(up_to(example.layer, example.input));
  model.build(batches_of(example.input));
  Sequential again = Sequential::from_config(model.get_config());
  CHECK(again.get_config() == model.get_config());
  again.set_weights(model.get_weights());
  const Tensor x = some_of(example.input);
  CHECK(numbers(again.predict(x, {.verbose = 0})) == numbers(model.predict(x, {.verbose = 0})));
}

inline std::vector<int> labels_for(const Shape& input) {
  std::vector<int> y;
  for (std::int64_t i = 0; i < input[0]; ++i) y.push_back(static_cast<int>(i) % 3);
  return y;
}

/// The model around the layer, ready to be trained.
inline Sequential trainable_model(const Layer& layer, const Shape& input) {
  Sequential model(around(layer, input));
  model.build(batches_of(input));
  model.compile({.optimizer = SGD{.learning_rate = 0.5}, .loss = "sparse_categorical_crossentropy"});
  return model;
}

/// The same seed gives the same bits: weights, noise, two updates, and what is then predicted.
inline void check_same_seed(const Example& example) {
  const auto once = [&] {
    set_random_seed(11);
    Sequential model = trainable_model(example.layer, example.input);
    const Tensor x = some_of(example.input);
    std::vector<float> seen;
    for (int step = 0; step < 2; ++step) {
      seen.push_back(static_cast<float>(model.train_on_batch(x, labels_for(example.input))["loss"]));
    }
    for (const auto& more : {numbers(model.get_weights()), numbers(model.predict(x, {.verbose = 0}))}) {
      seen.insert(seen.end(), more.begin(), more.end());
    }
    return seen;
  };
  CHECK(once() == once());
}

/// The fused plan computes what the unfused one does, and that what the reference does, with gradients; within a model
/// and at its end.
inline void check_plans(const Example& example) {
  for (const bool training : {true, false}) {
    INFO((training ? "training" : "inference"));
    const ModelGraph model = make_model_graph(around(example.layer, example.input), example.input, training);
    const Outcome reference = run_model_graph(model, backend::reference(), all_passes());
    const Outcome plain = run_model_graph(model, backend::cpu(), all_passes(), 2);
    check_same_outcome(plain, reference);
    check_same_outcome(run_model_graph(model, backend::cpu(), {}, 2), plain);
    const ModelGraph end = make_model_graph(up_to(example.layer, example.input), example.input, training, false);
    check_same_outcome(run_model_graph(end, backend::cpu(), {}, 2),
                       run_model_graph(end, backend::reference(), all_passes()));
  }
}

/// Training differs from inference exactly where the example says so.
inline void check_modes(const Example& example) {
  const auto outputs_differ = [&](const Layer& layer) {
    const auto output = [&](bool training) {
      const ModelGraph model = make_model_graph({named(layer)}, example.input, training, false);
      return run_model_graph(model, backend::cpu(), {}, 2).y_pred;
    };
    return !(difference(output(true), output(false)) < fused_tolerance);
  };
  CHECK(outputs_differ(example.layer) == (example.in_training != InTraining::same));
  Layer frozen = example.layer;
  frozen.set_trainable(false);
  CHECK(outputs_differ(frozen) == (example.in_training == InTraining::differs));
}

/// All weights of a layer move in a training step, moving statistics among them; none of a frozen layer's do, while
/// those before and behind it go on.
inline void check_frozen(const Example& example) {
  for (const bool trainable : {true, false}) {
    INFO((trainable ? "trainable" : "frozen"));
    Layer layer = example.layer;
    layer.set_trainable(trainable);
    set_random_seed(3);
    Sequential model = trainable_model(layer, example.input);
    const auto weights = [&](const char* name) { return model.get_layer(name).get_weights(); };
    const std::vector<Tensor> old = weights("layer"), old_before = weights("before"), old_behind = weights("classes");
    model.train_on_batch(some_of(example.input), labels_for(example.input));
    const std::vector<Tensor> now = weights("layer");
    REQUIRE(now.size() == old.size());
    for (std::size_t i = 0; i < old.size(); ++i) {
      INFO("weight " << i);
      CHECK((numbers(now[i]) == numbers(old[i])) == !trainable);
    }
    CHECK(numbers(weights("before")) != numbers(old_before));
    CHECK(numbers(weights("classes")) != numbers(old_behind));
  }
}

/// What the layer predicts is the same where a model ends with it, where its output is read from within a model, and
/// where it is only what the layers behind it get.
inline void check_predictions(const Example& example) {
  set_random_seed(5);
  const Tensor x = some_of(example.input);
  Sequential whole(around(example.layer, example.input));
  whole.build(batches_of(example.input));
  const std::vector<Tensor> weights = whole.get_weights();
  const Tensor inner = whole.predict(x, {.verbose = 0, .layer = "layer"});

  Sequential head(up_to(example.layer, example.input));
  head.build(batches_of(example.input));
  head.set_weights({weights.begin(), weights.end() - 2});
  const Tensor last = head.predict(x, {.verbose = 0});
  CHECK(difference(numbers(inner), numbers(last)) < fused_tolerance);

  Sequential tail({Flatten{}, Dense{.units = 3, .activation = "softmax"}});
  tail.build(batches_of(Shape(last.shape().begin(), last.shape().end())));
  tail.set_weights({weights.end() - 2, weights.end()});
  CHECK(difference(numbers(whole.predict(x, {.verbose = 0})), numbers(tail.predict(last, {.verbose = 0}))) <
        fused_tolerance);
}

/// All of it. The layer must have the field `trainable`, as all but Input do.
inline void check_layer_properties(const Example& example) {
  INFO(saving::to_text(example.layer));
  check_shape_rule(example);
  check_configuration(example);
  check_same_seed(example);
  check_plans(example);
  check_modes(example);
  check_frozen(example);
  check_predictions(example);
}

}  // namespace sumi::testing
