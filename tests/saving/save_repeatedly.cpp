// Saves a model over and over until it is killed; every version differs from the one before it. Says each number when
// its version is on disk.
//
// save_repeatedly FILE
#include <unistd.h>

#include <iostream>

#include "sumi/layers.hpp"
#include "sumi/saving.hpp"

using namespace sumi;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  Sequential model({Input{.shape = {64}}, Dense{.units = 128}, Dense{.units = 8}});
  model.compile({.optimizer = SGD{}, .loss = "mse"});
  for (int version = 0;; ++version) {
    std::vector<Tensor> weights = model.get_weights();
    for (Tensor& weight : weights) weight.fill(static_cast<float>(version));
    model.set_weights(weights);
    model.save(argv[1], {.notes = "{\"version\": " + std::to_string(version) + "}"});
    const std::string line = std::to_string(version) + "\n";
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) return 1;
  }
}
