// Each callback against what Keras 3.15 was seen to print and to do in the same training.
#include "sumi/callbacks.hpp"

#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "sumi/layers.hpp"
#include "sumi/saving.hpp"
#include "sumi/sequential.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"
#include "support/temporary_folder.hpp"
#include "training/callbacks/file_template.hpp"

using namespace sumi;
using sumi::test::error_text;

namespace {

const Tensor ones = xt::ones<float>({8, 1});

Sequential line(const Optimizer& optimizer = SGD{.learning_rate = 0.1}, const std::vector<Metric>& metrics = {}) {
  Sequential model({Input{.shape = {1}}, Dense{.units = 1, .kernel_initializer = "zeros"}});
  model.compile({.optimizer = optimizer, .loss = "mse", .metrics = metrics});
  return model;
}

// Sets a number of the logs at the end of every epoch.
LambdaCallback force(std::vector<double> values, std::string name = "val_loss") {
  return LambdaCallback(
      {.on_epoch_end = [=](int epoch, Logs& logs) { logs.set(name, values.at(static_cast<std::size_t>(epoch))); }});
}

class Printed {
 public:
  explicit Printed(std::ostream& stream) : stream_(stream), before_(stream.rdbuf(text_.rdbuf())) {}
  ~Printed() { stream_.rdbuf(before_); }
  std::string text() const { return text_.str(); }

 private:
  std::ostream& stream_;
  std::ostringstream text_;
  std::streambuf* before_;
};

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("EarlyStopping ends training and brings the best weights back") {
  Sequential model = line();
  const auto stopping =
      std::make_shared<EarlyStopping>(EarlyStopping({.patience = 2, .verbose = 1, .restore_best_weights = true}));
  std::vector<std::vector<Tensor>> weights;
  const Printed out(std::cout);
  const History history = model.fit(
      ones, ones,
      {.epochs = 6,
       .verbose = 0,
       .callbacks = {force({3, 2, 2.5, 2.4, 2.3, 2}), stopping,
                     LambdaCallback({.on_epoch_end = [&](int, Logs&) { weights.push_back(model.get_weights()); }})}});
  CHECK(out.text() == "Epoch 4: early stopping\nRestoring model weights from the end of the best epoch: 2.\n");
  CHECK(history.epoch == std::vector<int>{0, 1, 2, 3});
  CHECK(stopping->stopped_epoch() == 3);
  CHECK(stopping->best_epoch() == 1);
  CHECK(stopping->best() == 2.0);
  CHECK(model.get_weights() == weights.at(1));
}

TEST_CASE("Missing and unknown numbers are warned of, once") {
  const Printed errors(std::cerr);
  line().fit(ones, ones, {.epochs = 2, .verbose = 0, .callbacks = {EarlyStopping(), ReduceLROnPlateau()}});
  EarlyStopping({.mode = "big"});
  CHECK(errors.text() ==
        "sumi: warning: Early stopping conditioned on metric `val_loss` which is not available. Available metrics are: "
        "loss.\n"
        "sumi: warning: Learning rate reduction is conditioned on metric `val_loss` which is not available. Available "
        "metrics are: loss,learning_rate.\n"
        "sumi: warning: EarlyStopping mode 'big' is unknown, fallback to auto mode.\n");
  const auto unknown = [] {
    line().fit(ones, ones, {.verbose = 0, .callbacks = {force({1}, "val_foo"), EarlyStopping({.monitor = "val_foo"})}});
  };
  CHECK(error_text<ArgumentError>(unknown).find("isn't able to automatically determine whether that metric should be "
                                                "maximized or minimized. Pass `mode='max'`") != std::string::npos);
}

TEST_CASE("ModelCheckpoint saves the best under the names of its template") {
  const test::TemporaryFolder folder;
  const std::string at = folder.path().string() + "/d/";
  Sequential model = line();
  const Printed out(std::cout);
  model.fit(
      ones, ones,
      {.epochs = 3,
       .verbose = 0,
       .callbacks = {force({3, 2, 2.5}), ModelCheckpoint({.filepath = at + "w.{epoch:02d}-{val_loss:.2f}.weights.h5",
                                                          .verbose = 1,
                                                          .save_best_only = true,
                                                          .save_weights_only = true})}});
  CHECK(out.text() ==
        "\nEpoch 1: val_loss improved from None to 3.00000, saving model to " + at +
            "w.01-3.00.weights.h5\n\nEpoch 1: finished saving model to " + at +
            "w.01-3.00.weights.h5\n\nEpoch 2: val_loss improved from 3.00000 to 2.00000, saving model to " + at +
            "w.02-2.00.weights.h5\n\nEpoch 2: finished saving model to " + at +
            "w.02-2.00.weights.h5\n\nEpoch 3: val_loss did not improve from 2.00000\n");
  model.load_weights(at + "w.02-2.00.weights.h5");
  CHECK(model.iterations() == 2);
}

TEST_CASE("ModelCheckpoint saves every so many batches, counted over epochs") {
  const test::TemporaryFolder folder;
  const std::string at = folder.path().string() + "/";
  line().fit(ones, ones,
             {.batch_size = 2,
              .epochs = 2,
              .verbose = 0,
              .callbacks = {ModelCheckpoint({.filepath = at + "{epoch}-{batch:02d}.keras", .save_freq = 3})}});
  CHECK(std::filesystem::exists(at + "1-03.keras"));
  CHECK(load_model(at + "2-02.keras").iterations() == 6);
  const auto entries = std::filesystem::directory_iterator(folder.path());
  CHECK(std::distance(begin(entries), end(entries)) == 2);
}

TEST_CASE("ModelCheckpoint refuses names that it can't save under") {
  CHECK(error_text<ArgumentError>([] { ModelCheckpoint({.filepath = "a.txt"}); }) ==
        "The filepath provided must end in `.keras` (Keras model format). Received: filepath=a.txt");
  CHECK_THROWS_AS(ModelCheckpoint({.filepath = "a.keras", .save_weights_only = true}), ArgumentError);
  CHECK(error_text<ArgumentError>([] { ModelCheckpoint({.filepath = "a.keras", .save_freq = "batch"}); }) ==
        "Unrecognized save_freq: batch. Expected save_freq are 'epoch' or integer values");
  CHECK(error_text<ArgumentError>([] {
          line().fit(ones, ones, {.verbose = 0, .callbacks = {ModelCheckpoint({.filepath = "{foo:.2f}.keras"})}});
        }) == "Failed to format this callback filepath: \"{foo:.2f}.keras\". Reason: 'foo'");
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "dir.keras");
  const std::string target = (folder.path() / "dir.keras").string();
  CHECK(error_text<FileError>([&] {
          line().fit(ones, ones, {.verbose = 0, .callbacks = {ModelCheckpoint({.filepath = target})}});
        }).starts_with("Please specify a non-directory filepath for ModelCheckpoint."));
}

TEST_CASE("Templates are filled as Python fills them") {
  const std::vector<training::TemplateValue> values = {{"epoch", std::int64_t{7}}, {"loss", -0.5}};
  for (const auto& [pattern, text] : std::map<std::string, std::string>{{"{epoch}", "7"},
                                                                        {"{epoch:03d}", "007"},
                                                                        {"{epoch:3d}", "  7"},
                                                                        {"{epoch:.1f}", "7.0"},
                                                                        {"{loss}", "-0.5"},
                                                                        {"{loss:07.2f}", "-000.50"},
                                                                        {"{loss:.1e}", "-5.0e-01"},
                                                                        {"{{a}}", "{a}"}}) {
    CHECK(training::fill_template(pattern, values) == text);
  }
  for (const char* wrong : {"{loss:d}", "{loss:.f}", "{loss:x}", "{loss", "}", "{:d}"}) {
    INFO(wrong);
    CHECK_THROWS_AS(training::fill_template(wrong, values), ArgumentError);
  }
}

TEST_CASE("ReduceLROnPlateau lowers the rate, waits, and stops at the least") {
  Sequential model = line();
  const Printed out(std::cout);
  const History history =
      model.fit(ones, ones,
                {.epochs = 6,
                 .verbose = 0,
                 .callbacks = {force({3, 3, 3, 3, 3, 3}),
                               ReduceLROnPlateau({.patience = 1, .verbose = 1, .cooldown = 2, .min_lr = 0.002})}});
  CHECK(out.text() ==
        "\nEpoch 2: ReduceLROnPlateau reducing learning rate to 0.010000000149011612.\n"
        "\nEpoch 4: ReduceLROnPlateau reducing learning rate to 0.002.\n");
  CHECK(history["learning_rate"] == std::vector<double>{0.1F, 0.1F, 0.01F, 0.01F, 0.002F, 0.002F});
}

TEST_CASE("LearningRateScheduler sets every epoch's rate") {
  Sequential model = line();
  const Printed out(std::cout);
  const History history = model.fit(
      ones, ones,
      {.epochs = 2, .verbose = 0, .callbacks = {LearningRateScheduler([](int, double rate) { return rate / 2; }, 1)}});
  CHECK(out.text() ==
        "\nEpoch 1: LearningRateScheduler setting learning rate to 0.05000000074505806.\n"
        "\nEpoch 2: LearningRateScheduler setting learning rate to 0.02500000037252903.\n");
  CHECK(history["learning_rate"] == std::vector<double>{0.05F, 0.025F});
  const History by_epoch = model.fit(
      ones, ones,
      {.epochs = 2, .verbose = 0, .callbacks = {LearningRateScheduler([](int epoch) { return 0.5 - 0.25 * epoch; })}});
  CHECK(by_epoch["learning_rate"] == std::vector<double>{0.5, 0.25});
  Sequential scheduled =
      line(SGD{.learning_rate = ExponentialDecay{.initial_learning_rate = 0.1, .decay_steps = 1, .decay_rate = 0.9}});
  CHECK(error_text<ArgumentError>([&] {
          scheduled.fit(ones, ones,
                        {.verbose = 0, .callbacks = {LearningRateScheduler([](int, double rate) { return rate; })}});
        }).find("hence its learning rate is not settable") != std::string::npos);
}

TEST_CASE("CSVLogger writes Keras's table, and goes on with it") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "a.csv";
  const auto set = [](std::vector<std::pair<std::string, double>> values) {
    return LambdaCallback({.on_epoch_end = [=](int, Logs& logs) {
      for (const auto& [name, value] : values) logs.set(name, value);
    }});
  };
  Sequential model = line();
  model.fit(ones, ones,
            {.epochs = 2, .verbose = 0, .callbacks = {set({{"loss", 1e-5}, {"a,b", 1e20}}), CSVLogger(file)}});
  CHECK(text_of(file) == "epoch,\"a,b\",loss,\"val_a,b\",val_loss\r\n0,1e+20,1e-05,NA,NA\r\n1,1e+20,1e-05,NA,NA\r\n");
  model.fit(ones, ones,
            {.epochs = 3,
             .verbose = 0,
             .callbacks = {set({{"loss", 0.25}, {"val_loss", 2}}), CSVLogger(file, {.separator = ';', .append = true})},
             .initial_epoch = 2});
  CHECK(text_of(file).ends_with("1,1e+20,1e-05,NA,NA\r\n2;0.25;2.0\r\n"));
  CHECK_THROWS_AS(model.fit(ones, ones, {.verbose = 0, .callbacks = {CSVLogger(folder.path() / "no" / "a.csv")}}),
                  FileError);
}

TEST_CASE("TerminateOnNaN ends training at the batch") {
  Sequential model = line(SGD{.learning_rate = 1e30});
  const Printed out(std::cout);
  const History history =
      model.fit(ones, ones, {.batch_size = 2, .epochs = 2, .verbose = 0, .callbacks = {TerminateOnNaN()}});
  CHECK(out.text() == "Batch 1: Invalid loss, terminating training\n");
  CHECK(history.epoch == std::vector<int>{0});
  Sequential other = line(SGD{.learning_rate = 1e30});
  CHECK(error_text<Error>([&] {
          other.fit(ones, ones, {.batch_size = 2, .verbose = 0, .callbacks = {TerminateOnNaN(true)}});
        }).starts_with("NaN or Inf loss encountered at batch 1. Loss value: inf."));
}

TEST_CASE("SwapEMAWeights shows the averages while the model is tested") {
  for (const bool swaps_on_epoch : {false, true}) {
    Sequential model = line(SGD{.learning_rate = 0.1, .use_ema = true, .ema_momentum = 0.5});
    std::vector<float> seen;
    const auto look = [&] { seen.push_back(model.get_weights()[0].data()[0]); };
    const auto on_run = [&](const Logs&) { look(); };
    model.fit(ones, ones,
              {.epochs = 3,
               .verbose = 0,
               .callbacks = {SwapEMAWeights(swaps_on_epoch),
                             LambdaCallback({.on_epoch_begin = [&](int, const Logs&) { look(); },
                                             .on_epoch_end = [&](int, Logs&) { look(); },
                                             .on_train_end = on_run,
                                             .on_test_begin = on_run,
                                             .on_test_end = on_run})},
               .validation_data = ValidationData{.x = ones, .y = ones}});
    const std::vector<float> plain = {0,     0.2F,  0.2F,   0.2F,   0.2F,   0.26F, 0.32F,
                                      0.32F, 0.32F, 0.326F, 0.392F, 0.392F, 0.326F},
                             on_epoch = {0,     0.2F,  0.2F,   0.2F,   0.2F,   0.26F, 0.32F,
                                         0.26F, 0.32F, 0.326F, 0.392F, 0.326F, 0.326F};
    REQUIRE(seen.size() == plain.size());
    // Some twenty roundings of numbers below 1.
    for (std::size_t i = 0; i < seen.size(); ++i) {
      CHECK(seen[i] == Approx((swaps_on_epoch ? on_epoch : plain)[i]).margin(20 * 6e-8));
    }
  }
  CHECK(error_text<ArgumentError>([] {
          line().fit(ones, ones, {.verbose = 0, .callbacks = {SwapEMAWeights(true)}});
        }) == "SwapEMAWeights must be used when `use_ema=True` is set on the optimizer. Received: use_ema=False");
}

TEST_CASE("BackupAndRestore: a training broken off anywhere and begun again ends with the same bits") {
  const Tensor x = xt::arange<float>(0, 8).reshape({8, 1}) / 8.0F;
  const auto make = [] {
    Sequential model({Input{.shape = {1}}, Dense{.units = 3}, Dropout{.rate = 0.5}, Dense{.units = 1}});
    model.compile({.optimizer = Adam{.learning_rate = 0.05}, .loss = "mse"});
    return model;
  };
  Sequential first = make();
  for (const SaveFrequency frequency : {SaveFrequency("epoch"), SaveFrequency(1), SaveFrequency(3)}) {
    for (const int broken_after : {1, 4, 6, 8, 11}) {
      const test::TemporaryFolder folder;
      const auto start = folder.path() / "start.keras";
      first.save(start);
      const FitOptions whole{.batch_size = 2, .epochs = 3, .verbose = 0};
      Sequential uninterrupted = load_model(start);
      uninterrupted.fit(x, x, whole);

      const auto backup = [&] {
        return BackupAndRestore({.backup_dir = folder.path() / "backup", .save_freq = frequency});
      };
      Sequential broken = load_model(start);
      FitOptions options = whole;
      options.callbacks = {backup(), LambdaCallback({.on_train_batch_begin = [&](std::int64_t, const Logs&) {
                             if (broken.iterations() == broken_after) throw StateError("power cut");
                           }})};
      CHECK_THROWS_AS(broken.fit(x, x, options), StateError);
      broken.evaluate(x, x, {.verbose = 0});  // a model that can be used

      Sequential resumed = make();  // another seed
      if (!std::filesystem::exists(folder.path() / "backup")) continue;
      options.callbacks = {backup()};
      resumed.fit(x, x, options);
      INFO(broken_after);
      CHECK(resumed.get_weights() == uninterrupted.get_weights());
      CHECK(resumed.iterations() == 12);
      CHECK_FALSE(std::filesystem::exists(folder.path() / "backup"));
    }
  }
  CHECK(error_text<ArgumentError>([] { BackupAndRestore({.backup_dir = ""}); }) ==
        "Empty `backup_dir` argument passed");
}

TEST_CASE("BackupAndRestore: left between its two files, the older state is gone on with") {
  const test::TemporaryFolder folder;
  const auto backup = folder.path() / "backup", weights = backup / "latest.weights.h5";
  Sequential uninterrupted = line(), broken = line(), resumed = line();
  const FitOptions whole{.batch_size = 4, .epochs = 3, .verbose = 0, .shuffle = false};
  uninterrupted.fit(ones, ones, whole);
  FitOptions options = whole;
  options.callbacks = {LambdaCallback({.on_epoch_begin =
                                           [&](int epoch, const Logs&) {
                                             if (epoch == 2) throw StateError("power cut");
                                           },
                                       .on_epoch_end =
                                           [&](int epoch, Logs&) {
                                             if (epoch == 1) std::filesystem::copy(weights, folder.path() / "older");
                                           }}),
                       BackupAndRestore({.backup_dir = backup})};
  CHECK_THROWS_AS(broken.fit(ones, ones, options), StateError);
  std::filesystem::rename(folder.path() / "older", weights);
  options.callbacks = {BackupAndRestore({.backup_dir = backup})};
  CHECK(resumed.fit(ones, ones, options).epoch == std::vector<int>{1, 2});
  CHECK(resumed.get_weights() == uninterrupted.get_weights());
}

TEST_CASE("A callback that throws leaves a usable model and whole files") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "model.keras";
  Sequential model = line();
  CHECK_THROWS_AS(model.fit(ones, ones,
                            {.epochs = 3,
                             .verbose = 0,
                             .callbacks = {ModelCheckpoint({.filepath = file.string()}),
                                           LambdaCallback({.on_epoch_end =
                                                               [](int epoch, Logs&) {
                                                                 if (epoch == 1)
                                                                   throw std::runtime_error("of the user's");
                                                               }})}}),
                  std::runtime_error);
  CHECK(load_model(file).get_weights() == model.get_weights());
  model.fit(ones, ones, {.epochs = 1, .verbose = 0});
  CHECK(model.iterations() == 3);
}
