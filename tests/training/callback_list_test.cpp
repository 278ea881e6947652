// Order and arguments of the hooks.
#include "training/callback_list.hpp"

#include <sstream>

#include "sumi/sequential.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using training::CallbackList;

namespace {

std::string text_of(const Logs& logs) {
  std::ostringstream text;
  for (const auto& [name, value] : logs) text << ' ' << name << '=' << value;
  return text.str();
}

// Writes down every call under its own name; adds `learning_rate` at the end of an epoch where asked to.
class Recorder : public Callback {
 public:
  Recorder(std::string name, std::vector<std::string>& events, bool adds = false)
      : name_(std::move(name)), events_(events), adds_(adds) {}

  void on_train_begin(const Logs& logs) override { note("train_begin", logs); }
  void on_train_end(const Logs& logs) override { note("train_end", logs); }
  void on_epoch_begin(int epoch, const Logs& logs) override { note("epoch_begin " + std::to_string(epoch), logs); }
  void on_epoch_end(int epoch, Logs& logs) override {
    note("epoch_end " + std::to_string(epoch), logs);
    if (adds_) logs.set("learning_rate", 0.5);
  }
  void on_batch_begin(std::int64_t batch, const Logs& logs) override {
    note("batch_begin " + std::to_string(batch), logs);
  }
  void on_batch_end(std::int64_t batch, const Logs& logs) override { note("batch_end " + std::to_string(batch), logs); }
  void on_test_begin(const Logs& logs) override { note("test_begin", logs); }
  void on_test_end(const Logs& logs) override { note("test_end", logs); }
  void on_test_batch_begin(std::int64_t batch, const Logs& logs) override {
    note("test_batch_begin " + std::to_string(batch), logs);
  }
  void on_test_batch_end(std::int64_t batch, const Logs& logs) override {
    note("test_batch_end " + std::to_string(batch), logs);
  }
  void on_predict_begin(const Logs& logs) override { note("predict_begin", logs); }
  void on_predict_end(const Logs& logs) override { note("predict_end", logs); }
  void on_predict_batch_begin(std::int64_t batch, const Logs& logs) override {
    note("predict_batch_begin " + std::to_string(batch), logs);
  }
  void on_predict_batch_end(std::int64_t batch, const Logs& logs) override {
    note("predict_batch_end " + std::to_string(batch), logs);
  }
  void set_model(Sequential& new_model) override {
    Callback::set_model(new_model);
    note("set_model", {});
    CHECK(&model() == &new_model);
  }
  void set_params(const CallbackParameters& new_params) override {
    Callback::set_params(new_params);
    note("set_params " + std::to_string(params().epochs), {});
  }

 private:
  void note(const std::string& event, const Logs& logs) { events_.push_back(name_ + " " + event + text_of(logs)); }
  std::string name_;
  std::vector<std::string>& events_;
  bool adds_;
};

}  // namespace

TEST_CASE("The user's callbacks come first, then the history, then the progress bar; every hook reaches all") {
  std::vector<std::string> events;
  const auto make = [&](const char* name) { return std::make_shared<Recorder>(name, events); };
  CallbackList list({make("a"), make("b")}, make("history"), make("bar"));
  Sequential model;
  Logs epoch_logs = {{"loss", 2}};
  list.set_model(model);
  list.set_params({.verbose = 1, .epochs = 7, .steps = 3});
  list.on_train_begin({});
  list.on_epoch_begin(4, {});
  list.on_train_batch_begin(5, {});
  list.on_train_batch_end(5, {{"loss", 1}});
  list.on_test_begin({});
  list.on_test_batch_begin(6, {});
  list.on_test_batch_end(6, {{"loss", 3}});
  list.on_test_end({{"loss", 4}});
  list.on_epoch_end(4, epoch_logs);
  list.on_train_end({{"loss", 5}});
  list.on_predict_begin({});
  list.on_predict_batch_begin(7, {});
  list.on_predict_batch_end(7, {});
  list.on_predict_end({});

  std::vector<std::string> expected;
  for (const char* event :
       {"set_model", "set_params 7", "train_begin", "epoch_begin 4", "batch_begin 5", "batch_end 5 loss=1",
        "test_begin", "test_batch_begin 6", "test_batch_end 6 loss=3", "test_end loss=4", "epoch_end 4 loss=2",
        "train_end loss=5", "predict_begin", "predict_batch_begin 7", "predict_batch_end 7", "predict_end"}) {
    for (const char* name : {"a ", "b ", "history ", "bar "}) expected.push_back(std::string(name) + event);
  }
  CHECK(events == expected);
}

TEST_CASE("Logs of an epoch are sorted and shared: what one adds, those after it see") {
  std::vector<std::string> events;
  CallbackList list({std::make_shared<Recorder>("a", events), std::make_shared<Recorder>("b", events, true)},
                    std::make_shared<Recorder>("history", events), std::make_shared<Recorder>("bar", events));
  Logs logs = {{"loss", 1}, {"zeta", 2}, {"accuracy", 3}, {"val_loss", 4}, {"val_accuracy", 5}};
  list.on_epoch_end(0, logs);
  const std::string sorted = " epoch_end 0 accuracy=3 loss=1 val_accuracy=5 val_loss=4 zeta=2";
  CHECK(events == std::vector<std::string>{"a" + sorted, "b" + sorted, "history" + sorted + " learning_rate=0.5",
                                           "bar" + sorted + " learning_rate=0.5"});
  CHECK(logs["learning_rate"] == 0.5);
}

TEST_CASE("Without training there is no history") {
  std::vector<std::string> events;
  CallbackList list({}, nullptr, std::make_shared<Recorder>("bar", events));
  list.on_test_begin({});
  CHECK(events == std::vector<std::string>{"bar test_begin"});
}

TEST_CASE("A null callback is refused by its place") {
  std::vector<std::string> events;
  const auto bar = std::make_shared<Recorder>("bar", events);
  CHECK(test::error_text<ArgumentError>([&] {
          CallbackList({bar, nullptr}, nullptr, bar);
        }) == "Expected every callback to be an object. Received a null pointer as callbacks[1].");
}
