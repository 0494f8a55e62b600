// Console on the process's own stdin, stdout and stderr.

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "io/fd.hpp"
#include "io/parts.hpp"

namespace ctxcap::io {
namespace {

constexpr int kUnknownWidth = 100;

// What a signal that ends the program finds on the terminal: nothing, a line that is redrawn, or a question.
std::atomic<char> open_line{'\n'};
static_assert(std::atomic<char>::is_always_lock_free);

extern "C" void leave_clean_line(int signal) {
  const char open = open_line;
  const std::string_view text = open == '\r' ? "\r\x1b[K" : open == '\n' ? "" : "\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

// Unless somebody wants to know of the signal, or to have it ignored.
void clean_up_at(int signal) {
  struct sigaction now {};
  if (::sigaction(signal, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) return;
  now.sa_handler = leave_clean_line;
  ::sigaction(signal, &now, nullptr);
}

class TtyConsole final : public Console {
 public:
  void out(std::string_view text) override { write(STDOUT_FILENO, text, out_gone_); }
  void err(std::string_view text) override {
    if (!text.empty() && err_is_tty()) mind_line(text);
    bool ignored = false;  // there is nowhere left to complain to
    write(STDERR_FILENO, text, ignored);
  }
  std::optional<std::string> out_error() override { return out_error_; }
  bool out_is_tty() override { return ::isatty(STDOUT_FILENO) == 1; }
  bool err_is_tty() override { return ::isatty(STDERR_FILENO) == 1; }
  bool in_is_tty() override { return ::isatty(STDIN_FILENO) == 1; }

  int width() override {
    for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
      winsize size{};
      if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    }
    if (const char* columns = std::getenv("COLUMNS")) {
      int value = 0;
      const auto [end, error] = std::from_chars(columns, columns + std::strlen(columns), value);
      if (error == std::errc() && *end == '\0' && value > 0) return value;
    }
    return kUnknownWidth;
  }

  // Byte by byte, so that nothing beyond the line is taken from whoever reads stdin next.
  std::optional<std::string> read_line() override {
    std::string line;
    char c = 0;
    while (read_some(STDIN_FILENO, &c, 1) == 1) {
      if (c == '\n') return line;
      line += c;
    }
    if (line.empty()) return std::nullopt;
    return line;
  }

 private:
  static void mind_line(std::string_view text) {
    const bool closed = text.ends_with('\n') || text == "\r\x1b[K";
    open_line = closed ? '\n' : text.front() == '\r' ? '\r' : '?';
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      if (!closed) clean_up_at(signal);
    }
  }

  // A reader that has gone away (`| head`) is no error: what follows is dropped. Any other failure is kept.
  void write(int fd, std::string_view text, bool& gone) {
    if (gone || write_all(fd, text)) return;
    const int error = errno;
    gone = true;
    if (fd == STDOUT_FILENO && error != EPIPE) out_error_ = errno_text(error);
  }

  bool out_gone_ = false;
  std::optional<std::string> out_error_;
};

}  // namespace

std::unique_ptr<Console> make_tty_console() {
  return std::make_unique<TtyConsole>();
}

}  // namespace ctxcap::io
