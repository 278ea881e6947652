// `sumi bench`: what the KMNIST network costs here, beside what the machine could do and what other frameworks need.
#include <sumi/datasets.hpp>
#include <sumi/machine.hpp>
#include <sumi/sequential.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <memory>
#include <thread>

#include "bench_report.hpp"
#include "commands.hpp"
#include "kmnist_model.hpp"
#include "peer.hpp"

namespace {

namespace kmnist = sumi::datasets::kmnist;
using Clock = std::chrono::steady_clock;

constexpr int batch = 250;
constexpr int rounds = 10;
// Calls a block; those of training are an option.
constexpr int infer_many_calls = 5, infer_one_calls = 500;
constexpr double validation_split = 0.2;
// Until sumi's own threads no longer look for work.
constexpr std::chrono::milliseconds pause{30};

struct BenchArguments {
  std::filesystem::path data;
  int threads = sumi::num_threads();
  int steps = 100;
  bool json = false;
  std::vector<std::string> pythons;
};

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::int64_t peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

// Of direct convolutions and matrix products, which is what other steps are there to feed.
double product_flops(sumi::Sequential& model, int batch_size, bool training) {
  double flops = 0;
  const sumi::PlanOptions plain{.batch_size = batch_size, .training = training, .without = sumi::plan_passes()};
  for (const sumi::PlanStep& step : model.plan(plain).steps) {
    if (step.op.starts_with("conv2d") || step.op == "matmul") flops += static_cast<double>(step.flops);
  }
  return flops;
}

// sumi's side: a model, data, and how often each kind of work is done in a block.
class Bench {
 public:
  Bench(const std::filesystem::path& folder, int steps)
      : start_(Clock::now()), data_(sumi::datasets::load_idx(folder)) {
    if (images().samples() < batch) {
      throw sumi::ArgumentError("Expected at least " + std::to_string(batch) + " training images. Received " +
                                std::to_string(images().samples()) + ".");
    }
    calls_ = {{Work::train, std::clamp(steps / rounds, 1, static_cast<int>(images().samples() / batch))},
              {Work::infer_many, infer_many_calls},
              {Work::infer_one, infer_one_calls}};
    work(Work::train, 1);
    start_to_first_batch_ = seconds_since(start_);
    for (const Work kind : all_work) work(kind, 2);
  }

  sumi::Sequential& model() { return model_; }
  std::int64_t samples() const { return images().samples(); }
  double start_to_first_batch() const { return start_to_first_batch_; }
  int calls(Work kind) const { return calls_.at(kind); }
  /// Calls before a block that don't count: threads wake, each on a core of its own, and weights come back to the
  /// caches.
  int warm_up(Work kind) const { return std::max(1, calls(kind) / 10); }

  void time_block(Work kind, Times& times) {
    work(kind, warm_up(kind));
    const auto start = Clock::now();
    work(kind, calls(kind));
    times.blocks.push_back(seconds_since(start) / calls(kind));
  }

  double time_epoch() {
    const auto start = Clock::now();
    model_.fit(images(), labels(), {.batch_size = batch, .verbose = 0, .validation_split = validation_split});
    return seconds_since(start);
  }

 private:
  sumi::ArrayView images() const { return data_.train.images.normalized_view(); }
  sumi::ArrayView labels() const { return sumi::ArrayView(data_.train.labels); }

  void work(Work kind, int count) {
    if (kind == Work::train) {
      const std::int64_t end = std::int64_t{count} * batch;
      model_.fit(images().slice(0, end), labels().slice(0, end), {.batch_size = batch, .verbose = 0});
      return;
    }
    const sumi::ArrayView some = images().slice(0, kind == Work::infer_many ? batch : 1);
    for (int i = 0; i < count; ++i) model_.predict_on_batch(some);
  }

  Clock::time_point start_;
  sumi::datasets::Dataset data_;
  sumi::Sequential model_ = make_kmnist_model();
  std::map<Work, int> calls_;
  double start_to_first_batch_ = 0;
};

void append(Times& to, const Times& from) { to.blocks.insert(to.blocks.end(), from.blocks.begin(), from.blocks.end()); }

// Blocks of sumi and of the peer in turns.
Comparison compare(Bench& bench, Peer& peer, const std::string& name) {
  const nlohmann::json& introduction = peer.introduction();
  Comparison made{{name, introduction.at("version"), {}, {}, 0}, {"sumi", SUMI_VERSION, {}, {}, 0}};
  const nlohmann::json& first = introduction.at("start_to_first_batch_s");
  if (!first.is_null()) made.peer.start_to_first_batch = first.get<double>();
  const std::map<Work, std::string> commands = {
      {Work::train, "train "}, {Work::infer_many, "infer_250 "}, {Work::infer_one, "infer_1 "}};
  const auto ask = [&](Work work, int calls) {
    return peer.ask(commands.at(work) + std::to_string(calls)).get<double>() / calls;
  };
  for (int round = -1; round < rounds; ++round) {
    for (const Work work : all_work) {
      if (work == Work::train && first.is_null()) continue;
      if (round < 0) {
        ask(work, bench.calls(work));
        continue;
      }
      peer.stop();
      bench.time_block(work, made.sumi.times[work]);
      std::this_thread::sleep_for(pause);
      peer.resume();
      ask(work, bench.warm_up(work));
      made.peer.times[work].blocks.push_back(ask(work, bench.calls(work)));
    }
  }
  made.peer.peak_mb = peer.ask("memory").get<std::int64_t>();
  return made;
}

// Each framework once, with the first Python that has it.
void compare_all(const BenchArguments& arguments, const std::filesystem::path& folder, Bench& bench,
                 BenchReport& report) {
  for (const std::string& name : Peer::names()) {
    std::string why;
    for (const std::string& python : arguments.pythons) {
      if (!arguments.json) std::cerr << "sumi: " << name << " ..." << std::endl;
      try {
        Peer peer(python, name, folder, arguments.threads);
        if (peer.introduction().contains("missing")) {
          why = peer.introduction().at("missing").get<std::string>();
          continue;
        }
        report.comparisons.push_back(compare(bench, peer, name));
        why.clear();
        break;
      } catch (const PeerFailure& failure) {
        why = failure.what();
      }
    }
    if (!why.empty()) report.absent.push_back("Not timed: " + name + " (" + why + ").");
  }
  for (const Comparison& comparison : report.comparisons) {
    for (const auto& [work, times] : comparison.sumi.times) append(report.sumi.times[work], times);
  }
}

void bench(const BenchArguments& arguments) {
  sumi::set_num_threads(arguments.threads);
  const kmnist::Location location = kmnist::locate({.folder = arguments.data, .allow_sample = true});
  Bench bench(location.folder, arguments.steps);

  BenchReport report;
  report.threads = arguments.threads;
  report.instruction_set = sumi::instruction_set();
  report.data = std::to_string(bench.samples()) + " images of '" + location.folder.string() + "'";
  if (location.is_sample) report.data += ", NOT KMNIST but the small sample set: the times are the same";
  report.sumi = {"sumi", SUMI_VERSION, {}, bench.start_to_first_batch(), 0};
  compare_all(arguments, location.folder, bench, report);
  Times peaks;
  for (int round = 0; round < rounds; ++round) {
    peaks.blocks.push_back(sumi::peak_flops(arguments.threads));
    for (const Work work : all_work) bench.time_block(work, report.sumi.times[work]);
  }
  report.peak_flops = peaks.median();
  report.epoch = bench.time_epoch();
  report.sumi.peak_mb = peak_mb();
  report.memory_bandwidth = sumi::memory_bandwidth(arguments.threads);  // last, since it takes memory

  report.floor = {{Work::train, product_flops(bench.model(), batch, true) / report.peak_flops},
                  {Work::infer_many, product_flops(bench.model(), batch, false) / report.peak_flops},
                  {Work::infer_one, product_flops(bench.model(), 1, false) * arguments.threads / report.peak_flops}};
  report.epoch_images = static_cast<std::int64_t>(static_cast<double>(bench.samples()) * (1 - validation_split));
  report.validation_images = bench.samples() - report.epoch_images;
  report.epoch_floor = static_cast<double>(report.epoch_images) / batch * report.floor.at(Work::train) +
                       static_cast<double>(report.validation_images) / batch * report.floor.at(Work::infer_many);
  std::cout << (arguments.json ? json_line(report) : table(report));
}

}  // namespace

void add_bench(CLI::App& app) {
  auto arguments = std::make_shared<BenchArguments>();
  CLI::App* command =
      app.add_subcommand("bench", "Time the KMNIST network, beside the machine's floor and other frameworks");
  command->add_option("--data", arguments->data, "Folder of the four IDX files; default as for `sumi train`")
      ->type_name("DIR");
  command->add_option("--threads", arguments->threads, "Threads, of the other frameworks too")
      ->type_name("N")
      ->check(at_least(1))
      ->capture_default_str();
  command->add_option("--steps", arguments->steps, "Training steps to time, in ten blocks")
      ->type_name("N")
      ->check(at_least(rounds))
      ->capture_default_str();
  command->add_flag("--json", arguments->json, "One line of JSON in place of the table");
  command
      ->add_option("--peers", arguments->pythons,
                   "A Python whose PyTorch, Keras (on TensorFlow or\n"
                   "JAX), ONNX Runtime and OpenVINO are timed too,\n"
                   "those that it has; may be given several times")
      ->type_name("PYTHON")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->footer("Examples:\n  sumi bench\n  sumi bench --threads 1 --json\n  sumi bench --peers venv/bin/python");
  command->callback([arguments] { bench(*arguments); });
}
