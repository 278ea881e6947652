// Which arguments callbacks take.
#include <cmath>

#include "sumi/callbacks.hpp"
#include "sumi/layers.hpp"
#include "sumi/sequential.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using sumi::test::error_text;

namespace {

const Tensor ones = xt::ones<float>({8, 1});

Sequential line() {
  Sequential model({Input{.shape = {1}}, Dense{.units = 1}});
  model.compile({.optimizer = SGD{}, .loss = "mse"});
  return model;
}

}  // namespace

TEST_CASE("Callbacks refuse numbers out of range") {
  const auto text = [](const auto& make) { return error_text<ArgumentError>(make); };
  CHECK(text([] { ReduceLROnPlateau({.factor = 1.0}); }) ==
        "ReduceLROnPlateau does not support a factor >= 1.0. Received factor=1.0");
  CHECK(text([] { ReduceLROnPlateau({.factor = -0.5}); }) ==
        "Expected `factor` to be from 0 up to, but not including, 1. Received factor=-0.5.");
  CHECK(text([] { ReduceLROnPlateau({.patience = -1}); }) ==
        "Expected `patience` to be at least 0. Received patience=-1.");
  CHECK(text([] { ReduceLROnPlateau({.cooldown = -2}); }) ==
        "Expected `cooldown` to be at least 0. Received cooldown=-2.");
  CHECK(text([] { ReduceLROnPlateau({.min_lr = -0.5}); }) ==
        "Expected `min_lr` to be at least 0. Received min_lr=-0.5.");
  CHECK(text([] { EarlyStopping({.min_delta = std::nan("")}); }) ==
        "Expected `min_delta` to be a finite number. Received min_delta=nan.");
  CHECK(text([] { EarlyStopping({.patience = -1}); }) == "Expected `patience` to be at least 0. Received patience=-1.");
  CHECK(text([] { EarlyStopping({.start_from_epoch = -1}); }) ==
        "Expected `start_from_epoch` to be at least 0. Received start_from_epoch=-1.");
  CHECK(text([] { SaveFrequency(0); }) == "Expected `save_freq` to be at least 1 batch. Received save_freq=0.");
  CHECK(text([] { SaveFrequency("batch"); }) ==
        "Unrecognized save_freq: batch. Expected save_freq are 'epoch' or integer values");
  CHECK(text([] { BackupAndRestore({.backup_dir = ""}); }) == "Empty `backup_dir` argument passed");
  CHECK(text([] { LearningRateScheduler(LearningRateScheduler::EpochSchedule()); }) ==
        "Expected `schedule` to be a function of epoch and rate. Received an empty one.");
  CHECK(text([] {
          line().fit(ones, ones,
                     {.verbose = 0, .callbacks = {LearningRateScheduler([](int) { return std::nan(""); })}});
        }) == "The output of the `schedule` function should be a float. Got: nan");
  CHECK(text([] { line().set_learning_rate(std::nan("")); }) == "Expected a finite learning rate. Received: nan.");
}

TEST_CASE("LambdaCallback's functions have the names of all hooks") {
  std::vector<std::string> called;
  const auto run = [&](const char* name) { return [&called, name](const Logs&) { called.emplace_back(name); }; };
  const auto batch = [&](const char* name) {
    return [&called, name](std::int64_t, const Logs&) { called.emplace_back(name); };
  };
  Sequential model = line();
  const auto after = [&](const LambdaCallback& callback) {
    called.clear();
    model.fit(ones, ones, {.batch_size = 8, .verbose = 0, .callbacks = {std::make_shared<LambdaCallback>(callback)}});
    return called;
  };
  using Names = std::vector<std::string>;
  CHECK(after(LambdaCallback({.on_train_begin = run("begin"),
                              .on_train_end = run("end"),
                              .on_batch_begin = batch("batch begins"),
                              .on_batch_end = batch("batch ends")})) ==
        Names{"begin", "batch begins", "batch ends", "end"});
  // One function for each batch: the longer name goes first.
  CHECK(after(LambdaCallback({.on_train_batch_end = batch("train"), .on_batch_end = batch("short")})) ==
        Names{"train"});
}
