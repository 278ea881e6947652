// What the small argument types accept and refuse.
#include "sumi/values.hpp"

#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using test::error_text;

TEST_CASE("padding is case-insensitive and refuses the rest") {
  CHECK(Padding("SAME").same());
  CHECK_FALSE(Padding("Valid").same());
  CHECK(std::string(Padding("SAME").name()) == "same");
  CHECK(error_text([] { Padding("causal"); }) ==
        "The `padding` argument must be one of {'valid', 'same'}. Received: causal");
}

TEST_CASE("data formats") {
  CHECK(DataFormat("channels_first").channels_first());
  CHECK_FALSE(DataFormat("channels_last").channels_first());
  CHECK(error_text([] { DataFormat("NHWC"); }) ==
        "The `data_format` argument must be one of {'channels_first', 'channels_last'}. Received: data_format=NHWC");
}

TEST_CASE("activations by name, aliases included") {
  CHECK(ActivationFunction().kind() == ActivationKind::linear);
  CHECK(ActivationFunction("relu").kind() == ActivationKind::relu);
  CHECK(ActivationFunction("gelu").kind() == ActivationKind::gelu);
  CHECK(ActivationFunction("swish").kind() == ActivationKind::silu);
  CHECK(std::string(ActivationFunction("swish").name()) == "silu");
  CHECK(ActivationFunction("hard_swish").kind() == ActivationKind::hard_silu);
  CHECK(std::string(ActivationFunction(ActivationKind::log_softmax).name()) == "log_softmax");
}

TEST_CASE("an unknown activation is refused with the known ones") {
  const std::string text = error_text([] { ActivationFunction("nope"); });
  CHECK(text.starts_with("Could not interpret activation function identifier: nope. Known activations: linear, relu,"));
  CHECK(text.ends_with("softmax, log_softmax, swish, hard_swish."));
  CHECK(error_text([] { ActivationFunction("rellu"); }).ends_with("hard_swish. Did you mean 'relu'?"));
  // These two have no string in Keras.
  CHECK_THROWS_AS(ActivationFunction("gelu_tanh"), ArgumentError);
  CHECK_THROWS_AS(ActivationFunction("threshold"), ArgumentError);
}

TEST_CASE("Required takes what its type is made of") {
  const Required<Size2> square = 3, sides = {3, 5};
  CHECK(square.get() == Size2(3, 3));
  CHECK(sides.get() == Size2(3, 5));
  const Required<Shape> one = {7}, two = {28, 28}, none = {};
  CHECK(one.get() == Shape{7});
  CHECK(two.get() == Shape{28, 28});
  CHECK(none.get().empty());
  const Required<ActivationFunction> relu = "relu";
  CHECK(relu.get().kind() == ActivationKind::relu);
}

TEST_CASE("OptionalSize2 takes one number, two, or none") {
  const OptionalSize2 none, one = 2, two = {2, 3};
  CHECK_FALSE(none.has_value());
  CHECK(*one == Size2(2, 2));
  CHECK(*two == Size2(2, 3));
}
