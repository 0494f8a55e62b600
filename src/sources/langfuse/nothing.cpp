// A walk that found nothing, or not all: the wrong generation of the API, an empty project, another one, or
// one that gets no data.

#include <fmt/format.h>

#include "base/text.hpp"
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
Result<Walker::InV1> Walker::look_into_v1(Period period) {
  if (state_.api != Api::v2) return InV1::nothing;
  TRY_ASSIGN(const Answer answer, ask_once(Api::v1, {.from = period.from, .to = period.to, .limit = 1}));
  if (answer.act == Act::other_api) return InV1::no_such_api;
  if (answer.act != Act::use || answer.page.rows.empty()) return InV1::nothing;
  state_.api = Api::v1;
  state_.todo = windows_of(period, Walk::calls, most_rows(state_.api, Walk::calls, options_.query));
  return InV1::rows;
}

// A server that keeps both generations may not have taken older calls over into the newer one.
bool Walker::may_lack_old_calls() const {
  return task_.look_back && state_.api == Api::v2 && !state_.cut && state_.oldest > task_.whole.from;
}

// What v2 has is kept; v1 is asked for the rest of the period alone.
Status Walker::look_for_old_calls() {
  const i64 until = state_.oldest;
  TRY_ASSIGN(const InV1 v1, look_into_v1({task_.whole.from, until}));
  if (v1 != InV1::rows) return {};
  state_.old_until = until;
  notes_.push_back(fmt::format("calls before {} are from the older API: the newer one has none of them",
                               rfc3339({until * 1000})));
  return {};
}

// Keys open one project.
Status Walker::check_project(std::string_view project) {
  if (project.empty() || project == state_.project) return {};
  if (state_.project.empty()) {
    state_.project = project;
    return {};
  }
  return fail({.kind = ErrorKind::usage,
               .what = "these keys are of another project",
               .why = fmt::format("what was pulled before is of {}, and {} now sends calls of {}",
                                  printable(state_.project, 60), options_.server.url, printable(project, 60)),
               .hint = "use the keys of that project, or pull into another file with -o"});
}

// No call tells whose project it is, and taking its silence for that of ours would leave a gap.
Status Walker::look_at_project() {
  if (state_.project.empty()) return {};
  TRY_ASSIGN(const Answer any, ask_once(state_.api, {.walk = Walk::any}));
  if (any.act != Act::use) return {};
  if (!any.page.rows.empty()) return check_project(any.page.rows.front().project);
  return fail({.kind = ErrorKind::withheld,
               .what = "the project of these keys is empty",
               .why = fmt::format("{} has no observation in it, and what was pulled before is of {}",
                                  options_.server.url, printable(state_.project, 60)),
               .hint = "use the keys of that project, or pull into another file with -o"});
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
    error.what = fmt::format("no model calls from {} to {}", rfc3339({task_.whole.from * 1000}),
                             rfc3339({task_.whole.to * 1000}));
    error.why = fmt::format("{}: the newest row of the project is of {}{}", options_.server.url,
                            newest != 0 ? rfc3339({newest}) : "an unknown time",
                            only_v2 ? fmt::format("; {}", kOldSdk) : "");
    error.hint = is_filtered(options_.query) ? "check --model and --environment, or ask for more with --from"
                 : only_v2 ? "ask for more with --from, or update the SDK of the application"
                           : "ask for more with --from";
  }
  return fail(std::move(error));
}

}  // namespace ctxcap::sources::langfuse
