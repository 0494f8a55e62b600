#pragma once
// Seam: the terminal. stdout is data, stderr is talk.

#include <optional>
#include <string>
#include <string_view>

namespace ctxcap {

class Console {
 public:
  virtual ~Console() = default;
  virtual void out(std::string_view text) = 0;
  virtual void err(std::string_view text) = 0;
  // Why something written by out() was lost (a full disk); nullopt: nothing was. A reader that closed its end
  // is no error. Ask before exiting with success.
  virtual std::optional<std::string> out_error() { return std::nullopt; }
  virtual bool out_is_tty() = 0;
  virtual bool err_is_tty() = 0;
  virtual bool in_is_tty() = 0;
  virtual int width() = 0;                             // columns; 100 when unknown
  virtual std::optional<std::string> read_line() = 0;  // from stdin; nullopt at its end
};

}  // namespace ctxcap
