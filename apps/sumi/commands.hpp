// The sub-commands of `sumi`, one file each. They throw where something fails.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

/// Ends the program with this exit code after what was to be said has been said.
struct Exit {
  int code;
};

/// Refuses everything but whole numbers from `smallest` on when the command line is read.
CLI::Validator at_least(int smallest);
/// Refuses everything but numbers for which `holds` is true. `what`: `a number above 0`.
CLI::Validator number(const std::string& what, bool (*holds)(double));

void add_train(CLI::App& app);
void add_summary(CLI::App& app);
void add_plan(CLI::App& app);
void add_bench(CLI::App& app);
void add_fetch(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_predict(CLI::App& app);
void add_inspect(CLI::App& app);
void add_convert(CLI::App& app);
