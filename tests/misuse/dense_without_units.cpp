// A Dense must be told its units.
// expect: Required<int>
#include <sumi/layers/dense.hpp>

sumi::Dense layer{};
