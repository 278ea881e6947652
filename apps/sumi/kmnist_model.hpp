// The convolutional network of Keras's KMNIST tutorial.
#pragma once

#include <sumi/sequential.hpp>

/// Compiles a model as the tutorial does.
void compile_for_kmnist(sumi::Sequential& model, double learning_rate);

/// Images (height, width, colours) to classes, compiled with Adam, sparse categorical crossentropy and accuracy.
sumi::Sequential make_kmnist_model(double learning_rate = 0.001, const sumi::Shape& image = {28, 28, 1},
                                   std::int64_t classes = 10);
