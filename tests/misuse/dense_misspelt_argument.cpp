// Arguments are called what Keras calls them.
// expect: no non-static data member named .unit.
#include <sumi/layers/dense.hpp>

sumi::Dense layer{.unit = 3};
