// A callback of one's own: it halves the learning rate where the loss gets worse, and ends the training when it's good.
#include <sumi/sumi.hpp>

#include <iostream>
#include <limits>

class Coach : public sumi::Callback {
 public:
  explicit Coach(double good_enough) : good_enough_(good_enough) {}

  void on_epoch_end(int epoch, sumi::Logs& logs) override {
    const double loss = logs["loss"];
    if (loss > last_loss_) model().set_learning_rate(model().learning_rate() / 2);
    logs.set("learning_rate", model().learning_rate());  // seen by history and progress bar, too
    if (loss < good_enough_) {
      std::cout << "Good enough after " << epoch + 1 << " epochs.\n";
      model().stop_training();
    }
    last_loss_ = loss;
  }

 private:
  double good_enough_;
  double last_loss_ = std::numeric_limits<double>::infinity();
};

int main() {
  using namespace sumi;
  set_random_seed(1);
  const Tensor x = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  const std::vector<int> y = {0, 1, 1, 0};  // exclusive or

  Sequential model({
      Input{.shape = {2}},
      Dense{.units = 16, .activation = "tanh"},
      Dense{.units = 2, .activation = "softmax"},
  });
  model.compile({.optimizer = Adam{.learning_rate = 0.1}, .loss = "sparse_categorical_crossentropy"});
  const History history = model.fit(x, y, {.epochs = 200, .verbose = 2, .callbacks = {std::make_shared<Coach>(0.01)}});
  return history["loss"].back() < 0.01 ? 0 : 1;
}
