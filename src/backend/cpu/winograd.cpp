// Convolutions of 3x3 by Winograd's F(4x4, 3x3), in all directions over the same tiles: docs/decisions/0011-winograd.md.
#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/isa.hpp"
#include "backend/cpu/kernels.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

// Floats in a cache line, by which parts of the scratch memory are rounded up.
constexpr std::int64_t line = 16;
std::int64_t to_lines(std::int64_t floats) { return (floats + line - 1) / line * line; }

// Floats of the tiles that are transformed together, so that they lie in the second cache beside the kernels.
constexpr std::int64_t forward_floats = 131072;
constexpr std::int64_t backward_floats = 90000;

Winograd describe(const graph::Window& window, const Shape& x, const Shape& y, std::int64_t chunk_floats) {
  Winograd w;
  w.height = x[1];
  w.width = x[2];
  w.out_height = y[1];
  w.out_width = y[2];
  w.pad_top = window.pad_top;
  w.pad_left = window.pad_left;
  w.rows = (y[1] + 3) / 4;
  w.columns = (y[2] + 3) / 4;
  w.filters = y[3];
  w.x_image = x[1] * x[2] * x[3];
  w.kernel_cell = x[3] * y[3];
  const char* env = std::getenv("WINO_CHUNK");
  if (env) chunk_floats = atol(env) * winograd_positions * (x[3] + y[3]);
  w.chunk = std::clamp<std::int64_t>(chunk_floats / (winograd_positions * (x[3] + y[3])) / 12 * 12, 12, 96);
  return w;
}

// The part of a convolution on `channels` of its channels. One line more than needed lies between positions: at powers
// of two all 36 would fall into the same set of the first cache.
Winograd part_of(Winograd w, std::int64_t channels) {
  w.channels = channels;
  w.x_position = to_lines(w.chunk * channels) + line;
  w.y_position = to_lines(w.chunk * w.filters) + line;
  w.u_position = to_lines(channels * w.filters) + line;
  return w;
}

std::int64_t transformed_kernel_floats(const Winograd& w) { return winograd_positions * w.u_position; }
std::int64_t transformed_tile_floats(const Winograd& w) { return winograd_positions * (w.x_position + w.y_position); }

class Forward final : public Kernel {
 public:
  Forward(const graph::Conv2d& conv, const OpCase& op, int threads)
      : relu_(conv.epilogue == ActivationKind::relu),
        w_(part_of(describe(conv.window, op.inputs[0].shape, op.outputs[0].shape, forward_floats),
                   op.inputs[0].shape[3])),
        tiles_(op.inputs[0].shape[0] * w_.rows * w_.columns),
        threads_(threads) {}
  std::string name() const override { return "cpu/winograd:" + isa_name(); }
  std::size_t scratch_floats() const override {
    return static_cast<std::size_t>(transformed_kernel_floats(w_) + threads_ * transformed_tile_floats(w_));
  }
  void run(const Arguments& arguments) override {
    const KernelTable& k = kernels();
    float* const u = arguments.scratch;
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(w_.channels, part, threads_);
      k.winograd_kernel(w_, arguments.inputs[1], u, false, slice.begin, slice.end);
    });
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(tiles_, part, threads_);
      WinogradForward a;
      a.x = arguments.inputs[0];
      a.u = u;
      a.bias = arguments.inputs[2];
      a.relu = relu_;
      a.y = arguments.outputs[0];
      a.scratch = u + transformed_kernel_floats(w_) + part * transformed_tile_floats(w_);
      k.winograd_forward(w_, a, slice.begin, slice.end);
    });
  }

 private:
  bool relu_;
  Winograd w_;
  std::int64_t tiles_;
  int threads_;
};

// Each thread takes images; where there are fewer images than threads, channels.
class Backward final : public Kernel {
 public:
  Backward(const graph::Window& window, const Operand& x, const Operand& dy, bool wants_dx, bool wants_dkernel,
           bool wants_dbias, int threads)
      : wants_dx_(wants_dx),
        wants_dkernel_(wants_dkernel),
        wants_dbias_(wants_dbias),
        whole_(part_of(describe(window, x.shape, dy.shape, backward_floats), x.shape[3])),
        images_(x.shape[0]),
        threads_(threads) {}
  std::string name() const override { return "cpu/winograd:" + isa_name(); }
  std::size_t scratch_floats() const override {
    return static_cast<std::size_t>((1 + threads_) * transformed_kernel_floats(whole_) +
                                    threads_ * transformed_tile_floats(whole_));
  }
  void run_with(const float* x, const float* kernel, const float* dy, float* dx, float* dkernel, float* /*dbias*/,
                float* scratch) const {
    const KernelTable& k = kernels();
    float* const u = scratch;
    float* const du = u + transformed_kernel_floats(whole_);
    if (dx != nullptr) {
      parallel(threads_, [&](int part) {
        const Slice slice = slice_of(whole_.filters, part, threads_);
        k.winograd_kernel(whole_, kernel, u, true, slice.begin, slice.end);
      });
    }
    parallel(threads_, [&](int part) {
      const Slice slice = slice_of(images_, part, threads_);
      WinogradBackward a;
      a.x = x;
      a.u = u;
      a.dy = dy;
      a.dx = dx;
      a.du = dkernel == nullptr ? nullptr : du + part * transformed_kernel_floats(whole_);
      a.scratch = du + threads_ * transformed_kernel_floats(whole_) + part * transformed_tile_floats(whole_);
      const std::int64_t tiles = whole_.rows * whole_.columns;
      k.winograd_backward(whole_, a, slice.begin * tiles, slice.end * tiles);
    });
    if (dkernel != nullptr) {
      parallel(threads_, [&](int part) {
        const Slice slice = slice_of(whole_.channels, part, threads_);
        k.winograd_kernel_gradient(whole_, du, threads_, dkernel, slice.begin, slice.end);
      });
    }
  }
  void run(const Arguments& a) override {
    if (a.outputs[1] != nullptr || true) run_with(a.inputs[0], a.inputs[1], a.inputs[2], a.outputs[0], a.outputs[1], nullptr, a.scratch);
  }

 private:
  bool wants_dx_, wants_dkernel_, wants_dbias_;
  Winograd whole_;
  std::int64_t images_;
  int threads_;
};

}  // namespace

std::unique_ptr<Kernel> try_forward(const graph::Conv2d& c, const OpCase& op) { return std::make_unique<Forward>(c, op, op.threads); }
std::unique_ptr<Kernel> try_backward(const graph::Window& c, const OpCase& op) {
  return std::make_unique<Backward>(c, op.inputs[0], op.inputs[2], true, true, true, op.threads); }

}  // namespace sumi::backend::cpu_detail
