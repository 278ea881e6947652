// What is known about the console, and text measured in its columns.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sumi::training {

/// Whether standard output is a terminal that can redraw a line.
bool is_terminal();

/// Columns of the console, found as Python's shutil.get_terminal_size does: $COLUMNS, else the terminal's, else 80.
int console_columns();

/// Whether the locale's characters are UTF-8. As for Python, the C locale and none at all count as UTF-8.
bool console_is_utf8();

/// Columns that UTF-8 text takes; kana, kanji, hangul and emoji take two.
int display_width(std::string_view text);

/// The longest beginning of the text that takes at most so many columns.
std::string_view clip(std::string_view text, int columns);

/// `0.1235`: decimals as Python's `%.4f`, in every locale.
std::string fixed(double value, int decimals);

/// `1.2346e-04`: as Python's `%.4e`, in every locale.
std::string scientific(double value, int decimals);

/// `1,234,567`.
std::string with_commas(std::int64_t value);

/// Spaces that fill the text up to so many columns, in front of it or behind it.
std::string pad_left(std::string_view text, int columns);
std::string pad_right(std::string_view text, int columns);

/// The text so many times.
std::string repeat(std::string_view text, int times);

}  // namespace sumi::training
