#include "sumi/callbacks/backup_and_restore.hpp"

#include <string>
#include <system_error>
#include <utility>

#include "saving/atomic_file.hpp"
#include "saving/json_text.hpp"
#include "sumi/error.hpp"
#include "training/model.hpp"

namespace fs = std::filesystem;

namespace sumi {

BackupAndRestore::BackupAndRestore(BackupAndRestoreOptions options) : options_(std::move(options)) {
  if (options_.backup_dir.empty()) throw ArgumentError("Empty `backup_dir` argument passed");
}

void BackupAndRestore::on_train_begin(const Logs& /*logs*/) {
  training::Model& trained = training::model_of(model());
  last_ = {trained.epoch(), 0, trained.optimizer().step()};
  if (!fs::exists(metadata()) || !fs::exists(weights())) return;
  model().load_weights(weights());
  try {
    const saving::Json json = saving::parse_json(saving::read_file(metadata()).text());
    const auto read = [](const saving::Json& from) {
      return Position{from.at("epoch").get<int>(), from.at("batch").get<std::int64_t>(),
                      from.value("step", std::int64_t{-1})};
    };
    last_ = read(json);
    // The numbers are written before the weights: left in between, the older ones are those of the weights.
    if (json.contains("before") && last_.step != trained.optimizer().step()) last_ = read(json.at("before"));
    if (json.contains("random_seed")) trained.restore_random(json.at("random_seed").get<std::uint64_t>());
  } catch (const saving::Json::exception&) {
    throw FileError("'" + metadata().string() + "' can't be read: it is no record of a training.");
  } catch (const ArgumentError& error) {
    throw FileError("'" + metadata().string() + "' can't be read: " + error.what());
  }
  trained.set_epoch(last_.epoch);
  // Keras's files say in `batch` which batch was the last, and begin its epoch anew all the same.
  trained.resume_batch = last_.step >= 0 ? last_.batch : 0;
}

void BackupAndRestore::on_epoch_begin(int epoch, const Logs& /*logs*/) { epoch_ = epoch; }

void BackupAndRestore::on_train_batch_end(std::int64_t batch, const Logs& /*logs*/) {
  if (options_.save_freq.is_due(batch)) save({epoch_, batch + 1, 0});
}

void BackupAndRestore::on_epoch_end(int epoch, Logs& /*logs*/) {
  // What was saved after the last batch is saved again as the end of the epoch.
  const bool saved_now = last_.batch > 0 && last_.step == training::model_of(model()).optimizer().step();
  if (options_.save_freq.is_epoch() || saved_now) save({epoch + 1, 0, 0});
}

void BackupAndRestore::save(Position now) {
  training::Model& trained = training::model_of(model());
  now.step = trained.optimizer().step();
  std::error_code error;
  fs::create_directories(options_.backup_dir, error);
  if (error)
    throw FileError("The folder '" + options_.backup_dir.string() + "' can't be made: " + error.message() + ".");
  const auto json_of = [](const Position& position) {
    return saving::Json{{"epoch", position.epoch}, {"batch", position.batch}, {"step", position.step}};
  };
  saving::Json json = json_of(now);
  json["random_seed"] = trained.random_seed();
  json["before"] = json_of(last_);
  const std::string text = saving::dump_json(json);
  saving::write_file(metadata(), {saving::bytes_of(text)});
  if (now.step != last_.step || !fs::exists(weights())) model().save_weights(weights());
  last_ = now;
}

void BackupAndRestore::on_train_end(const Logs& /*logs*/) {
  if (!options_.delete_checkpoint) return;
  std::error_code error;
  fs::remove_all(options_.backup_dir, error);
  if (error)
    throw FileError("The folder '" + options_.backup_dir.string() + "' can't be removed: " + error.message() + ".");
}

}  // namespace sumi
