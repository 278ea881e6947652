// Reads one file and says by how many bytes the process has grown meanwhile at most, and what the reader said.
//
// peak_memory FILE
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "sumi/datasets.hpp"
#include "sumi/layers.hpp"
#include "sumi/saving.hpp"

using namespace sumi;

namespace {

/// A line of /proc/self/status, in bytes.
long status(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;) {
    long kilobytes = 0;
    if (word == name + ":" && file >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

void read(const std::string& file) {
  if (file.ends_with(".keras")) {
    load_model(file);
  } else if (file.ends_with(".json")) {
    std::ifstream stream(file, std::ios::binary);
    model_from_json(std::string(std::istreambuf_iterator<char>(stream), {}));
  } else {
    datasets::read_idx(file);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const long before = status("VmRSS");
  std::string said = "read";
  try {
    read(argv[1]);
  } catch (const std::exception& error) {
    said = error.what();
  }
  std::cout << status("VmHWM") - before << ' ' << said << '\n';
}
