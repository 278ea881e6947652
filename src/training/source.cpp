#include "training/source.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "core/random.hpp"
#include "core/shuffle.hpp"
#include "core/warning.hpp"
#include "sumi/error.hpp"
#include "training/data.hpp"

namespace sumi::training {

namespace {

class ArraySource : public Source {
 public:
  ArraySource(Samples samples, int batch_size, Shuffle shuffle)
      : samples_(std::move(samples)),
        batch_size_(static_cast<std::size_t>(batch_size)),
        shuffle_(shuffle),
        order_(in_order(samples_.count())) {}

  std::optional<std::int64_t> batches() const override {
    return static_cast<std::int64_t>((order_.size() + batch_size_ - 1) / batch_size_);
  }
  std::optional<std::int64_t> samples() const override { return samples_.count(); }
  void begin(std::int64_t /*pass*/, Order order) override {
    end_ = size_ = 0;
    if (shuffle_.mode() == Shuffle::none) return;
    Random random(order.seed, order.stream);
    std::iota(order_.begin(), order_.end(), std::int64_t{0});
    if (shuffle_.mode() == Shuffle::all) return shuffle(order_, random);
    for (std::size_t at = 0; at < order_.size(); at += batch_size_) {
      shuffle(std::span(order_).subspan(at, std::min(batch_size_, order_.size() - at)), random);
    }
  }
  std::int64_t next() override {
    size_ = std::min(batch_size_, order_.size() - end_);
    end_ += size_;
    return static_cast<std::int64_t>(size_);
  }
  const Shape& sample_shape() const override { return samples_.sample_shape; }
  void feed(Model& model, Program& program) override {
    training::feed(model, program, samples_, std::span(order_).subspan(end_ - size_, size_));
  }

 private:
  Samples samples_;
  std::size_t batch_size_;
  Shuffle shuffle_;
  std::vector<std::int64_t> order_;
  std::size_t end_ = 0, size_ = 0;  // of the current batch, in `order_`
};

class DatasetSource : public Source {
 public:
  DatasetSource(Model& model, Dataset data, std::map<int, double> class_weight, bool inputs_alone)
      : model_(model), data_(std::move(data)), class_weight_(std::move(class_weight)), inputs_alone_(inputs_alone) {
    if (model_.built()) return;
    const std::optional<Batch> first = data_.begin()();
    if (first) check_inputs(model_, first->x);
  }

  std::optional<std::int64_t> batches() const override { return data_.size(); }
  std::optional<std::int64_t> samples() const override { return std::nullopt; }
  void begin(std::int64_t pass, Order /*order*/) override { next_ = data_.begin(pass); }
  std::int64_t next() override {
    std::optional<Batch> batch = next_();
    if (!batch) {
      next_ = nullptr;
      batch_ = {};
      return 0;
    }
    batch_ = std::move(*batch);
    samples_ = inputs_alone_ ? check_inputs(model_, batch_.x)
                             : check_samples(model_, batch_.x, batch_.y, batch_.sample_weight, class_weight_);
    if (order_.size() < static_cast<std::size_t>(samples_.count())) order_ = in_order(samples_.count());
    return samples_.count();
  }
  const Shape& sample_shape() const override { return samples_.sample_shape; }
  void feed(Model& model, Program& program) override {
    training::feed(model, program, samples_, std::span(order_).first(static_cast<std::size_t>(samples_.count())));
  }

 private:
  Model& model_;
  Dataset data_;
  std::map<int, double> class_weight_;
  bool inputs_alone_;
  Dataset::Next next_;
  Batch batch_;  // keeps alive what `samples_` sees
  Samples samples_;
  std::vector<std::int64_t> order_;
};

}  // namespace

Samples Samples::slice(std::int64_t begin, std::int64_t end) const {
  Samples part{x.slice(begin, end), y.slice(begin, end), {}, sample_shape};
  if (!weights.empty()) part.weights.assign(weights.begin() + begin, weights.begin() + end);
  return part;
}

Samples check_inputs(Model& model, const ArrayView& x) {
  if (x.empty() || x.samples() == 0) {
    throw ArgumentError("Expected at least one sample in x. Received an array of shape " + to_string(x.shape()) + ".");
  }
  if (!model.built()) {
    Shape shape = x.shape();
    shape[0] = None;
    model.build(shape);
  }
  Shape shape = fit_to_input(x, model.input_shape(), model.name());
  shape.erase(shape.begin());
  return {x, {}, {}, std::move(shape)};
}

Samples check_samples(Model& model, const ArrayView& x, const ArrayView& y, const ArrayView& sample_weight,
                      const std::map<int, double>& class_weight) {
  if (!model.compiled()) throw StateError("You must call `compile()` before using the model.");
  if (!model.loss()) throw StateError("No loss to compute. Provide a `loss` argument in `compile()`.");
  check_counts(x, y, sample_weight);
  Samples samples = check_inputs(model, x);
  samples.y = y;
  check_finite(x, "x");
  check_finite(y, "y");
  if (!sample_weight.empty()) check_finite(sample_weight, "sample_weight");
  model.resolve_loss(y.shape());
  const Program& program = model.program(samples.sample_shape, 1, Mode::test);
  check_target_shape(y, program.true_shape);
  if (model.resolved_loss()->sparse()) {
    const auto* builtin = model.resolved_loss().as<SparseCategoricalCrossentropy>();
    check_labels(y, program.pred_shape.back(), builtin == nullptr ? std::nullopt : builtin->ignore_class);
  }
  samples.weights = weights_of(sample_weight, class_weight, y);
  return samples;
}

void feed(Model& model, Program& program, const Samples& samples, std::span<const std::int64_t> indices) {
  gather(samples.x, indices, model.address(program, program.x));
  if (program.y_true == graph::none) return;
  gather(samples.y, indices, model.address(program, program.y_true));
  float* weights = model.address(program, program.sample_weight);
  for (const std::int64_t i : indices) {
    *weights++ = samples.weights.empty() ? 1.0F : samples.weights[static_cast<std::size_t>(i)];
  }
}

std::vector<std::int64_t> in_order(std::int64_t count) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  return order;
}

std::unique_ptr<Source> array_source(Samples samples, int batch_size, Shuffle shuffle) {
  return std::make_unique<ArraySource>(std::move(samples), batch_size, shuffle);
}

std::unique_ptr<Source> dataset_source(Model& model, Dataset data, std::map<int, double> class_weight,
                                       bool inputs_alone) {
  return std::make_unique<DatasetSource>(model, std::move(data), std::move(class_weight), inputs_alone);
}

void Steps::begin_pass() {
  source_.begin(epoch_, order_);
  open_ = fresh_ = true;
}

void Steps::begin_epoch(std::int64_t epoch, Order order, bool anew) {
  epoch_ = epoch;
  order_ = order;
  taken_ = 0;
  if (anew || !per_epoch_ || !open_) begin_pass();
}

std::int64_t Steps::next() {
  if (per_epoch_ && taken_ == *per_epoch_) return 0;
  std::int64_t samples = source_.next();
  if (samples == 0 && taken_ == 0 && !fresh_) {  // the epoch before took all
    begin_pass();
    samples = source_.next();
  }
  if (samples > 0) {
    fresh_ = false;
    ++taken_;
    return samples;
  }
  open_ = false;
  if (fresh_) throw ArgumentError("Expected at least one batch. Received a dataset without any.");
  if (per_epoch_ && !std::exchange(warned_, true)) {
    warn(
        "Your input ran out of data; interrupting training. Make sure that your dataset or generator can generate at "
        "least `steps_per_epoch * epochs` batches. You may need to use the `.repeat()` function when building your "
        "dataset.");
  }
  return 0;
}

}  // namespace sumi::training
