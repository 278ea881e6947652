// The one knob for threads.
#pragma once

namespace sumi {

/// How many threads sumi and the libraries below it use together, from the next step on. Default: all cores that the
/// process may run on. Throws ArgumentError below 1. Results are the same bits for the same number of threads.
void set_num_threads(int threads);
int num_threads();

}  // namespace sumi
