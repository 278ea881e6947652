#include "state/parameters.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace sumi::state {

namespace {
constexpr std::size_t line = 64;  // bytes: a cache line, and the widest vector
std::size_t aligned(std::size_t floats) { return (floats + 15) / 16 * 16; }
}  // namespace

Arena::Arena(std::size_t floats, float value) : size_(aligned(floats)) {
  if (size_ == 0) return;
  data_.reset(static_cast<float*>(::operator new (size_ * sizeof(float), std::align_val_t{line})));
  std::fill_n(data_.get(), size_, value);
}

void Arena::Free::operator()(float* pointer) const { ::operator delete (pointer, std::align_val_t{line}); }

ParameterTable::ParameterTable(std::vector<Parameter> parameters) : parameters_(std::move(parameters)) {
  for (const bool trainable : {true, false}) {
    for (Parameter& parameter : parameters_) {
      if (parameter.arguments.trainable != trainable) continue;
      parameter.size = static_cast<std::size_t>(element_count(parameter.shape));
      parameter.offset = floats_;
      floats_ += aligned(parameter.size);
    }
    if (trainable) trainable_floats_ = floats_;
  }
}

}  // namespace sumi::state
