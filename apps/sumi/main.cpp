// The command line `sumi`: reads the arguments, runs a sub-command, turns errors into one line and an exit code.
#include <csignal>
#include <iostream>

#include "commands.hpp"

namespace {

// 0 success, 1 something failed, 2 wrong usage; 128 + n after signal n, as shells count.
constexpr int failed = 1;
constexpr int wrong_usage = 2;

// Messages with a list, such as the places where data were looked for, become one line.
std::string in_one_line(const std::string& text) {
  std::string line;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n') {
      line += text[i];
      continue;
    }
    const bool is_item = i + 1 < text.size() && text[i + 1] == ' ';
    if (!line.empty() && line.back() != ':' && line.back() != '.') line += is_item ? ";" : ".";
    if (!is_item) line += ' ';
    while (is_item && i + 2 < text.size() && text[i + 2] == ' ') ++i;
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

int fail(const std::string& message, int code) {
  std::cout.flush();
  std::cerr << "sumi: error: " << in_one_line(message) << std::endl;
  return code;
}

int run(int argc, char** argv) {
  CLI::App app("sumi trains neural networks as Keras does. This program shows it at work on Kuzushiji-MNIST (KMNIST).",
               "sumi");
  app.set_version_flag("--version", std::string("sumi ") + SUMI_VERSION, "Print the version and exit");
  app.get_formatter()->column_width(34);
  app.require_subcommand(0, 1);
  app.footer(
      "Examples:\n"
      "  sumi fetch                          download KMNIST (21 MB) once\n"
      "  sumi train                          train as the Keras tutorial does\n"
      "  sumi train --epochs 3 --out run     quicker; curves and numbers in the folder run/\n"
      "  sumi evaluate run/model.keras       how good the saved model is, class by class\n"
      "  sumi predict run/model.keras a.png  what it takes an image for\n"
      "  sumi plan --batch-size 250          what one training step consists of\n"
      "  sumi bench                          what it costs on this machine\n"
      "\n"
      "`sumi COMMAND --help` explains the options of a command.\n"
      "Exit code: 0 success, 1 failure, 2 wrong usage, 130 after Ctrl-C.");
  add_train(app);
  add_summary(app);
  add_plan(app);
  add_bench(app);
  add_fetch(app);
  add_evaluate(app);
  add_predict(app);
  add_inspect(app);
  add_convert(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help and --version
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::string command = "sumi";
    for (const CLI::App* chosen : app.get_subcommands()) command += " " + chosen->get_name();
    return fail(std::string(error.what()) + " (see `" + command + " --help`)", wrong_usage);
  }
  if (app.get_subcommands().empty()) return fail("Expected a command. See `sumi --help`.", wrong_usage);
  return 0;
}

}  // namespace

CLI::Validator at_least(int smallest) {
  const auto check = [smallest](const std::string& text) {
    int value = 0;
    const bool valid = CLI::detail::lexical_cast(text, value) && value >= smallest;
    return valid ? "" : "Expected a whole number of at least " + std::to_string(smallest) + ", received " + text;
  };
  return {check, "", ""};
}

CLI::Validator number(const std::string& what, bool (*holds)(double)) {
  const auto check = [what, holds](const std::string& text) {
    double value = 0;
    const bool valid = CLI::detail::lexical_cast(text, value) && holds(value);
    return valid ? "" : "Expected " + what + ", received " + text;
  };
  return {check, "", ""};
}

int main(int argc, char** argv) {
  // A reader that goes away is noticed as an error of writing, so that results are saved before the end.
  std::signal(SIGPIPE, SIG_IGN);
  // So is a limit on the size of files.
  std::signal(SIGXFSZ, SIG_IGN);
  int code = 0;
  try {
    code = run(argc, argv);
  } catch (const Exit& exit) {
    code = exit.code;
  } catch (const std::exception& error) {
    code = fail(error.what(), failed);
  }
  std::cout.flush();
  if (!std::cout && code == 0) code = fail("Standard output can't be written.", failed);
  return code;
}
