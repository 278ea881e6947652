// The `.h5` files of Keras 2, which Keras 3 still writes: read, not written.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "saving/json_fields.hpp"
#include "saving/weight_file.hpp"

namespace sumi::saving {

/// A whole model, or the weights of one. The file's layers with weights are those of the model in the same order,
/// whatever their names.
class LegacyStore final : public WeightStore {
 public:
  /// Throws FileError where the file is not of this form.
  LegacyStore(std::span<const std::byte> image, std::string origin);
  /// The model's object; null where the file holds weights only.
  Json model_config() const;
  /// How the model was compiled; null where it wasn't.
  Json training_config() const;
  /// Throws FileError where the numbers of layers with weights differ.
  void match(const std::vector<VariableGroup>& layers) override;
  std::vector<Entry> entries(const VariableGroup& group) const override;
  const std::string& origin() const override { return file_.origin(); }

 private:
  /// The arrays that an attribute `weight_names` of a group lists.
  std::vector<Entry> listed(const std::string& group) const;
  std::vector<std::string> names(const std::string& group, const std::string& attribute) const;
  Json json_attribute(const char* name) const;

  Hdf5Reader file_;
  std::string root_;                             // of the layers' groups
  std::map<std::string, std::string> layer_of_;  // the file's, by the path of a group of the model's
};

}  // namespace sumi::saving
