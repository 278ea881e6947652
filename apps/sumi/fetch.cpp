// `sumi fetch`: downloads KMNIST and says how far it is.
#include <sumi/datasets.hpp>

#include <unistd.h>

#include <iostream>
#include <memory>

#include "commands.hpp"

namespace {

using sumi::datasets::kmnist::FetchProgress;

std::string megabytes(std::int64_t bytes) {
  const std::int64_t tenths = (bytes + 50'000) / 100'000;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MB";
}

// One line a file; on a terminal it is rewritten while the file comes in.
void print(const FetchProgress& progress, bool terminal) {
  const char* const end = terminal ? "\x1b[K" : "";
  const std::string line = (terminal ? "\r" : "") + progress.file + "  ";
  switch (progress.stage) {
    case FetchProgress::Stage::downloading:
      if (!terminal || progress.total == 0) return;
      std::cout << line << megabytes(progress.received) << " of " << megabytes(progress.total) << ", "
                << 100 * progress.received / progress.total << " %" << end << std::flush;
      return;
    case FetchProgress::Stage::kept:
      std::cout << line << megabytes(progress.total) << ", was there already" << end << std::endl;
      return;
    case FetchProgress::Stage::done:
      std::cout << line << megabytes(progress.total) << ", downloaded and checked" << end << std::endl;
      return;
  }
}

}  // namespace

void add_fetch(CLI::App& app) {
  auto options = std::make_shared<sumi::datasets::kmnist::FetchOptions>();
  CLI::App* command = app.add_subcommand("fetch", "Download KMNIST: 70,000 images, 21 MB");
  command->add_option("--mirror", options->mirror, "Download from this address instead of the publisher's")
      ->type_name("URL");
  command->add_option("--out", options->folder, "Where to: default $SUMI_DATA, else the cache folder")
      ->type_name("DIR");
  command->footer(
      "What is there already is kept, what was interrupted is continued, everything is checked by SHA-256.\n"
      "\"KMNIST Dataset\" (created by CODH), adapted from \"Kuzushiji Dataset\" (created by NIJL and others),\n"
      "doi:10.20676/00000341, CC BY-SA 4.0.\n"
      "\n"
      "Examples:\n"
      "  sumi fetch\n"
      "  sumi fetch --mirror file:///media/stick/kmnist --out data/kmnist");
  command->callback([options] {
    const bool terminal = isatty(STDOUT_FILENO) == 1;
    bool line_is_open = false;
    options->progress = [&](const FetchProgress& progress) {
      print(progress, terminal);
      line_is_open = terminal && progress.stage == FetchProgress::Stage::downloading;
    };
    try {
      const auto folder = sumi::datasets::kmnist::fetch(*options);
      std::cout << "KMNIST is in " << folder.string() << std::endl;
    } catch (...) {
      if (line_is_open) std::cout << std::endl;
      throw;
    }
  });
}
