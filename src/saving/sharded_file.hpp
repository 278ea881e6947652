// Weights in several files: a `.weights.json` that says in which of the `.weights.h5` files beside it a group is.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "saving/weight_file.hpp"

namespace sumi::saving {

/// Writes `name.weights.json` and `name_00000.weights.h5`, ... with at most so many bytes of variables each. All are
/// written before any is renamed, the JSON last. Throws ArgumentError where one variable is larger than that.
void write_sharded(const std::filesystem::path& json, const std::vector<VariableGroup>& groups, double largest);

/// The weights that a `.weights.json` speaks of.
class ShardedStore final : public WeightStore {
 public:
  /// Throws FileError, also for files that are named outside the folder.
  explicit ShardedStore(const std::filesystem::path& json);
  std::vector<Entry> entries(const VariableGroup& group) const override;
  const std::string& origin() const override { return origin_; }

 private:
  struct Shard {
    Bytes image;
    Hdf5Reader file;
  };
  std::string origin_;
  std::map<std::string, std::unique_ptr<Shard>> shards_;
  std::map<std::string, std::vector<const Hdf5Reader*>> files_of_group_;
};

}  // namespace sumi::saving
