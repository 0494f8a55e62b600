// A walk that found nothing: the wrong generation of the API, an empty project, or one that gets no data.

#include <fmt/format.h>

#include "sources/langfuse/walk.hpp"

namespace ctxcap::sources::langfuse {
namespace {

constexpr std::string_view kOldSdk =
    "this server stores nothing of SDKs older than Python 3 and JavaScript 4, and says so only to them";

bool is_filtered(const Query& query) {
  return !query.models.empty() || !query.environments.empty();
}

}  // namespace

// A server whose data is still where v1 reads it answers v2 with nothing.
Result<Walker::InV1> Walker::look_into_v1() {
  if (state_.api != Api::v2) return InV1::nothing;
  TRY_ASSIGN(const Answer answer, ask_once(Api::v1, {.from = whole_.from, .to = whole_.to, .limit = 1}));
  if (answer.act == Act::other_api) return InV1::no_such_api;
  if (answer.act != Act::use || answer.page.rows.empty()) return InV1::nothing;
  state_.api = Api::v1;
  state_.todo = windows_of(whole_, Walk::calls, most_rows(state_.api, Walk::calls, options_.query));
  return InV1::rows;
}

Status Walker::explain_nothing(InV1 v1) {
  const bool only_v2 = v1 == InV1::no_such_api;
  TRY_ASSIGN(const Answer any, ask_once(state_.api, {.walk = Walk::any}));
  Error error{.kind = ErrorKind::withheld};
  if (any.act == Act::use && any.page.rows.empty()) {
    error.what = "the project of these keys is empty";
    error.why = fmt::format("{} has no observation in it{}", options_.server.url,
                            only_v2 ? fmt::format("; {}", kOldSdk) : "");
    error.hint = only_v2
                     ? "update the SDK of the application, or use the keys of the project that it writes to"
                     : "use the keys of the project that the application writes to";
  } else {
    const i64 newest = any.page.rows.empty() ? 0 : any.page.rows.front().start;
    error.what = fmt::format("no model calls from {} to {}", rfc3339({whole_.from * 1000}),
                             rfc3339({whole_.to * 1000}));
    error.why = fmt::format("{}: the newest row of the project is of {}{}", options_.server.url,
                            newest != 0 ? rfc3339({newest}) : "a time unknown",
                            only_v2 ? fmt::format("; {}", kOldSdk) : "");
    error.hint = is_filtered(options_.query) ? "check --model and --environment, or ask for more with --from"
                 : only_v2 ? "ask for more with --from, or update the SDK of the application"
                           : "ask for more with --from";
  }
  return fail(std::move(error));
}

}  // namespace ctxcap::sources::langfuse
