// `sumi plan`: the steps of which one batch consists.
#include <sumi/plan.hpp>
#include <sumi/threads.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "kmnist_model.hpp"

namespace {

struct PlanArguments {
  int batch_size = 250;
  bool inference = false;
  int measure = 0;
  std::vector<std::string> without;
  int threads = sumi::num_threads();
};

constexpr const char* all_passes = "all";

std::vector<std::string> passes_of(const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), all_passes) == names.end() ? names : sumi::plan_passes();
}

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
  std::vector<std::string> passes = sumi::plan_passes();
  std::string names = "Leave a pass out (may be given several times): " + std::string(all_passes);
  for (const std::string& pass : passes) names += ",\n" + pass;
  passes.emplace_back(all_passes);
  command->add_option("--without", arguments->without, names)
      ->type_name("PASS")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CLI::IsMember(passes).description(""));
  command->footer(
      "Examples:\n"
      "  sumi plan --measure\n"
      "  sumi plan --batch-size 1 --inference\n"
      "  sumi plan --measure --without all");
  command->callback([arguments] {
    sumi::set_num_threads(arguments->threads);
    std::cout << make_kmnist_model().plan({.batch_size = arguments->batch_size,
                                           .training = !arguments->inference,
                                           .measure = arguments->measure,
                                           .without = passes_of(arguments->without)});
  });
}
