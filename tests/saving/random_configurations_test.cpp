// Every layer with every field at random values, through JSON and back.
#include <random>

#include "saving/json_text.hpp"
#include "sumi/layers.hpp"
#include "support/catch.hpp"
#include "support/known_classes.hpp"

using namespace sumi;
using saving::Json;
using testing::known;

namespace {

/// Gives every field that it visits a random value which most classes accept.
class RandomFields : public Fields {
 public:
  explicit RandomFields(unsigned seed) : random_(seed) {}

  void operator()(std::string_view, bool& value) override { value = coin(); }
  void operator()(std::string_view name, int& value) override { value = name == "groups" ? 1 : number(1, 9); }
  void operator()(std::string_view, std::int64_t& value) override { value = number(-9, 9); }
  void operator()(std::string_view, double& value) override { value = number(1, 999) / 1000.0; }
  void operator()(std::string_view name, std::string& value) override {
    if (name == "interpolation") value = coin() ? "nearest" : "bilinear";
    if (name == "padding") value = coin() ? "same" : "causal";
    if (name == "name") value = "n_" + std::to_string(number(0, 1 << 20)) + (coin() ? "\"\\\n\xc3\xa9" : "");
  }
  void operator()(std::string_view name, std::optional<int>& value) override { maybe(name, value); }
  void operator()(std::string_view name, std::optional<std::int64_t>& value) override { maybe(name, value); }
  void operator()(std::string_view name, std::optional<double>& value) override { maybe(name, value); }
  void operator()(std::string_view name, std::optional<std::string>& value) override { maybe(name, value); }
  void operator()(std::string_view name, std::vector<std::int64_t>& value) override {
    value = is_window(name) ? std::vector<std::int64_t>{number(1, 5)} : numbers_of(coin() ? None : 1);
  }
  void operator()(std::string_view name, std::optional<std::vector<std::int64_t>>& value) override {
    maybe(name, value);
  }
  void operator()(std::string_view, std::vector<double>& value) override {
    value = {number(1, 9) / 8.0, number(1, 9) / 3.0};
  }
  void operator()(std::string_view name, std::optional<std::vector<double>>& value) override { maybe(name, value); }
  void operator()(std::string_view, Axes& value) override {
    if (coin()) value = Axes(number(-1, 3));
  }
  void operator()(std::string_view, Numbers& value) override {
    value = Numbers(number(0, 9) / 10.0);
    if (coin()) value = Numbers(number(0, 9) / 10.0, number(0, 9) / 10.0);
  }
  void operator()(std::string_view name, Size2& value) override {
    // Strides and dilation exclude each other.
    if (name != "dilation_rate") value = {number(1, 5), number(1, 5)};
  }
  void operator()(std::string_view name, std::optional<Size2>& value) override { maybe(name, value); }
  void operator()(std::string_view, Margins& value) override {
    value = {{number(0, 3), number(0, 3)}, {number(0, 3), number(0, 3)}};
  }
  void operator()(std::string_view, Padding& value) override { value = coin() ? "same" : "valid"; }
  void operator()(std::string_view, DataFormat& value) override { value = coin() ? "channels_first" : "channels_last"; }
  void operator()(std::string_view, ActivationFunction& value) override {
    static const std::vector<const char*> names = {"linear", "relu", "gelu", "softmax", "tanh"};
    value = ActivationFunction(names[static_cast<std::size_t>(number(0, 4))]);
  }
  void operator()(std::string_view, SpecSlot& value) override {
    if (value.kind() == "initializers") return choose<Initializer>(value);
    if (value.kind() == "regularizers") return choose<Regularizer>(value);
    if (value.kind() == "constraints") return choose<Constraint>(value);
  }
  void operator()(std::string_view name, double& number, SpecSlot&) override { (*this)(name, number); }
  void operator()(std::string_view, std::optional<NamedNumbers>& value) override {
    if (coin()) value = NamedNumbers{{"rmax", number(1, 9) / 2.0}};
  }
  void fixed(std::string_view, std::optional<bool>, bool) override {}
  void numbers(std::string_view name, std::vector<std::int64_t>& value) override {
    // A sequence's window: lists of one number, and again strides exclude dilation.
    if (name == "dilation_rate") return;
    if (name == "dims") {
      value = coin() ? std::vector<std::int64_t>{2, 1} : std::vector<std::int64_t>{3, 1, 2};
      return;
    }
    value = is_window(name) ? std::vector<std::int64_t>{number(1, 5)} : numbers_of(number(-1, 4));
  }
  void numbers(std::string_view name, std::optional<std::vector<std::int64_t>>& value) override { maybe(name, value); }
  using Fields::operator();
  using Fields::numbers;

 private:
  bool coin() { return number(0, 1) == 1; }
  int number(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }
  static bool is_window(std::string_view name) {
    return name == "kernel_size" || name == "pool_size" || name == "strides";
  }
  std::vector<std::int64_t> numbers_of(std::int64_t first) { return {first, number(1, 9), number(1, 9)}; }
  template <class T>
  void maybe(std::string_view name, std::optional<T>& value) {
    value.reset();
    if (coin()) (*this)(name, value.emplace());
  }
  template <class Kind>
  void choose(SpecSlot& value) {
    static const std::vector<std::string> names = known<Kind>();
    value.reset();
    if (coin()) return;
    value.assign(names[static_cast<std::size_t>(number(0, static_cast<int>(names.size()) - 1))]);
    value.visit(*this);
    try {
      value.check();
    } catch (const ArgumentError&) {
      value.reset();
    }
  }

  std::mt19937 random_;
};

/// Whether the layer's validate takes the random values.
bool randomize(Layer& layer, unsigned seed) {
  RandomFields random(seed);
  layer.visit(random);
  try {
    layer.check();
    return true;
  } catch (const ArgumentError&) {
    return false;
  }
}

}  // namespace

TEST_CASE("every layer with random fields comes back from its JSON") {
  for (const std::string& class_name : known<Layer>()) {
    int accepted = 0;
    for (unsigned seed = 0; seed < 200; ++seed) {
      Layer layer = Layer::from_identifier(class_name);
      if (!randomize(layer, seed)) continue;
      ++accepted;
      const std::string text = saving::dump_json(saving::to_object(layer));
      INFO(text);
      Layer copy = Layer::from_identifier(class_name);
      saving::read_object(copy, saving::parse_json(text));
      REQUIRE(saving::equal(copy, layer));
      REQUIRE(saving::dump_json(saving::to_object(copy)) == text);
    }
    INFO(class_name);
    CHECK(accepted >= 20);
  }
}
