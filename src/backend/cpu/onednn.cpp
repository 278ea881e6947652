// The only file that knows which version of oneDNN it is compiled with.
#include "backend/cpu/onednn.hpp"

#include <cstdio>
#include <cstdlib>

#include "backend/cpu/parallel.hpp"
#include "sumi/error.hpp"

namespace sumi::backend::cpu_detail::onednn {
namespace {

constexpr auto direct = dnnl::algorithm::convolution_direct;

#if DNNL_VERSION_MAJOR >= 3
template <class Primitive, class... Rest>
auto describe(const dnnl::primitive_attr& attributes, const Rest&... rest) {
  return typename Primitive::primitive_desc(engine(), rest..., attributes);
}
template <class Primitive, class Hint, class... Rest>
auto describe_backward(const dnnl::primitive_attr& attributes, const Hint& hint, const Rest&... rest) {
  return typename Primitive::primitive_desc(engine(), rest..., hint, attributes);
}
void append_relu(dnnl::post_ops& after) { after.append_eltwise(dnnl::algorithm::eltwise_relu, 0.0F, 0.0F); }
constexpr dnnl::cpu_isa any_isa = dnnl::cpu_isa::isa_default;
#else
template <class Primitive, class... Rest>
auto describe(const dnnl::primitive_attr& attributes, const Rest&... rest) {
  return typename Primitive::primitive_desc(typename Primitive::desc(rest...), attributes, engine());
}
template <class Primitive, class Hint, class... Rest>
auto describe_backward(const dnnl::primitive_attr& attributes, const Hint& hint, const Rest&... rest) {
  return typename Primitive::primitive_desc(typename Primitive::desc(rest...), attributes, engine(), hint);
}
void append_relu(dnnl::post_ops& after) { after.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F); }
constexpr dnnl::cpu_isa any_isa = dnnl::cpu_isa::all;
#endif

// Scratch memory comes from the kernel's caller.
dnnl::primitive_attr attributes(bool relu = false) {
  dnnl::primitive_attr result;
  result.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (relu) {
    dnnl::post_ops after;
    append_relu(after);
    result.set_post_ops(after);
  }
  return result;
}

}  // namespace

void limit_isa(Isa isa) {
  const dnnl::cpu_isa most = isa == Isa::baseline ? dnnl::cpu_isa::sse41
                             : isa == Isa::avx2   ? dnnl::cpu_isa::avx2
                                                  : any_isa;
  if (dnnl::set_max_cpu_isa(most) != dnnl::status::invalid_arguments || dnnl::get_effective_cpu_isa() == most) return;
  if (isa == Isa::avx512) return;  // whatever was set before is no more than that
  throw StateError(std::string("Expected oneDNN to be limited to ") + name_of(isa) +
                   " before its first use, but something in this program has already used it.");
}

Desc floats(const Dims& dims, Tag tag) { return {dims, dnnl::memory::data_type::f32, tag}; }

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

bool is_slow(const dnnl::primitive_desc_base& desc) { return std::string(desc.impl_info_str()).starts_with("ref"); }

dnnl::convolution_forward::primitive_desc describe_forward(const Geometry& g, const Desc& src, const Desc& weights,
                                                           const Desc& bias, const Desc& dst, bool relu) {
  return describe<dnnl::convolution_forward>(attributes(relu), dnnl::prop_kind::forward_training, direct, src, weights,
                                             bias, dst, g.strides, g.dilations, g.padding_before, g.padding_after);
}

// oneDNN wants to see the forward convolution before its gradients.
dnnl::convolution_backward_data::primitive_desc describe_backward_data(const Geometry& g, const Desc& diff_src,
                                                                       const Desc& weights, const Desc& diff_dst) {
  return describe_backward<dnnl::convolution_backward_data>(
      attributes(), describe_forward(g, diff_src, weights, Desc(), diff_dst, false), direct, diff_src, weights,
      diff_dst, g.strides, g.dilations, g.padding_before, g.padding_after);
}

dnnl::convolution_backward_weights::primitive_desc describe_backward_weights(const Geometry& g, const Desc& src,
                                                                             const Desc& diff_weights,
                                                                             const Desc& diff_bias,
                                                                             const Desc& diff_dst) {
  return describe_backward<dnnl::convolution_backward_weights>(
      attributes(), describe_forward(g, src, diff_weights, Desc(), diff_dst, false), direct, src, diff_weights,
      diff_bias, diff_dst, g.strides, g.dilations, g.padding_before, g.padding_after);
}

dnnl::matmul::primitive_desc describe_matmul(const Desc& a, const Desc& b, const Desc& bias, const Desc& c, bool relu) {
  return describe<dnnl::matmul>(attributes(relu), a, b, bias, c);
}

Execution::Execution(std::string name, int threads)
    : name_("onednn/" + std::move(name)), threads_(threads), stream_(engine()) {}

dnnl::memory Execution::bind(const Desc& desc, Place place, std::size_t at) {
  bindings_.push_back({dnnl::memory(desc, engine(), DNNL_MEMORY_NONE), place, at});
  return bindings_.back().memory;
}

dnnl::memory Execution::input(std::size_t index, const Desc& desc) { return bind(desc, Place::input, index); }
dnnl::memory Execution::output(std::size_t index, const Desc& desc) { return bind(desc, Place::output, index); }
dnnl::memory Execution::scratch(const Desc& desc) {
  const std::size_t offset = scratch_floats_;
  scratch_floats_ += (desc.get_size() + 63) / 64 * 16;  // the next one starts on a cache line too
  return bind(desc, Place::scratch, offset);
}

void Execution::add(const dnnl::primitive_desc_base& desc, const dnnl::primitive& primitive,
                    std::initializer_list<std::pair<int, dnnl::memory>> operands) {
  Step step{primitive, {}};
  for (const auto& [argument, memory] : operands) {
    if (memory) step.operands.push_back({argument, memory.get()});
  }
  if (desc.scratchpad_desc().get_size() > 0) {
    step.operands.push_back({DNNL_ARG_SCRATCHPAD, scratch(desc.scratchpad_desc()).get()});
  }
  steps_.push_back(std::move(step));
}

void Execution::add_reorder(const dnnl::memory& from, const dnnl::memory& to) {
  const dnnl::reorder::primitive_desc desc(engine(), from.get_desc(), engine(), to.get_desc(), attributes());
  add(desc, dnnl::reorder(desc), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
}

dnnl::memory Execution::input_as(std::size_t index, const Desc& given, const Desc& wanted) {
  dnnl::memory result = input(index, given);
  if (given == wanted) return result;
  dnnl::memory copy = scratch(wanted);
  add_reorder(result, copy);
  return copy;
}

dnnl::memory Execution::output_as(std::size_t index, const Desc& given, const Desc& made) {
  return given == made ? output(index, given) : scratch(made);
}

void Execution::finish_output(std::size_t index, const Desc& given, const dnnl::memory& made) {
  if (made.get_desc() != given) add_reorder(made, output(index, given));
}

void Execution::run(const Arguments& arguments) {
  const TeamSize team(threads_);
  for (const Binding& binding : bindings_) {
    // oneDNN has no memory for const floats; it does not write to what a primitive reads.
    float* data = binding.place == Place::input    ? const_cast<float*>(arguments.inputs[binding.at])
                  : binding.place == Place::output ? arguments.outputs[binding.at]
                                                   : arguments.scratch + binding.at;
    dnnl_memory_set_data_handle(binding.memory.get(), data);
  }
  for (const Step& step : steps_) {
    const dnnl_status_t status = dnnl_primitive_execute(step.primitive.get(), stream_.get(),
                                                        static_cast<int>(step.operands.size()), step.operands.data());
    if (status != dnnl_success) {
      // All shapes were accepted when the primitive was made: memory is gone or corrupt, and a kernel can't throw.
      std::fprintf(stderr, "sumi: %s failed with oneDNN status %d\n", name_.c_str(), static_cast<int>(status));
      std::abort();
    }
  }
}

}  // namespace sumi::backend::cpu_detail::onednn
