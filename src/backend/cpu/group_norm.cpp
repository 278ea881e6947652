// Group and layer normalisation. Samples of one pixel are rows; those of several are maps of channels whose numbers
// come from the moments of their groups.
#include <algorithm>
#include <cmath>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/channel_kernel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

enum Input { x, gamma, beta };
enum Output { y, mean, inv_std };
enum BackwardInput { saved_mean = 2, saved_inv_std, dy };
enum BackwardOutput { dx, dgamma, dbeta };

// What both kinds share: the number of samples, and scratch for each thread.
class GroupNormKernel : public Kernel {
 public:
  GroupNormKernel(const OpCase& op, int groups, double epsilon, bool backward)
      : groups_(groups),
        epsilon_(epsilon),
        backward_(backward),
        samples_(op.inputs[x].shape[0]),
        channels_(op.inputs[x].shape.back()),
        sample_floats_(element_count(op.inputs[x].shape) / samples_),
        threads_(threads_for(samples_ * sample_floats_, op.threads)) {}
  std::string name() const override { return backward_ ? "cpu/group_norm_backward" : "cpu/group_norm"; }

 protected:
  std::int64_t width() const { return channels_ / groups_; }
  // Writes the gradients of gamma and beta from the sums of each thread: sums_of(part) has those of gamma, then those
  // of beta.
  template <class SumsOf>
  void store_gradients(const Arguments& a, const SumsOf& sums_of) const {
    for (std::int64_t c = 0; c < 2 * channels_; ++c) {
      float* to = a.outputs[c < channels_ ? dgamma : dbeta];
      if (to == nullptr) continue;
      double total = 0;
      for (int part = 0; part < threads_; ++part) total += sums_of(part)[c];
      to[c % channels_] = static_cast<float>(total);
    }
  }

  std::int64_t groups_;
  double epsilon_;
  bool backward_;
  std::int64_t samples_, channels_, sample_floats_;
  int threads_;
};

class RowsKernel final : public GroupNormKernel {
 public:
  using GroupNormKernel::GroupNormKernel;
  // What stands for an absent gamma and beta; for each thread, gradients in double and in float.
  std::size_t scratch_floats() const override {
    return static_cast<std::size_t>((2 + (backward_ ? 6 * threads_ : 0)) * channels_);
  }
  void run(const Arguments& a) override {
    float* own = a.scratch + (backward_ ? 6 * threads_ * channels_ : 0);
    RowNorm norm{width(), groups_, epsilon_, a.inputs[gamma], nullptr};
    if (norm.gamma == nullptr) norm.gamma = std::fill_n(own, channels_, 1.0F) - channels_;
    if (!backward_) {
      norm.beta = a.inputs[beta];
      if (norm.beta == nullptr) norm.beta = std::fill_n(own + channels_, channels_, 0.0F) - channels_;
    }
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(samples_, part, threads_);
      if (backward_) return run_backward(a, norm, part, slice);
      kernels().normalize_rows(norm, a.inputs[x], a.outputs[y], a.outputs[mean], a.outputs[inv_std],
                               slice.begin * groups_, slice.end * groups_);
    });
    if (backward_) store_gradients(a, [&](int part) { return sums(a, part); });
  }

 private:
  // Gradients of so many samples are added up in float before their sum goes on in double.
  static constexpr std::int64_t samples_at_once = 64;

  double* sums(const Arguments& a, int part) const {
    return reinterpret_cast<double*>(a.scratch) + 2 * part * channels_;
  }
  void run_backward(const Arguments& a, const RowNorm& norm, int part, const Slice& slice) const {
    double* total = sums(a, part);
    float* some = a.scratch + (4 * threads_ + 2 * part) * channels_;
    std::fill_n(total, 2 * channels_, 0.0);
    for (std::int64_t first = slice.begin; first < slice.end; first += samples_at_once) {
      const std::int64_t last = std::min(first + samples_at_once, slice.end);
      std::fill_n(some, 2 * channels_, 0.0F);
      kernels().normalize_rows_backward(norm, a.inputs[x], a.inputs[saved_mean], a.inputs[saved_inv_std], a.inputs[dy],
                                        a.outputs[dx], some, some + channels_, first * groups_, last * groups_);
      for (std::int64_t c = 0; c < 2 * channels_; ++c) total[c] += static_cast<double>(some[c]);
    }
  }
};

class ImagesKernel final : public GroupNormKernel {
 public:
  ImagesKernel(const OpCase& op, int groups, double epsilon, bool backward)
      : GroupNormKernel(op, groups, epsilon, backward), runs_(one_sample(op.inputs[x].shape), op.inputs[x].layout) {}
  // For each thread: gradients in double, two sums of channels in double as kernels make them, four numbers of channels
  // and the same as kernels read them.
  std::size_t scratch_floats() const override { return static_cast<std::size_t>(threads_ * part_floats()); }
  void run(const Arguments& a) override {
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(samples_, part, threads_);
      Part own = part_of(a, part);
      std::fill_n(own.gradients, 2 * channels_, 0.0);
      for (std::int64_t n = slice.begin; n < slice.end; ++n) {
        if (backward_) {
          run_backward(a, own, n);
        } else {
          run_forward(a, own, n);
        }
      }
    });
    if (backward_) store_gradients(a, [&](int part) { return part_of(a, part).gradients; });
  }

 private:
  struct Part {
    double *gradients, *sums, *products;
    float* numbers[4];
    float* expanded[4];
  };

  static Shape one_sample(Shape shape) {
    shape[0] = 1;
    return shape;
  }
  std::int64_t part_floats() const { return 8 * channels_ + 8 * runs_.expanded(); }
  Part part_of(const Arguments& a, int part) const {
    Part own{};
    own.gradients = reinterpret_cast<double*>(a.scratch + part * part_floats());
    own.sums = own.gradients + 2 * channels_;
    own.products = own.sums + runs_.expanded();
    auto* floats = reinterpret_cast<float*>(own.products + runs_.expanded());
    for (int i = 0; i < 4; ++i) {
      own.expanded[i] = floats + i * runs_.expanded();
      own.numbers[i] = floats + 4 * runs_.expanded() + i * channels_;
    }
    return own;
  }
  void expand(const Part& own, int count) const {
    for (int i = 0; i < count; ++i) runs_.expand(own.numbers[i], own.expanded[i]);
  }
  double group_size() const { return static_cast<double>(sample_floats_) / static_cast<double>(groups_); }

  void run_forward(const Arguments& a, const Part& own, std::int64_t n) const {
    const float* from = a.inputs[x] + n * sample_floats_;
    float* to = a.outputs[y] + n * sample_floats_;
    std::fill_n(own.sums, 2 * runs_.expanded(), 0.0);
    runs_.for_each(0, 1, [&](std::int64_t at, std::int64_t count, std::int64_t p) {
      kernels().moments(from + at, count, runs_.period(), own.sums + p, own.products + p);
    });
    for (std::int64_t g = 0; g < groups_; ++g) set_map(a, own, n, g);
    expand(own, 3);
    runs_.for_each(0, 1, [&](std::int64_t at, std::int64_t count, std::int64_t p) {
      kernels().affine(from + at, to + at, count, runs_.period(), own.expanded[0] + p, own.expanded[1] + p,
                       own.expanded[2] + p);
    });
  }
  void set_map(const Arguments& a, const Part& own, std::int64_t n, std::int64_t group) const {
    double sum = 0, squares = 0;
    for (std::int64_t c = group * width(); c < (group + 1) * width(); ++c) {
      sum += runs_.fold(own.sums, c);
      squares += runs_.fold(own.products, c);
    }
    const double m = sum / group_size();
    // Not std::max, which would make a variance of what is no number.
    const double variance = squares / group_size() - m * m;
    const double inverse = 1.0 / std::sqrt((variance < 0.0 ? 0.0 : variance) + epsilon_);
    const auto shift = static_cast<float>(m);
    for (std::int64_t c = group * width(); c < (group + 1) * width(); ++c) {
      const double scale = value_or(a.inputs[gamma], c, 1.0) * inverse;
      own.numbers[0][c] = shift;
      own.numbers[1][c] = static_cast<float>(scale);
      // The offset makes up for the rounding of the mean, which may be many deviations large.
      own.numbers[2][c] = static_cast<float>(value_or(a.inputs[beta], c, 0.0) + (shift - m) * scale);
    }
    a.outputs[mean][n * groups_ + group] = shift;
    a.outputs[inv_std][n * groups_ + group] = static_cast<float>(inverse);
  }

  // dx = dy a + (x - mean) b + c with numbers of channels.
  void run_backward(const Arguments& a, const Part& own, std::int64_t n) const {
    const float* from = a.inputs[x] + n * sample_floats_;
    const float* gradient = a.inputs[dy] + n * sample_floats_;
    for (std::int64_t c = 0; c < channels_; ++c) {
      own.numbers[0][c] = a.inputs[saved_mean][n * groups_ + c / width()];
    }
    expand(own, 1);
    std::fill_n(own.sums, 2 * runs_.expanded(), 0.0);
    runs_.for_each(0, 1, [&](std::int64_t at, std::int64_t count, std::int64_t p) {
      kernels().gradient_sums(from + at, gradient + at, count, runs_.period(), own.expanded[0] + p, own.sums + p,
                              own.products + p);
    });
    for (std::int64_t g = 0; g < groups_; ++g) set_gradient_map(a, own, n, g);
    if (a.outputs[dx] == nullptr) return;
    float* to = a.outputs[dx] + n * sample_floats_;
    expand(own, 4);
    runs_.for_each(0, 1, [&](std::int64_t at, std::int64_t count, std::int64_t p) {
      kernels().normalize_backward(from + at, gradient + at, to + at, count, runs_.period(), own.expanded[0] + p,
                                   own.expanded[1] + p, own.expanded[2] + p, own.expanded[3] + p);
    });
  }
  void set_gradient_map(const Arguments& a, const Part& own, std::int64_t n, std::int64_t group) const {
    const double inverse = static_cast<double>(a.inputs[saved_inv_std][n * groups_ + group]);
    double sum = 0, product = 0;
    for (std::int64_t c = group * width(); c < (group + 1) * width(); ++c) {
      const double own_sum = runs_.fold(own.sums, c);
      const double own_product = runs_.fold(own.products, c) * inverse;
      own.gradients[c] += own_product;
      own.gradients[channels_ + c] += own_sum;
      sum += own_sum * value_or(a.inputs[gamma], c, 1.0);
      product += own_product * value_or(a.inputs[gamma], c, 1.0);
    }
    for (std::int64_t c = group * width(); c < (group + 1) * width(); ++c) {
      own.numbers[1][c] = static_cast<float>(value_or(a.inputs[gamma], c, 1.0) * inverse);
      own.numbers[2][c] = static_cast<float>(-inverse * inverse * product / group_size());
      own.numbers[3][c] = static_cast<float>(-inverse * sum / group_size());
    }
  }

  ChannelRuns runs_;
};

}  // namespace

Answer make_group_norm(const OpCase& op) {
  const auto* forward = std::get_if<graph::GroupNorm>(&op.attributes);
  const auto* backward = std::get_if<graph::GroupNormBackward>(&op.attributes);
  if (forward == nullptr && backward == nullptr) return {};
  if (!same_layouts(op)) return refuse("cpu/group_norm: the layouts differ");
  const int groups = forward != nullptr ? forward->groups : backward->groups;
  const double epsilon = forward != nullptr ? forward->epsilon : 0.0;
  const Shape& shape = op.inputs[x].shape;
  if (op.inputs[x].layout == graph::Layout::plain && element_count(shape) == shape[0] * shape.back()) {
    return {std::make_unique<RowsKernel>(op, groups, epsilon, backward != nullptr), {}};
  }
  return {std::make_unique<ImagesKernel>(op, groups, epsilon, backward != nullptr), {}};
}

}  // namespace sumi::backend::cpu_detail
