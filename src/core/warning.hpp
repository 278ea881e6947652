// What is worth saying without stopping.
#pragma once

#include <string>

namespace sumi {

/// Writes `sumi: warning: ` and the text, a sentence, to standard error.
void warn(const std::string& text);

}  // namespace sumi
