#include "training/callback_list.hpp"

#include <utility>

namespace sumi::training {

CallbackList::CallbackList(Callbacks users, std::shared_ptr<Callback> history, std::shared_ptr<Callback> progress)
    : callbacks_(std::move(users)) {
  for (std::size_t i = 0; i < callbacks_.size(); ++i) {
    if (callbacks_[i]) continue;
    throw ArgumentError("Expected every callback to be an object. Received a null pointer as callbacks[" +
                        std::to_string(i) + "].");
  }
  if (history) callbacks_.push_back(std::move(history));
  callbacks_.push_back(std::move(progress));
}

template <class Hook, class... Arguments>
void CallbackList::call(Hook hook, Arguments&&... arguments) {
  for (const std::shared_ptr<Callback>& callback : callbacks_) (callback.get()->*hook)(arguments...);
}

void CallbackList::set_model(Sequential& model) { call(&Callback::set_model, model); }

void CallbackList::set_params(const CallbackParameters& params) { call(&Callback::set_params, params); }

void CallbackList::on_train_begin(const Logs& logs) { call(&Callback::on_train_begin, logs); }

void CallbackList::on_train_end(const Logs& logs) { call(&Callback::on_train_end, logs); }

void CallbackList::on_epoch_begin(int epoch, const Logs& logs) { call(&Callback::on_epoch_begin, epoch, logs); }

void CallbackList::on_epoch_end(int epoch, Logs& logs) {
  logs = logs.sorted();
  call(&Callback::on_epoch_end, epoch, logs);
}

void CallbackList::on_train_batch_begin(std::int64_t batch, const Logs& logs) {
  call(&Callback::on_train_batch_begin, batch, logs);
}

void CallbackList::on_train_batch_end(std::int64_t batch, const Logs& logs) {
  call(&Callback::on_train_batch_end, batch, logs);
}

void CallbackList::on_test_begin(const Logs& logs) { call(&Callback::on_test_begin, logs); }

void CallbackList::on_test_end(const Logs& logs) { call(&Callback::on_test_end, logs); }

void CallbackList::on_test_batch_begin(std::int64_t batch, const Logs& logs) {
  call(&Callback::on_test_batch_begin, batch, logs);
}

void CallbackList::on_test_batch_end(std::int64_t batch, const Logs& logs) {
  call(&Callback::on_test_batch_end, batch, logs);
}

void CallbackList::on_predict_begin(const Logs& logs) { call(&Callback::on_predict_begin, logs); }

void CallbackList::on_predict_end(const Logs& logs) { call(&Callback::on_predict_end, logs); }

void CallbackList::on_predict_batch_begin(std::int64_t batch, const Logs& logs) {
  call(&Callback::on_predict_batch_begin, batch, logs);
}

void CallbackList::on_predict_batch_end(std::int64_t batch, const Logs& logs) {
  call(&Callback::on_predict_batch_end, batch, logs);
}

}  // namespace sumi::training
