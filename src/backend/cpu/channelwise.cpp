// One number per channel: adding a bias, summing to one, and affine maps with constant numbers.
#include <algorithm>
#include <vector>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/channel_runs.hpp"
#include "backend/cpu/kernels.hpp"

namespace sumi::backend::cpu_detail {
namespace {

// y = x * scale + offset, with the offset constant or read from the second input.
class AffineKernel final : public Kernel {
 public:
  AffineKernel(const char* name, const OpCase& op, const std::vector<float>& scale, const std::vector<float>& offset)
      : name_(name),
        runs_(op.inputs[0].shape, op.inputs[0].layout),
        threads_(threads_for(runs_.floats(), op.threads)),
        shift_(static_cast<std::size_t>(runs_.expanded())),
        scale_(shift_.size()),
        offset_(shift_.size()) {
    runs_.expand(scale.data(), scale_.data());
    if (!offset.empty()) runs_.expand(offset.data(), offset_.data());
    reads_offset_ = offset.empty();
  }
  std::string name() const override { return std::string("cpu/") + name_; }
  void run(const Arguments& arguments) override {
    if (reads_offset_) runs_.expand(arguments.inputs[1], offset_.data());
    const auto affine = kernels().affine;
    parallel(threads_, [&](int part) {
      runs_.for_each(part, threads_, [&](std::int64_t at, std::int64_t count, std::int64_t parameter) {
        affine(arguments.inputs[0] + at, arguments.outputs[0] + at, count, runs_.period(), shift_.data() + parameter,
               scale_.data() + parameter, offset_.data() + parameter);
      });
    });
  }

 private:
  const char* name_;
  ChannelRuns runs_;
  int threads_;
  std::vector<float> shift_, scale_, offset_;
  bool reads_offset_ = false;
};

class SumToBiasKernel final : public Kernel {
 public:
  explicit SumToBiasKernel(const OpCase& op)
      : runs_(op.inputs[0].shape, op.inputs[0].layout), threads_(threads_for(runs_.floats(), op.threads)) {}
  std::string name() const override { return "cpu/sum_to_bias"; }
  std::size_t scratch_floats() const override { return 2 * static_cast<std::size_t>(runs_.expanded() * threads_); }
  void run(const Arguments& arguments) override {
    double* sums = reinterpret_cast<double*>(arguments.scratch);
    const auto sum = kernels().sum;
    parallel(threads_, [&](int part) {
      double* own = sums + part * runs_.expanded();
      std::fill_n(own, runs_.expanded(), 0.0);
      runs_.for_each(part, threads_, [&](std::int64_t at, std::int64_t count, std::int64_t parameter) {
        sum(arguments.inputs[0] + at, count, runs_.period(), own + parameter);
      });
    });
    for (std::int64_t c = 0; c < runs_.channels(); ++c) {
      double total = 0;
      for (int part = 0; part < threads_; ++part) total += runs_.fold(sums + part * runs_.expanded(), c);
      arguments.outputs[0][c] = static_cast<float>(total);
    }
  }

 private:
  ChannelRuns runs_;
  int threads_;
};

// One number for each channel, where there may be one for all.
std::vector<float> for_channels(const std::vector<double>& numbers, std::int64_t channels) {
  std::vector<float> result(static_cast<std::size_t>(channels));
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<float>(numbers[i % numbers.size()]);
  return result;
}

}  // namespace

Answer make_channelwise(const OpCase& op) {
  if (std::holds_alternative<graph::AddBias>(op.attributes)) {
    if (!same_layouts(op)) return refuse("cpu/add_bias: the output's layout is not the input's");
    const auto ones = for_channels({1.0}, op.inputs[0].shape.back());
    return {std::make_unique<AffineKernel>("add_bias", op, ones, std::vector<float>{}), {}};
  }
  if (std::holds_alternative<graph::SumToBias>(op.attributes)) return {std::make_unique<SumToBiasKernel>(op), {}};
  if (const auto* affine = std::get_if<graph::Affine>(&op.attributes)) {
    if (!same_layouts(op)) return refuse("cpu/affine: the output's layout is not the input's");
    if (op.inputs[0].shape.empty()) return refuse("cpu/affine: a scalar has no channels");
    const std::int64_t channels = op.inputs[0].shape.back();
    return {std::make_unique<AffineKernel>("affine", op, for_channels(affine->scale, channels),
                                           for_channels(affine->offset, channels)),
            {}};
  }
  return {};
}

}  // namespace sumi::backend::cpu_detail
