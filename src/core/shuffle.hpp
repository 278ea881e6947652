// Another order of the same things.
#pragma once

#include <utility>

#include "core/random.hpp"

namespace sumi {

/// Every order is as likely as any other (Fisher and Yates). `things`: a vector or span.
template <class Things>
void shuffle(Things&& things, Random& random) {
  for (auto i = things.size(); i > 1; --i) std::swap(things[i - 1], things[random.below(i)]);
}

}  // namespace sumi
