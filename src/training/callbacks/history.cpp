// What fit returns: every epoch's numbers under their names.
#include <algorithm>

#include "core/text.hpp"
#include "sumi/callbacks/history.hpp"

namespace sumi {

const std::vector<double>& History::operator[](std::string_view name) const {
  std::vector<std::string> names;
  for (const auto& [known, values] : history) {
    if (known == name) return values;
    names.push_back(known);
  }
  throw ArgumentError("Expected the name of one of these curves: " + join(names) + ". Received " + repr(name) + ".");
}

// As in Keras, a History that is used again starts its list of epochs anew and goes on with its values.
void History::on_train_begin(const Logs& /*logs*/) { epoch.clear(); }

void History::on_epoch_end(int finished, Logs& logs) {
  epoch.push_back(finished);
  for (const auto& [name, value] : logs) {
    auto found = std::find_if(history.begin(), history.end(), [&](const auto& curve) { return curve.first == name; });
    if (found == history.end()) found = history.insert(found, {name, {}});
    found->second.push_back(value);
  }
}

}  // namespace sumi
