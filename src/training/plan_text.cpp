// A plan as a table that a person can read.
#include <algorithm>
#include <ostream>

#include "sumi/plan.hpp"
#include "training/console.hpp"

namespace sumi {

namespace {

constexpr double megabyte = 1024.0 * 1024.0;

std::string megabytes(std::int64_t bytes) { return training::fixed(static_cast<double>(bytes) / megabyte, 2); }

std::string microseconds(double seconds) { return training::fixed(seconds * 1e6, 1); }

std::string megaflops(std::int64_t flops) { return training::fixed(static_cast<double>(flops) / 1e6, 2); }

void erase_all(std::string& text, const std::string& word) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word)) text.erase(at, word.size());
}

// A kernel that has its op's name is known by its backend alone: `cpu`. oneDNN's `avx512_core` says no more than
// `avx512`.
std::string short_kernel(const PlanStep& step) {
  std::string text = step.kernel;
  if (text.ends_with("/" + step.op)) text.resize(text.size() - step.op.size() - 1);
  erase_all(text, "_core");
  return text;
}

// `plain->16`: channels a block.
std::string short_layout(const PlanStep& step) {
  std::string text = step.layout;
  erase_all(text, "blocked");
  erase_all(text, " ");
  return text;
}

// `250x26x26x32`.
std::string short_shape(const Shape& shape) {
  std::string text;
  for (const std::int64_t size : shape) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text.empty() ? "1" : text;
}

void append_estimate(std::vector<std::string>& row, double seconds, double estimated) {
  row.push_back(estimated > 0 ? microseconds(estimated) : "");
  row.push_back(estimated > 0 && seconds > 0 ? training::fixed(100 * estimated / seconds, 0) + "%" : "");
}

}  // namespace

double Plan::estimated_seconds(const PlanStep& step) const {
  if (peak_flops <= 0 || memory_bandwidth <= 0) return 0;
  return std::max(static_cast<double>(step.flops) / peak_flops, static_cast<double>(step.bytes) / memory_bandwidth);
}

std::string Plan::to_string() const {
  std::vector<std::vector<std::string>> rows = {
      {"#", "layer", "op", "kernel", "output", "layout", "fused", "MB", "MFLOP"}};
  const auto is_number = [](std::size_t column) { return column == 0 || column >= 7; };
  const bool measured = std::any_of(steps.begin(), steps.end(), [](const PlanStep& step) { return step.seconds > 0; });
  if (measured) rows[0].insert(rows[0].end(), {"us", "at best", "share"});
  double all_seconds = 0;
  double all_estimated = 0;
  std::int64_t all_bytes = 0;
  std::int64_t all_flops = 0;
  for (const PlanStep& step : steps) {
    rows.push_back({std::to_string(rows.size()), step.layer, step.op, short_kernel(step), short_shape(step.output),
                    short_layout(step), step.fused, megabytes(step.bytes), megaflops(step.flops)});
    if (measured) {
      const std::string time = microseconds(step.seconds);
      rows.back().push_back(step.once ? "(" + time + ")" : time);
      append_estimate(rows.back(), step.seconds, estimated_seconds(step));
    }
    all_bytes += step.bytes;
    all_flops += step.flops;
    if (step.once) continue;
    all_seconds += step.seconds;
    all_estimated += estimated_seconds(step);
  }
  rows.push_back({"", "total", "", "", "", "", "", megabytes(all_bytes), megaflops(all_flops)});
  if (measured) {
    rows.back().push_back(microseconds(all_seconds));
    append_estimate(rows.back(), all_seconds, all_estimated);
  }

  std::vector<int> widths(rows[0].size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], training::display_width(row[i]));
  }
  int line_width = -2;
  for (const int width : widths) line_width += width + 2;
  const std::string rule = training::repeat("─", line_width) + "\n";

  std::string text = std::string(training ? "Training step" : "Inference") + " of " + std::to_string(batch_size) +
                     (batch_size == 1 ? " sample: " : " samples: ") + std::to_string(steps.size()) +
                     (steps.size() == 1 ? " step" : " steps") + ", " + megaflops(all_flops) + " MFLOP, " +
                     megabytes(all_bytes) + " MB read and written\n" + "Temporaries: " + megabytes(arena_bytes) +
                     " MB (" + megabytes(unshared_bytes) + " MB if each had memory of its own)\n";
  if (peak_flops > 0)
    text += "This machine at its best: " + training::fixed(peak_flops / 1e9, 0) + " GFLOP/s, " +
            training::fixed(memory_bandwidth / 1e9, 1) + " GB/s from memory\n";
  text += "\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == 1 || i + 1 == rows.size()) text += rule;
    std::string line;
    for (std::size_t column = 0; column < rows[i].size(); ++column) {
      if (column > 0) line += "  ";
      line += is_number(column) ? training::pad_left(rows[i][column], widths[column])
                                : training::pad_right(rows[i][column], widths[column]);
    }
    text += line + "\n";
  }
  return text;
}

std::ostream& operator<<(std::ostream& stream, const Plan& plan) { return stream << plan.to_string(); }

}  // namespace sumi
