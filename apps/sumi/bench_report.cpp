#include "bench_report.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <locale>
#include <nlohmann/json.hpp>
#include <sstream>

namespace {

using Json = nlohmann::ordered_json;

constexpr double milli = 1e3, micro = 1e6;

std::string fixed(double value, int decimals) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << std::fixed << std::setprecision(decimals) << value;
  return text.str();
}

double rounded(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  return std::round(value * scale) / scale;
}

bool timed(const Contestant& contestant, Work work) {
  const auto found = contestant.times.find(work);
  return found != contestant.times.end() && !found->second.blocks.empty();
}

// Name, then of each kind of work: time, ratio to the floor, and sumi's time to the peer's; start, memory.
std::vector<std::string> row(const BenchReport& report, const Contestant& who, const Contestant* sumi) {
  std::vector<std::string> cells = {who.version.empty() ? who.name : who.name + " " + who.version};
  for (const Work work : all_work) {
    if (!timed(who, work)) {
      cells.insert(cells.end(), {"", "", ""});
      continue;
    }
    const double median = who.times.at(work).median();
    cells.push_back(work == Work::infer_one ? fixed(median * micro, 1) : fixed(median * milli, 2));
    cells.push_back(fixed(median / report.floor.at(work), 2));
    cells.push_back(sumi == nullptr ? "" : fixed(sumi->times.at(work).median() / median, 2));
  }
  cells.push_back(who.start_to_first_batch ? fixed(*who.start_to_first_batch, 2) : "");
  cells.push_back(std::to_string(who.peak_mb));
  return cells;
}

Json numbers(const Contestant& who) {
  const auto of = [&](Work work, double unit, int decimals) -> Json {
    if (!timed(who, work)) return nullptr;
    const Times& times = who.times.at(work);
    return {{"min", rounded(times.min() * unit, decimals)}, {"median", rounded(times.median() * unit, decimals)}};
  };
  return {{"train_ms_per_step", of(Work::train, milli, 3)},
          {"infer_250_ms", of(Work::infer_many, milli, 3)},
          {"infer_1_us", of(Work::infer_one, micro, 1)}};
}

Json entry(const Contestant& who, int threads) {
  Json line = {{"peer", who.name}, {"version", who.version}, {"threads", threads}};
  line.update(numbers(who));
  line["start_to_first_batch_s"] = who.start_to_first_batch ? Json(rounded(*who.start_to_first_batch, 2)) : Json();
  line["peak_rss_mb"] = who.peak_mb;
  return line;
}

}  // namespace

double Times::min() const { return *std::min_element(blocks.begin(), blocks.end()); }

double Times::median() const {
  std::vector<double> sorted = blocks;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

std::string table(const BenchReport& report) {
  std::vector<std::vector<std::string>> rows = {{"", "train 250, ms", "x floor", "sumi/peer", "infer 250, ms",
                                                 "x floor", "sumi/peer", "infer 1, us", "x floor", "sumi/peer",
                                                 "first batch, s", "peak MB"}};
  rows.push_back({"floor"});
  for (const Work work : all_work) {
    const double floor = report.floor.at(work);
    rows.back().insert(rows.back().end(),
                       {work == Work::infer_one ? fixed(floor * micro, 1) : fixed(floor * milli, 2), "", ""});
  }
  rows.back().resize(rows[0].size());
  rows.push_back(row(report, report.sumi, nullptr));
  for (const Comparison& comparison : report.comparisons)
    rows.push_back(row(report, comparison.peer, &comparison.sumi));

  std::string text = "KMNIST network, " + std::to_string(report.threads) +
                     (report.threads == 1 ? " thread, " : " threads, ") + report.instruction_set +
                     ". The machine at its best: " + fixed(report.peak_flops / 1e9, 0) + " GFLOP/s, " +
                     fixed(report.memory_bandwidth / 1e9, 1) + " GB/s from memory\nData: " + report.data + "\n\n";
  for (const auto& cells : rows) {
    std::string line;
    for (std::size_t column = 0; column < cells.size(); ++column) {
      if (report.comparisons.empty() && rows[0][column] == "sumi/peer") continue;
      std::size_t width = 0;
      for (const auto& other : rows) width = std::max(width, other[column].size());
      const std::string space(width - cells[column].size(), ' ');
      line += column == 0 ? cells[column] + space : "  " + space + cells[column];
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  text +=
      "\nEpoch of " + std::to_string(report.epoch_images) + " images and validation on " +
      std::to_string(report.validation_images) + ": " + fixed(report.epoch, 2) + " s, " +
      fixed(report.epoch / report.epoch_floor, 2) +
      " x floor\nFloor: direct convolutions and matrix products alone, at the peak of all threads; for one image, of "
      "one thread.\nTimes are medians of blocks";
  if (!report.comparisons.empty())
    text += ". sumi/peer: sumi's time of the same minutes, block by block in turns, in parts of the peer's";
  text += ".\n";
  for (const std::string& sentence : report.absent) text += sentence + "\n";
  return text;
}

std::string json_line(const BenchReport& report) {
  Json line = entry(report.sumi, report.threads);
  line["epoch_s"] = rounded(report.epoch, 3);
  line["epoch_floor_s"] = rounded(report.epoch_floor, 3);
  line["instruction_set"] = report.instruction_set;
  line["data"] = report.data;
  line["fma_gflops"] = rounded(report.peak_flops / 1e9, 1);
  line["memory_gbytes_per_s"] = rounded(report.memory_bandwidth / 1e9, 1);
  line["train_step_250_floor_ms"] = rounded(report.floor.at(Work::train) * milli, 3);
  line["infer_250_floor_ms"] = rounded(report.floor.at(Work::infer_many) * milli, 3);
  line["infer_1_one_core_floor_us"] = rounded(report.floor.at(Work::infer_one) * micro, 1);
  line["peers"] = Json::array();
  for (const Comparison& comparison : report.comparisons) {
    Json peer = entry(comparison.peer, report.threads);
    peer["sumi"] = numbers(comparison.sumi);
    line["peers"].push_back(std::move(peer));
  }
  line["absent"] = report.absent;
  return line.dump() + "\n";
}
