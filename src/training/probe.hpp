// What a model makes of a small input, to be compared after loading.
#pragma once

#include <optional>

#include "saving/keras_file.hpp"
#include "training/model.hpp"

namespace sumi::training {

/// A probe of one sample, where that is small and of a known shape.
std::optional<saving::Probe> make_probe(Model& model);

/// Throws ArgumentError where the model does not make of the probe's input what it made then.
void check_probe(Model& model, const saving::Probe& probe);

}  // namespace sumi::training
