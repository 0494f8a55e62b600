#include "sources/langfuse/client.hpp"
#include "base/web.hpp"

#include <algorithm>

#include "base/units.hpp"
#include "sources/containers/content_coding.hpp"
#include "sources/langfuse/paths.hpp"

namespace ctxcap::sources::langfuse {
namespace {

using namespace std::chrono_literals;

constexpr auto kTimeout = 90s;        // the server gives up after 30 s of its own, and then has to say so
constexpr auto kLongestWait = 15min;  // for a limit; limits per day are not worth sitting through
constexpr auto kLongToMake = 10s;     // a page; what breaks off sooner is not a question of its size
constexpr int kMostFailed = 3;        // of the first request: the fourth would fail as well

std::string without_query(const std::string& path) {
  return path.substr(0, path.find('?'));
}

}  // namespace

Client::Client(const Server& server, const PullPorts& ports, int concurrency, bool patient, OnWait on_wait)
    : server_(server),
      clock_(ports.clock),
      batch_(ports.http.batch()),
      concurrency_(static_cast<std::size_t>(std::max(1, concurrency))),
      on_wait_(std::move(on_wait)),
      patience_(patient),
      random_(static_cast<std::uint64_t>(ports.clock.now().micros) | 1U) {}

void Client::ask(std::size_t tag, std::string path) {
  asked_[tag].path = std::move(path);
}

Result<Answer> Client::next() {
  for (;;) {
    const Time now = clock_.elapsed();
    start_what_may(now);
    const Time until = next_start(now);
    if (under_way_ == 0) {
      wait_until(until);
      continue;
    }
    const auto most = until == Time::max()
                          ? 1'000ms
                          : std::min<std::chrono::milliseconds>(
                                1'000ms, std::chrono::ceil<std::chrono::milliseconds>(until - now));
    if (auto done = batch_->next(most)) {
      TRY_ASSIGN(auto answer, take(std::move(*done)));
      if (answer) return std::move(*answer);
    } else {
      on_wait_(0s);
    }
  }
}

void Client::start_what_may(Time now) {
  for (auto& [tag, asked] : asked_) {
    if (under_way_ >= concurrency_ || std::max(ready_, pace_.next(now)) > now) return;
    if (asked.under_way) continue;
    asked.under_way = true;
    asked.started = now;
    ++under_way_;
    ++requests_;
    pace_.started(now);
    batch_->start(tag, {.url = server_.url + asked.path,
                        .headers = {{"Authorization", basic_auth(server_.public_key, server_.secret)},
                                    {"Accept", "application/json"},
                                    {"Accept-Encoding", kAcceptEncoding}},
                        .timeout = kTimeout,
                        .decoded = false});
  }
}

// When something may start that may not yet; max: only an answer can bring that about.
Client::Time Client::next_start(Time now) const {
  if (under_way_ >= concurrency_) return Time::max();
  Time first = Time::max();
  for (const auto& [tag, asked] : asked_) {
    if (!asked.under_way) first = std::max(ready_, pace_.next(now));
  }
  return first;
}

// In steps, so that whoever watches sees that it goes on.
void Client::wait_until(Time until) {
  for (Time left = until - clock_.elapsed(); left > 0ns; left = until - clock_.elapsed()) {
    on_wait_(std::chrono::ceil<std::chrono::seconds>(left));
    clock_.sleep_for(
        std::min<std::chrono::milliseconds>(1'000ms, std::chrono::ceil<std::chrono::milliseconds>(left)));
  }
}

Result<std::optional<Answer>> Client::take(HttpBatch::Done done) {
  --under_way_;
  asked_[done.tag].under_way = false;
  if (!done.response) {
    Error error = without_keys(server_, std::move(done.response.error()));
    if (error.kind != ErrorKind::unreachable) return fail(std::move(error));  // no patience helps
    return lost(done.tag, std::move(error), false);
  }
  patience_.heard();
  auto body = decoded_body(*done.response, std::move(spare_));
  const bool refused = done.response->status != 200;  // its status says enough
  if (!body && !refused) return lost(done.tag, no_answer(done.tag, body.error()), true);
  done.response->body = body ? std::move(*body) : "";
  return answered(done.tag, std::move(*done.response));
}

Error Client::no_answer(std::size_t tag, const std::string& why) {
  return {.kind = ErrorKind::unreachable,
          .what = server_.url + " gave an unusable answer",
          .why = "GET " + server_.url + without_query(asked_[tag].path) + ": " + why,
          .hint =
              "check what stands between here and the server, such as a proxy; run the same command again to "
              "go on"};
}

// Once may be chance. Twice may be a page that takes too long to make, so the caller may ask for less; from a
// server that is not there nothing is too much.
Result<std::optional<Answer>> Client::lost(std::size_t tag, Error error, bool began_to_answer) {
  Asked& asked = asked_[tag];
  TRY(again(error));
  const bool may_be_size = began_to_answer || clock_.elapsed() - asked.started >= kLongToMake;
  if (!may_be_size || ++asked.lost % 2 != 0) return std::nullopt;
  return hand_out(tag, {.act = Act::narrow, .error = std::move(error)});
}

Result<std::optional<Answer>> Client::answered(std::size_t tag, HttpResponse response) {
  Asked& asked = asked_[tag];
  Verdict verdict = judge(server_, without_query(asked.path), response);
  if (verdict.act == Act::use) {
    std::optional<Answer> answer = hand_out(tag, std::move(verdict), std::move(response.body));
    if (answer) {
      patience_.answered();
      has_given_ = true;
      return answer;
    }
    return lost(tag, no_answer(tag, "no page of rows, or one cut short"), true);
  }
  switch (verdict.act) {
    case Act::wait:
      if (verdict.wait > kLongestWait) {
        verdict.error.why += "; it says to come back in " + counted(verdict.wait.count() / 60, "minute");
        return fail(std::move(verdict.error));
      }
      ++retries_;
      pace_.refused(clock_.elapsed(), verdict.wait + jitter(1s), verdict.limit);
      return std::nullopt;
    case Act::retry_if_it_worked:
      if (!has_given_ && ++asked.failed >= kMostFailed) return fail(std::move(verdict.error));
      [[fallthrough]];
    case Act::retry:
      TRY(again(std::move(verdict.error)));
      return std::nullopt;
    case Act::stop:
      return fail(std::move(verdict.error));
    default:
      patience_.answered();
      return hand_out(tag, std::move(verdict));
  }
}

Status Client::again(Error error) {
  const Time now = clock_.elapsed();
  const std::optional<Time> pause = patience_.failed(now);
  if (!pause) return fail(std::move(error));
  ++retries_;
  ready_ = now + *pause / 2 + jitter(*pause);
  return {};
}

// nullopt: the body is no page.
std::optional<Answer> Client::hand_out(std::size_t tag, Verdict verdict, std::string body) {
  Answer answer{.tag = tag, .act = verdict.act, .error = std::move(verdict.error)};
  answer.body = std::make_unique<std::string>(std::move(body));
  if (answer.act == Act::use) {
    auto page = reader_.page(*answer.body);
    if (!page) return std::nullopt;
    answer.page = std::move(*page);
  }
  asked_.erase(tag);
  return answer;
}

void Client::done_with(Answer answer) {
  if (answer.body) spare_ = std::move(*answer.body);
}

// Between 0 and `span`, so that clients which were refused together do not come back together.
Client::Time Client::jitter(Time span) {
  random_ ^= random_ << 13U;
  random_ ^= random_ >> 7U;
  random_ ^= random_ << 17U;
  return span * static_cast<i64>(random_ % 1'000) / 1'000;
}

}  // namespace ctxcap::sources::langfuse
