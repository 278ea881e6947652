#include "sumi/callbacks/terminate_on_nan.hpp"

#include <cmath>
#include <iostream>

#include "core/text.hpp"
#include "sumi/error.hpp"
#include "sumi/sequential.hpp"

namespace sumi {

void TerminateOnNaN::on_batch_end(std::int64_t batch, const Logs& logs) {
  const std::optional<double> loss = logs.find("loss");
  if (!loss || std::isfinite(*loss)) return;
  if (raise_error_) {
    throw Error("NaN or Inf loss encountered at batch " + std::to_string(batch) + ". Loss value: " + repr(*loss) +
                ". Terminating training immediately.");
  }
  std::cout << "Batch " << batch << ": Invalid loss, terminating training" << std::endl;
  model().stop_training();
}

}  // namespace sumi
