#include "sumi/callbacks/csv_logger.hpp"

#include <utility>

#include "core/text.hpp"
#include "sumi/error.hpp"

namespace sumi {

CSVLogger::CSVLogger(std::filesystem::path filename, CSVLoggerOptions options)
    : filename_(std::move(filename)), options_(options) {}

void CSVLogger::on_train_begin(const Logs& /*logs*/) {
  std::error_code error;
  write_names_ = !options_.append || std::filesystem::file_size(filename_, error) == 0 || error;
  names_.clear();
  file_ = std::ofstream(filename_, std::ios::binary | (options_.append ? std::ios::app : std::ios::trunc));
  if (!file_) throw FileError("The file '" + filename_.string() + "' can't be written.");
}

void CSVLogger::on_epoch_end(int epoch, Logs& logs) {
  if (names_.empty()) {
    bool validated = false;
    for (const auto& [name, value] : logs.sorted()) {
      names_.push_back(name);
      validated = validated || name.starts_with("val_");
    }
    for (std::size_t i = 0, count = names_.size(); !validated && i < count; ++i) names_.push_back("val_" + names_[i]);
    if (write_names_) {
      std::vector<std::string> cells = {"epoch"};
      cells.insert(cells.end(), names_.begin(), names_.end());
      write_line(cells);
    }
  }
  std::vector<std::string> cells = {std::to_string(epoch)};
  for (const std::string& name : names_) {
    const std::optional<double> value = logs.find(name);
    cells.push_back(value ? repr(*value) : "NA");
  }
  write_line(cells);
}

void CSVLogger::on_train_end(const Logs& /*logs*/) { file_.close(); }

void CSVLogger::write_line(const std::vector<std::string>& cells) {
  const std::string special = std::string("\"\r\n") + options_.separator;
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += options_.separator;
    if (cells[i].find_first_of(special) == std::string::npos) {
      line += cells[i];
      continue;
    }
    line += '"';
    for (const char c : cells[i]) line += c == '"' ? std::string("\"\"") : std::string(1, c);
    line += '"';
  }
  file_ << line << "\r\n" << std::flush;
  if (!file_) throw FileError("The file '" + filename_.string() + "' can't be written.");
}

}  // namespace sumi
