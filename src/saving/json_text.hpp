// JSON as text: read with limits, written as Python writes it.
#pragma once

#include <string>
#include <string_view>

#include "saving/json_fields.hpp"

namespace sumi::saving {

/// The largest JSON that is read: an architecture needs about a thousand bytes a layer.
inline constexpr std::size_t largest_json = std::size_t{2} << 20;

/// Throws ArgumentError for what is no JSON, larger than largest_json, nested deeper than anything of Keras's, and for
/// absurdly many objects or keys of an object.
Json parse_json(std::string_view text);

/// In one line with `", "` and `": "` and in ASCII, as Python's json.dumps. Throws ArgumentError for numbers that are
/// not finite and text that is not UTF-8.
std::string dump_json(const Json& json);

}  // namespace sumi::saving
