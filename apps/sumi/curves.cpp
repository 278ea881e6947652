#include "curves.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <locale>
#include <sstream>
#include <system_error>

#include "files.hpp"

namespace fs = std::filesystem;

namespace {

// Gnuplot's inline data: epoch and value a line, epochs from 1. What isn't finite leaves a gap.
void write_block(std::ostream& out, const std::string& name, const std::vector<double>& values) {
  out << "$" << name << " << END\n";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) out << i + 1 << ' ' << values[i];
    out << '\n';
  }
  out << "END\n";
}

// At most a dozen numbers along the axis, all round ones.
std::size_t tic_distance(std::size_t epochs) {
  std::size_t distance = 1;
  for (const std::size_t factor : {2, 5, 10}) {
    if (epochs > 12 * distance) distance = factor;
  }
  while (epochs > 12 * distance) distance *= 2;
  return distance;
}

// A curve that is high at the end leaves room for the legend at the bottom, and the other way round.
std::string script_of(const CurvePicture& picture) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out.precision(9);
  write_block(out, "training", picture.training);
  write_block(out, "validation", picture.validation);
  const std::size_t epochs = picture.training.size();
  out << "set terminal pngcairo size 1600,1000 font 'DejaVu Sans,24' linewidth 2 background '#ffffff' enhanced\n"
         "set encoding utf8\n"
      << "set title \"{/:Bold=30 " << picture.title << "}\" offset 0,0.3 textcolor '#222222'\n"
      << "set xlabel 'Epoch' textcolor '#222222'\n"
      << "set ylabel '" << picture.quantity << "' offset 0.5,0 textcolor '#222222'\n"
      << "set border 3 back linecolor '#888888' linewidth 0.8\n"
         "set tics nomirror scale 0 textcolor '#444444'\n"
      << "set xtics " << tic_distance(epochs) << "\nset xtics add (1)\n"
      << "set xrange [" << 0.98 - 0.02 * static_cast<double>(epochs) << ":" << 1.02 * static_cast<double>(epochs) + 0.02
      << "]\n"
      << "set yrange [0:";
  if (picture.top) out << 1.02 * *picture.top;
  out << "]\nset format y '" << (picture.top ? "%.1f" : "%g")
      << "'\n"
         "set grid xtics ytics linetype 1 linewidth 0.5 linecolor '#dddddd'\n"
      << "set key " << (picture.top ? "bottom" : "top")
      << " right Left reverse opaque box linecolor '#dddddd' textcolor '#222222' width 1 height 0.4 spacing 1.2 "
         "samplen 2\n"
         "set lmargin 9\nset rmargin 3\nset tmargin 3.2\nset bmargin 3.6\n"
         "plot $training using 1:2 title 'Training' with linespoints linecolor '#1f5fa8' linewidth 2 pointtype 7 "
         "pointsize 1";
  if (!picture.validation.empty()) {
    out << ", $validation using 1:2 title 'Validation' with linespoints linecolor '#e0701a' linewidth 2 pointtype 5 "
           "pointsize 1";
  }
  out << "\n";
  return out.str();
}

// Runs gnuplot, without a shell, with the script as its input and the picture as its output.
std::string run_gnuplot(const std::string& script, const fs::path& output) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return std::string("no pipe to gnuplot: ") + std::strerror(errno);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string name = "gnuplot";
  char* arguments[] = {name.data(), nullptr};
  pid_t process = 0;
  const int error = posix_spawnp(&process, name.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[0]);
  if (error != 0) {
    close(ends[1]);
    return error == ENOENT ? "gnuplot is not installed" : std::string("gnuplot can't be run: ") + std::strerror(error);
  }
  for (std::size_t done = 0; done < script.size();) {
    const ssize_t count = write(ends[1], script.data() + done, script.size() - done);
    if (count < 0 && errno != EINTR) break;  // it has ended early; its exit status tells
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  close(ends[1]);
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return "";
  return "gnuplot failed" + (WIFEXITED(status) ? " with exit code " + std::to_string(WEXITSTATUS(status))
                                               : " with signal " + std::to_string(WTERMSIG(status)));
}

}  // namespace

std::string draw(const CurvePicture& picture, const fs::path& png) {
  const fs::path temporary = temporary_beside(png);
  const std::string problem = run_gnuplot(script_of(picture), temporary);
  std::error_code error;
  if (problem.empty() && fs::file_size(temporary, error) > 0 && !error) {
    publish(temporary, png);
    return "";
  }
  fs::remove(temporary, error);
  return problem.empty() ? "gnuplot drew nothing" : problem;
}
