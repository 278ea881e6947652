// What a process remembers between models.
#pragma once

namespace sumi {

/// Forgets which automatic names (`conv2d`, `conv2d_1`, ...) were given, so that numbering starts anew.
void clear_session();

}  // namespace sumi
