// A program of the user's: the message on its stdin, what happened in its environment.

#include <fmt/format.h>

#include "base/text.hpp"
#include "notify/ways.hpp"

namespace ctxcap::notify {
namespace {

Status send_command(const NotifySettings& whom, const Notice& notice, World& world, const Limits& limits) {
  return run({.argv = whom.to,
              .env = {{"NOTIFY_TITLE", notice.title},
                      {"NOTIFY_WHAT", join(words_of(notice), " ")},
                      {"NOTIFY_EXIT_CODE", std::to_string(notice.exit_code)}},
              .timeout = limits.program,
              .input = text_of(notice) + "\n"},
             whom, world);
}

}  // namespace

Status run(ProcessRequest request, const NotifySettings& whom, World& world) {
  const auto done = world.processes.run(std::move(request));
  const std::string why = !done             ? done.error().why
                          : done->timed_out ? "it took too long"
                          : done->exit_code ? fmt::format("it ended with {}", done->exit_code)
                                            : "";
  if (why.empty()) return {};
  return fail({.kind = ErrorKind::failure,
               .what = fmt::format("{} could not be notified", name_of(whom)),
               .why = why,
               .hint = "ctxcap config check --notify   tries again"});
}

extern const Way kCommand{NoticeWay::command, send_command, false};

}  // namespace ctxcap::notify
