#include "training/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace sumi::training {

namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The blocks of East Asian wide characters and of emoji.
bool is_wide(char32_t c) {
  static constexpr std::array<std::pair<char32_t, char32_t>, 10> blocks{{{0x1100, 0x115F},
                                                                         {0x2E80, 0x303E},
                                                                         {0x3041, 0xA4CF},
                                                                         {0xAC00, 0xD7A3},
                                                                         {0xF900, 0xFAFF},
                                                                         {0xFE30, 0xFE6F},
                                                                         {0xFF01, 0xFF60},
                                                                         {0xFFE0, 0xFFE6},
                                                                         {0x1F300, 0x1FAFF},
                                                                         {0x20000, 0x3FFFD}}};
  return std::any_of(blocks.begin(), blocks.end(),
                     [c](const auto& block) { return c >= block.first && c <= block.second; });
}

// Takes one character from the front. Bytes that are not UTF-8 count as characters of their own.
char32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t c = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  std::size_t i = 1;
  for (; i < length && i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80; ++i) {
    c = c << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  text.remove_prefix(i);
  return c;
}

std::string format(double value, std::chars_format style, int decimals) {
  if (std::isnan(value)) return "nan";
  std::array<char, 400> buffer;  // the longest double has 309 digits before the point
  return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, style, decimals).ptr};
}

}  // namespace

bool is_terminal() { return isatty(STDOUT_FILENO) == 1 && environment("TERM") != "dumb"; }

int console_columns() {
  const std::string_view named = environment("COLUMNS");
  int columns = 0;
  const auto [end, error] = std::from_chars(named.data(), named.data() + named.size(), columns);
  if (error == std::errc{} && end == named.data() + named.size() && columns > 0) return columns;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

bool console_is_utf8() {
  std::string_view locale;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (locale.empty()) locale = environment(name);
  }
  if (locale.empty() || locale == "C" || locale == "POSIX") return true;
  std::string charset(locale.substr(std::min(locale.find('.'), locale.size())));
  std::transform(charset.begin(), charset.end(), charset.begin(), [](unsigned char c) { return std::tolower(c); });
  return charset.starts_with(".utf-8") || charset.starts_with(".utf8");
}

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) width += is_wide(take_character(text)) ? 2 : 1;
  return width;
}

std::string_view clip(std::string_view text, int columns) {
  std::string_view rest = text;
  std::size_t bytes = 0;
  while (!rest.empty()) {
    columns -= is_wide(take_character(rest)) ? 2 : 1;
    if (columns < 0) break;
    bytes = text.size() - rest.size();
  }
  return text.substr(0, bytes);
}

std::string fixed(double value, int decimals) { return format(value, std::chars_format::fixed, decimals); }

std::string scientific(double value, int decimals) { return format(value, std::chars_format::scientific, decimals); }

std::string with_commas(std::int64_t value) {
  std::string text = std::to_string(value);
  const std::size_t sign = value < 0 ? 1 : 0;
  for (std::size_t i = text.size(); i > sign + 3;) text.insert(i -= 3, ",");
  return text;
}

std::string pad_left(std::string_view text, int columns) {
  return repeat(" ", columns - display_width(text)) + std::string(text);
}

std::string pad_right(std::string_view text, int columns) {
  return std::string(text) + repeat(" ", columns - display_width(text));
}

std::string repeat(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

}  // namespace sumi::training
