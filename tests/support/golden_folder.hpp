// Where the files lie that Keras wrote. They are not part of the repository.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace sumi::test {

/// The folder of the environment variable SUMI_GOLDEN_DIR, by default the one beside the repository. It may be missing.
inline std::filesystem::path golden_folder() {
  const char* variable = std::getenv("SUMI_GOLDEN_DIR");
  return variable == nullptr ? std::filesystem::path(SUMI_SOURCE_TREE) / "../shared/keras" : variable;
}

}  // namespace sumi::test
