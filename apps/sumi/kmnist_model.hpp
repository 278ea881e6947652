// The convolutional network of Keras's KMNIST tutorial.
#pragma once

#include <sumi/sequential.hpp>

/// Compiles a model as the tutorial does.
void compile_for_kmnist(sumi::Sequential& model, double learning_rate);

/// 28x28 grey images to ten classes, compiled with Adam, sparse categorical crossentropy and accuracy.
sumi::Sequential make_kmnist_model(double learning_rate = 0.001);
