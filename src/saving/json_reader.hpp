// Visits fields and sets them from JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "saving/json_fields.hpp"
#include "sumi/fields.hpp"

namespace sumi::saving {

class JsonReader final : public Fields {
 public:
  /// Both must outlive the reader.
  JsonReader(std::string_view class_name, const Json& config) : class_name_(class_name), config_(config) {}

  /// The keys that were asked for, in order.
  const std::vector<std::string>& known() const { return known_; }

  void operator()(std::string_view name, bool& value) override;
  void operator()(std::string_view name, int& value) override;
  void operator()(std::string_view name, std::int64_t& value) override;
  void operator()(std::string_view name, double& value) override;
  void operator()(std::string_view name, std::string& value) override;
  void operator()(std::string_view name, std::optional<int>& value) override;
  void operator()(std::string_view name, std::optional<std::int64_t>& value) override;
  void operator()(std::string_view name, std::optional<double>& value) override;
  void operator()(std::string_view name, std::optional<std::string>& value) override;
  void operator()(std::string_view name, std::vector<std::int64_t>& value) override;
  void operator()(std::string_view name, std::optional<std::vector<std::int64_t>>& value) override;
  void operator()(std::string_view name, std::vector<double>& value) override;
  void operator()(std::string_view name, std::optional<std::vector<double>>& value) override;
  void operator()(std::string_view name, Axes& value) override;
  void operator()(std::string_view name, Numbers& value) override;
  void operator()(std::string_view name, Size2& value) override;
  void operator()(std::string_view name, std::optional<Size2>& value) override;
  void operator()(std::string_view name, Margins& value) override;
  void operator()(std::string_view name, Padding& value) override;
  void operator()(std::string_view name, DataFormat& value) override;
  void operator()(std::string_view name, ActivationFunction& value) override;
  void operator()(std::string_view name, SpecSlot& value) override;
  void operator()(std::string_view name, double& number, SpecSlot& object) override;
  void operator()(std::string_view name, std::optional<NamedNumbers>& value) override;
  void numbers(std::string_view name, std::vector<std::int64_t>& value) override;
  void numbers(std::string_view name, std::optional<std::vector<std::int64_t>>& value) override;
  void fixed(std::string_view name, std::optional<bool> value, bool written) override;
  using Fields::operator();
  using Fields::numbers;

 private:
  void require(std::string_view name) override;
  /// Where the key is there: `value = convert(json)`, errors with the class and the key before them.
  template <class T, class Convert>
  void read(std::string_view name, T& value, Convert convert);
  template <class T, class Convert>
  void read_optional(std::string_view name, std::optional<T>& value, Convert convert);

  std::string_view class_name_;
  const Json& config_;
  std::vector<std::string> known_;
  std::string required_;  // the last required key
};

}  // namespace sumi::saving
