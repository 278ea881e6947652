// Named numbers: what callbacks see, what evaluate and train_on_batch return.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sumi/error.hpp"

namespace sumi {

/// Names and values in a fixed order. `auto [loss, accuracy] = model.evaluate(...)` takes the first two.
class Logs {
 public:
  using value_type = std::pair<std::string, double>;

  Logs() = default;
  Logs(std::initializer_list<value_type> values) : values_(values) {}

  /// Sets a value; a new name goes to the end.
  void set(std::string_view name, double value);
  /// Throws ArgumentError that lists the names there are.
  double operator[](std::string_view name) const;
  bool contains(std::string_view name) const { return find(name).has_value(); }
  std::optional<double> find(std::string_view name) const;
  /// The same with the names in alphabetical order, as Keras hands logs to callbacks.
  Logs sorted() const;

  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  std::size_t size() const { return values_.size(); }
  bool empty() const { return values_.empty(); }
  const value_type& at(std::size_t index) const { return values_.at(index); }

 private:
  std::vector<value_type> values_;
};

/// For structured bindings. Throws StateError where the model was compiled without a metric and the second is asked
/// for.
template <std::size_t I>
double get(const Logs& logs) {
  if (logs.size() <= I) throw StateError("evaluate returned only the loss: the model was compiled without metrics.");
  return logs.at(I).second;
}

}  // namespace sumi

template <>
struct std::tuple_size<sumi::Logs> : std::integral_constant<std::size_t, 2> {};
template <std::size_t I>
struct std::tuple_element<I, sumi::Logs> {
  using type = double;
};
