// oneDNN as this backend uses it. Versions 2 and 3 differ in how a primitive is described: only onednn.cpp knows.
#pragma once

#include <initializer_list>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <utility>
#include <vector>

#include "backend/backend.hpp"
#include "backend/cpu/isa.hpp"

namespace sumi::backend::cpu_detail::onednn {

using Desc = dnnl::memory::desc;
using Tag = dnnl::memory::format_tag;
using Dims = dnnl::memory::dims;

/// Keeps oneDNN from using more than `isa`. Throws StateError where it is too late: something in the process has
/// already used it with more.
void limit_isa(Isa isa);

/// A description of float memory.
Desc floats(const Dims& dims, Tag tag);
/// The engine: this CPU.
const dnnl::engine& engine();

/// Strides, dilations and padding as oneDNN counts them.
struct Geometry {
  Dims strides, dilations, padding_before, padding_after;
};

/// The descriptions below are of direct convolutions and of products; they throw dnnl::error where oneDNN has nothing
/// for them. A zero Desc stands for an absent bias. `relu` clips the result at 0.
dnnl::convolution_forward::primitive_desc describe_forward(const Geometry& geometry, const Desc& src,
                                                           const Desc& weights, const Desc& bias, const Desc& dst,
                                                           bool relu);
dnnl::convolution_backward_data::primitive_desc describe_backward_data(const Geometry& geometry, const Desc& diff_src,
                                                                       const Desc& weights, const Desc& diff_dst);
dnnl::convolution_backward_weights::primitive_desc describe_backward_weights(const Geometry& geometry, const Desc& src,
                                                                             const Desc& diff_weights,
                                                                             const Desc& diff_bias,
                                                                             const Desc& diff_dst);
dnnl::matmul::primitive_desc describe_matmul(const Desc& a, const Desc& b, const Desc& bias, const Desc& c, bool relu);

/// A few primitives, one after the other, over a kernel's operands and scratch memory. All that can be made in advance
/// is.
class Execution final : public Kernel {
 public:
  /// `name`: that of the implementation.
  Execution(std::string name, int threads);

  /// Memory that a run will find in its inputs, its outputs, or its scratch.
  dnnl::memory input(std::size_t index, const Desc& desc);
  dnnl::memory output(std::size_t index, const Desc& desc);
  dnnl::memory scratch(const Desc& desc);

  /// Appends a primitive; operands are pairs of DNNL_ARG_... and memory.
  void add(const dnnl::primitive_desc_base& desc, const dnnl::primitive& primitive,
           std::initializer_list<std::pair<int, dnnl::memory>> operands);
  /// Appends a copy from one layout to another.
  void add_reorder(const dnnl::memory& from, const dnnl::memory& to);

  /// `index` in the layout `wanted`, reordered from `given` first where that differs.
  dnnl::memory input_as(std::size_t index, const Desc& given, const Desc& wanted);
  /// Memory in the layout `made` for a primitive that is yet to be added. finish_output takes it to output `index`.
  dnnl::memory output_as(std::size_t index, const Desc& given, const Desc& made);
  void finish_output(std::size_t index, const Desc& given, const dnnl::memory& made);

  std::string name() const override { return name_; }
  std::size_t scratch_floats() const override { return scratch_floats_; }
  void run(const Arguments& arguments) override;

 private:
  enum class Place { input, output, scratch };
  struct Binding {
    dnnl::memory memory;
    Place place;
    std::size_t at;  // index of the operand, or offset in scratch
  };
  struct Step {
    dnnl::primitive primitive;
    std::vector<dnnl_exec_arg_t> operands;  // memories are owned by bindings_
  };
  dnnl::memory bind(const Desc& desc, Place place, std::size_t at);

  std::string name_;
  int threads_;
  dnnl::stream stream_;
  std::vector<Binding> bindings_;
  std::vector<Step> steps_;
  std::size_t scratch_floats_ = 0;
};

/// True for oneDNN's plain loops, which are slower than a reorder and anything else.
bool is_slow(const dnnl::primitive_desc_base& desc);

}  // namespace sumi::backend::cpu_detail::onednn
