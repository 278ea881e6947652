// Logs and what History makes of them.
#include "sumi/callbacks.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"

using namespace sumi;
using Curves = std::vector<std::pair<std::string, std::vector<double>>>;

TEST_CASE("Logs keep the order in which names came") {
  Logs logs = {{"loss", 1}, {"accuracy", 0.5}};
  logs.set("zeta", 3);
  logs.set("loss", 2);
  REQUIRE(logs.size() == 3);
  CHECK(logs.at(0) == Logs::value_type{"loss", 2});
  CHECK(logs.at(1) == Logs::value_type{"accuracy", 0.5});
  CHECK(logs.at(2) == Logs::value_type{"zeta", 3});
  CHECK(logs["accuracy"] == 0.5);
  CHECK(logs.contains("zeta"));
  CHECK_FALSE(logs.find("acc"));
  const auto [loss, accuracy] = logs;
  CHECK(loss == 2);
  CHECK(accuracy == 0.5);
}

TEST_CASE("Sorted logs are in alphabetical order and the original stays as it is") {
  const Logs logs = {{"val_loss", 1}, {"loss", 2}, {"accuracy", 3}, {"Zeta", 4}};
  const Logs sorted = logs.sorted();
  std::string names;
  for (const auto& [name, value] : sorted) names += name + " ";
  CHECK(names == "Zeta accuracy loss val_loss ");
  CHECK(sorted["val_loss"] == 1);
  CHECK(logs.at(0).first == "val_loss");
}

TEST_CASE("An unknown name is answered by those there are") {
  const Logs logs = {{"accuracy", 1}, {"loss", 2}};
  CHECK(test::error_text<ArgumentError>([&] { (void)logs["acc"]; }) ==
        "Expected the name of one of these values: accuracy, loss. Received 'acc'.");
  const Logs alone = {{"loss", 2}};
  CHECK(test::error_text<StateError>([&] { [[maybe_unused]] const auto [loss, accuracy] = alone; }) ==
        "evaluate returned only the loss: the model was compiled without metrics.");
}

TEST_CASE("A history holds a curve for every name, in the order of the logs") {
  History history;
  history.set_params({.verbose = 2, .epochs = 3, .steps = 10});
  history.on_train_begin({});
  for (int epoch = 0; epoch < 3; ++epoch) {
    Logs logs = {{"accuracy", 0.1 * epoch}, {"loss", 3.0 - epoch}};
    if (epoch != 1) logs.set("val_loss", 4.0 - epoch);  // validation_freq
    history.on_epoch_end(epoch, logs);
  }
  CHECK(history.epoch == std::vector<int>{0, 1, 2});
  CHECK(history.history == Curves{{"accuracy", {0, 0.1, 0.2}}, {"loss", {3, 2, 1}}, {"val_loss", {4, 2}}});
  CHECK(history["loss"] == std::vector<double>{3, 2, 1});
  CHECK(history.params().epochs == 3);
  CHECK(history.params().steps == 10);
  CHECK(test::error_text<ArgumentError>([&] { (void)history["val_accuracy"]; }) ==
        "Expected the name of one of these curves: accuracy, loss, val_loss. Received 'val_accuracy'.");
}

TEST_CASE("A history that is used again goes on with its curves and starts its epochs anew, as in Keras") {
  History history;
  for (int run = 0; run < 2; ++run) {
    history.on_train_begin({});
    Logs logs = {{"loss", 1.0 + run}};
    history.on_epoch_end(0, logs);
  }
  CHECK(history["loss"] == std::vector<double>{1, 2});
  CHECK(history.epoch == std::vector<int>{0});
}
