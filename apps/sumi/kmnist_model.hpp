// The convolutional network of Keras's KMNIST tutorial.
#pragma once

#include <sumi/sequential.hpp>

/// 28x28 grey images to ten classes, compiled with Adam, sparse categorical crossentropy and accuracy.
sumi::Sequential make_kmnist_model(double learning_rate = 0.001);
