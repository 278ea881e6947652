// The message of the error that a call throws, for tests of its exact words.
#pragma once

#include <string>

#include "sumi/error.hpp"

namespace sumi::test {

/// The text of the E (any error of sumi's by default) that `call` throws; "no error" where it throws none.
template <class E = Error, class Call>
std::string error_text(Call call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace sumi::test
