// Every built-in optimizer. Formulas and defaults: Keras 3, keras/src/optimizers.
#pragma once

#include "sumi/optimizers/adadelta.hpp"
#include "sumi/optimizers/adagrad.hpp"
#include "sumi/optimizers/adam.hpp"
#include "sumi/optimizers/adamax.hpp"
#include "sumi/optimizers/adamw.hpp"
#include "sumi/optimizers/ftrl.hpp"
#include "sumi/optimizers/lion.hpp"
#include "sumi/optimizers/nadam.hpp"
#include "sumi/optimizers/rmsprop.hpp"
#include "sumi/optimizers/sgd.hpp"
