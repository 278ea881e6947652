// Times every kernel of the fast backend on the shapes of one training step of the KMNIST CNN.
//
//   kernel_times [batch=250] [threads=2]
//
// Prints one line per kernel: op, implementation, layouts, the least milliseconds of many runs, and what it moves per
// second.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"

namespace {

using namespace sumi;
using backend::Operand;
using Clock = std::chrono::steady_clock;

// Memory at a 64-byte boundary, filled with small numbers.
class Floats {
 public:
  explicit Floats(std::size_t count) : memory_(count + 16) {
    data_ = memory_.data();
    while (reinterpret_cast<std::uintptr_t>(data_) % 64 != 0) ++data_;
    for (std::size_t i = 0; i < count; ++i) data_[i] = static_cast<float>(i * 37 % 101) / 101.0F + 0.01F;
  }
  float* get() { return data_; }

 private:
  std::vector<float> memory_;
  float* data_;
};

// The least of many times, since other programs can only make it slower.
template <class F>
double least_milliseconds(const F& run) {
  double least = 1e9;
  double total = 0;
  for (int i = 0; i < 2000 && (i < 20 || total < 400); ++i) {
    const auto start = Clock::now();
    run();
    const double taken = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    least = std::min(least, taken);
    total += taken;
  }
  return least;
}

double sum_of_all = 0;

void print(const std::string& op, const std::string& kernel, double milliseconds, double floats) {
  std::printf("%-34s %-32s %8.3f ms %7.1f GB/s\n", op.c_str(), kernel.c_str(), milliseconds,
              floats * sizeof(float) / milliseconds / 1e6);
  sum_of_all += milliseconds;
}

void time_op(const std::string& name, const graph::Attributes& attributes, const std::vector<Operand>& inputs,
             const std::vector<Operand>& outputs, int threads) {
  const auto kernel = backend::cpu().select({attributes, inputs, outputs, threads});
  if (kernel == nullptr) {
    std::printf("%-34s has no kernel for these layouts\n", name.c_str());
    return;
  }
  std::vector<std::unique_ptr<Floats>> memory;
  std::vector<const float*> in;
  std::vector<float*> out;
  double floats = 0;
  const auto place = [&](const Operand& operand) -> float* {
    if (!operand.present) return nullptr;
    const auto count = static_cast<std::size_t>(element_count(operand.shape));
    floats += static_cast<double>(count);
    memory.push_back(std::make_unique<Floats>(count));
    return memory.back()->get();
  };
  for (const Operand& operand : inputs) in.push_back(place(operand));
  for (const Operand& operand : outputs) out.push_back(place(operand));
  Floats scratch(kernel->scratch_floats());
  const backend::Arguments arguments{in.data(), out.data(), scratch.get()};
  print(name, kernel->name(), least_milliseconds([&] { kernel->run(arguments); }), floats);
}

struct Image {
  Shape shape;
  graph::Layout layout = graph::Layout::plain;
  Operand operand() const { return {shape, layout}; }
};

const Operand absent{{}, graph::Layout::plain, false};

void time_conv(const std::string& name, const Image& x, Image& y, bool with_data_gradient, int threads) {
  const graph::Window window{.kernel_h = 3, .kernel_w = 3};
  const Operand kernel{{3, 3, x.shape[3], y.shape[3]}};
  const Operand bias{{y.shape[3]}};
  const graph::Conv2d conv{window, 1, ActivationKind::relu};
  y.layout = backend::cpu().preferred_layout(conv, {x.operand(), kernel, bias}, {y.shape});
  time_op(name + " forward", conv, {x.operand(), kernel, bias}, {y.operand()}, threads);
  time_op(name + " weights", graph::Conv2dBackwardWeights{window, 1}, {x.operand(), y.operand()}, {kernel, bias},
          threads);
  if (!with_data_gradient) return;
  time_op(name + " data", graph::Conv2dBackwardData{window, 1}, {y.operand(), kernel}, {x.operand()}, threads);
  time_op(name + " both gradients", graph::Conv2dBackward{window, 1}, {x.operand(), kernel, y.operand()},
          {x.operand(), kernel, bias}, threads);
  graph::Conv2d fused = conv;
  fused.moments = true;
  fused.pool = graph::Window{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};
  const Operand moments{{2, y.shape[3]}};
  const Operand pooled{{y.shape[0], y.shape[1] / 2, y.shape[2] / 2, y.shape[3]}, y.layout};
  time_op(name + " forward, moments, pool", fused, {x.operand(), kernel, bias, bias},
          {y.operand(), moments, pooled, moments}, threads);
}

void time_relu_backward(const std::string& name, const Image& x, int threads) {
  time_op(name + " relu backward", graph::ActivateBackward{ActivationKind::relu, {}}, {x.operand(), x.operand()},
          {x.operand()}, threads);
}

void time_norm(const std::string& name, const Image& x, int threads) {
  const Operand c{{x.shape.back()}};
  graph::BatchNorm forward;
  forward.axis = static_cast<int>(x.shape.size()) - 1;
  forward.training = true;
  graph::BatchNormBackward backward;
  backward.axis = forward.axis;
  time_op(name + " forward", forward, {x.operand(), c, c, c, c}, {x.operand(), c, c, c, c}, threads);
  time_op(name + " backward", backward, {x.operand(), c, c, c, x.operand()}, {x.operand(), c, c}, threads);
}

void time_pool(const std::string& name, const Image& x, Image& y, int threads) {
  const graph::Window window{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};
  y.layout = x.layout;
  time_op(name + " forward", graph::MaxPool2d{window}, {x.operand()}, {y.operand()}, threads);
  time_op(name + " backward", graph::MaxPool2dBackward{window}, {x.operand(), y.operand()}, {x.operand()}, threads);
}

void time_dense(const std::string& name, std::int64_t batch, std::int64_t in, std::int64_t out, ActivationKind epilogue,
                int threads) {
  const Operand x{{batch, in}};
  const Operand w{{in, out}};
  const Operand y{{batch, out}};
  time_op(name + " forward", graph::MatMul{false, false, epilogue}, {x, w, {{out}}}, {y}, threads);
  time_op(name + " weights", graph::MatMul{true, false, ActivationKind::linear}, {x, y, absent}, {w}, threads);
  time_op(name + " data", graph::MatMul{false, true, ActivationKind::linear}, {y, w, absent}, {x}, threads);
  time_op(name + " bias", graph::SumToBias{}, {y}, {{{out}}}, threads);
}

void time_adam(std::size_t weights, int threads) {
  Floats w(weights), gradient(weights), m(weights), v(weights);
  float* const slots[] = {m.get(), v.get()};
  const backend::UpdateRule rule{.kind = backend::UpdateRule::Kind::adam,
                                 .learning_rate = 1e-3F,
                                 .beta_1 = 0.9F,
                                 .beta_2 = 0.999F,
                                 .epsilon = 1e-7F};
  const double taken =
      least_milliseconds([&] { backend::cpu().update(rule, w.get(), gradient.get(), slots, weights, threads); });
  print("adam", backend::cpu().name(), taken, 7.0 * static_cast<double>(weights));
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t batch = argc > 1 ? std::atol(argv[1]) : 250;
  const int threads = argc > 2 ? std::atoi(argv[2]) : 2;
  if (batch < 1 || threads < 1) {
    std::fprintf(stderr, "usage: bench_kernels [batch=250] [threads=2]\n");
    return 2;
  }
  std::printf("%s, batch %ld, %d threads\n", backend::cpu().name().c_str(), static_cast<long>(batch), threads);

  const Image input{{batch, 28, 28, 1}};
  Image conv1{{batch, 26, 26, 32}};
  Image pool1{{batch, 13, 13, 32}};
  Image conv2{{batch, 11, 11, 64}};
  Image pool2{{batch, 5, 5, 64}};
  time_conv("conv1", input, conv1, false, threads);
  time_relu_backward("conv1", conv1, threads);
  time_norm("norm1 26x26x32", conv1, threads);
  time_pool("pool1", conv1, pool1, threads);
  time_norm("norm2 13x13x32", pool1, threads);
  time_conv("conv2", pool1, conv2, true, threads);
  time_relu_backward("conv2", conv2, threads);
  time_norm("norm3 11x11x64", conv2, threads);
  time_pool("pool2", conv2, pool2, threads);
  time_norm("norm4 5x5x64", pool2, threads);
  const Operand flat{pool2.shape};
  time_op("flatten: to plain", graph::Reorder{}, {pool2.operand()}, {flat}, threads);
  time_op("flatten: from plain", graph::Reorder{}, {flat}, {pool2.operand()}, threads);
  time_dense("dense1 1600x256", batch, 1600, 256, ActivationKind::relu, threads);
  time_relu_backward("dense1", {{batch, 256}}, threads);
  time_norm("norm5 256", {{batch, 256}}, threads);
  time_dense("dense2 256x10", batch, 256, 10, ActivationKind::linear, threads);
  time_adam(432138, threads);
  std::printf("%-67s %8.3f ms\n", "all together", sum_of_all);
}
