// PReLU and its gradients, in any layout, whatever axes share their slopes.
#include <algorithm>
#include <utility>
#include <vector>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/channel_runs.hpp"
#include "backend/cpu/kernels.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

enum Input { x, alpha, dy };
enum Output { dx, dalpha };

// Which slope goes with which place, for places in the order of memory. Empty where that is the same order.
using SlopeOfPlace = std::vector<std::int32_t>;

// Of an element of an array of this shape, counted in plain order, in an array whose dimensions are equal or 1.
std::int64_t shared_index(std::int64_t place, const Shape& shape, const Shape& shared) {
  std::int64_t result = 0, stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (shared[i] != 1) result += place % shape[i] * stride;
    place /= shape[i];
    stride *= shared[i];
  }
  return result;
}

// For places of a sample, which is an image where it has a layout.
SlopeOfPlace slope_of_place(const Shape& sample, graph::Layout layout, const Shape& slopes) {
  const std::int64_t block = graph::block_of(layout);
  if (block == 0 && sample == slopes) return {};
  SlopeOfPlace result(static_cast<std::size_t>(element_count(sample)));
  for (std::size_t i = 0; i < result.size(); ++i) {
    auto place = static_cast<std::int64_t>(i);
    if (block != 0) {
      const std::int64_t pixels = sample[0] * sample[1];
      place = place / block % pixels * sample[2] + place / (block * pixels) * block + place % block;
    }
    result[i] = static_cast<std::int32_t>(shared_index(place, sample, slopes));
  }
  return result;
}

// What both ways of going through memory share.
class PReluKernel : public Kernel {
 public:
  PReluKernel(const OpCase& op, SlopeOfPlace slope_of)
      : backward_(op.inputs.size() > dy),
        slopes_(element_count(op.inputs[alpha].shape)),
        slope_of_(std::move(slope_of)),
        threads_(threads_for(element_count(op.inputs[x].shape), op.threads)) {}
  std::string name() const override { return backward_ ? "cpu/prelu_backward" : "cpu/prelu"; }

 protected:
  // The slopes in the order of memory, `spread` being room for them.
  const float* slopes_by_place(const Arguments& a, float* spread) const {
    if (slope_of_.empty()) return a.inputs[alpha];
    for (std::size_t i = 0; i < slope_of_.size(); ++i) spread[i] = a.inputs[alpha][slope_of_[i]];
    return spread;
  }
  // Writes the gradients of the slopes: the sums sum_of(place) of all places that share them.
  template <class SumOf>
  void store_gradients(const Arguments& a, double* totals, std::int64_t places, const SumOf& sum_of) const {
    if (a.outputs[dalpha] == nullptr) return;
    std::fill_n(totals, slopes_, 0.0);
    for (std::int64_t i = 0; i < places; ++i) {
      totals[slope_of_.empty() ? i : slope_of_[static_cast<std::size_t>(i)]] += sum_of(i);
    }
    for (std::int64_t i = 0; i < slopes_; ++i) a.outputs[dalpha][i] = static_cast<float>(totals[i]);
  }

  bool backward_;
  std::int64_t slopes_;
  SlopeOfPlace slope_of_;
  int threads_;
};

// Slopes of channels: they repeat with a short period.
class ChannelPRelu final : public PReluKernel {
 public:
  ChannelPRelu(const OpCase& op, const Shape& shape, SlopeOfPlace slope_of)
      : PReluKernel(op, std::move(slope_of)), runs_(shape, op.inputs[x].layout) {}
  // Sums of each thread, totals of slopes, slopes as kernels read them, slopes of channels.
  std::size_t scratch_floats() const override {
    return static_cast<std::size_t>((2 * threads_ + 1) * runs_.expanded() + 2 * slopes_ + runs_.channels());
  }
  void run(const Arguments& a) override {
    const KernelTable& k = kernels();
    auto* sums = reinterpret_cast<double*>(a.scratch);
    double* totals = sums + threads_ * runs_.expanded();
    auto* expanded = reinterpret_cast<float*>(totals + slopes_);
    runs_.expand(slopes_by_place(a, expanded + runs_.expanded()), expanded);
    parallel(threads_, [&](int part) {
      double* own = sums + part * runs_.expanded();
      if (backward_) std::fill_n(own, runs_.expanded(), 0.0);
      runs_.for_each(part, threads_, [&](std::int64_t at, std::int64_t count, std::int64_t parameter) {
        const float* from = a.inputs[x] + at;
        if (backward_) {
          float* to = a.outputs[dx] != nullptr ? a.outputs[dx] + at : nullptr;
          k.prelu_backward(from, expanded + parameter, a.inputs[dy] + at, to, count, runs_.period(), own + parameter);
        } else {
          k.prelu(from, expanded + parameter, a.outputs[0] + at, count, runs_.period());
        }
      });
    });
    if (!backward_) return;
    store_gradients(a, totals, runs_.channels(), [&](std::int64_t c) {
      double total = 0;
      for (int part = 0; part < threads_; ++part) total += runs_.fold(sums + part * runs_.expanded(), c);
      return total;
    });
  }

 private:
  ChannelRuns runs_;
};

// Slopes of all places of a sample. Threads divide the places, so that each adds up its own gradients.
class SamplePRelu final : public PReluKernel {
 public:
  SamplePRelu(const OpCase& op, SlopeOfPlace slope_of)
      : PReluKernel(op, std::move(slope_of)),
        samples_(op.inputs[x].shape[0]),
        places_(element_count(op.inputs[x].shape) / samples_) {}
  // Sums and totals in double, sums of some samples in float, slopes in the order of memory.
  std::size_t scratch_floats() const override { return static_cast<std::size_t>(4 * places_ + 2 * slopes_); }
  void run(const Arguments& a) override {
    auto* sums = reinterpret_cast<double*>(a.scratch);
    double* totals = sums + places_;
    auto* some = reinterpret_cast<float*>(totals + slopes_);
    const float* slopes = slopes_by_place(a, some + places_);
    parallel(threads_, [&](int part) {
      const Slice slice = lines_of(places_, part, threads_);
      for (std::int64_t begin = slice.begin; begin < slice.end; begin += places_at_once) {
        const std::int64_t count = std::min(places_at_once, slice.end - begin);
        if (backward_) {
          run_backward(a, slopes, begin, count, some, sums);
        } else {
          for (std::int64_t n = 0; n < samples_; ++n) {
            const std::int64_t at = n * places_ + begin;
            kernels().prelu_sample(a.inputs[x] + at, slopes + begin, a.outputs[0] + at, count);
          }
        }
      }
    });
    if (backward_) store_gradients(a, totals, places_, [&](std::int64_t i) { return sums[i]; });
  }

 private:
  // What of an image stays in the first cache together with its sums.
  static constexpr std::int64_t places_at_once = 1024;
  // So many samples are added up in float before their sum goes on in double.
  static constexpr std::int64_t samples_at_once = 64;

  void run_backward(const Arguments& a, const float* slopes, std::int64_t begin, std::int64_t count, float* some,
                    double* sums) const {
    std::fill_n(sums + begin, count, 0.0);
    for (std::int64_t first = 0; first < samples_; first += samples_at_once) {
      std::fill_n(some + begin, count, 0.0F);
      const std::int64_t last = std::min(first + samples_at_once, samples_);
      for (std::int64_t n = first; n < last; ++n) {
        const std::int64_t at = n * places_ + begin;
        float* to = a.outputs[dx] != nullptr ? a.outputs[dx] + at : nullptr;
        kernels().prelu_sample_backward(a.inputs[x] + at, slopes + begin, a.inputs[dy] + at, to, count, some + begin);
      }
      for (std::int64_t i = begin; i < begin + count; ++i) sums[i] += static_cast<double>(some[i]);
    }
  }

  std::int64_t samples_, places_;
};

}  // namespace

Answer make_prelu(const OpCase& op) {
  if (!std::holds_alternative<graph::PRelu>(op.attributes) &&
      !std::holds_alternative<graph::PReluBackward>(op.attributes)) {
    return {};
  }
  if (!same_layouts(op)) return refuse("cpu/prelu: the layouts differ");
  const Shape& shape = op.inputs[x].shape;
  const Shape& slopes = op.inputs[alpha].shape;
  const Shape sample(shape.begin() + 1, shape.end());
  const graph::Layout layout = op.inputs[x].layout;
  const std::int64_t places = element_count(sample);
  // A short sample is a row of channels, and so is a pixel where all share their slopes. Kernels read their parameters
  // in multiples of 16, which makes up to 16 copies.
  const auto is_short = [](std::int64_t channels) { return channels <= 512 || channels % 16 == 0; };
  if (element_count(slopes) == slopes.back() && is_short(shape.back())) {
    const SlopeOfPlace slope_of = slope_of_place({shape.back()}, graph::Layout::plain, {slopes.back()});
    return {std::make_unique<ChannelPRelu>(op, shape, slope_of), {}};
  }
  SlopeOfPlace slope_of = slope_of_place(sample, layout, slopes);
  if (layout == graph::Layout::plain && places <= 512) {
    return {std::make_unique<ChannelPRelu>(op, Shape{shape[0], places}, std::move(slope_of)), {}};
  }
  return {std::make_unique<SamplePRelu>(op, std::move(slope_of)), {}};
}

}  // namespace sumi::backend::cpu_detail
