// What a case says must hold, and the three ways in which it can end.
#pragma once

#include <stdexcept>
#include <string>

#include "golden/array.hpp"

namespace sumi::golden {

/// The case is about something that sumi doesn't have.
struct Skip : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The text of a case isn't of a form that is interpreted here: it is told in words.
struct Unreadable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// sumi doesn't do what the case expects.
struct Mismatch : std::runtime_error {
  Mismatch(const std::string& expected, const std::string& got)
      : std::runtime_error("expected " + expected + ", got " + got) {}
};

/// |got - expected| <= absolute + relative * |expected|.
struct Tolerance {
  double relative = 0.0;
  double absolute = 0.0;
  bool accepts(double expected, double got) const;
};

/// `{"rtol", "atol"}`, `{"decimal": n}` (|d| < 1.5 * 10^-n), or null: exact.
Tolerance tolerance_of(const Json& json);

/// `what`: what the numbers are, for messages. `expected`: anything that array_of reads; the text of an array
/// expression; or an object of properties: `shape`, `data`, `sum`, `first_N`, `last_N`, `channelK_of_sampleN`. A flat
/// list also stands for any other shape of as many numbers. Throws Mismatch.
void check(const Json& expected, const Array& got, const Tolerance& tolerance, const std::string& what = "");
/// Equality; the order of keys doesn't matter, and 1 is 1.0. Throws Mismatch.
void check_same(const Json& expected, const Json& got, const std::string& what = "");
/// Calls `action`, which must throw what Keras's error is in sumi: `{"error": "ValueError", "message_contains": ...}`.
template <class Action>
void check_error(const Json& expected, Action action);

namespace detail {
void check_message(const Json& expected, const std::string& message);
[[noreturn]] void no_error(const Json& expected);
}  // namespace detail

template <class Action>
void check_error(const Json& expected, Action action) {
  try {
    action();
  } catch (const Error& error) {
    return detail::check_message(expected, error.what());
  }
  detail::no_error(expected);
}

}  // namespace sumi::golden
