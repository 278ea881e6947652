// SUMI_SOURCE_PEERS and SUMI_PEERS_FROM_PROGRAM, the script's places, come from CMake.
#include "peer.hpp"

#include <sumi/error.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace fs = std::filesystem;

namespace {

// In the share folder of an installed sumi, wherever that is now; in the source tree while it is built there.
fs::path find_script() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path installed = (program.parent_path() / SUMI_PEERS_FROM_PROGRAM).lexically_normal();
  for (const fs::path& place : {installed, fs::path(SUMI_SOURCE_PEERS)}) {
    if (fs::exists(place, error)) return place;
  }
  throw sumi::FileError("The script that runs other frameworks is neither at '" + installed.string() +
                        "' nor at '" SUMI_SOURCE_PEERS "'.");
}

std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw sumi::FileError(std::string("No pipe: ") + std::strerror(errno) + ".");
  return ends;
}

}  // namespace

const std::vector<std::string>& Peer::names() {
  static const std::vector<std::string> all = {"pytorch", "keras-tensorflow", "keras-jax", "onnxruntime", "openvino"};
  return all;
}

Peer::Peer(const std::string& python, const std::string& name, const fs::path& data, int threads) : name_(name) {
  std::vector<std::string> words = {python,      find_script().string(), name, "--data", data,
                                    "--threads", std::to_string(threads)};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  const auto questions = make_pipe();
  const auto answers = make_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, questions[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, answers[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const int error = posix_spawnp(&process_, python.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(questions[0]);
  close(answers[1]);
  to_ = questions[1];
  from_ = answers[0];
  try {
    if (error != 0) throw sumi::FileError("'" + python + "' can't be run: " + std::strerror(error) + ".");
    introduction_ = answer();
  } catch (...) {
    end();
    throw;
  }
}

Peer::~Peer() { end(); }

void Peer::end() {
  close(to_);
  close(from_);
  if (process_ == 0) return;
  kill(process_, SIGTERM);
  resume();
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Peer::stop() const { kill(process_, SIGSTOP); }

void Peer::resume() const { kill(process_, SIGCONT); }

nlohmann::json Peer::ask(const std::string& line) {
  const std::string text = line + "\n";
  if (write(to_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw PeerFailure(name_ + " has ended");
  return answer();
}

nlohmann::json Peer::answer() {
  std::size_t end = 0;
  while ((end = received_.find('\n')) == std::string::npos) {
    std::array<char, 4096> part{};
    const ssize_t count = read(from_, part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw PeerFailure(name_ + " ended without an answer");
    received_.append(part.data(), static_cast<std::size_t>(count));
  }
  const std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  try {
    return nlohmann::json::parse(line);
  } catch (const nlohmann::json::exception&) {
    throw PeerFailure(name_ + " answered '" + line + "'");
  }
}
