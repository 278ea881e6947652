// Facts about callbacks: when training stops, and with which learning rate.
#include "sumi/callbacks.hpp"

#include <regex>

#include "golden/cases.hpp"
#include "sumi/layers.hpp"
#include "sumi/sequential.hpp"

namespace sumi::golden {
namespace {

const Tensor ones = xt::ones<float>({4, 1});

Sequential line(double learning_rate, const std::vector<Metric>& metrics = {}) {
  Sequential model({Input{.shape = {1}}, Dense{.units = 1}});
  model.compile({.optimizer = SGD{.learning_rate = learning_rate}, .loss = "mse", .metrics = metrics});
  return model;
}

/// Puts given values into the logs.
LambdaCallback logging(std::string name, std::vector<double> values) {
  return LambdaCallback({.on_epoch_end = [name = std::move(name), values = std::move(values)](int epoch, Logs& logs) {
    logs.set(name, values.at(static_cast<std::size_t>(epoch)));
  }});
}

void early_stopping(const Case& c, int patience, bool restores) {
  const auto losses = c.inputs().at("losses").get<std::vector<double>>();
  const std::string name = restores ? "val_loss" : "loss";
  const auto stopping = std::make_shared<EarlyStopping>(
      EarlyStopping({.monitor = name, .patience = patience, .restore_best_weights = restores}));
  Sequential model = line(0.1);
  std::vector<std::vector<Tensor>> weights;
  const LambdaCallback keep({.on_epoch_end = [&](int, Logs&) { weights.push_back(model.get_weights()); }});
  Callbacks callbacks = {logging(name, losses), stopping};
  callbacks.emplace_back(std::make_shared<LambdaCallback>(keep));
  model.fit(ones, ones, {.epochs = static_cast<int>(losses.size()), .verbose = 0, .callbacks = callbacks});
  if (!restores) return check_same(c.expected(), {{"stopped_epoch", stopping->stopped_epoch()}});
  const auto restored = std::find(weights.begin(), weights.end(), model.get_weights()) - weights.begin();
  check_same(c.expected(), {{"epochs_trained", weights.size()}, {"restored_epoch", restored}});
}

/// Sees into a callback that watches a number.
class Watcher : public MonitorCallback {
 public:
  Watcher(const std::string& monitor, const std::string& mode, double min_delta = 0)
      : MonitorCallback("Watcher", monitor, mode, min_delta) {}
  using MonitorCallback::is_improvement;
};

void direction(const Case& c) {
  const std::string monitor = c.inputs().at("monitor");
  const std::string name = monitor.starts_with("val_") ? monitor.substr(4) : monitor;
  std::vector<Metric> metrics;
  try {
    if (name != "loss") metrics = {Metric(name.c_str())};
  } catch (const ArgumentError&) {
    throw Skip("sumi has no metric '" + name + "' by its name alone");
  }
  Sequential model = line(0.1, metrics);
  Watcher watcher(monitor, c.inputs().at("mode"));
  watcher.set_model(model);
  check_same(c.expected(), watcher.is_improvement(2, 1) ? "max" : "min");
}

// The rate after so many epochs with a callback, as the text says.
void final_rate(const Case& c, double rate, int epochs, CallbackPointer callback) {
  Sequential model = line(rate);
  model.fit(ones, ones,
            {.epochs = epochs,
             .verbose = 0,
             .callbacks = {std::move(callback)},
             .validation_data = ValidationData{.x = ones, .y = ones}});
  check(c.expected(), Array{{}, {model.learning_rate()}}, c.tolerance());
}

}  // namespace

void callback_fact(const Case& c) {
  static const std::regex stopping(R"(EarlyStopping\((?:monitor=)?'?(?:val_)?loss'?,patience=(\d+)(,.*True)?\))");
  static const std::regex plateau(
      R"(ReduceLROnPlateau\(patience=(\d+),factor=([0-9.]+),min_delta=(\d+)(?:,cooldown=(\d+))?\), lr0=([0-9.]+), (\d+) epochs)");
  static const std::regex improves(R"(MonitorCallback\(mode='(\w+)',min_delta=([0-9.]+)\)\._is_improvement)");
  static const std::regex halving(R"(LearningRateScheduler\(lambda step,lr: lr/2\), lr0=([0-9.]+), (\d+) epochs)");
  const std::string op = c.op();
  std::smatch match;
  if (op == "monitor direction") return direction(c);
  if (std::regex_match(op, match, stopping)) return early_stopping(c, std::stoi(match[1]), match[2].matched);
  if (std::regex_match(op, match, improves)) {
    Watcher watcher("val_loss", match[1], std::stod(match[2]));
    const Json& inputs = c.inputs();
    return check_same(c.expected(),
                      watcher.is_improvement(inputs.at("value").get<double>(), inputs.at("reference").get<double>()));
  }
  if (std::regex_match(op, match, plateau)) {
    return final_rate(c, std::stod(match[5]), std::stoi(match[6]),
                      ReduceLROnPlateau({.factor = std::stod(match[2]),
                                         .patience = std::stoi(match[1]),
                                         .min_delta = std::stod(match[3]),
                                         .cooldown = match[4].matched ? std::stoi(match[4]) : 0}));
  }
  if (std::regex_match(op, match, halving)) {
    return final_rate(c, std::stod(match[1]), std::stoi(match[2]),
                      LearningRateScheduler([](int, double rate) { return rate / 2; }));
  }
  throw Unreadable(op);
}

}  // namespace sumi::golden
