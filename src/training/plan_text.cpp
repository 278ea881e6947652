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

}  // namespace

std::string Plan::to_string() const {
  std::vector<std::vector<std::string>> rows = {
      {"step", "layer", "op", "kernel", "output", "layout", "fused", "MB", "MFLOP"}};
  const auto is_number = [](std::size_t column) { return column == 0 || column >= 7; };
  const bool measured = std::any_of(steps.begin(), steps.end(), [](const PlanStep& step) { return step.seconds > 0; });
  if (measured) rows[0].emplace_back("us");
  double all_seconds = 0;
  std::int64_t all_bytes = 0;
  std::int64_t all_flops = 0;
  for (const PlanStep& step : steps) {
    rows.push_back({std::to_string(rows.size()), step.layer, step.op, step.kernel, sumi::to_string(step.output),
                    step.layout, step.fused, megabytes(step.bytes), megaflops(step.flops)});
    if (measured)
      rows.back().push_back(step.once ? "(" + microseconds(step.seconds) + ")" : microseconds(step.seconds));
    if (!step.once) all_seconds += step.seconds;
    all_bytes += step.bytes;
    all_flops += step.flops;
  }
  rows.push_back({"", "total", "", "", "", "", "", megabytes(all_bytes), megaflops(all_flops)});
  if (measured) rows.back().push_back(microseconds(all_seconds));

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
                     " MB (" + megabytes(unshared_bytes) + " MB if each had memory of its own)\n\n";
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
