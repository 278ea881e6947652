// A model holds its weights, which are copied on purpose only: get_weights.
// expect: use of deleted function .*sumi::Sequential
#include <sumi/sequential.hpp>

sumi::Sequential misuse(const sumi::Sequential& model) { return model; }
