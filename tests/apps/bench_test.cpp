// `sumi bench`: its numbers as JSON and as a table, and peers that are there, missing, or break off.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "apps/process.hpp"
#include "support/catch.hpp"

using namespace sumi::test;

namespace {

// A stand-in for a Python: a shell script that is called as `python peers.py PEER ...`.
std::string make_python(const TemporaryFolder& folder) {
  const std::filesystem::path path = folder / "python";
  std::ofstream(path) << R"(#!/bin/sh
case $2 in
  pytorch) echo '{"peer": "pytorch", "version": "0.1", "start_to_first_batch_s": 5.5}' ;;
  onnxruntime) echo '{"peer": "onnxruntime", "version": "0.2", "start_to_first_batch_s": null}' ;;
  openvino) exit 1 ;;
  *) echo '{"peer": "'$2'", "missing": "No module named that"}'; exit ;;
esac
while read task count; do
  case $task in
    train) echo "$count.0" ;;
    memory) echo 1234 ;;
    *) echo "$count" ;;
  esac
done
)";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path.string();
}

void check_times(const nlohmann::json& times) {
  CHECK(times.at("min").get<double>() > 0);
  CHECK(times.at("median").get<double>() >= times.at("min").get<double>());
}

const std::vector<std::string> kinds = {"train_ms_per_step", "infer_250_ms", "infer_1_us"};

}  // namespace

TEST_CASE("bench times the network beside the machine's floor") {
  const Outcome outcome = run_sumi({"bench", "--steps", "10", "--threads", "1", "--json"});
  REQUIRE(outcome.code == 0);
  CHECK(outcome.err.empty());
  CHECK(outcome.out.find('\n') == outcome.out.size() - 1);
  const auto line = nlohmann::json::parse(outcome.out);
  CHECK(line.at("peer") == "sumi");
  CHECK(line.at("threads") == 1);
  for (const std::string& kind : kinds) check_times(line.at(kind));
  for (const char* key : {"start_to_first_batch_s", "peak_rss_mb", "epoch_s", "fma_gflops", "memory_gbytes_per_s"})
    CHECK(line.at(key).get<double>() > 0);
  CHECK_THAT(line.at("data").get<std::string>(), ContainsSubstring("NOT KMNIST"));
  CHECK(line.at("peers").empty());
  // Products of an image: two convolutions (one has no data to give a gradient to) and two matrices.
  const double conv = 2.0 * 26 * 26 * 32 * 9, conv_1 = 2.0 * 11 * 11 * 64 * 9 * 32, dense = 2.0 * (1600 * 256 + 2560);
  const double flops = line.at("fma_gflops").get<double>() * 1e9;
  // Both numbers are rounded: one to 0.1 of at least 1 GFLOP/s, the other to 0.001 of at least 1 ms.
  CHECK(line.at("train_step_250_floor_ms").get<double>() / 1e3 ==
        Approx(250 * (2 * conv + 3 * conv_1 + 3 * dense) / flops).epsilon(0.05));
  CHECK(line.at("infer_250_floor_ms").get<double>() / 1e3 ==
        Approx(250 * (conv + conv_1 + dense) / flops).epsilon(0.05));
}

TEST_CASE("bench runs the peers that there are and says which there are not") {
  const TemporaryFolder folder;
  const std::vector<std::string> arguments = {"bench",   "--steps",          "20", "--threads", "1",
                                              "--peers", make_python(folder)};
  const Outcome table = run_sumi(arguments);
  REQUIRE(table.code == 0);
  CHECK_THAT(table.out, ContainsSubstring("pytorch 0.1 "));
  CHECK_THAT(table.out, ContainsSubstring("onnxruntime 0.2 "));
  CHECK_THAT(table.out, ContainsSubstring("Not timed: keras-jax (No module named that).\n"));
  CHECK_THAT(table.out, ContainsSubstring("Not timed: openvino (openvino ended without an answer).\n"));

  std::vector<std::string> json = arguments;
  json.emplace_back("--json");
  const auto line = nlohmann::json::parse(run_sumi(json).out);
  REQUIRE(line.at("peers").size() == 2);
  const auto& peer = line.at("peers").at(0);
  CHECK(peer.at("peer") == "pytorch");
  CHECK(peer.at("start_to_first_batch_s") == 5.5);
  CHECK(peer.at("peak_rss_mb") == 1234);
  // It claims a second for everything.
  CHECK(peer.at("train_ms_per_step") == nlohmann::json{{"min", 1000.0}, {"median", 1000.0}});
  CHECK(peer.at("infer_1_us") == nlohmann::json{{"min", 1e6}, {"median", 1e6}});
  for (const std::string& kind : kinds) check_times(peer.at("sumi").at(kind));
  CHECK(line.at("peers").at(1).at("train_ms_per_step").is_null());
  CHECK(line.at("absent").size() == 3);
}

TEST_CASE("bench refuses a Python that can't be run") {
  const Outcome outcome = run_sumi({"bench", "--steps", "10", "--peers", "/nonexistent/python"});
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.err, ContainsSubstring("'/nonexistent/python' can't be run: No such file"));
}
