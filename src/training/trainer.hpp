// The loops of fit, evaluate and predict.
#pragma once

#include "sumi/sequential.hpp"
#include "training/model.hpp"
#include "training/source.hpp"

namespace sumi::training {

History fit(Sequential& sequential, Model& model, const DataArgument& data, const FitOptions& options);
Logs evaluate(Sequential& sequential, Model& model, const DataArgument& data, const EvaluateOptions& options);
Tensor predict(Sequential& sequential, Model& model, const DataArgument& data, const PredictOptions& options);
Logs train_on_batch(Model& model, const ArrayView& x, const ArrayView& y, const BatchOptions& options);
Logs test_on_batch(Model& model, const ArrayView& x, const ArrayView& y, const BatchOptions& options);

}  // namespace sumi::training
