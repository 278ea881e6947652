// Options of compile and fit are checked by the compiler as well.
// expect: cannot convert .* to .const sumi::CompileOptions
#include <sumi/sumi.hpp>

void misuse(sumi::Sequential& model) { model.compile({.optimiser = "adam"}); }
