// `sumi plan`: the steps of which one batch consists.
#include <sumi/threads.hpp>

#include <iostream>
#include <memory>

#include "commands.hpp"
#include "kmnist_model.hpp"

namespace {

struct PlanArguments {
  int batch_size = 250;
  bool inference = false;
  int measure = 0;
  int threads = sumi::num_threads();
};

}  // namespace

void add_plan(CLI::App& app) {
  auto arguments = std::make_shared<PlanArguments>();
  CLI::App* command = app.add_subcommand("plan", "Print the steps of which one batch of the KMNIST network consists");
  command->add_option("--batch-size", arguments->batch_size, "Samples a batch")
      ->type_name("N")
      ->check(at_least(1))
      ->capture_default_str();
  command->add_flag("--inference", arguments->inference, "The plan of predict, not that of fit");
  command->add_option("--measure", arguments->measure, "Time every step; N runs, of which each step's median is shown")
      ->type_name("N")
      ->expected(0, 1)
      ->default_str("100")
      ->check(at_least(1));
  command->add_option("--threads", arguments->threads, "Threads to plan for")
      ->type_name("N")
      ->check(at_least(1))
      ->capture_default_str();
  command->footer("Examples:\n  sumi plan\n  sumi plan --batch-size 1 --inference");
  command->callback([arguments] {
    sumi::set_num_threads(arguments->threads);
    std::cout << make_kmnist_model().plan(
        {.batch_size = arguments->batch_size, .training = !arguments->inference, .measure = arguments->measure});
  });
}
