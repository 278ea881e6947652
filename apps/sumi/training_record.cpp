#include "training_record.hpp"

#include <sumi/sequential.hpp>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "curves.hpp"
#include "files.hpp"
#include "interrupt.hpp"

TrainingRecord::TrainingRecord(const std::string& notes, std::size_t epochs) {
  const auto json = nlohmann::json::parse(notes, nullptr, false);
  if (!json.is_object() || !json.contains("history") || !json["history"].is_object()) return;
  for (const auto& [name, values] : json["history"].items()) {
    const auto is_number = [](const auto& value) { return value.is_number(); };
    if (!values.is_array() || values.size() != epochs || !std::all_of(values.begin(), values.end(), is_number))
      continue;
    curves_[name] = values.template get<std::vector<double>>();
  }
}

void TrainingRecord::on_epoch_begin(int /*epoch*/, const sumi::Logs& /*logs*/) {
  epoch_began_ = std::chrono::steady_clock::now();
}

void TrainingRecord::on_train_batch_end(std::int64_t batch, const sumi::Logs& /*logs*/) {
  if (InterruptScope::signal_received() == 0 && std::cout) return;
  epoch_is_cut_ = batch + 1 < params().steps.value_or(0);
  stopped_ = true;
  model().stop_training();
}

void TrainingRecord::on_epoch_end(int epoch, sumi::Logs& logs) {
  if (InterruptScope::signal_received() != 0 && epoch + 1 < params().epochs) {  // it came during the validation
    stopped_ = true;
    model().stop_training();
  }
  if (epoch_is_cut_) return;
  for (const auto& [name, value] : logs) curves_[name].push_back(value);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - epoch_began_;
  curves_["seconds"].push_back(seconds.count());
}

std::size_t TrainingRecord::epochs() const {
  const auto loss = curves_.find("loss");
  return loss == curves_.end() ? 0 : loss->second.size();
}

std::string training_notes(const TrainSettings& settings, const DataSource& data, const TrainingRecord& record,
                           const std::optional<sumi::Logs>& test) {
  using Json = nlohmann::ordered_json;
  Json history = {{"data",
                   {{"folder", data.path.string()},
                    {"name", data.is_sample ? "sumi's sample set, not KMNIST" : data.form},
                    {"is_sample", data.is_sample},
                    {"training_images", data.training_images},
                    {"test_images", data.test_images},
                    {"sha256", data.sha256}}},
                  {"settings",
                   {{"optimizer", settings.optimizer},
                    {"learning_rate", settings.learning_rate},
                    {"batch_size", settings.batch_size},
                    {"epochs", settings.epochs},
                    {"validation_split", settings.validation_split},
                    {"seed", settings.seed},
                    {"threads", settings.threads}}},
                  {"stopped_early", record.stopped()},
                  {"history", Json(record.curves())},
                  {"test", nullptr}};
  if (test) history["test"] = {{"loss", (*test)["loss"]}, {"accuracy", (*test)["accuracy"]}};
  return history.dump(1, ' ', false, Json::error_handler_t::replace);
}

void write_history(const std::filesystem::path& folder, const std::string& notes) {
  write_atomically(folder / "history.json", notes + "\n");
}

std::string draw_curves(const std::filesystem::path& folder, const DataSource& data, const TrainingRecord& record) {
  const std::string where = data.is_sample ? " on sumi's sample set (not KMNIST)" : " of the KMNIST network";
  const auto curve = [&](const std::string& name) {
    const auto found = record.curves().find(name);
    return found == record.curves().end() ? std::vector<double>() : found->second;
  };
  for (const std::string name : {"accuracy", "loss"}) {
    const std::string quantity = name == "accuracy" ? "Accuracy" : "Loss";
    std::string problem = draw({.title = quantity + where,
                                .quantity = quantity,
                                .training = curve(name),
                                .validation = curve("val_" + name),
                                .top = name == "accuracy" ? std::optional(1.0) : std::nullopt},
                               folder / (name + ".png"));
    if (!problem.empty()) return problem;
  }
  return "";
}
