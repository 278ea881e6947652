// What the fuzz targets share.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "sumi/error.hpp"

namespace sumi::fuzz {

/// The bytes as a file of this extension, the same one each time.
inline std::filesystem::path as_file(const std::uint8_t* data, std::size_t size, const std::string& extension) {
  static const std::filesystem::path folder =
      std::filesystem::exists("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path();
  const std::filesystem::path path = folder / ("sumi-fuzz-" + std::to_string(::getpid()) + extension);
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  return path;
}

/// A reader may refuse what it is given; nothing else may come out of it.
template <class Action>
int may_refuse(Action action) {
  try {
    action();
  } catch (const Error&) {
  }
  return 0;
}

}  // namespace sumi::fuzz
