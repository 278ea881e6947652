// Bytes as hexadecimal digits, for messages and checksums.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace sumi::datasets {

inline std::string hex(std::span<const std::uint8_t> bytes, const char* separator = "") {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (!text.empty()) text += separator;
    for (const int digit : {byte >> 4, byte & 15}) text += "0123456789abcdef"[digit];
  }
  return text;
}

}  // namespace sumi::datasets
