// Ends training that has gone wrong.
#pragma once

#include <cstdint>

#include "sumi/callbacks/callback.hpp"

namespace sumi {

/// Ends training where the loss is not a number or infinite, and says so.
class TerminateOnNaN : public Callback {
 public:
  /// With `raise_error`, an Error is thrown out of fit instead.
  explicit TerminateOnNaN(bool raise_error = false) : raise_error_(raise_error) {}

  void on_batch_end(std::int64_t batch, const Logs& logs) override;

 private:
  bool raise_error_;
};

}  // namespace sumi
