// What a backend is: an ordered choice of kernels for ops. The only thing that a backend's folder includes from
// outside.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "graph/graph.hpp"

namespace sumi::backend {

/// What is known of an operand when a kernel is chosen.
struct Operand {
  Shape shape;
  graph::Layout layout = graph::Layout::plain;
  bool present = true;
  bool constant = false;  ///< It follows from the weights, which the plan leaves alone.
};

/// One op with its operands, ready to be given a kernel.
struct OpCase {
  const graph::Attributes& attributes;
  std::vector<Operand> inputs;
  std::vector<Operand> outputs;
  int threads = 1;  ///< How many threads the kernel may use.
};

/// Where a kernel finds its operands when it runs. Absent operands are null. Input and output may be the same memory
/// only where the op says so (Reshape, the moving values of BatchNorm).
struct Arguments {
  const float* const* inputs;
  float* const* outputs;
  float* scratch;             ///< scratch_floats() of them, 64-byte aligned; contents are undefined.
  std::uint64_t step = 0;     ///< Counts training steps, for ops that draw random numbers.
  float* prepared = nullptr;  ///< prepared_floats() of them, 64-byte aligned: what `prepare` wrote.
};

/// A chosen implementation of one op for fixed shapes. `run` neither allocates nor throws nor looks anything up.
class Kernel {
 public:
  virtual ~Kernel() = default;
  /// For people: `onednn/jit:avx512_core`, `cpu/max_pool`, `reference`.
  virtual std::string name() const = 0;
  virtual std::size_t scratch_floats() const { return 0; }
  /// What can be made of constant operands in advance: `prepare` does it, before the first run and whenever weights
  /// have changed.
  virtual std::size_t prepared_floats() const { return 0; }
  virtual void prepare(const Arguments& /*arguments*/) {}
  virtual void run(const Arguments& arguments) = 0;
};

/// One loop over a flat range of weights. `w` is updated; slots are the optimizer's state, as many as the rule needs.
struct UpdateRule {
  enum class Kind {
    sgd,
    sgd_momentum,
    sgd_nesterov,
    adam,
    adam_amsgrad,
    nadam,
    adamax,
    rmsprop,
    adagrad,
    adadelta,
    lion,
    ftrl
  } kind = Kind::sgd;
  float learning_rate = 0;                     ///< Adam, Nadam, Adamax: times the bias correction.
  float momentum = 0;                          ///< SGD, RMSprop.
  double beta_1 = 0, beta_2 = 0;               ///< RMSprop, Adadelta: rho is beta_2.
  float epsilon = 0;                           ///< Nadam: times the bias correction.
  bool centered = false;                       ///< RMSprop.
  float mean_weight = 1, gradient_weight = 0;  ///< Nadam: the parts of m and of the gradient in its step.
  float power = 0.5F;                          ///< Ftrl: minus its learning_rate_power.
  float l1 = 0, l2 = 0, shrinkage = 0;         ///< Ftrl: l2 is 2 l2 + beta / learning_rate, shrinkage is doubled.
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string name() const = 0;
  /// The layout that this op would like its image output to have when its input is an image of layout `input`. Plain if
  /// it doesn't care about images; `input` again where any will do.
  virtual graph::Layout preferred_layout(const graph::Attributes& attributes, const std::vector<Operand>& inputs,
                                         const Operand& output) = 0;
  /// Whether a kernel exists that takes this op's operands in the layouts that they have.
  virtual bool supports(const OpCase& op) = 0;
  /// Whether to make this op of several: a kernel for it exists that beats them, in the layouts that its images have
  /// or, where those are yet `to_be_chosen`, in others.
  virtual bool fuses(const OpCase& op, bool to_be_chosen) = 0;
  /// The first implementation that takes the case. Never null where supports() is true. `refusals`, where given, gets a
  /// sentence for each implementation that was passed over.
  virtual std::unique_ptr<Kernel> select(const OpCase& op, std::vector<std::string>* refusals = nullptr) = 0;
  /// Applies an optimizer's rule to `count` weights.
  virtual void update(const UpdateRule& rule, float* w, const float* gradient, float* const* slots, std::size_t count,
                      int threads) = 0;
};

/// Plain loops; defines the meaning of every op. Plain layouts only.
Backend& reference();
/// oneDNN and our own vector kernels, falling back to the reference.
Backend& cpu();

}  // namespace sumi::backend
