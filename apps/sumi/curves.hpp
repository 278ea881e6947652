// Training and validation curves as pictures.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// One picture of one quantity.
struct CurvePicture {
  std::string title;
  std::string quantity;  ///< the vertical axis: `Accuracy`
  std::vector<double> training;
  std::vector<double> validation;  ///< empty where there was none
  /// Where the vertical axis ends at the top; absent: where the curves do. It begins at 0.
  std::optional<double> top;
};

/// Draws with gnuplot. Returns what went wrong, in a sentence; empty where the picture is there.
std::string draw(const CurvePicture& picture, const std::filesystem::path& png);
