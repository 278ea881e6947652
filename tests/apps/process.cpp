#include "apps/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace sumi::test {

std::string Outcome::last_line() const {
  const std::size_t end = out.find_last_not_of('\n');
  if (end == std::string::npos) return "";
  const std::size_t begin = out.rfind('\n', end);
  return out.substr(begin + 1, end - begin);  // npos + 1 is 0
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Process::Process(const std::string& program, const std::vector<std::string>& arguments, const Environment& environment,
                 const std::string& out)
    : out_(out.empty() ? folder_ / "out" : std::filesystem::path(out)), err_(folder_ / "err") {
  std::map<std::string, std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    variables[text.substr(0, text.find('='))] = text;
  }
  for (const auto& [name, value] : environment) {
    variables[name] = name + "=" + value;
    if (value.empty()) variables.erase(name);
  }
  std::vector<char*> environment_pointers, argument_pointers;
  for (auto& [name, text] : variables) environment_pointers.push_back(text.data());
  environment_pointers.push_back(nullptr);
  std::vector<std::string> all = {program};
  all.insert(all.end(), arguments.begin(), arguments.end());
  for (std::string& argument : all) argument_pointers.push_back(argument.data());
  argument_pointers.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out_.c_str(), O_WRONLY | O_CREAT, 0666);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err_.c_str(), O_WRONLY | O_CREAT, 0666);
  const int error =
      posix_spawn(&process_, program.c_str(), &actions, nullptr, argument_pointers.data(), environment_pointers.data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::generic_category(), program);
}

Process::~Process() {
  if (!running()) return;
  send(SIGKILL);
  wait();
}

void Process::send(int signal) const { kill(process_, signal); }

bool Process::running() {
  if (process_ != 0 && waitpid(process_, &status_, WNOHANG) == process_) process_ = 0;
  return process_ != 0;
}

Outcome Process::wait() {
  if (process_ != 0) waitpid(process_, &status_, 0);
  process_ = 0;
  const int code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  return {code, out_ == folder_ / "out" ? out() : "", read_file(err_)};
}

Environment without_data(const TemporaryFolder& empty) {
  return {{"SUMI_DATA", ""}, {"XDG_CACHE_HOME", empty.path().string()}, {"COLUMNS", ""}};
}

Outcome run_sumi(const std::vector<std::string>& arguments, const Environment& environment) {
  const TemporaryFolder empty;
  Environment all = environment;
  all.merge(without_data(empty));
  return Process(SUMI_PROGRAM, arguments, all).wait();
}

}  // namespace sumi::test
