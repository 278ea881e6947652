// Reads cases of what Keras does and says of each whether sumi does it too: `ok ID`, `not ok ID: expected ..., got ...`
// or `skip ID: why`.
//
// golden [--area NAME] [--id ID] [--scenarios FOLDER]
//
// With --scenarios it runs the tests that stand for the cases told in words; FOLDER has the test programs.
//
// The folder of golden-cases.json and traces.json is that of the environment variable SUMI_GOLDEN_DIR.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "golden/cases.hpp"
#include "golden/scenarios.hpp"

namespace sumi::golden {
namespace {

/// What ctest takes for "skipped".
constexpr int skipped = 77;

const std::map<std::string, Handler>& fact_handlers() {
  static const std::map<std::string, Handler> handlers = {
      {"activation", activation_fact},
      {"layer_activation", layer_fact},
      {"dense", layer_fact},
      {"conv", layer_fact},
      {"pooling", layer_fact},
      {"conv_shape", output_shape_fact},
      {"pool_shape", output_shape_fact},
      {"reshape_shape", output_shape_fact},
      {"batchnorm", batch_norm_fact},
      {"loss", loss_fact},
      {"loss_reduction", loss_fact},
      {"metric", metric_fact},
      {"optimizer", optimizer_fact},
      {"lr_schedule", schedule_fact},
      {"initializer", initializer_fact},
      {"regularizer", regularizer_fact},
      {"constraint", constraint_fact},
      {"training", training_fact},
      {"sequential", sequential_fact},
      {"naming", naming_fact},
      {"error", error_fact},
      {"callback", callback_fact},
      {"utils", utils_fact},
  };
  return handlers;
}

const std::map<std::string, Handler>& trace_handlers() {
  static const std::map<std::string, Handler> handlers = {
      {"activation", activation_trace},   {"conv2d_fwd_bwd", conv2d_trace},        {"pool2d_fwd_bwd", pool2d_trace},
      {"maxpool_tie", maxpool_tie_trace}, {"batchnorm_fwd_bwd", batch_norm_trace}, {"loss", loss_trace},
      {"optimizer", optimizer_trace},     {"lr_schedule", schedule_trace},         {"end_to_end", end_to_end_trace},
      {"weights", weighted_trace},
  };
  return handlers;
}

struct Selection {
  std::string area, id, scenarios;
  bool takes(const Json& json) const {
    return (area.empty() || json.value("area", "") == area) && (id.empty() || json.value("id", "") == id);
  }
};

struct Counts {
  int ok = 0, not_ok = 0, skipped = 0;
  std::vector<std::string> told;  // the cases that are told in words
};

// `why`: the text that wasn't understood.
void skip_unread(const Case& c, const std::string& why, Counts& counts) {
  const std::string id = c.text("id");
  ++counts.skipped;
  counts.told.push_back(id);
  std::cout << "skip " << id << ": ";
  const Scenario* scenario = find_scenario(id);
  if (scenario == nullptr) {
    std::cout << "not interpreted: " << why << '\n';
  } else if (scenario->supported()) {
    std::cout << "told in words, see test \"" << scenario->text << "\" of " << scenario->program << '\n';
  } else {
    std::cout << "not supported: " << scenario->text << '\n';
  }
}

void run_case(const Case& c, Counts& counts) {
  const std::string id = c.text("id");
  const auto& handlers = c.json.contains("op") ? fact_handlers() : trace_handlers();
  try {
    const auto handler = handlers.find(c.text("area"));
    if (handler == handlers.end()) throw Unreadable(c.op().empty() ? "the area " + c.text("area") : c.op());
    handler->second(c);
    ++counts.ok;
    std::cout << "ok " << id << '\n';
  } catch (const Skip& skip) {
    ++counts.skipped;
    std::cout << "skip " << id << ": " << skip.what() << '\n';
  } catch (const Unreadable& unreadable) {
    skip_unread(c, unreadable.what(), counts);
  } catch (const Json::out_of_range& missing) {
    skip_unread(c, missing.what(), counts);
  } catch (const Mismatch& mismatch) {
    ++counts.not_ok;
    std::cout << "not ok " << id << ": " << mismatch.what() << '\n';
  } catch (const std::exception& error) {
    ++counts.not_ok;
    std::cout << "not ok " << id << ": expected no error, got \"" << error.what() << "\"\n";
  }
}

// Whether there is such a file.
bool run_file(const std::filesystem::path& path, const Selection& selection, Counts& counts) {
  std::ifstream file(path);
  if (!file) return false;
  const Json json = Json::parse(file);
  const std::vector<Json> cases = (json.is_array() ? json : json.at("cases")).get<std::vector<Json>>();
  for (const Json& one : cases) {
    if (selection.takes(one)) run_case({one, cases}, counts);
    std::cout.flush();
  }
  return true;
}

int run_all(const Selection& selection) {
  const char* variable = std::getenv("SUMI_GOLDEN_DIR");
  const std::filesystem::path folder = variable == nullptr ? "../shared/keras" : variable;
  Counts counts;
  const bool facts = run_file(folder / "golden-cases.json", selection, counts);
  const bool traces = run_file(folder / "traces.json", selection, counts);
  if (!facts && !traces) {
    std::cout << "There is neither golden-cases.json nor traces.json in '" << folder.string()
              << "', so nothing was compared with Keras. Set SUMI_GOLDEN_DIR to their folder.\n";
    return skipped;
  }
  std::cout << counts.ok << " ok, " << counts.not_ok << " not ok, " << counts.skipped << " skipped\n";
  if (!selection.scenarios.empty()) {
    return check_scenarios(selection.scenarios, counts.told) ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  return counts.not_ok == 0 && counts.ok > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace sumi::golden

int main(int argc, char** argv) {
  sumi::golden::Selection selection;
  const std::map<std::string, std::string*> options = {
      {"--area", &selection.area}, {"--id", &selection.id}, {"--scenarios", &selection.scenarios}};
  for (int i = 1; i < argc; i += 2) {
    const auto option = options.find(argv[i]);
    if (option == options.end() || i + 1 == argc) {
      std::cerr << "usage: golden [--area NAME] [--id ID] [--scenarios FOLDER]\n";
      return 2;
    }
    *option->second = argv[i + 1];
  }
  try {
    return sumi::golden::run_all(selection);
  } catch (const std::exception& error) {
    std::cerr << "golden: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
