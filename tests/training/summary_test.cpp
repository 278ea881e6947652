// Keras's summaries of the KMNIST CNN, to the character, and the arithmetic of widths.
#include "training/summary.hpp"

#include <sstream>

#include "sumi/layers.hpp"
#include "sumi/session.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"
#include "training/console.hpp"

using namespace sumi;
using training::summary_text;
using training::SummaryInput;

namespace {

SummaryInput kmnist_cnn() {
  return {"sequential",
          {{"conv2d", "Conv2D", "(None, 26, 26, 32)", 320},
           {"batch_normalization", "BatchNormalization", "(None, 26, 26, 32)", 128},
           {"max_pooling2d", "MaxPooling2D", "(None, 13, 13, 32)", 0},
           {"batch_normalization_1", "BatchNormalization", "(None, 13, 13, 32)", 128},
           {"conv2d_1", "Conv2D", "(None, 11, 11, 64)", 18496},
           {"batch_normalization_2", "BatchNormalization", "(None, 11, 11, 64)", 256},
           {"max_pooling2d_1", "MaxPooling2D", "(None, 5, 5, 64)", 0},
           {"batch_normalization_3", "BatchNormalization", "(None, 5, 5, 64)", 256},
           {"flatten", "Flatten", "(None, 1600)", 0},
           {"dense", "Dense", "(None, 256)", 409856},
           {"batch_normalization_4", "BatchNormalization", "(None, 256)", 1024},
           {"dense_1", "Dense", "(None, 10)", 2570}},
          432138,
          896};
}

// One layer with a short name, to look at single lines.
SummaryInput one_layer(const std::string& name, std::optional<std::int64_t> params = 10) {
  return {"m", {{name, "Dense", "(None, 10)", params}}, params.value_or(0), 0};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Widths between the rules of the table's first line.
std::vector<int> cell_widths(const std::string& text) {
  std::string top = lines_of(text)[1];
  std::vector<int> widths;
  top.erase(0, std::string("┏").size());
  while (!top.empty()) {
    const std::size_t end = std::min(top.find("┳"), top.find("┓"));
    widths.push_back(training::display_width(top.substr(0, end)));
    top.erase(0, end + std::string("┳").size());
  }
  return widths;
}

}  // namespace

TEST_CASE("Keras's summary on a console of 80 columns") {
  CHECK(summary_text(kmnist_cnn(), {}, 80) == R"(Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ conv2d (Conv2D)                 │ (None, 26, 26, 32)     │           320 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ batch_normalization             │ (None, 26, 26, 32)     │           128 │
│ (BatchNormalization)            │                        │               │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ max_pooling2d (MaxPooling2D)    │ (None, 13, 13, 32)     │             0 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ batch_normalization_1           │ (None, 13, 13, 32)     │           128 │
│ (BatchNormalization)            │                        │               │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ conv2d_1 (Conv2D)               │ (None, 11, 11, 64)     │        18,496 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ batch_normalization_2           │ (None, 11, 11, 64)     │           256 │
│ (BatchNormalization)            │                        │               │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ max_pooling2d_1 (MaxPooling2D)  │ (None, 5, 5, 64)       │             0 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ batch_normalization_3           │ (None, 5, 5, 64)       │           256 │
│ (BatchNormalization)            │                        │               │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ flatten (Flatten)               │ (None, 1600)           │             0 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense (Dense)                   │ (None, 256)            │       409,856 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ batch_normalization_4           │ (None, 256)            │         1,024 │
│ (BatchNormalization)            │                        │               │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dense_1 (Dense)                 │ (None, 10)             │         2,570 │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 433,034 (1.65 MB)
 Trainable params: 432,138 (1.65 MB)
 Non-trainable params: 896 (3.50 KB)
)");
}

TEST_CASE("Keras's summary on a console of 120 columns") {
  CHECK(summary_text(kmnist_cnn(), {}, 120) == R"(Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┓
┃ Layer (type)                         ┃ Output Shape                ┃         Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━┩
│ conv2d (Conv2D)                      │ (None, 26, 26, 32)          │             320 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ batch_normalization                  │ (None, 26, 26, 32)          │             128 │
│ (BatchNormalization)                 │                             │                 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ max_pooling2d (MaxPooling2D)         │ (None, 13, 13, 32)          │               0 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ batch_normalization_1                │ (None, 13, 13, 32)          │             128 │
│ (BatchNormalization)                 │                             │                 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ conv2d_1 (Conv2D)                    │ (None, 11, 11, 64)          │          18,496 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ batch_normalization_2                │ (None, 11, 11, 64)          │             256 │
│ (BatchNormalization)                 │                             │                 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ max_pooling2d_1 (MaxPooling2D)       │ (None, 5, 5, 64)            │               0 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ batch_normalization_3                │ (None, 5, 5, 64)            │             256 │
│ (BatchNormalization)                 │                             │                 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ flatten (Flatten)                    │ (None, 1600)                │               0 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ dense (Dense)                        │ (None, 256)                 │         409,856 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ batch_normalization_4                │ (None, 256)                 │           1,024 │
│ (BatchNormalization)                 │                             │                 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ dense_1 (Dense)                      │ (None, 10)                  │           2,570 │
└──────────────────────────────────────┴─────────────────────────────┴─────────────────┘
 Total params: 433,034 (1.65 MB)
 Trainable params: 432,138 (1.65 MB)
 Non-trainable params: 896 (3.50 KB)
)");
}

TEST_CASE("Lines take four columns less than the console, and 88 or, with a fourth column, 100 at most") {
  const auto widths = [](int console, SummaryOptions options) {
    return cell_widths(summary_text(one_layer("dense"), options, console));
  };
  CHECK(widths(80, {}) == std::vector<int>{33, 24, 15});
  CHECK(widths(92, {}) == std::vector<int>{38, 29, 17});
  CHECK(widths(300, {}) == std::vector<int>{38, 29, 17});
  CHECK(widths(64, {}) == std::vector<int>{26, 19, 11});
  CHECK(widths(300, {.show_trainable = true}) == std::vector<int>{39, 31, 16, 9});
  CHECK(widths(104, {.show_trainable = true}) == std::vector<int>{39, 31, 16, 9});
  CHECK(widths(80, {.line_length = 60}) == std::vector<int>{26, 19, 11});
  CHECK(widths(80, {.line_length = 100, .show_trainable = true}) == std::vector<int>{39, 31, 16, 9});
}

TEST_CASE("Words that don't fit go to a line of their own and are cut there") {
  const auto lines = lines_of(summary_text(one_layer("a_name_that_is_longer_than_its_column_is_wide"), {}, 64));
  CHECK(lines[4] == "│ a_name_that_is_longer_t… │ (None, 10)        │        10 │");
  CHECK(lines[5] == "│ (Dense)                  │                   │           │");
  // The shape breaks at its spaces, too.
  SummaryInput image = one_layer("image");
  image.rows[0].output_shape = "(None, 1024, 1024, 128)";
  const auto shape = lines_of(summary_text(image, {}, 64));
  CHECK(shape[4] == "│ image (Dense)            │ (None, 1024,      │        10 │");
  CHECK(shape[5] == "│                          │ 1024, 128)        │           │");
}

TEST_CASE("A title that wraps pushes the others to the bottom of their row") {
  const auto lines = lines_of(summary_text(one_layer("a"), {.line_length = 45}, 80));
  CHECK(lines[2] == "┃                   ┃              ┃  Param ┃");
  CHECK(lines[3] == "┃ Layer (type)      ┃ Output Shape ┃      # ┃");
}

TEST_CASE("A name in kana takes two columns a character") {
  const auto lines = lines_of(summary_text(one_layer("墨"), {}, 64));
  CHECK(lines[4] == "│ 墨 (Dense)               │ (None, 10)        │        10 │");
}

TEST_CASE("show_trainable adds a column: Y, N, or - without weights") {
  SummaryInput input{"m",
                     {{"a", "Dense", "(None, 10)", 10, true},
                      {"b", "Dense", "(None, 10)", 20, false},
                      {"c", "Flatten", "(None, 10)", 0, true}},
                     10,
                     20};
  const auto lines = lines_of(summary_text(input, {.line_length = 60, .show_trainable = true}, 80));
  CHECK(lines[2] == "┃ Layer (type)          ┃ Output Shape     ┃ Param # ┃ Tr… ┃");
  CHECK(lines[4] == "│ a (Dense)             │ (None, 10)       │      10 │  Y  │");
  CHECK(lines[6] == "│ b (Dense)             │ (None, 10)       │      20 │  N  │");
  CHECK(lines[8] == "│ c (Flatten)           │ (None, 10)       │       0 │  -  │");
}

TEST_CASE("A layer that isn't built yet") {
  SummaryInput input = one_layer("dense", std::nullopt);
  input.rows[0].output_shape = "?";
  const std::string text = summary_text(input, {}, 80);
  CHECK_THAT(text, ContainsSubstring("│ dense (Dense)                   │ ?                      │   0 (unbuilt) │\n"));
  CHECK_THAT(text, ContainsSubstring(" Total params: 0 (0.00 B)\n"));
}

TEST_CASE("The optimizer's variables count among all parameters") {
  SummaryInput input = kmnist_cnn();
  input.optimizer_params = 864278;
  const std::string text = summary_text(input, {}, 80);
  CHECK(
      text.ends_with(" Total params: 1,297,312 (4.95 MB)\n"
                     " Trainable params: 432,138 (1.65 MB)\n"
                     " Non-trainable params: 896 (3.50 KB)\n"
                     " Optimizer params: 864,278 (3.30 MB)\n"));
}

TEST_CASE("Sizes have the largest unit that leaves at least one") {
  const auto total = [](std::int64_t count) {
    for (const std::string& line : lines_of(summary_text(one_layer("a", count), {}, 80))) {
      if (line.starts_with(" Total")) return line.substr(15);
    }
    return std::string();
  };
  CHECK(total(255) == "255 (1020.00 B)");
  CHECK(total(256) == "256 (1.00 KB)");
  CHECK(total(262144) == "262,144 (1.00 MB)");
  CHECK(total(268435456) == "268,435,456 (1.00 GB)");
  CHECK(total(274877906944) == "274,877,906,944 (1.00 TB)");
  CHECK(total(281474976710656) == "281,474,976,710,656 (1.00 PB)");
  CHECK(total(1LL << 60) == "1,152,921,504,606,846,976 (4096.00 PB)");
}

TEST_CASE("A model without layers has a table without rows") {
  const auto lines = lines_of(summary_text({"empty", {}, 0, 0}, {}, 80));
  REQUIRE(lines.size() == 8);
  CHECK(lines[0] == "Model: \"empty\"");
  CHECK(lines[4].starts_with("└"));
}

TEST_CASE("Too few columns for a table") {
  CHECK_THAT(
      test::error_text<ArgumentError>([] { summary_text(one_layer("a"), {.line_length = 15}, 80); }),
      ContainsSubstring("Insufficient console width to print summary") && ContainsSubstring("received 15 columns"));
  CHECK_THAT(test::error_text<ArgumentError>([] { summary_text(one_layer("a"), {}, 4); }),
             ContainsSubstring("Insufficient"));
}

TEST_CASE("A model's own summary: before it is built, built, frozen in part, and with an optimizer that has learned") {
  clear_session();
  Sequential model({Dense{.units = 3}, BatchNormalization{}, Dense{.units = 2, .trainable = false}});
  model.compile({.optimizer = Adam{}, .loss = "mean_squared_error"});
  CHECK_THAT(model.summary_text({.line_length = 76}),
             ContainsSubstring("│ dense (Dense)                   │ ?                      │   0 (unbuilt) │\n"));
  model.build({None, 4});
  const std::string built = model.summary_text({.line_length = 76, .show_trainable = true});
  CHECK_THAT(built,
             ContainsSubstring("│ dense (Dense)               │ (None, 3)             │         15 │   Y   │\n"));
  CHECK_THAT(built,
             ContainsSubstring("│ dense_1 (Dense)             │ (None, 2)             │          8 │   N   │\n"));
  // 15 of the first layer, gamma and beta; the moving statistics and the frozen layer are not trainable.
  CHECK(
      built.ends_with(" Total params: 35 (140.00 B)\n Trainable params: 21 (84.00 B)\n"
                      " Non-trainable params: 14 (56.00 B)\n"));
  model.train_on_batch(Tensor(xt::zeros<float>({2, 4})), Tensor(xt::zeros<float>({2, 2})));
  // Adam: two floats for each trainable weight, iteration and learning rate.
  CHECK(
      model.summary_text().ends_with(" Total params: 79 (316.00 B)\n Trainable params: 21 (84.00 B)\n"
                                     " Non-trainable params: 14 (56.00 B)\n Optimizer params: 44 (176.00 B)\n"));
}
