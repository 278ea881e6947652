// All losses. Formulas and defaults: Keras 3, keras/src/losses.
#pragma once

#include "sumi/losses/crossentropy.hpp"
#include "sumi/losses/hinge.hpp"
#include "sumi/losses/probabilistic.hpp"
#include "sumi/losses/regression.hpp"
