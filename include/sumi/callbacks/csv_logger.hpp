// Writes the epochs' numbers into a table.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sumi/callbacks/callback.hpp"

namespace sumi {

/// Arguments of CSVLogger.
struct CSVLoggerOptions {
  char separator = ',';
  /// Goes on with the file instead of replacing it; the line of names is written where it is empty.
  bool append = false;
};

/// Writes a line for every epoch: its number (from 0) and the values of the names that the first epoch's logs have,
/// `NA` where one is missing. Each line is written out at once.
class CSVLogger : public Callback {
 public:
  explicit CSVLogger(std::filesystem::path filename, CSVLoggerOptions options = {});

  /// Throws FileError, as on_epoch_end does, where the file can't be written.
  void on_train_begin(const Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_train_end(const Logs& logs) override;

 private:
  void write_line(const std::vector<std::string>& cells);

  std::filesystem::path filename_;
  CSVLoggerOptions options_;
  std::ofstream file_;
  bool write_names_ = true;
  std::vector<std::string> names_;
};

}  // namespace sumi
