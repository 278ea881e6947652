// Weights by group and number, as Keras's `.weights.h5` files hold them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "saving/bytes.hpp"
#include "saving/hdf5_reader.hpp"
#include "saving/hdf5_writer.hpp"
#include "sumi/shape.hpp"

namespace sumi::saving {

/// A variable of a model, where it lies: floats, or one integer.
struct ModelVariable {
  std::string name;
  Shape shape;
  std::span<float> floats = {};
  std::int64_t* integer = nullptr;

  std::size_t bytes() const { return integer != nullptr ? sizeof *integer : floats.size_bytes(); }
};

/// The variables of a layer or of the optimizer, in Keras's order.
struct VariableGroup {
  std::string path;   ///< `/layers/conv2d/vars`.
  std::string owner;  ///< The layer's name in the model.
  std::string class_name;
  std::vector<ModelVariable> variables;
};

/// The group of each layer by the layers' classes: `conv2d`, `batch_normalization`, `conv2d_1`, ...
std::vector<std::string> group_keys(const std::vector<std::string>& class_names);

/// A `.weights.h5` file of these groups.
Hdf5Image write_weights(const std::vector<VariableGroup>& groups);
/// Writes the variables from `first` up to, but not including, `last` of a group, and the group.
void write_group(Hdf5Writer& file, const VariableGroup& group, std::size_t first, std::size_t last);
/// About how large the structure of a file of these groups is, without its arrays.
std::size_t expected_size(const std::vector<VariableGroup>& groups);

/// The arrays of a weight file, which may be spread over several HDF5 files.
class WeightStore {
 public:
  /// Where one array is.
  struct Entry {
    const Hdf5Reader* file;
    Hdf5Array array;

    void read(const ModelVariable& into) const;
  };

  virtual ~WeightStore() = default;
  /// Told of the groups of all layers before anything is asked for, where it matters which there are.
  virtual void match(const std::vector<VariableGroup>& /*layers*/) {}
  /// What a group has, by number; nothing where there is no such group. Throws FileError.
  virtual std::vector<Entry> entries(const VariableGroup& group) const = 0;
  /// The file's name, for messages.
  virtual const std::string& origin() const = 0;
};

/// The arrays `0`, `1`, ... of a group of one file, in order.
std::vector<WeightStore::Entry> numbered_entries(const Hdf5Reader& file, const std::string& group);

/// A `.weights.h5` file.
class H5Store final : public WeightStore {
 public:
  H5Store(std::span<const std::byte> image, std::string origin);
  std::vector<Entry> entries(const VariableGroup& group) const override;
  const std::string& origin() const override { return file_.origin(); }
  const Hdf5Reader& file() const { return file_; }

 private:
  Hdf5Reader file_;
};

/// What doesn't fit between a file and a model.
struct Misfit {
  std::size_t group;  ///< Index among the groups that were compared.
  std::string why;
};

/// Compares numbers and shapes of variables; reads none.
std::vector<Misfit> find_misfits(const WeightStore& store, const std::vector<VariableGroup>& groups);

/// Throws FileError that lists what doesn't fit, where something doesn't.
void require_no_misfits(const std::string& origin, const std::vector<VariableGroup>& groups,
                        const std::vector<Misfit>& misfits);

/// Throws FileError where two arrays of these groups share bytes: then they claim more memory than the file has.
void require_distinct(const WeightStore& store, const std::vector<VariableGroup>& groups);

/// Reads the variables of a group that fits.
void read_group(const WeightStore& store, const VariableGroup& group);

}  // namespace sumi::saving
