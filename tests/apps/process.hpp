// Programs run as a user runs them: with arguments and an environment of their own, their output kept.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace sumi::test {

/// What a program left behind.
struct Outcome {
  int code;  ///< exit code; 128 + n where signal n ended it
  std::string out, err;

  std::string last_line() const;
};

std::string read_file(const std::filesystem::path& file);

/// Variables that differ from the test's own environment; an empty value removes one.
using Environment = std::map<std::string, std::string>;

/// A running program.
class Process {
 public:
  /// `out`: where standard output goes; by default it is kept for wait().
  Process(const std::string& program, const std::vector<std::string>& arguments, const Environment& environment,
          const std::string& out = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void send(int signal) const;
  /// What it has printed so far.
  std::string out() const { return read_file(out_); }
  bool running();
  Outcome wait();

 private:
  TemporaryFolder folder_;
  std::filesystem::path out_, err_;
  int process_ = 0;
  int status_ = 0;
};

/// `sumi` with these arguments, without data but the shipped sample set unless the environment says otherwise.
Outcome run_sumi(const std::vector<std::string>& arguments, const Environment& environment = {});

/// The environment of run_sumi.
Environment without_data(const TemporaryFolder& empty);

}  // namespace sumi::test
