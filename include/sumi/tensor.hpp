// The array at sumi's edge: xtensor's. The only public header that sees xtensor.
#pragma once

#include <cstddef>
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xtensor_config.hpp>

#include "sumi/array.hpp"
#include "sumi/shape.hpp"

#if XTENSOR_VERSION_MAJOR == 0 && XTENSOR_VERSION_MINOR < 25 && __cplusplus > 201703L
// xtensor 0.24 keeps the result type of a lazy reduction of a dynamic array behind `__cplusplus == 201703L`; under
// C++20 an evaluated reduction would otherwise become an array of fixed rank and read past its shape. A full
// specialisation, since a partial one is ambiguous with xtensor's own for fixed ranks.
namespace xt::detail {
template <>
struct xtype_for_shape<svector<std::size_t, 4>> {
  template <class T, layout_type L>
  using type = xarray<T, L>;
};
}  // namespace xt::detail
#endif

namespace sumi {

/// Floats in row-major order, images as (batch, height, width, channels).
using Tensor = xt::xarray<float>;

/// A read-only view of floats that sumi owns: what a custom op reads.
using ConstTensorView =
    decltype(xt::adapt(std::declval<const float*>(), std::size_t{}, xt::no_ownership(), std::vector<std::size_t>{}));

/// A writable view of floats that sumi owns: what a custom op writes.
using TensorView =
    decltype(xt::adapt(std::declval<float*>(), std::size_t{}, xt::no_ownership(), std::vector<std::size_t>{}));

}  // namespace sumi
