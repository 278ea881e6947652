// A number is not a text.
// expect: could not convert .*Required<int>
#include <sumi/layers/dense.hpp>

sumi::Dense layer{.units = "ten"};
