// Arguments stand in Keras's order.
// expect: designator order for field .sumi::Dense::units. does not match
#include <sumi/layers/dense.hpp>

sumi::Dense layer{.activation = "relu", .units = 3};
