// A model is made of layers only.
// expect: no matching function for call to .sumi::Sequential::Sequential
#include <sumi/sumi.hpp>

sumi::Sequential model({sumi::Flatten{}, sumi::Adam{}});
