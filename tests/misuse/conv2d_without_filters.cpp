// Two arguments of a Conv2D have no default.
// expect: Required<int>
#include <sumi/layers/conv2d.hpp>

sumi::Conv2D layer{.kernel_size = {3, 3}};
