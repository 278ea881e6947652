// Where fit, evaluate and predict take their batches from.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "sumi/dataset.hpp"
#include "training/model.hpp"

namespace sumi::training {

/// What the caller gave: arrays, or batches of theirs.
using DataArgument = std::variant<ValidationData, Dataset>;

/// Data that have been checked against the model.
struct Samples {
  ArrayView x, y;
  std::vector<float> weights;  ///< Empty: all 1.
  Shape sample_shape;          ///< Of x, as the model takes it, without the batch.

  std::int64_t count() const { return x.samples(); }
  Samples slice(std::int64_t begin, std::int64_t end) const;
};

/// Checks inputs, targets and weights; builds the model where it isn't built. Throws StateError before compile,
/// ArgumentError or ShapeError where something doesn't fit.
Samples check_samples(Model& model, const ArrayView& x, const ArrayView& y, const ArrayView& sample_weight,
                      const std::map<int, double>& class_weight);
/// The same of inputs alone.
Samples check_inputs(Model& model, const ArrayView& x);
/// Copies the samples of these numbers into a program's inputs.
void feed(Model& model, Program& program, const Samples& samples, std::span<const std::int64_t> indices);
/// 0, 1, 2, ...
std::vector<std::int64_t> in_order(std::int64_t count);

/// The random numbers by which sumi orders the samples of a pass.
struct Order {
  std::uint64_t seed = 0, stream = 0;
};

/// The batches of one pass over the data after another.
class Source {
 public:
  Source() = default;
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  /// Of a pass; absent where not known.
  virtual std::optional<std::int64_t> batches() const = 0;
  virtual std::optional<std::int64_t> samples() const = 0;
  /// Begins a pass; `order`: where sumi shuffles.
  virtual void begin(std::int64_t pass, Order order) = 0;
  /// Goes on to the next batch and returns its number of samples; 0 at the end.
  virtual std::int64_t next() = 0;
  /// Of the current batch.
  virtual const Shape& sample_shape() const = 0;
  virtual void feed(Model& model, Program& program) = 0;
};

/// Checked arrays, cut into batches of this size, the last one short where it must be.
std::unique_ptr<Source> array_source(Samples samples, int batch_size, Shuffle shuffle = false);
/// A Dataset's batches, each checked when it comes, for its inputs alone where there is nothing to compare with.
std::unique_ptr<Source> dataset_source(Model& model, Dataset data, std::map<int, double> class_weight,
                                       bool inputs_alone = false);

/// Cuts a source's passes into epochs as Keras does: a given number of steps goes on where the epoch before ended.
class Steps {
 public:
  Steps(Source& source, std::optional<std::int64_t> per_epoch) : source_(source), per_epoch_(per_epoch) {}

  /// Of an epoch; absent where not known.
  std::optional<std::int64_t> count() const { return per_epoch_ ? per_epoch_ : source_.batches(); }
  /// `anew`: begins with the first batch in any case.
  void begin_epoch(std::int64_t epoch, Order order, bool anew = false);
  /// The next batch's number of samples; 0 at the end of the epoch. Warns, once, where the data end before the steps
  /// do. Throws ArgumentError for data without any batch.
  std::int64_t next();

 private:
  void begin_pass();

  Source& source_;
  std::optional<std::int64_t> per_epoch_;
  std::int64_t epoch_ = 0, taken_ = 0;
  Order order_;
  bool open_ = false;   // a pass has begun and not ended
  bool fresh_ = false;  // nothing was taken of it
  bool warned_ = false;
};

}  // namespace sumi::training
