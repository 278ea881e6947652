#include "core/warning.hpp"

#include <iostream>

namespace sumi {

void warn(const std::string& text) { std::cerr << "sumi: warning: " << text << std::endl; }

}  // namespace sumi
