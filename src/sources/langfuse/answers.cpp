#include "sources/langfuse/answers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "base/web.hpp"
#include "sources/langfuse/paths.hpp"

namespace ctxcap::sources::langfuse {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr auto kWaitWhenNotTold = 30s;

struct Advice {
  int from, to;            // statuses, inclusive
  std::string_view holds;  // somewhere in the body; empty: whatever it says
  Act act;
  ErrorKind kind;
  std::string_view what, hint;  // {} is the server
};

constexpr std::string_view kKeyHint =
    "check LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY; a key that was tried before it was made is refused "
    "for 5 "
    "minutes after each try: wait without trying";
constexpr std::string_view kAddressHint =
    "set LANGFUSE_BASE_URL to the address that the browser shows for Langfuse, up to its base path if it has "
    "one";
constexpr std::string_view kLogHint =
    "look at the log of the Langfuse server; run the same command again to go on";

// The first row that fits.
constexpr Advice kAdvice[] = {
    {300, 399, "", Act::stop, ErrorKind::unreachable, "{} redirects elsewhere", kAddressHint},
    {400, 400, "", Act::stop, ErrorKind::failure, "{} refused the request",
     "check --from, --to, --model and --environment; an old server may not know what was asked"},
    {401, 401, "", Act::stop, ErrorKind::unreachable, "{} refused the keys", kKeyHint},
    {403, 403, "", Act::stop, ErrorKind::unreachable, "{} does not let these keys read",
     "make a key in the settings of the project: keys of an organisation, and public keys alone, cannot read "
     "calls"},
    {404, 404, "<", Act::other_api, ErrorKind::unreachable, "there is no Langfuse API at {}", kAddressHint},
    {404, 404, "", Act::other_api, ErrorKind::unreachable, "{} has no observations to read", kAddressHint},
    {410, 410, "", Act::other_api, ErrorKind::unreachable, "{} has no observations to read", kAddressHint},
    {405, 405, "", Act::stop, ErrorKind::unreachable, "there is no Langfuse API at {}", kAddressHint},
    {408, 408, "", Act::narrow, ErrorKind::unreachable, "{} took too long",
     "ask for less with --from and --to"},
    {413, 413, "", Act::smaller, ErrorKind::unreachable, "{} cannot answer in one piece", kLogHint},
    {414, 414, "", Act::stop, ErrorKind::failure, "{} finds the request too long",
     "name fewer models and environments"},
    {431, 431, "", Act::stop, ErrorKind::failure, "{} finds the request too long",
     "name fewer models and environments"},
    {422, 422, "PayloadTooLarge", Act::smaller, ErrorKind::unreachable, "{} cannot answer in one piece",
     kLogHint},
    {422, 422, "", Act::narrow, ErrorKind::unreachable, "{} ran out of time or memory",
     "ask for less with --from and --to, or give its ClickHouse more"},
    {429, 429, "", Act::wait, ErrorKind::unreachable, "{} allows no more requests for now",
     "run the same command again later: it goes on from here"},
    // What its own language says of a ClickHouse that is not there.
    {500, 500, "connect E", Act::retry, ErrorKind::unreachable, "{} cannot reach its database", kLogHint},
    {500, 500, "ECONNRESET", Act::retry, ErrorKind::unreachable, "{} cannot reach its database", kLogHint},
    {500, 500, "socket hang up", Act::retry, ErrorKind::unreachable, "{} cannot reach its database",
     kLogHint},
    {500, 500, "getaddrinfo", Act::retry, ErrorKind::unreachable, "{} cannot reach its database", kLogHint},
    {500, 500, "Too many simultaneous", Act::retry, ErrorKind::unreachable, "{} cannot answer now", kLogHint},
    {500, 500, "", Act::retry_if_it_worked, ErrorKind::unreachable, "{} failed", kLogHint},
    {504, 504, "", Act::narrow, ErrorKind::unreachable, "{} took too long",
     "ask for less with --from and --to"},
    {524, 524, "", Act::narrow, ErrorKind::unreachable, "{} took too long",
     "ask for less with --from and --to"},
    {501, 599, "", Act::retry, ErrorKind::unreachable, "{} cannot answer now", kLogHint},
    {400, 499, "", Act::stop, ErrorKind::unreachable, "{} refused the request", kAddressHint},
    {0, 999, "", Act::stop, ErrorKind::unreachable, "{} gave an unusable answer", kAddressHint},
};

bool is_page_of_a_website(const HttpResponse& response) {
  const auto first = response.body.find_first_not_of(" \t\r\n");
  return first != std::string::npos && response.body[first] == '<';
}

// {"message": ..., "error": text or a list of issues}
std::string told(const json& body) {
  std::string text = body.value("message", json()).is_string() ? body["message"].get<std::string>() : "";
  const json error = body.value("error", json());
  if (error.is_string()) text += (text.empty() ? "" : ": ") + error.get<std::string>();
  if (!error.is_array()) return text;
  for (const json& issue : error) {
    if (!issue.is_object()) continue;
    std::string path;
    for (const json& part : issue.value("path", json::array())) {
      path += (path.empty() ? "" : ".") + (part.is_string() ? part.get<std::string>() : part.dump());
    }
    if (issue.value("message", json()).is_string()) {
      text += (text.empty() ? "" : "; ") + path + ": " + issue["message"].get<std::string>();
    }
  }
  return text;
}

std::string body_text(const HttpResponse& response) {
  if (is_page_of_a_website(response)) return "a web page";
  if (response.status >= 300 && response.status < 400) {
    const auto location = response.headers.find("location");
    return location == response.headers.end()
               ? "without an address"
               : "to " + location->second.substr(0, location->second.find('?'));
  }
  const json body = json::parse(response.body, nullptr, false);
  const std::string text = body.is_object() ? told(body) : response.body.substr(0, 200);
  return text.empty() ? "an empty answer" : text;
}

void read_limit(const HttpResponse& response, Verdict& verdict) {
  const auto header = [&](const char* name) -> std::optional<i64> {
    const auto found = response.headers.find(name);
    return found == response.headers.end() ? std::nullopt : parse_integer(found->second);
  };
  const json body = json::parse(response.body, nullptr, false);
  const json details = body.is_object() ? body.value("details", json()) : json();
  const auto detail = [&](const char* name) -> std::optional<i64> {
    if (!details.is_object() || !details.value(name, json()).is_number_integer()) return std::nullopt;
    return details[name].get<i64>();
  };
  const auto wait = header("retry-after") ? header("retry-after") : detail("retryAfterSeconds");
  verdict.wait = wait ? std::chrono::seconds(std::clamp<i64>(*wait, 1, 1'000'000)) : kWaitWhenNotTold;
  verdict.limit = header("x-ratelimit-limit") ? header("x-ratelimit-limit") : detail("limit");
}

}  // namespace

Verdict judge(const Server& server, const std::string& path, const HttpResponse& response) {
  if (response.status == 200 && !is_page_of_a_website(response)) return {.act = Act::use};
  const Advice* const advice = std::find_if(std::begin(kAdvice), std::end(kAdvice), [&](const Advice& row) {
    return response.status >= row.from && response.status <= row.to &&
           (row.holds.empty() || (row.holds == "<" ? is_page_of_a_website(response)
                                                   : response.body.find(row.holds) != std::string::npos));
  });
  Verdict verdict{.act = advice->act};
  if (verdict.act == Act::wait) read_limit(response, verdict);
  std::string what(advice->what);
  what.replace(what.find("{}"), 2, server.url);
  verdict.error =
      without_keys(server, {.kind = advice->kind,
                            .what = std::move(what),
                            .why = fmt::format("GET {}{}: {} {}", server.url, path, response.status,
                                               printable(body_text(response), 300)),
                            .hint = std::string(advice->hint)});
  return verdict;
}

Error without_keys(const Server& server, Error error) {
  constexpr std::size_t kShortestSecret = 4;
  const std::string header = basic_auth(server.public_key, server.secret).substr(6);
  for (std::string* text : {&error.what, &error.why, &error.hint}) {
    for (const std::string* key : {&server.secret, &server.public_key, &header}) {
      // A key of a few letters is none, and would be found everywhere.
      for (std::size_t at = 0;
           key->size() >= kShortestSecret && (at = text->find(*key, at)) != std::string::npos;) {
        text->replace(at, key->size(), "***");
      }
    }
  }
  return error;
}

}  // namespace ctxcap::sources::langfuse
