// Another framework, run by apps/bench/peers.py in a process of its own.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

/// The peer is there, but ended or answered nonsense.
struct PeerFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Starts when it is made and is ended with it. What it prints besides answers is thrown away.
class Peer {
 public:
  /// The peers that the script knows.
  static const std::vector<std::string>& names();

  /// `python`: the interpreter. Waits for the peer's introduction. Throws FileError where the interpreter or the script
  /// is not there, PeerFailure.
  Peer(const std::string& python, const std::string& name, const std::filesystem::path& data, int threads);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// What it says of itself: `version` and `start_to_first_batch_s`, or `missing`.
  const nlohmann::json& introduction() const { return introduction_; }
  /// Sends a line and waits for the answer. Throws PeerFailure.
  nlohmann::json ask(const std::string& line);
  /// Stops its threads, which may go on looking for work for a while, and lets them go on.
  void stop() const;
  void resume() const;

 private:
  nlohmann::json answer();
  void end();

  std::string name_;
  int process_ = 0;
  int to_ = -1, from_ = -1;
  std::string received_;  // after the last whole line
  nlohmann::json introduction_;
};
