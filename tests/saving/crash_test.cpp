// What is on disk after a save was interrupted: by a kill, a full disk, a folder that can't be written.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <random>
#include <thread>

#include "sumi/layers.hpp"
#include "sumi/saving.hpp"
#include "support/catch.hpp"
#include "support/error_text.hpp"
#include "support/temporary_folder.hpp"

using namespace sumi;
using test::error_text;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// save_repeatedly, killed after so long. Returns the last version that it called saved; -1 where there was none.
int saved_before_kill(const fs::path& file, const fs::path& said, std::chrono::microseconds after) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, said.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  std::string program = SUMI_SAVE_REPEATEDLY, argument = file.string();
  char* arguments[] = {program.data(), argument.data(), nullptr};
  pid_t process = 0;
  REQUIRE(posix_spawn(&process, program.c_str(), &actions, nullptr, arguments, environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  // From the first version on: before it there is nothing to lose.
  while (text_of(said).empty()) {
    REQUIRE(waitpid(process, nullptr, WNOHANG) == 0);
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  std::this_thread::sleep_for(after);
  kill(process, SIGKILL);
  waitpid(process, nullptr, 0);
  std::string lines = text_of(said);
  lines.resize(lines.rfind('\n') + 1);  // a line may be cut
  const auto begin = lines.size() < 2 ? 0 : lines.rfind('\n', lines.size() - 2);
  return std::stoi(lines.substr(begin == std::string::npos ? 0 : begin));
}

}  // namespace

TEST_CASE("a process that is killed while it saves leaves the last version or the one before, whole") {
  const TemporaryFolder folder;
  std::mt19937 random(20);
  for (int i = 0; i < 200; ++i) {
    const std::chrono::microseconds after(random() % 15000);
    const int said = saved_before_kill(folder / "m.keras", folder / "said", after);
    Sequential model = load_model(folder / "m.keras");  // checksums, and the probe
    const auto found = static_cast<int>(model.get_weights()[0](0, 0));
    INFO("killed after " << after.count() << " us, said " << said << ", found " << found);
    // It may have been renamed and not yet said.
    REQUIRE((found == said || found == said + 1));
    for (const Tensor& weight : model.get_weights()) {
      for (const float value : weight) REQUIRE(value == static_cast<float>(found));
    }
    REQUIRE(inspect_file(folder / "m.keras").notes == "{\"version\": " + std::to_string(found) + "}");
  }
}

TEST_CASE("a full disk leaves the old file and nothing else") {
  const TemporaryFolder folder;
  Sequential model({Input{.shape = {64}}, Dense{.units = 512}});
  model.save(folder / "m.keras");
  model.save_weights(folder / "m.weights.h5");
  model.save_weights(folder / "m.weights.json");
  const std::string before = text_of(folder / "m.keras");
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit small{20000, limit.rlim_max};
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  for (const char* name : {"m.keras", "m.weights.h5", "m.weights.json"}) {
    setrlimit(RLIMIT_FSIZE, &small);
    const std::string text = error_text<FileError>(
        [&] { std::string(name) == "m.keras" ? model.save(folder / name) : model.save_weights(folder / name); });
    setrlimit(RLIMIT_FSIZE, &limit);
    CHECK_THAT(text, ContainsSubstring("can't be written: File too large."));
  }
  std::signal(SIGXFSZ, old_handler);
  CHECK(text_of(folder / "m.keras") == before);
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 4);
}

TEST_CASE("a folder that can't be written is an error that says so") {
  const TemporaryFolder folder;
  const Sequential model({Input{.shape = {2}}, Dense{.units = 1}});
  // Root may write everywhere but into the kernel's own folders.
  const bool is_root = geteuid() == 0;
  const fs::path closed = is_root ? fs::path("/sys") : folder.path();
  if (!is_root) fs::permissions(closed, fs::perms::owner_read | fs::perms::owner_exec);
  CHECK_THAT(error_text<FileError>([&] { model.save(closed / "m.keras"); }),
             ContainsSubstring("'" + (closed / "m.keras").string() + "' can't be written: "));
  if (!is_root) fs::permissions(closed, fs::perms::owner_all);
}

TEST_CASE("a link stays a link, and what it points to is replaced") {
  const TemporaryFolder folder;
  const Sequential model({Input{.shape = {2}}, Dense{.units = 1}});
  fs::create_directory(folder / "deep");
  model.save(folder / "deep" / "m.keras");
  fs::create_symlink("deep/m.keras", folder / "link.keras");
  model.save(folder / "link.keras", {.notes = R"({"new": true})"});
  CHECK(fs::is_symlink(folder / "link.keras"));
  CHECK(inspect_file(folder / "deep" / "m.keras").notes == R"({"new": true})");
}
