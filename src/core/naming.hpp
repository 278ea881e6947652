// Names as Keras makes them.
#pragma once

#include <string>
#include <string_view>

namespace sumi {

/// `MaxPooling2D` becomes `max_pooling2d`, `ReLU` becomes `re_lu`.
std::string to_snake_case(std::string_view name);

/// The snake_case of prefix, then with `_1`, `_2` ...: counted for each in the whole process, until clear_session().
std::string auto_name(std::string_view prefix);

}  // namespace sumi
