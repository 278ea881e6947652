// What holds for all kernels of the fast backend: the same bits twice, no allocation while running, truth about
// layouts.
#include <dlfcn.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

#include "backend/cpu_run.hpp"

namespace {
// Allocations by anyone but oneDNN, which makes a map of each primitive's operands.
std::atomic<long> allocations{0};
std::atomic<bool> counting{false};

void* allocate(std::size_t bytes, const void* caller) {
  if (counting) {
    Dl_info info{};
    const bool known = dladdr(caller, &info) != 0 && info.dli_fname != nullptr;
    if (!known || std::strstr(info.dli_fname, "libdnnl") == nullptr) ++allocations;
  }
  void* result = std::malloc(bytes);
  if (result == nullptr) throw std::bad_alloc();
  return result;
}

// Not inlined: GCC would warn that what new returned is freed.
[[gnu::noinline]] void release(void* pointer) { std::free(pointer); }
}  // namespace

void* operator new(std::size_t bytes) { return allocate(bytes, __builtin_return_address(0)); }
void* operator new[](std::size_t bytes) { return allocate(bytes, __builtin_return_address(0)); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return std::malloc(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return std::malloc(bytes); }
void operator delete(void* pointer) noexcept { release(pointer); }
void operator delete[](void* pointer) noexcept { release(pointer); }
void operator delete(void* pointer, std::size_t) noexcept { release(pointer); }
void operator delete[](void* pointer, std::size_t) noexcept { release(pointer); }

namespace sumi::testing {
namespace {

using graph::Layout;

struct Step {
  graph::Attributes attributes;
  std::vector<Operand> inputs, outputs;
};

// One of each, large enough for two threads.
std::vector<Step> steps() {
  const Layout layout =
      backend::cpu().preferred_layout(graph::Conv2d{{.kernel_h = 3, .kernel_w = 3}, 1, ActivationKind::linear},
                                      {{{8, 28, 28, 1}}, {{3, 3, 1, 32}}}, {{8, 26, 26, 32}});
  const graph::Window window{.kernel_h = 3, .kernel_w = 3};
  const graph::Window pool{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};
  const auto y = [&](std::uint32_t seed) { return random_operand({8, 26, 26, 32}, seed, layout); };
  const Operand y_out = output_operand({8, 26, 26, 32}, layout);
  const Operand pooled = random_operand({8, 13, 13, 32}, 1, layout);
  const Operand x = random_operand({8, 28, 28, 1}, 2);
  const Operand kernel = random_operand({3, 3, 1, 32}, 3);
  const auto channel = [](std::uint32_t seed) { return random_operand({32}, seed, Layout::plain, 0.5, 1); };
  const Operand channel_out = output_operand({32});
  graph::BatchNorm norm;
  norm.axis = 3;
  norm.training = true;
  graph::BatchNormBackward norm_backward;
  norm_backward.axis = 3;
  return {
      {graph::Conv2d{window, 1, ActivationKind::relu}, {x, kernel, channel(4)}, {y_out}},
      {graph::Conv2dBackwardWeights{window, 1}, {x, y(5)}, {output_operand({3, 3, 1, 32}), channel_out}},
      {graph::Conv2dBackwardData{window, 1},
       {random_operand({8, 11, 11, 64}, 6, layout), random_operand({3, 3, 32, 64}, 7)},
       {output_operand({8, 13, 13, 32}, layout)}},
      {graph::MatMul{}, {random_operand({70, 300}, 8), random_operand({300, 50}, 9)}, {output_operand({70, 50})}},
      {graph::MatMul{false, true},
       {random_operand({70, 300}, 8), random_operand({50, 300}, 9)},
       {output_operand({70, 50})}},
      {graph::MaxPool2d{pool}, {y(10)}, {output_operand({8, 13, 13, 32}, layout)}},
      {graph::MaxPool2dBackward{pool}, {y(11), pooled}, {y_out}},
      {graph::AvgPool2d{pool}, {y(12)}, {output_operand({8, 13, 13, 32}, layout)}},
      {graph::AvgPool2dBackward{pool}, {pooled}, {y_out}},
      {norm,
       {y(13), channel(14), channel(15), channel(16), channel(17)},
       {y_out, channel_out, channel_out, channel_out, channel_out}},
      {norm_backward, {y(18), channel(19), channel(20), channel(21), y(22)}, {y_out, channel_out, channel_out}},
      {graph::AddBias{}, {y(23), channel(24)}, {y_out}},
      {graph::SumToBias{}, {y(25)}, {channel_out}},
      {graph::Affine{{2.0}, {1.0}}, {y(26)}, {y_out}},
      {graph::Activate{ActivationKind::relu, {}}, {y(27)}, {y_out}},
      {graph::ActivateBackward{ActivationKind::relu, {}}, {y(28), y(29)}, {y_out}},
      {graph::Add{}, {y(30), y(31)}, {y_out}},
      {graph::Multiply{}, {y(32), y(33)}, {y_out}},
      {graph::Reorder{}, {y(34)}, {output_operand({8, 26, 26, 32})}},
  };
}

TEST_CASE("the same operands give the same bits, for one thread and for two", "[cpu][backend]") {
  for (const Step& step : steps()) {
    INFO(graph::name_of(step.attributes));
    for (const int threads : {1, 2, 3}) {
      const auto first = run_fast(step.attributes, step.inputs, step.outputs, threads);
      const auto second = run_fast(step.attributes, step.inputs, step.outputs, threads);
      for (std::size_t i = 0; i < first.size(); ++i) {
        CHECK(std::memcmp(first[i].data(), second[i].data(), first[i].size() * sizeof(float)) == 0);
      }
    }
  }
}

TEST_CASE("a kernel allocates nothing while it runs", "[cpu][backend]") {
  { const auto probe = std::make_unique<int>(1); }
  counting = true;
  { const std::vector<int> probe(1000); }
  counting = false;
  CHECK(allocations == 1);  // the counter counts
  for (const Step& step : steps()) {
    INFO(graph::name_of(step.attributes));
    std::vector<std::unique_ptr<AlignedFloats>> memory;
    std::vector<const float*> in;
    std::vector<float*> out;
    for (const Operand& o : step.inputs) {
      memory.push_back(std::make_unique<AlignedFloats>(o.values.size()));
      std::copy(o.values.begin(), o.values.end(), memory.back()->get());
      in.push_back(memory.back()->get());
    }
    for (const Operand& o : step.outputs) {
      memory.push_back(std::make_unique<AlignedFloats>(o.values.size()));
      out.push_back(memory.back()->get());
    }
    const auto kernel = backend::cpu().select(case_of(step.attributes, step.inputs, step.outputs, 2));
    AlignedFloats scratch(kernel->scratch_floats());
    kernel->run({in.data(), out.data(), scratch.get()});  // threads start, code is generated
    allocations = 0;
    counting = true;
    kernel->run({in.data(), out.data(), scratch.get()});
    counting = false;
    CHECK(allocations == 0);
  }
}

TEST_CASE("ops that no kernel of its own takes go to the reference, in plain layouts only", "[cpu][backend]") {
  const graph::Attributes sparsemax = graph::Sparsemax{};
  std::vector<std::string> refusals;
  const auto kernel = backend::cpu().select({sparsemax, {{{3, 4}}}, {{{3, 4}}}, 2}, &refusals);
  REQUIRE(kernel != nullptr);
  CHECK(kernel->name() == "reference");
  CHECK(refusals.empty());
  const graph::Attributes reshape = graph::Reshape{};
  CHECK_FALSE(backend::cpu().supports({reshape, {{{2, 3, 3, 16}, Layout::blocked16}}, {{{2, 144}}}, 2}));
}

TEST_CASE("ops that don't care keep the layout of their input", "[cpu][backend]") {
  const Shape shape = {2, 4, 4, 16};
  const graph::Window pool{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};
  graph::BatchNorm norm;
  norm.axis = 3;
  for (const Layout layout : {Layout::plain, Layout::blocked8, Layout::blocked16}) {
    for (const graph::Attributes& attributes :
         {graph::Attributes(graph::MaxPool2d{pool}), graph::Attributes(norm), graph::Attributes(graph::AddBias{}),
          graph::Attributes(graph::Activate{ActivationKind::gelu, {}})}) {
      CHECK(backend::cpu().preferred_layout(attributes, {{shape, layout}}, {shape}) == layout);
    }
    CHECK(backend::cpu().preferred_layout(graph::Reshape{}, {{shape, layout}}, {{2, 256}}) == Layout::plain);
  }
}

}  // namespace
}  // namespace sumi::testing
