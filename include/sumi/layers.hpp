// Every built-in layer.
#pragma once

#include "sumi/layers/activation.hpp"
#include "sumi/layers/average_pooling2d.hpp"
#include "sumi/layers/batch_normalization.hpp"
#include "sumi/layers/conv2d.hpp"
#include "sumi/layers/dense.hpp"
#include "sumi/layers/dropout.hpp"
#include "sumi/layers/flatten.hpp"
#include "sumi/layers/global_average_pooling2d.hpp"
#include "sumi/layers/input.hpp"
#include "sumi/layers/max_pooling2d.hpp"
#include "sumi/layers/relu.hpp"
#include "sumi/layers/rescaling.hpp"
#include "sumi/layers/reshape.hpp"
#include "sumi/layers/softmax.hpp"
