// A copy of a callback would be called, and its state would stay with the copy: a variable is given by pointer.
// expect: could not convert
#include <sumi/callbacks.hpp>
#include <sumi/sequential.hpp>

sumi::FitOptions misuse(sumi::EarlyStopping& stopping) { return {.callbacks = {stopping}}; }
