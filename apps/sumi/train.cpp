// `sumi train`: the KMNIST tutorial, from the images to the test accuracy.
#include <sumi/error.hpp>
#include <sumi/random.hpp>
#include <sumi/saving.hpp>
#include <sumi/sequential.hpp>
#include <sumi/threads.hpp>

#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "commands.hpp"
#include "data.hpp"
#include "files.hpp"
#include "interrupt.hpp"
#include "kmnist_model.hpp"
#include "open_model.hpp"
#include "training_record.hpp"

namespace {

struct TrainArguments {
  TrainSettings settings = {.threads = sumi::num_threads()};
  std::optional<std::int64_t> seed;
  std::filesystem::path data;
  std::filesystem::path out;
  std::filesystem::path model;
  std::filesystem::path init;
  CLI::Option* learning_rate = nullptr;
  std::string verbose = "auto";
};

sumi::Verbose verbosity(const std::string& word) { return word == "auto" ? sumi::Verbose("auto") : std::stoi(word); }

std::string sample_warning(const DataSource& data) {
  return "*** NOT KMNIST: sumi's small sample set (" + std::to_string(data.training_images) + " + " +
         std::to_string(data.test_images) +
         " drawn kana). Its accuracy says nothing about KMNIST; `sumi fetch` downloads that. ***";
}

std::string result_line(const sumi::Logs& test) {
  std::ostringstream line;
  line.imbue(std::locale::classic());
  line.setf(std::ios::fixed);
  line.precision(4);
  line << "Test loss: " << test["loss"] << " - Test accuracy: " << test["accuracy"];
  return line.str();
}

std::filesystem::path model_file(const TrainArguments& arguments) { return arguments.out / "model.keras"; }

void save(const TrainArguments& arguments, const DataSource& data, const TrainingRecord& record,
          const std::optional<sumi::Logs>& test) {
  if (arguments.out.empty()) return;
  write_history(arguments.out, training_notes(arguments.settings, data, record, test));
}

// Saves the model after every finished epoch, so that whatever ends the training leaves something to go on from.
class ModelKeeper : public sumi::Callback {
 public:
  ModelKeeper(const TrainArguments& arguments, const DataSource& data, std::shared_ptr<const TrainingRecord> record)
      : arguments_(arguments), data_(data), record_(std::move(record)) {}
  void on_epoch_end(int /*epoch*/, sumi::Logs& /*logs*/) override {
    if (arguments_.out.empty() || record_->epoch_is_cut()) return;
    model().save(model_file(arguments_), {.notes = training_notes(arguments_.settings, data_, *record_, std::nullopt)});
  }

 private:
  const TrainArguments& arguments_;
  const DataSource& data_;
  std::shared_ptr<const TrainingRecord> record_;
};

// The model that is trained: a saved one, an edited architecture, or the tutorial's.
sumi::Sequential first_model(TrainArguments& arguments, const LabelledImages& images) {
  TrainSettings& settings = arguments.settings;
  if (arguments.init.empty() && arguments.model.empty()) {
    return make_kmnist_model(settings.learning_rate, images.image_shape, images.classes);
  }
  sumi::Sequential model = open_model(arguments.init.empty() ? arguments.model : arguments.init);
  if (!model.is_compiled()) compile_for_kmnist(model, settings.learning_rate);
  if (arguments.learning_rate->count() > 0) model.set_learning_rate(settings.learning_rate);
  settings.learning_rate = model.learning_rate();
  settings.optimizer = nlohmann::json::parse(model.to_json())["compile_config"]["optimizer"]["class_name"];
  if (model.epoch() >= settings.epochs) {
    throw sumi::ArgumentError("Expected --epochs to be more than the " + std::to_string(model.epoch()) +
                              " that the model has behind it. Received " + std::to_string(settings.epochs) + ".");
  }
  return model;
}

// What a saved model says of its training; empty where it says nothing.
std::string notes_of(const std::filesystem::path& model) {
  return model.empty() ? std::string() : sumi::inspect_file(model).notes;
}

void draw(const TrainArguments& arguments, const DataSource& data, const TrainingRecord& record) {
  if (arguments.out.empty() || record.epochs() == 0) return;
  const std::string problem = draw_curves(arguments.out, data, record);
  std::cout << "Wrote " << model_file(arguments).string() << ", history.json";
  if (problem.empty()) {
    std::cout << ", accuracy.png and loss.png\n";
  } else {
    std::cout << "; no pictures: " << problem << "\n";
  }
}

[[noreturn]] void end_stopped_training(const TrainArguments& arguments, const DataSource& data,
                                       const TrainingRecord& record, int signal) {
  save(arguments, data, record, std::nullopt);
  draw(arguments, data, record);
  if (signal == 0) throw sumi::FileError("Standard output can't be written, so that the training was stopped.");
  std::cout.flush();
  std::cerr << "sumi: interrupted after " << record.epochs() << " of " << arguments.settings.epochs << " epochs";
  if (!arguments.out.empty()) std::cerr << "; they are in " << (arguments.out / "history.json").string();
  std::cerr << std::endl;
  throw Exit{128 + signal};
}

void train(TrainArguments& arguments) {
  TrainSettings& settings = arguments.settings;
  if (!arguments.out.empty()) require_writable(arguments.out);
  settings.seed = arguments.seed.value_or(std::random_device{}());
  sumi::set_random_seed(settings.seed);
  sumi::set_num_threads(settings.threads);

  const LabelledImages images = open_data(arguments.data, !arguments.out.empty());
  const DataSource& data = images.source;
  if (data.is_sample) {
    std::cout << sample_warning(data) << "\nKMNIST was looked for at:\n";
    for (const std::string& place : images.looked_at) std::cout << "  " << place << "\n";
    std::cout << "\n";
  }

  sumi::Sequential model = first_model(arguments, images);
  model.summary();

  const auto record =
      std::make_shared<TrainingRecord>(notes_of(arguments.init), static_cast<std::size_t>(model.epoch()));
  {
    const InterruptScope interrupts;
    model.fit(images.x_train, images.y_train,
              {.batch_size = settings.batch_size,
               .epochs = settings.epochs,
               .verbose = verbosity(arguments.verbose),
               .callbacks = {record, std::make_shared<ModelKeeper>(arguments, data, record)},
               .validation_split = settings.validation_split,
               .initial_epoch = model.epoch()});
    if (record->stopped()) end_stopped_training(arguments, data, *record, InterruptScope::signal_received());
  }
  save(arguments, data, *record, std::nullopt);  // should the test not come to an end, the training is kept

  const sumi::Logs test =
      model.evaluate(images.x_test, images.y_test, {.batch_size = settings.batch_size, .verbose = 0});
  save(arguments, data, *record, test);
  if (!arguments.out.empty()) {
    model.save(model_file(arguments), {.notes = training_notes(settings, data, *record, test)});
  }
  draw(arguments, data, *record);
  if (data.is_sample) std::cout << sample_warning(data) << "\n";
  std::cout << result_line(test) << std::endl;
}

}  // namespace

void add_train(CLI::App& app) {
  auto arguments = std::make_shared<TrainArguments>();
  TrainSettings& settings = arguments->settings;
  CLI::App* command = app.add_subcommand("train", "Train the KMNIST network as the Keras tutorial does, then test it");
  command
      ->add_option("--data", arguments->data,
                   "Images with labels: a folder of four IDX files, a .npz\n"
                   "file, a folder of Kuzushiji-49's .npz files, or a folder\n"
                   "with a sub-folder for each class; default: $SUMI_DATA,\n"
                   "else where `sumi fetch` put KMNIST, else a small sample\n"
                   "set")
      ->type_name("PATH");
  command
      ->add_option("--out", arguments->out,
                   "Folder for model.keras, history.json, accuracy.png and\n"
                   "loss.png; default: nothing is written")
      ->type_name("DIR");
  CLI::Option* model = command
                           ->add_option("--model", arguments->model,
                                        "Another architecture, as `sumi convert` writes it;\n"
                                        "default: the tutorial's")
                           ->type_name("FILE.json");
  command
      ->add_option("--init", arguments->init,
                   "A saved model to go on with, optimizer state and all;\n"
                   "--epochs counts the epochs behind it")
      ->type_name("FILE.keras")
      ->excludes(model);
  command->add_option("--epochs", settings.epochs, "How many times all training images are seen")
      ->type_name("N")
      ->check(at_least(1))
      ->capture_default_str();
  command->add_option("--batch-size", settings.batch_size, "Images an update")
      ->type_name("N")
      ->check(at_least(1))
      ->capture_default_str();
  command
      ->add_option("--validation-split", settings.validation_split,
                   "Part of the training images that is validated on,\n"
                   "from 0 up to but not including 1")
      ->type_name("X")
      ->check(number("a number from 0 up to but not including 1", [](double x) { return x >= 0 && x < 1; }))
      ->capture_default_str();
  arguments->learning_rate =
      command->add_option("--learning-rate", settings.learning_rate, "The optimizer's learning rate");
  arguments->learning_rate->type_name("X")
      ->check(number("a number above 0", [](double x) { return x > 0 && std::isfinite(x); }))
      ->capture_default_str();
  command->add_option("--seed", arguments->seed, "Makes runs repeatable; default: another one each time")
      ->type_name("N");
  command->add_option("--threads", settings.threads, "Threads")
      ->type_name("N")
      ->check(at_least(1))
      ->capture_default_str();
  command
      ->add_option("--verbose", arguments->verbose,
                   "0: silent, 1: a progress bar, 2: a line an epoch;\n"
                   "auto is 1")
      ->type_name("auto|0|1|2")
      ->check(CLI::IsMember({"auto", "0", "1", "2"}).description(""))
      ->capture_default_str();
  command->footer(
      "The last line is the result: `Test loss: 0.2526 - Test accuracy: 0.9511`.\n"
      "Ctrl-C stops after the current batch and keeps the finished epochs' numbers (exit code 130).\n"
      "\n"
      "Examples:\n"
      "  sumi train\n"
      "  sumi train --epochs 3 --verbose 2 --out run\n"
      "  sumi train --init run/model.keras --epochs 30 --out more\n"
      "  sumi train --data ~/kmnist --seed 1 --threads 2\n"
      "  sumi train --data mnist.npz");
  command->callback([arguments] { train(*arguments); });
}
