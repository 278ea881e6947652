// Ctrl-C, kill and a closed window, noticed instead of obeyed at once.
#pragma once

/// While it lives, the first SIGINT, SIGTERM or SIGHUP is only remembered. A second one ends the program as usual.
class InterruptScope {
 public:
  InterruptScope();
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

  /// The signal that came, or 0.
  static int signal_received();
};
