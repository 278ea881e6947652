// What a training leaves behind: settings, numbers of every finished epoch, the test's result, as JSON and pictures.
#pragma once

#include <sumi/callbacks.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// How `sumi train` trains.
struct TrainSettings {
  std::string optimizer = "Adam";
  int epochs = 25;
  int batch_size = 250;
  double validation_split = 0.2;
  double learning_rate = 0.001;
  std::int64_t seed = 0;
  int threads = 1;
};

/// Where the images came from.
struct DataSource {
  std::filesystem::path path;  ///< a folder or a file
  /// `IDX files`, `NumPy archive`, ...
  std::string form = "IDX files";
  bool is_sample = false;
  std::int64_t training_images = 0;
  std::int64_t test_images = 0;
  /// The names of the files and their SHA-256.
  std::map<std::string, std::string> sha256 = {};
};
/// Collects the numbers of every epoch that was finished, and stops the training when it is interrupted or standard
/// output is gone.
class TrainingRecord : public sumi::Callback {
 public:
  TrainingRecord() = default;
  /// Goes on with the curves of a saved model's notes, as training_notes made them, where it has this many epochs
  /// behind it; curves of another length are left out.
  TrainingRecord(const std::string& notes, std::size_t epochs);

  void on_epoch_begin(int epoch, const sumi::Logs& logs) override;
  void on_train_batch_end(std::int64_t batch, const sumi::Logs& logs) override;
  void on_epoch_end(int epoch, sumi::Logs& logs) override;

  /// Whether the last epoch was left unfinished.
  bool epoch_is_cut() const { return epoch_is_cut_; }
  /// Whether an epoch was left unfinished or not begun because of a stop.
  bool stopped() const { return stopped_; }
  /// accuracy, loss, val_accuracy, val_loss, and seconds.
  const std::map<std::string, std::vector<double>>& curves() const { return curves_; }
  std::size_t epochs() const;

 private:
  std::map<std::string, std::vector<double>> curves_;
  std::chrono::steady_clock::time_point epoch_began_;
  bool epoch_is_cut_ = false;
  bool stopped_ = false;
};

/// All of it as a JSON object: what history.json and the saved model hold. `test`: once it is known.
std::string training_notes(const TrainSettings& settings, const DataSource& data, const TrainingRecord& record,
                           const std::optional<sumi::Logs>& test);

/// Writes history.json.
void write_history(const std::filesystem::path& folder, const std::string& notes);

/// Draws accuracy.png and loss.png. Returns why not in a sentence; empty where they are there.
std::string draw_curves(const std::filesystem::path& folder, const DataSource& data, const TrainingRecord& record);
