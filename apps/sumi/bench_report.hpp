// What `sumi bench` has measured, and how it is shown.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// The kinds of work that are timed.
enum class Work { train, infer_many, infer_one };
inline constexpr Work all_work[] = {Work::train, Work::infer_many, Work::infer_one};

/// Seconds a call, one number for each block of calls. Empty: not measured.
struct Times {
  std::vector<double> blocks;

  double min() const;
  double median() const;
};

/// What one framework needed.
struct Contestant {
  std::string name, version;
  std::map<Work, Times> times;
  std::optional<double> start_to_first_batch;  ///< Seconds.
  std::int64_t peak_mb = 0;
};

/// Another framework and sumi, block by block in turns.
struct Comparison {
  Contestant peer, sumi;
};

/// Everything that one run of `sumi bench` knows.
struct BenchReport {
  int threads = 1;
  std::string instruction_set;
  std::string data;  ///< What was trained on.
  double peak_flops = 0, memory_bandwidth = 0;
  std::map<Work, double> floor;  ///< Seconds.
  Contestant sumi;
  std::int64_t epoch_images = 0, validation_images = 0;
  double epoch = 0, epoch_floor = 0;  ///< Seconds.
  std::vector<Comparison> comparisons;
  std::vector<std::string> absent;  ///< A sentence for each peer that could not be timed.
};

/// For people.
std::string table(const BenchReport& report);
/// One line of JSON.
std::string json_line(const BenchReport& report);
