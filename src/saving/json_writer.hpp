// Visits fields and collects them as JSON.
#pragma once

#include <set>
#include <string>

#include "saving/json_fields.hpp"
#include "sumi/fields.hpp"

namespace sumi::saving {

class JsonWriter final : public Fields {
 public:
  /// `for_keras`: nested objects in Keras's form, and only words that Keras knows. `for_people`: nested objects as text
  /// (in an array of one, so that they differ from strings), and no keys that are fixed.
  enum class Style { for_keras, for_people };
  explicit JsonWriter(Style style) : style_(style) {}

  const Json& config() const { return config_; }
  /// Names of arguments without a default.
  const std::set<std::string, std::less<>>& required() const { return required_; }

  void operator()(std::string_view name, bool& value) override { put(name, value); }
  void operator()(std::string_view name, int& value) override { put(name, value); }
  void operator()(std::string_view name, std::int64_t& value) override { put(name, value); }
  void operator()(std::string_view name, double& value) override { put(name, value); }
  void operator()(std::string_view name, std::string& value) override { put(name, value); }
  void operator()(std::string_view name, std::optional<int>& value) override { put_optional(name, value); }
  void operator()(std::string_view name, std::optional<std::int64_t>& value) override { put_optional(name, value); }
  void operator()(std::string_view name, std::optional<double>& value) override { put_optional(name, value); }
  void operator()(std::string_view name, std::optional<std::string>& value) override { put_optional(name, value); }
  void operator()(std::string_view name, std::vector<std::int64_t>& value) override;
  void operator()(std::string_view name, std::optional<std::vector<std::int64_t>>& value) override;
  void operator()(std::string_view name, std::vector<double>& value) override { put(name, value); }
  void operator()(std::string_view name, std::optional<std::vector<double>>& value) override {
    put_optional(name, value);
  }
  void operator()(std::string_view name, Axes& value) override;
  void operator()(std::string_view name, Numbers& value) override;
  void operator()(std::string_view name, Size2& value) override { put(name, Json::array({value.height, value.width})); }
  void operator()(std::string_view name, std::optional<Size2>& value) override;
  void operator()(std::string_view name, Margins& value) override {
    put(name, {{value.height.before, value.height.after}, {value.width.before, value.width.after}});
  }
  void operator()(std::string_view name, Padding& value) override { put(name, value.name()); }
  void operator()(std::string_view name, DataFormat& value) override { put(name, value.name()); }
  void operator()(std::string_view name, ActivationFunction& value) override;
  void operator()(std::string_view name, SpecSlot& value) override;
  void operator()(std::string_view name, double& number, SpecSlot& object) override;
  void operator()(std::string_view name, std::optional<NamedNumbers>& value) override;
  void numbers(std::string_view name, std::vector<std::int64_t>& value) override { put(name, value); }
  void numbers(std::string_view name, std::optional<std::vector<std::int64_t>>& value) override {
    put_optional(name, value);
  }
  void fixed(std::string_view name, std::optional<bool> value, bool written) override;
  void when_set(std::string_view name, SpecSlot& value) override;
  using Fields::operator();
  using Fields::numbers;

 private:
  void require(std::string_view name) override { required_.emplace(name); }
  void put(std::string_view name, Json value) { config_[std::string(name)] = std::move(value); }
  template <class T>
  void put_optional(std::string_view name, const std::optional<T>& value) {
    put(name, value ? Json(*value) : Json());
  }

  Style style_;
  Json config_ = Json::object();
  std::set<std::string, std::less<>> required_;
};

}  // namespace sumi::saving
