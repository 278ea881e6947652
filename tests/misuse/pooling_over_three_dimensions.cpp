// An image has a height and a width.
// expect: could not convert .*Size2
#include <sumi/layers/max_pooling2d.hpp>

sumi::MaxPooling2D layer{.pool_size = {2, 2, 2}};
