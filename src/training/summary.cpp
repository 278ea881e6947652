#include "training/summary.hpp"

#include <algorithm>
#include <cmath>

#include "sumi/error.hpp"
#include "training/console.hpp"
#include "training/model.hpp"

namespace sumi::training {

namespace {

enum class Align { left, center, right };

struct Column {
  std::string title;
  Align align;
  int width = 0;  // of the text; a space stands on either side
};

using Cells = std::vector<std::string>;

// Keras gives every column its share of the line; rich, which draws Keras's table, then takes away what padding and
// rules need, evenly from left to right with Python's round() (halves to the even number).
void set_widths(std::vector<Column>& columns, int line_length) {
  std::vector<double> positions = {0.45, 0.80, 1.0};
  if (columns.size() > positions.size()) {
    for (double& position : positions) position *= 0.90;
    positions.push_back(1.0);
  }
  const int count = static_cast<int>(columns.size());
  int excess = 3 * count + 1;  // two spaces a column, and the rules
  int left = 0;
  for (int i = 0; i < count; ++i) {
    const int end = static_cast<int>(positions[static_cast<std::size_t>(i)] * line_length);
    const int share = end - left;
    left = end;
    const int cut = static_cast<int>(std::nearbyint(static_cast<double>(excess) / (count - i)));
    excess -= cut;
    columns[static_cast<std::size_t>(i)].width = share - cut;
    if (share < 4 || share - cut < 1) {
      throw ArgumentError("Insufficient console width to print summary: expected longer lines, received " +
                          std::to_string(line_length) + " columns.");
    }
  }
}

// Breaks between words. A word that is too long has a line of its own and is cut there.
std::vector<std::string> wrap(std::string_view text, int width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string word(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (lines.back().empty()) {
      lines.back() = word;
    } else if (display_width(lines.back()) + 1 + display_width(word) <= width) {
      lines.back() += " " + word;
    } else {
      lines.push_back(word);
    }
  }
  for (std::string& line : lines) {
    if (display_width(line) > width) line = std::string(clip(line, width - 1)) + "…";
  }
  return lines;
}

std::string aligned(const std::string& text, Align align, int width) {
  if (align == Align::left) return pad_right(text, width);
  if (align == Align::right) return pad_left(text, width);
  return pad_right(repeat(" ", (width - display_width(text)) / 2) + text, width);
}

// `left` and `right` are the rule's ends, `between` stands between columns.
std::string rule(const std::vector<Column>& columns, const char* left, const char* line, const char* between,
                 const char* right) {
  std::string text;
  for (const Column& column : columns) text += (text.empty() ? left : between) + repeat(line, column.width + 2);
  return text + right + "\n";
}

// Titles stand at the bottom of their row, layers at the top.
std::string row(const std::vector<Column>& columns, const Cells& cells, const std::string& bar, bool at_bottom) {
  std::vector<std::vector<std::string>> wrapped;
  std::size_t height = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    wrapped.push_back(wrap(cells[i], columns[i].width));
    height = std::max(height, wrapped.back().size());
  }
  for (std::vector<std::string>& lines : wrapped) {
    lines.insert(at_bottom ? lines.begin() : lines.end(), height - lines.size(), "");
  }
  std::string text;
  for (std::size_t line = 0; line < height; ++line) {
    text += bar;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      text += " " + aligned(wrapped[i][line], columns[i].align, columns[i].width) + " " + bar;
    }
    text += "\n";
  }
  return text;
}

// ` Total params: 433,034 (1.65 MB)`, every element a float32.
std::string footer(const std::string& what, std::int64_t count) {
  double size = 4.0 * static_cast<double>(count);
  std::string unit = "B";
  for (const char* larger : {"KB", "MB", "GB", "TB", "PB"}) {
    if (size < 1024) break;
    size /= 1024;
    unit = larger;
  }
  return " " + what + " params: " + with_commas(count) + " (" + fixed(size, 2) + " " + unit + ")\n";
}

}  // namespace

std::string summary_text(const SummaryInput& input, const SummaryOptions& options, int console_columns) {
  std::vector<Column> columns = {
      {"Layer (type)", Align::left}, {"Output Shape", Align::left}, {"Param #", Align::right}};
  if (options.show_trainable) columns.push_back({"Trainable", Align::center});
  const int longest = options.show_trainable ? 100 : 88;
  set_widths(columns, options.line_length.value_or(std::min(longest, console_columns - 4)));

  Cells titles;
  for (const Column& column : columns) titles.push_back(column.title);
  std::string text = "Model: \"" + input.model + "\"\n";
  text += rule(columns, "┏", "━", "┳", "┓") + row(columns, titles, "┃", true) + rule(columns, "┡", "━", "╇", "┩");
  for (std::size_t i = 0; i < input.rows.size(); ++i) {
    const SummaryRow& layer = input.rows[i];
    Cells cells = {layer.layer + " (" + layer.class_name + ")", layer.output_shape,
                   layer.params ? with_commas(*layer.params) : "0 (unbuilt)"};
    if (options.show_trainable) cells.emplace_back(layer.params.value_or(0) == 0 ? "-" : layer.trainable ? "Y" : "N");
    if (i > 0) text += rule(columns, "├", "─", "┼", "┤");
    text += row(columns, cells, "│", false);
  }
  text += rule(columns, "└", "─", "┴", "┘");
  text += footer("Total", input.trainable_params + input.non_trainable_params + input.optimizer_params.value_or(0));
  text += footer("Trainable", input.trainable_params);
  text += footer("Non-trainable", input.non_trainable_params);
  if (input.optimizer_params) text += footer("Optimizer", *input.optimizer_params);
  return text;
}

std::string summary_text(const Model& model, const SummaryOptions& options) {
  SummaryInput input;
  input.model = model.name();
  const std::vector<bool> trainable =
      model.built() ? model.trainable_weights() : std::vector<bool>(model.parameters().count());
  for (std::size_t i = 0; i < model.layer_count(); ++i) {
    const Layer& layer = model.layer(i);
    SummaryRow summary{layer->name(), std::string(layer.class_name()), "?", std::nullopt, layer->trainable()};
    if (model.built()) {
      summary.output_shape = to_string(model.output_shape(i));
      summary.params = 0;
      for (const std::size_t weight : model.weights_of_layer(i)) {
        const auto size = static_cast<std::int64_t>(model.parameters()[weight].size);
        *summary.params += size;
        (trainable[weight] ? input.trainable_params : input.non_trainable_params) += size;
      }
    }
    input.rows.push_back(std::move(summary));
  }
  if (const optimizers::OptimizerState* optimizer = model.optimizer_if_made()) {
    input.optimizer_params = optimizer->parameter_count(trainable);
  }
  return summary_text(input, options, console_columns());
}

}  // namespace sumi::training
