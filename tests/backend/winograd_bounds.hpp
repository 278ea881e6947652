// How far Winograd's convolutions may be from the exact ones.
//
// With the transforms' matrices (lines are the points 0, 1, -1, 2, -2, infinity) all three directions are derivatives
// of one sum over tiles, channels, filters and positions: (B' d B) (G g G') (A dy A'). Every number computed on the way
// has an error of at most `roundings` * unit_roundoff times itself, made of absolute values: of the matrices' entries
// and of the operands. So the error of an output is at most `roundings` * unit_roundoff times the same derivative of
// that sum of absolute values, which is computed here in double.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "backend/cpu_run.hpp"

namespace sumi::testing {

/// A convolution of 3x3 with its shapes.
struct Convolution {
  graph::Window window;
  Shape x, kernel, y;
};

/// The absolute values of the transforms' entries.
inline constexpr double B[6][6] = {{4, 0, 5, 0, 1, 0}, {0, 4, 4, 1, 1, 0}, {0, 4, 4, 1, 1, 0},
                                   {0, 2, 1, 2, 1, 0}, {0, 2, 1, 2, 1, 0}, {0, 4, 0, 5, 0, 1}};
inline constexpr double G[6][3] = {{1 / 4., 0, 0},
                                   {1 / 6., 1 / 6., 1 / 6.},
                                   {1 / 6., 1 / 6., 1 / 6.},
                                   {1 / 24., 1 / 12., 1 / 6.},
                                   {1 / 24., 1 / 12., 1 / 6.},
                                   {0, 0, 1}};
inline constexpr double A[6][4] = {{1, 0, 0, 0}, {1, 1, 1, 1}, {1, 1, 1, 1}, {1, 2, 4, 8}, {1, 2, 4, 8}, {0, 0, 0, 1}};

/// The absolute values of one operand and their transform, or a result on its way back.
class Transformed {
 public:
  // `size` numbers a line of a tile, tiles every `step` numbers, the first `before` numbers outside.
  template <int size>
  Transformed(const double (&matrix)[6][size], const Shape& images, int step, int before_h, int before_w,
              std::int64_t rows, std::int64_t columns)
      : shape_(images), rows_(rows), columns_(columns), step_(step), before_h_(before_h), before_w_(before_w) {
    for (int p = 0; p < 6; ++p) {
      for (int i = 0; i < size; ++i) terms_.push_back({p, i, matrix[p][i]});
    }
    tiles.resize(static_cast<std::size_t>(images[0] * rows * columns * 36 * images[3]));
  }
  std::int64_t channels() const { return shape_[3]; }
  std::int64_t count() const { return shape_[0] * rows_ * columns_; }
  double& at(std::int64_t tile, int position, std::int64_t channel) {
    return tiles[static_cast<std::size_t>((tile * 36 + position) * channels() + channel)];
  }
  void from(const std::vector<float>& values) {
    visit([&](double& transformed, std::size_t i, double weight) {
      transformed += weight * std::abs(static_cast<double>(values[i]));
    });
  }
  std::vector<double> back() {
    std::vector<double> values(static_cast<std::size_t>(element_count(shape_)));
    visit([&](double& transformed, std::size_t i, double weight) { values[i] += weight * transformed; });
    return values;
  }
  std::vector<double> tiles;  // [tile][position][channel]

 private:
  struct Term {
    int point, cell;
    double weight;
  };
  template <class Visit>
  void visit(const Visit& each) {
    for (std::int64_t tile = 0; tile < count(); ++tile) {
      const std::int64_t image = tile / (rows_ * columns_);
      for (const Term& v : terms_) {
        const std::int64_t h = tile / columns_ % rows_ * step_ - before_h_ + v.cell;
        if (h < 0 || h >= shape_[1] || v.weight == 0) continue;
        for (const Term& u : terms_) {
          const std::int64_t w = tile % columns_ * step_ - before_w_ + u.cell;
          if (w < 0 || w >= shape_[2] || u.weight == 0) continue;
          const std::int64_t pixel = ((image * shape_[1] + h) * shape_[2] + w) * channels();
          for (std::int64_t c = 0; c < channels(); ++c) {
            each(at(tile, 6 * v.point + u.point, c), static_cast<std::size_t>(pixel + c), v.weight * u.weight);
          }
        }
      }
    }
  }

  Shape shape_;
  std::int64_t rows_, columns_;
  int step_, before_h_, before_w_;
  std::vector<Term> terms_;
};

/// Bounds of all three results, for one rounding.
struct Bounds {
  std::vector<double> y, dx, dkernel;
};

inline Bounds bounds_of(const Convolution& c, const std::vector<float>& x, const std::vector<float>& kernel,
                        const std::vector<float>& dy) {
  const std::int64_t rows = (c.y[1] + 3) / 4;
  const std::int64_t columns = (c.y[2] + 3) / 4;
  const std::int64_t channels = c.x[3];
  const std::int64_t filters = c.y[3];
  Transformed v(B, c.x, 4, c.window.pad_top, c.window.pad_left, rows, columns);
  Transformed z(A, c.y, 4, 0, 0, rows, columns);
  Transformed dv = v;
  Transformed m = z;
  // The kernel is one tile of an image of all pairs of channels and filters.
  Transformed u(G, {1, 3, 3, channels * filters}, 3, 0, 0, 1, 1);
  Transformed du = u;
  v.from(x);
  z.from(dy);
  u.from(kernel);
  for (std::int64_t t = 0; t < v.count(); ++t) {
    for (int p = 0; p < 36; ++p) {
      const double* gradients = &z.at(t, p, 0);
      double* outputs = &m.at(t, p, 0);
      for (std::int64_t i = 0; i < channels; ++i) {
        const double* factors = &u.at(0, p, i * filters);
        double* dfactors = &du.at(0, p, i * filters);
        const double input = v.at(t, p, i);
        double dinput = 0;
        for (std::int64_t f = 0; f < filters; ++f) {
          outputs[f] += input * factors[f];
          dfactors[f] += input * gradients[f];
          dinput += factors[f] * gradients[f];
        }
        dv.at(t, p, i) = dinput;
      }
    }
  }
  return {m.back(), dv.back(), du.back()};
}

inline std::vector<double> times(std::vector<double> bounds, std::int64_t roundings) {
  for (double& bound : bounds) bound *= static_cast<double>(roundings) * unit_roundoff;
  return bounds;
}

/// Roundings on the longest way of a number through two lines of each transform, entries of G that are no floats
// included.
inline constexpr std::int64_t through_input = 2 * 3, through_kernel = 2 * 4, through_gradient = 2 * 4;
inline constexpr std::int64_t back_to_y = 2 * 4, back_to_x = 2 * 4, back_to_kernel = 2 * 5;

}  // namespace sumi::testing
