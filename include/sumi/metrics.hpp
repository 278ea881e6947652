// All metrics. Formulas and names: Keras 3, keras/src/metrics.
#pragma once

#include "sumi/metrics/accuracy.hpp"
#include "sumi/metrics/auc.hpp"
#include "sumi/metrics/confusion.hpp"
#include "sumi/metrics/f_score.hpp"
#include "sumi/metrics/hinge.hpp"
#include "sumi/metrics/mean.hpp"
#include "sumi/metrics/probabilistic.hpp"
#include "sumi/metrics/regression.hpp"
