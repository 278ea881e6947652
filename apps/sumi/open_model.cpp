#include "open_model.hpp"

#include <sumi/error.hpp>
#include <sumi/saving.hpp>

#include <fstream>
#include <iterator>

sumi::Sequential open_model(const std::filesystem::path& file) {
  if (file.extension() != ".json") return sumi::load_model(file);
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) throw sumi::FileError("'" + file.string() + "' can't be read.");
  try {
    return sumi::model_from_json(text);
  } catch (const sumi::Error& error) {
    throw sumi::FileError("'" + file.string() + "' can't be loaded: " + error.what());
  }
}
