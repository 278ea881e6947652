// OpenSSL computes it; the file is read in small pieces.
#include "sumi/datasets.hpp"

#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <memory>

#include "datasets/hex.hpp"
#include "sumi/error.hpp"

namespace sumi::datasets {

std::string sha256_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  bool good = stream.is_open() && context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;

  std::array<char, 1 << 16> chunk;
  while (good && stream) {
    stream.read(chunk.data(), chunk.size());
    good = EVP_DigestUpdate(context.get(), chunk.data(), static_cast<std::size_t>(stream.gcount())) == 1;
  }
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  good = good && !stream.bad() && EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1;
  if (!good) throw FileError("'" + file.string() + "': cannot be read to compute its SHA-256.");
  return hex({digest.data(), size});
}

}  // namespace sumi::datasets
