// Axes in another order. Where the last axis keeps its place whole rows are copied; otherwise rows of x become columns
// of y tile by tile, so that each line of memory is read and written while it is near.
#include <algorithm>
#include <array>

#include "backend/cpu/candidates.hpp"
#include "backend/cpu/parallel.hpp"

namespace sumi::backend::cpu_detail {
namespace {

// A line of 64 bytes in either direction; with few numbers in one, more in the other.
constexpr std::int64_t tile = 16, long_tile = 256;

// Rows that are copied between two divisions.
constexpr std::int64_t run_of_rows = 32;

// Four floats, which every machine has.
using Four __attribute__((vector_size(16))) = float;

Four load(const float* from) {
  Four v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
void store(float* to, Four v) { __builtin_memcpy(to, &v, sizeof v); }
Four first_halves(Four a, Four b) { return __builtin_shufflevector(a, b, 0, 1, 4, 5); }
Four second_halves(Four a, Four b) { return __builtin_shufflevector(a, b, 2, 3, 6, 7); }
Four in_turns(Four a, Four b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
Four in_turns_behind(Four a, Four b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }

// y[j][i] = x[i][j] for i, j below 4.
void transpose_four(const float* x, std::int64_t x_row, float* y, std::int64_t y_row) {
  const Four a = load(x), b = load(x + x_row), c = load(x + 2 * x_row), d = load(x + 3 * x_row);
  const Four ab = in_turns(a, b), cd = in_turns(c, d), ab_behind = in_turns_behind(a, b),
             cd_behind = in_turns_behind(c, d);
  store(y, first_halves(ab, cd));
  store(y + y_row, second_halves(ab, cd));
  store(y + 2 * y_row, first_halves(ab_behind, cd_behind));
  store(y + 3 * y_row, second_halves(ab_behind, cd_behind));
}

// y[j][i] = x[i][j] for i below rows and j below columns. The loops of a few channels have a known length.
template <int rows>
void transpose_few_rows(const float* x, std::int64_t x_row, float* y, std::int64_t y_row, std::int64_t columns) {
  for (std::int64_t j = 0; j < columns; ++j) {
    for (int i = 0; i < rows; ++i) y[j * y_row + i] = x[i * x_row + j];
  }
}
template <int columns>
void transpose_few_columns(const float* x, std::int64_t x_row, float* y, std::int64_t y_row, std::int64_t rows) {
  for (std::int64_t i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; ++j) y[j * y_row + i] = x[i * x_row + j];
  }
}
void transpose_tile(const float* x, std::int64_t x_row, float* y, std::int64_t y_row, std::int64_t rows,
                    std::int64_t columns) {
  std::int64_t i = 0;
  for (; i + 4 <= rows; i += 4) {
    for (std::int64_t j = 0; j + 4 <= columns; j += 4) {
      transpose_four(x + i * x_row + j, x_row, y + j * y_row + i, y_row);
    }
  }
  const std::int64_t whole = columns / 4 * 4;
  const float* last_columns = x + whole;
  float* last_rows_of_y = y + whole * y_row;
  if (columns - whole == 1) transpose_few_columns<1>(last_columns, x_row, last_rows_of_y, y_row, i);
  if (columns - whole == 2) transpose_few_columns<2>(last_columns, x_row, last_rows_of_y, y_row, i);
  if (columns - whole == 3) transpose_few_columns<3>(last_columns, x_row, last_rows_of_y, y_row, i);
  if (rows - i == 1) transpose_few_rows<1>(x + i * x_row, x_row, y + i, y_row, columns);
  if (rows - i == 2) transpose_few_rows<2>(x + i * x_row, x_row, y + i, y_row, columns);
  if (rows - i == 3) transpose_few_rows<3>(x + i * x_row, x_row, y + i, y_row, columns);
}

struct Axis {
  std::int64_t size, x_stride;
};

// The axes of y, as few as tell the same: without those of size 1, neighbours in both as one.
std::vector<Axis> axes_of(const Shape& x, const std::vector<int>& order) {
  std::vector<Axis> axes;
  for (const int axis : order) {
    const std::int64_t size = x[static_cast<std::size_t>(axis)];
    if (size == 1) continue;
    std::int64_t stride = 1;
    for (std::size_t i = static_cast<std::size_t>(axis) + 1; i < x.size(); ++i) stride *= x[i];
    if (!axes.empty() && axes.back().x_stride == stride * size) {
      axes.back() = {axes.back().size * size, stride};
    } else {
      axes.push_back({size, stride});
    }
  }
  if (axes.empty()) axes.push_back({1, 1});
  return axes;
}

class TransposeKernel final : public Kernel {
 public:
  TransposeKernel(const graph::Transpose& op, const OpCase& op_case)
      : outer_(axes_of(op_case.inputs[0].shape, op.axes)),
        threads_(threads_for(element_count(op_case.inputs[0].shape), op_case.threads)) {
    last_ = outer_.back();
    outer_.pop_back();
    std::int64_t y_stride = last_.size;
    for (std::size_t i = outer_.size(); i-- > 0; y_stride *= outer_[i].size)
      y_strides_.insert(y_strides_.begin(), y_stride);
    // The axis of y that is the last of x: its places are y's rows in a tile. Otherwise the last but one, along which
    // rows are copied.
    auto columns = outer_.end();
    if (last_.x_stride != 1) {
      columns = std::find_if(outer_.begin(), outer_.end(), [](const Axis& axis) { return axis.x_stride == 1; });
    } else if (!outer_.empty()) {
      --columns;
    }
    if (columns != outer_.end()) {
      const auto at = columns - outer_.begin();
      columns_ = *columns;
      column_stride_ = y_strides_[static_cast<std::size_t>(at)];
      outer_.erase(columns);
      y_strides_.erase(y_strides_.begin() + at);
    }
    if (last_.size < tile) tile_columns_ = long_tile;
    if (columns_.size < tile) tile_rows_ = long_tile;
    down_ = (columns_.size + tile_columns_ - 1) / tile_columns_;
    across_ = (last_.size + tile_rows_ - 1) / tile_rows_;
    runs_ = (columns_.size + run_of_rows - 1) / run_of_rows;
    for (const Axis& axis : outer_) count_ *= axis.size;
  }
  std::string name() const override { return "cpu/transpose"; }
  void run(const Arguments& a) override {
    parallel(threads_, [&](int part) {
      if (last_.x_stride == 1) {
        copy_rows(a, slice_of(count_ * runs_, part, threads_));
      } else {
        transpose_tiles(a, slice_of(count_ * down_ * across_, part, threads_));
      }
    });
  }

 private:
  void copy_rows(const Arguments& a, Slice slice) const {
    for (std::int64_t unit = slice.begin; unit < slice.end; ++unit) {
      const auto [x, y] = offsets(unit / runs_);
      const std::int64_t begin = unit % runs_ * run_of_rows, end = std::min(begin + run_of_rows, columns_.size);
      for (std::int64_t row = begin; row < end; ++row) {
        std::copy_n(a.inputs[0] + x + row * columns_.x_stride, last_.size, a.outputs[0] + y + row * column_stride_);
      }
    }
  }
  void transpose_tiles(const Arguments& a, Slice slice) const {
    for (std::int64_t unit = slice.begin; unit < slice.end; ++unit) {
      const auto [x, y] = offsets(unit / (down_ * across_));
      const std::int64_t i = unit % across_ * tile_rows_, j = unit / across_ % down_ * tile_columns_;
      transpose_tile(a.inputs[0] + x + i * last_.x_stride + j, last_.x_stride,
                     a.outputs[0] + y + j * column_stride_ + i, column_stride_, std::min(tile_rows_, last_.size - i),
                     std::min(tile_columns_, columns_.size - j));
    }
  }

  // Where number `index` of what the outer axes count begins, in x and in y.
  std::array<std::int64_t, 2> offsets(std::int64_t index) const {
    std::array<std::int64_t, 2> result{};
    for (std::size_t i = outer_.size(); i-- > 0;) {
      const std::int64_t place = index % outer_[i].size;
      index /= outer_[i].size;
      result[0] += place * outer_[i].x_stride;
      result[1] += place * y_strides_[i];
    }
    return result;
  }

  std::vector<Axis> outer_;              // of y, but for the two below
  std::vector<std::int64_t> y_strides_;  // of them
  Axis last_{1, 1};                      // of y
  Axis columns_{1, 1};                   // of y
  std::int64_t column_stride_ = 1;       // of it in y
  std::int64_t count_ = 1;               // what the outer axes count
  std::int64_t tile_rows_ = tile, tile_columns_ = tile;
  std::int64_t down_ = 1, across_ = 1, runs_ = 1;  // tiles, or runs of rows, for each of them
  int threads_;
};

}  // namespace

Answer make_transpose(const OpCase& op) {
  const auto* transpose = std::get_if<graph::Transpose>(&op.attributes);
  if (transpose == nullptr) return {};
  if (op.inputs[0].layout != graph::Layout::plain || op.outputs[0].layout != graph::Layout::plain) {
    return refuse("cpu/transpose: takes plain layouts only");
  }
  return {std::make_unique<TransposeKernel>(*transpose, op), {}};
}

}  // namespace sumi::backend::cpu_detail
