#pragma once
// What a night tells people who do not read its journal, and whom it tells.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace ctxcap {

enum class NoticeWay { command, webhook, ntfy, slack, discord, mail };
// What a night can have to tell.
enum class Happened { changed, failed, oom };

// As configurations write them; do not change these.
constexpr std::string_view word(NoticeWay way) {
  constexpr std::string_view kWords[] = {"command", "webhook", "ntfy", "slack", "discord", "mail"};
  return kWords[static_cast<std::size_t>(way)];
}
constexpr std::string_view word(Happened what) {
  constexpr std::string_view kWords[] = {"changed", "failed", "oom"};
  return kWords[static_cast<std::size_t>(what)];
}

// One [[notify]].
struct NotifySettings {
  std::optional<NoticeWay> way;  // nullopt: not said, which the settings refuse
  std::vector<std::string> to;   // an address, a program with its arguments, or who gets mail
  std::vector<std::string> on;   // words of Happened; empty: all
  std::string keys;              // what the names of its secrets begin with; "": the way in capitals
  std::string template_file;     // of the JSON that a webhook gets; "": the built-in one

  // "SLACK", of SLACK_URL. Needs a way.
  std::string prefix() const;
};

// What is wrong with it; nullopt: nothing.
std::optional<Error> fault_of(const NotifySettings& settings);

// A job's window that moved, or could not.
struct NoticeOfJob {
  std::string job, model, variants, move, outcome, reason;
  std::optional<Tokens> from_num_ctx, to_num_ctx;
};

struct NoticeOfOom {
  Instant at;
  std::string tenant;
  std::optional<Bytes> held, wanted;
};

struct Notice {
  std::vector<Happened> what;  // empty: it is a test
  Instant at;
  int exit_code = 0;
  std::string title;               // one line
  std::vector<std::string> lines;  // one line each, without line ends
  std::vector<NoticeOfJob> jobs;
  std::vector<std::string> troubles;
  std::vector<NoticeOfOom> ooms;
};

}  // namespace ctxcap
