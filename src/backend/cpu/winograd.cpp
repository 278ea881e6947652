// Convolutions of 3x3 by Winograd's F(4x4, 3x3), in all directions over the same tiles: see
// docs/decisions/0011-winograd.md.
#include <algorithm>
#include <cstdlib>
#include <optional>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/isa.hpp"
#include "backend/cpu/kernels.hpp"
#include "backend/cpu/parallel.hpp"
#include "sumi/error.hpp"

namespace sumi::backend::cpu_detail {
namespace {

// Tiles that are transformed together: enough to use a transformed kernel often while it is in a cache, few enough to
// stay in the second cache themselves. From 24 to 72 little changes.
constexpr std::int64_t chunk = 48;

// Floats of a cache line, by which the parts of the scratch memory are rounded up.
constexpr std::int64_t line = 16;
std::int64_t to_lines(std::int64_t floats) { return (floats + line - 1) / line * line; }

Winograd describe(const graph::Window& window, const Shape& x, const Shape& y) {
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
  w.chunk = chunk;
  return w;
}

// The part of a convolution on `channels` of its channels. Positions are an odd number of lines apart: at powers of two
// all 36 would fall into the same set of the first cache.
Winograd part_of(Winograd w, std::int64_t channels) {
  w.channels = channels;
  w.x_position = to_lines(w.chunk * channels) + line;
  w.y_position = to_lines(w.chunk * w.filters) + line;
  w.u_position = to_lines(channels * w.filters) + line;
  return w;
}

std::int64_t kernel_floats(const Winograd& w) { return winograd_positions * w.u_position; }
std::int64_t tile_floats(const Winograd& w) { return winograd_positions * (w.x_position + w.y_position); }

// Doubles lie in the scratch memory as well.
double* doubles_at(float* scratch) { return reinterpret_cast<double*>(scratch); }
constexpr std::int64_t floats_of_a_double = sizeof(double) / sizeof(float);

// Row 0 the mean, row 1 the variance of `count` values, of which each part summed some and their squares.
void finish_moments(const double* sums, std::int64_t stride, int parts, std::int64_t filters, double count,
                    float* moments) {
  for (std::int64_t f = 0; f < filters; ++f) {
    double sum = 0;
    double squares = 0;
    for (int part = 0; part < parts; ++part) {
      sum += sums[part * stride + f];
      squares += sums[part * stride + filters + f];
    }
    const double mean = sum / count;
    moments[f] = static_cast<float>(mean);
    moments[filters + f] = static_cast<float>(std::max(squares / count - mean * mean, 0.0));
  }
}

// Each thread takes tiles.
class Forward final : public Kernel {
 public:
  Forward(const graph::Conv2d& conv, const OpCase& op, const Shape& x, const Shape& y)
      : inputs_(op.inputs.size()),
        outputs_(op.outputs.size()),
        relu_(conv.epilogue == ActivationKind::relu),
        prepares_(op.inputs[1].constant),
        w_(part_of(describe(conv.window, x, y), x[3])),
        images_(x[0]),
        tiles_(x[0] * w_.rows * w_.columns),
        parts_(static_cast<int>(std::min<std::int64_t>(op.threads, tiles_))) {}
  std::string name() const override { return "cpu/winograd"; }
  std::size_t scratch_floats() const override {
    return static_cast<std::size_t>((prepares_ ? 0 : kernel_floats(w_)) + parts_ * part_floats());
  }
  std::size_t prepared_floats() const override { return prepares_ ? static_cast<std::size_t>(kernel_floats(w_)) : 0; }
  void prepare(const Arguments& arguments) override {
    if (prepares_) transform_kernel(arguments.inputs[1], arguments.prepared);
  }
  void run(const Arguments& arguments) override {
    const auto input = [&](std::size_t i) { return i < inputs_ ? arguments.inputs[i] : nullptr; };
    const auto output = [&](std::size_t i) { return i < outputs_ ? arguments.outputs[i] : nullptr; };
    float* const u = prepares_ ? arguments.prepared : arguments.scratch;
    float* const of_parts = arguments.scratch + (prepares_ ? 0 : kernel_floats(w_));
    if (!prepares_) transform_kernel(arguments.inputs[1], u);
    parallel(parts_, [&](int part) {
      float* const own = of_parts + part * part_floats();
      double* const sums = doubles_at(own);
      std::fill_n(sums, 4 * w_.filters, 0.0);
      const WinogradForward a = {.x = arguments.inputs[0],
                                 .u = u,
                                 .bias = input(2),
                                 .sign = input(3),
                                 .relu = relu_,
                                 .y = output(0),
                                 .pooled = output(2),
                                 .sums = output(1) != nullptr ? sums : nullptr,
                                 .pooled_sums = output(3) != nullptr ? sums + 2 * w_.filters : nullptr,
                                 .scratch = own + sums_floats()};
      const Slice slice = slice_of(tiles_, part, parts_);
      kernels().winograd_forward(w_, a, slice.begin, slice.end);
    });
    const std::int64_t stride = part_floats() / floats_of_a_double;
    if (float* moments = output(1)) {
      finish_moments(doubles_at(of_parts), stride, parts_, w_.filters,
                     static_cast<double>(images_ * w_.out_height * w_.out_width), moments);
    }
    if (float* moments = output(3)) {
      finish_moments(doubles_at(of_parts) + 2 * w_.filters, stride, parts_, w_.filters,
                     static_cast<double>(images_ * (w_.out_height / 2) * (w_.out_width / 2)), moments);
    }
  }

 private:
  void transform_kernel(const float* kernel, float* u) const {
    parallel(parts_, [&](int part) {
      const Slice slice = slice_of(w_.channels, part, parts_);
      kernels().winograd_kernel(w_, kernel, u, false, slice.begin, slice.end);
    });
  }
  std::int64_t sums_floats() const { return to_lines(4 * w_.filters * floats_of_a_double); }
  std::int64_t part_floats() const { return sums_floats() + tile_floats(w_) + to_lines(5 * w_.filters); }

  std::size_t inputs_, outputs_;
  bool relu_;
  bool prepares_;  // the kernel is transformed in advance
  Winograd w_;
  std::int64_t images_, tiles_;
  int parts_;
};

// Operands of a gradient; null where absent.
struct Gradient {
  const float *x = nullptr, *kernel = nullptr, *dy = nullptr;
  const ChainBackward* chain = nullptr;
  float *dx = nullptr, *dkernel = nullptr, *dbias = nullptr;
};

// Where the three ops have their operands: positions among inputs and outputs, -1 for none.
struct Places {
  int x = -1, kernel = -1, dy = -1, dx = -1, dkernel = -1, dbias = -1;
};

// Each thread takes images; where there are fewer images than threads, several share an image's channels.
class Backward final : public Kernel {
 public:
  Backward(const graph::Window& window, const Places& places, const Shape& x, const Shape& y, int threads)
      : places_(places),
        whole_(part_of(describe(window, x, y), x[3])),
        images_(x[0]),
        image_parts_(static_cast<int>(std::min<std::int64_t>(threads, x[0]))),
        blocks_(x[3] / block()),
        channel_parts_(static_cast<int>(std::min<std::int64_t>(threads / image_parts_, blocks_))) {}
  std::string name() const override { return "cpu/winograd"; }
  std::size_t scratch_floats() const override {
    return static_cast<std::size_t>(signs_at() + to_lines(whole_.filters));
  }
  /// From now on inputs 2 to 5 are a chain's: the gradient of its output, its input y, [sign], map.
  void go_through(const graph::NormChainBackwardData& chain, const OpCase& op) {
    chain_.emplace();
    chain_->pool = pool_of(chain.pool.value_or(graph::Window{}), op.inputs[3], op.inputs[2]);
    chain_->pooled = chain.pool.has_value();
    chain_->relu = chain.relu;
    has_sign_ = op.inputs[4].present;
  }
  void run(const Arguments& arguments) override {
    const auto input = [&](int i) { return i < 0 ? nullptr : arguments.inputs[i]; };
    const auto output = [&](int i) { return i < 0 ? nullptr : arguments.outputs[i]; };
    const std::optional<ChainBackward> chain = bind_chain(arguments);
    const Gradient g = {input(places_.x),   input(places_.kernel),   input(places_.dy),    chain ? &*chain : nullptr,
                        output(places_.dx), output(places_.dkernel), output(places_.dbias)};
    if (g.dx != nullptr) parallel(parts(), [&](int part) { transform_kernel(g, arguments.scratch, part); });
    parallel(parts(), [&](int part) { run_part(g, arguments.scratch, part); });
    if (g.dkernel != nullptr) parallel(parts(), [&](int part) { finish_kernel(g, arguments.scratch, part); });
    if (g.dbias != nullptr) finish_bias(g, arguments.scratch);
  }
  /// Channels in a block of the active instruction set.
  static std::int64_t block() { return active_isa() == Isa::avx512 ? 16 : 8; }

 private:
  int parts() const { return image_parts_ * channel_parts_; }
  Slice channels_of(int part) const {
    const Slice blocks = slice_of(blocks_, part / image_parts_, channel_parts_);
    return {blocks.begin * block(), blocks.end * block()};
  }
  Winograd winograd_of(int part) const {
    const Slice channels = channels_of(part);
    return part_of(whole_, channels.end - channels.begin);
  }
  Winograd largest() const { return part_of(whole_, (blocks_ + channel_parts_ - 1) / channel_parts_ * block()); }

  // The scratch memory: a transformed kernel for each part's channels, a transformed gradient of it, and what is a
  // part's own. Parts of the same channels share the first; the others lie one behind the other.
  float* kernel_of(float* scratch, int part) const { return scratch + part / image_parts_ * kernel_floats(largest()); }
  float* gradient_of(float* scratch, int part) const {
    const std::int64_t floats = kernel_floats(winograd_of(part));
    return scratch + (channel_parts_ + part / image_parts_ * image_parts_) * kernel_floats(largest()) +
           part % image_parts_ * floats;
  }
  std::int64_t sums_floats() const { return to_lines(whole_.filters * floats_of_a_double); }
  std::int64_t part_floats() const { return sums_floats() + tile_floats(largest()); }
  float* own_of(float* scratch, int part) const {
    return scratch + (channel_parts_ + parts()) * kernel_floats(largest()) + part * part_floats();
  }

  std::int64_t signs_at() const {
    return (channel_parts_ + parts()) * kernel_floats(largest()) + parts() * part_floats();
  }

  std::optional<ChainBackward> bind_chain(const Arguments& arguments) const {
    std::optional<ChainBackward> chain = chain_;
    if (!chain) return chain;
    chain->x = arguments.inputs[3];
    chain->map = arguments.inputs[5];
    if (has_sign_) {
      float* const signs = arguments.scratch + signs_at();
      signs_of(arguments.inputs[4], whole_.filters, signs);
      chain->sign = signs;
    }
    return chain;
  }

  void transform_kernel(const Gradient& g, float* scratch, int part) const {
    const Slice rows = slice_of(whole_.filters, part % image_parts_, image_parts_);
    const float* kernel = g.kernel + channels_of(part).begin * whole_.filters;
    kernels().winograd_kernel(winograd_of(part), kernel, kernel_of(scratch, part), true, rows.begin, rows.end);
  }
  void run_part(const Gradient& g, float* scratch, int part) const {
    const std::int64_t plane = channels_of(part).begin * whole_.height * whole_.width;
    float* const own = own_of(scratch, part);
    std::fill_n(doubles_at(own), whole_.filters, 0.0);
    const WinogradBackward a = {.x = g.x != nullptr ? g.x + plane : nullptr,
                                .u = kernel_of(scratch, part),
                                .dy = g.dy,
                                .chain = g.chain,
                                .dx = g.dx != nullptr ? g.dx + plane : nullptr,
                                .du = g.dkernel != nullptr ? gradient_of(scratch, part) : nullptr,
                                .sums = g.dbias != nullptr && part < image_parts_ ? doubles_at(own) : nullptr,
                                .scratch = own + sums_floats()};
    const std::int64_t tiles = whole_.rows * whole_.columns;
    const Slice images = slice_of(images_, part % image_parts_, image_parts_);
    kernels().winograd_backward(winograd_of(part), a, images.begin * tiles, images.end * tiles);
  }
  void finish_kernel(const Gradient& g, float* scratch, int part) const {
    const Winograd w = winograd_of(part);
    const Slice rows = slice_of(w.channels, part % image_parts_, image_parts_);
    const float* const du = gradient_of(scratch, part - part % image_parts_);
    float* const dkernel = g.dkernel + channels_of(part).begin * whole_.filters;
    kernels().winograd_kernel_gradient(w, du, image_parts_, dkernel, rows.begin, rows.end);
  }
  void finish_bias(const Gradient& g, float* scratch) const {
    for (std::int64_t f = 0; f < whole_.filters; ++f) {
      double sum = 0;
      for (int part = 0; part < image_parts_; ++part) sum += doubles_at(own_of(scratch, part))[f];
      g.dbias[f] = static_cast<float>(sum);
    }
  }

  Places places_;
  std::optional<ChainBackward> chain_;  // without its operands
  bool has_sign_ = false;
  Winograd whole_;
  std::int64_t images_;
  int image_parts_;
  std::int64_t blocks_;
  int channel_parts_;
};

// Whether this is faster than oneDNN's direct convolution. Costs are counted in products of one channel and one filter:
// 36 for a tile and what its transforms add, against 9 for an output. Transforming the kernel costs the same for any
// number of images, more where threads then exchange it, and nothing where it is constant.
bool is_faster(const Shape& x, const Shape& y, int threads, bool constant_kernel) {
  const auto transforms = [](std::int64_t channels) { return 8.0 / static_cast<double>(channels); };
  const double tile = winograd_positions * (1.0 + transforms(x[3]) + transforms(y[3]));
  const double kernel = constant_kernel ? 0.0 : threads == 1 ? 500.0 : 2000.0;
  const std::int64_t tiles = y[0] * ((y[1] + 3) / 4) * ((y[2] + 3) / 4);
  return kernel + tile * static_cast<double>(tiles) < 9.0 * static_cast<double>(y[0] * y[1] * y[2]);
}

// Why a convolution of blocked x and y is not taken; empty where it is.
std::string refusal_of(const graph::Window& w, int groups, const Operand& x, const Operand& y, int threads,
                       bool constant_kernel) {
  if (wants_direct_convolution(std::getenv("SUMI_CONVOLUTION"))) return "SUMI_CONVOLUTION is 'direct'";
  if (kernels().winograd_forward == nullptr) return "needs AVX2 or AVX-512";
  graph::Window unpadded = w;
  unpadded.pad_top = unpadded.pad_left = unpadded.pad_bottom = unpadded.pad_right = 0;
  if (unpadded != graph::Window{.kernel_h = 3, .kernel_w = 3} || groups != 1 ||
      std::max({w.pad_top, w.pad_left, w.pad_bottom, w.pad_right}) > 2) {
    return "takes windows of 3x3 with stride 1, at most 2 cells of padding and no groups";
  }
  const std::int64_t block = Backward::block();
  if (graph::block_of(x.layout) != block || graph::block_of(y.layout) != block || y.shape[3] % block != 0) {
    return "takes images in blocks of " + std::to_string(block) + " channels";
  }
  return is_faster(x.shape, y.shape, threads, constant_kernel) ? "" : "direct convolution is faster for this shape";
}

Answer refuse_for(const std::string& reason) { return refuse("cpu/winograd: " + reason); }

Answer make(const graph::Conv2d& conv, const OpCase& op) {
  const Operand& x = op.inputs[0];
  const std::vector<Shape> shapes = graph::output_shapes(conv, std::vector<Shape>{x.shape, op.inputs[1].shape});
  // Where y itself is not wanted, what is pooled from it has its layout.
  const Operand& image = op.outputs[0].present ? op.outputs[0] : op.outputs[op.outputs.size() > 2 ? 2 : 0];
  const std::string reason =
      refusal_of(conv.window, conv.groups, x, {shapes[0], image.present ? image.layout : x.layout}, op.threads,
                 op.inputs[1].constant);
  if (!reason.empty()) return refuse_for(reason);
  if (conv.pool) {
    if (*conv.pool != graph::Window{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2}) {
      return refuse_for("pools windows of 2x2 with stride 2, unpadded");
    }
    if (op.outputs[2].present && op.outputs[2].layout != x.layout) {
      return refuse_for("what is pooled has the layout of the images");
    }
  }
  return {std::make_unique<Forward>(conv, op, x.shape, shapes[0]), {}};
}

Answer make_backward(const graph::Window& window, int groups, const OpCase& op, const Places& places, const Operand& x,
                     const Operand& dy) {
  const std::string reason = refusal_of(window, groups, x, dy, op.threads, false);
  if (!reason.empty()) return refuse_for(reason);
  return {std::make_unique<Backward>(window, places, x.shape, dy.shape, op.threads), {}};
}

}  // namespace

bool wants_direct_convolution(const char* choice) {
  const std::string wish = choice != nullptr ? choice : "";
  if (wish.empty() || wish == "direct") return !wish.empty();
  throw ArgumentError("Expected SUMI_CONVOLUTION to be 'direct' or unset. Received '" + wish + "'.");
}

Answer make_winograd(const OpCase& op) {
  if (const auto* conv = std::get_if<graph::Conv2d>(&op.attributes)) return make(*conv, op);
  const auto place = [&](std::size_t output) { return output < op.outputs.size() ? static_cast<int>(output) : -1; };
  if (const auto* conv = std::get_if<graph::Conv2dBackward>(&op.attributes)) {
    if (op.outputs[0].present && op.outputs[0].layout != op.inputs[0].layout) {
      return refuse_for("dx has the layout of x");
    }
    const Operand& y = op.inputs[conv->chain ? 3 : 2];
    const graph::Window halves{.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2};
    if (conv->chain && conv->chain->pool && *conv->chain->pool != halves) {
      return refuse_for("goes back through pools of 2x2 with stride 2, unpadded");
    }
    if (conv->chain && op.inputs[2].layout != y.layout) return refuse_for("all images of a chain have one layout");
    Answer answer = make_backward(conv->window, conv->groups, op, {0, 1, 2, 0, 1, place(2)}, op.inputs[0], y);
    if (conv->chain && answer.kernel) static_cast<Backward&>(*answer.kernel).go_through(*conv->chain, op);
    return answer;
  }
  if (const auto* conv = std::get_if<graph::Conv2dBackwardWeights>(&op.attributes)) {
    return make_backward(conv->window, conv->groups, op, {.x = 0, .dy = 1, .dkernel = 0, .dbias = place(1)},
                         op.inputs[0], op.inputs[1]);
  }
  if (const auto* conv = std::get_if<graph::Conv2dBackwardData>(&op.attributes)) {
    return make_backward(conv->window, conv->groups, op, {.kernel = 1, .dy = 0, .dx = 0}, op.outputs[0], op.inputs[0]);
  }
  return {};
}

}  // namespace sumi::backend::cpu_detail
