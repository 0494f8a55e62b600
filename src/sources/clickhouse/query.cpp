#include "sources/clickhouse/query.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/text.hpp"
#include "base/web.hpp"

namespace ctxcap::sources {
namespace {

constexpr std::size_t kTail = 4096;  // bytes of a stream that are remembered: an exception's text
constexpr std::chrono::seconds kLongestQuery{900};  // the server's own limit (max_execution_time) comes first

struct KnownCode {
  int code;
  Remedy remedy;
  std::string_view hint;
};

constexpr std::string_view kCredentials =
    "set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD (or CLICKHOUSE_PASSWORD_FILE) in the environment";
constexpr std::string_view kNarrow = "narrow the time with --from and --to, or give that user larger limits";
constexpr std::string_view kDatabase =
    "name Langfuse's database: --clickhouse 'http://HOST:8123/?database=NAME'";
constexpr std::string_view kSettings =
    "let that user change settings for a query: a profile with readonly = 2";

constexpr auto kCodes = std::to_array<KnownCode>({
    {60, Remedy::none, kDatabase},                                                    // UNKNOWN_TABLE
    {81, Remedy::none, kDatabase},                                                    // UNKNOWN_DATABASE
    {115, Remedy::none, "this ClickHouse is older than 24.3, which Langfuse needs"},  // UNKNOWN_SETTING
    {46, Remedy::none, "this ClickHouse is older than 24.3, which Langfuse needs"},   // UNKNOWN_FUNCTION
    {62, Remedy::none, "this ClickHouse is older than 24.3, which Langfuse needs"},   // SYNTAX_ERROR
    {47, Remedy::none, "the tables are not those of a Langfuse that ctxcap knows"},   // UNKNOWN_IDENTIFIER
    {158, Remedy::narrow, kNarrow},                                                   // TOO_MANY_ROWS
    {159, Remedy::narrow, kNarrow},                                                   // TIMEOUT_EXCEEDED
    {160, Remedy::narrow, kNarrow},                                                   // TOO_SLOW
    {191, Remedy::narrow, kNarrow},     // SET_SIZE_LIMIT_EXCEEDED
    {241, Remedy::narrow, kNarrow},     // MEMORY_LIMIT_EXCEEDED
    {307, Remedy::narrow, kNarrow},     // TOO_MANY_BYTES
    {396, Remedy::narrow, kNarrow},     // TOO_MANY_ROWS_OR_BYTES
    {164, Remedy::none, kSettings},     // READONLY
    {452, Remedy::none, kSettings},     // SETTING_CONSTRAINT_VIOLATION
    {192, Remedy::none, kCredentials},  // UNKNOWN_USER
    {193, Remedy::none, kCredentials},  // WRONG_PASSWORD
    {194, Remedy::none, kCredentials},  // REQUIRED_PASSWORD
    {516, Remedy::none, kCredentials},  // AUTHENTICATION_FAILED
    {497, Remedy::none, "as an administrator: GRANT SELECT ON DATABASE.* TO that user"},  // ACCESS_DENIED
    {201, Remedy::none, "wait until the quota's interval is over, or raise it"},          // QUOTA_EXCEEDED
    {202, Remedy::retry, "try again when the server has less to do"},       // TOO_MANY_SIMULTANEOUS_QUERIES
    {209, Remedy::retry, "try again; the server waited for another one"},   // SOCKET_TIMEOUT
    {210, Remedy::retry, "try again; the server lost its network"},         // NETWORK_ERROR
    {279, Remedy::retry, "try again; no replica answered the server"},      // ALL_CONNECTION_TRIES_FAILED
    {425, Remedy::retry, "try again; the server lacked something"},         // SYSTEM_ERROR
    {999, Remedy::retry, "try again; the server's Keeper did not answer"},  // KEEPER_EXCEPTION
});

int code_in(std::string_view text) {
  constexpr std::string_view kMark = "Code: ";
  const std::size_t at = text.rfind(kMark);
  int code = 0;
  if (at != std::string_view::npos)
    std::from_chars(text.data() + at + kMark.size(), text.data() + text.size(), code);
  return code;
}

// "Code: 60. DB::Exception: Unknown table 'x'. (UNKNOWN_TABLE) (version 26.9)" -> "Unknown table 'x'."
std::string message_in(std::string_view text) {
  constexpr std::string_view kMark = "DB::Exception: ";
  if (const std::size_t at = text.find(kMark, std::min(text.rfind("Code: "), text.size()));
      at != std::string_view::npos) {
    text.remove_prefix(at + kMark.size());
  }
  text = text.substr(0, text.find('\n'));
  // What follows may quote the query, or the row that it failed on.
  for (const std::string_view end :
       {" (version ", ": While ", ": while ", " In scope ", ", expected one of"}) {
    text = text.substr(0, text.find(end));
  }
  return printable(text, 160);
}

Error bad_address(std::string why) {
  return {.kind = ErrorKind::usage,
          .what = "--clickhouse is not an address that can be used",
          .why = std::move(why),
          .hint = "write it like --clickhouse http://127.0.0.1:8123"};
}

}  // namespace

Result<ClickHouseAddress> clickhouse_address(const std::string& url, const std::string& database) {
  ClickHouseAddress address{.database = database};
  const std::size_t host = url.find("://");
  const std::string scheme = url.substr(0, host == std::string::npos ? 0 : host);
  if (scheme != "http" && scheme != "https")
    return fail(bad_address("it does not begin with http:// or https://"));
  const std::size_t query = url.find_first_of("?#");
  std::string_view base = std::string_view(url).substr(0, query);
  const std::string_view authority = base.substr(host + 3, base.find('/', host + 3) - (host + 3));
  if (authority.empty()) return fail(bad_address("it names no host"));
  if (authority.find('@') != std::string_view::npos)
    return fail(bad_address(
        "it holds a user or password, which belong into CLICKHOUSE_USER and CLICKHOUSE_PASSWORD"));
  while (base.ends_with('/')) base.remove_suffix(1);
  address.base = base;
  if (query == std::string::npos || query + 1 == url.size()) return address;
  for (const std::string_view pair : split(std::string_view(url).substr(query + 1), '&')) {
    const std::string_view name = pair.substr(0, pair.find('='));
    if (name != "database" || pair.size() <= name.size() + 1)
      return fail(bad_address("after \"?\" only a database may be named, as in ?database=langfuse"));
    address.database = pair.substr(name.size() + 1);
  }
  return address;
}

void RowStream::feed(std::string_view bytes) {
  for (std::string_view rest = bytes; !rest.empty() && good_;) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    for (std::size_t i = 0; i < end && at_ < begin_.size(); ++i, ++at_)
      good_ = good_ && rest[i] == begin_[at_];
    if (end == rest.size()) break;
    good_ = good_ && at_ == begin_.size() && (end > 0 ? rest[end - 1] : last_) == '}';
    at_ = 0;
    last_ = '\n';
    rest.remove_prefix(end + 1);
  }
  if (bytes.empty()) return;
  last_ = bytes.back();
  if (bytes.size() >= kTail) tail_.clear();
  tail_.append(bytes.substr(bytes.size() - std::min(bytes.size(), kTail)));
  if (tail_.size() > 2 * kTail) tail_.erase(0, tail_.size() - kTail);
}

std::string array_text(const std::vector<std::string>& values) {
  std::string text = "[";
  for (const std::string& value : values) {
    text += text.size() > 1 ? ",'" : "'";
    for (const char c : value) {
      if (c == '\'' || c == '\\') text += '\\';
      text += c;
    }
    text += '\'';
  }
  return text + "]";
}

QueryFailure failure_of(std::string_view text, int code, const std::string& base) {
  if (code == 0) code = code_in(text);
  QueryFailure failure{.error = {.kind = ErrorKind::unreachable,
                                 .what = "ClickHouse at " + base + " did not answer the query",
                                 .why = fmt::format("code {}: {}", code, message_in(text)),
                                 .hint = "look into the server's log, or pull the rows with Langfuse's API"}};
  if (code == 0) {
    failure.remedy = Remedy::retry;
    failure.error.why = "the answer broke off";
    failure.error.hint = "try again; if it goes on, look at the proxies between here and the server";
  }
  for (const KnownCode& known : kCodes) {
    if (known.code != code) continue;
    failure.remedy = known.remedy;
    failure.error.hint = known.hint;
  }
  return failure;
}

HttpRequest ClickHouseClient::request(const std::string& sql, const Parameters& parameters) const {
  HttpRequest request{.method = "POST", .url = address_.base + "/?", .body = sql, .timeout = kLongestQuery};
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!request.url.ends_with('?')) request.url += '&';
    request.url += fmt::format("{}={}", name, percent_encoded(value));
  };
  if (!address_.database.empty()) add("database", address_.database);
  for (const auto& [name, value] : settings_) add(name, value);
  for (const auto& [name, value] : parameters) add("param_" + name, value);
  if (!user_.empty()) request.headers.emplace_back("X-ClickHouse-User", user_);
  if (!password_.empty()) request.headers.emplace_back("X-ClickHouse-Key", password_);
  return request;
}

QueryFailure ClickHouseClient::lost(Error error) const {
  const bool may_pass = error.kind == ErrorKind::unreachable;
  return {.remedy = may_pass ? Remedy::retry : Remedy::none, .error = std::move(error)};
}

QueryFailure ClickHouseClient::refusal(const HttpResponse& response) const {
  int code = 0;
  if (const auto header = response.headers.find("x-clickhouse-exception-code");
      header != response.headers.end())
    std::from_chars(header->second.data(), header->second.data() + header->second.size(), code);
  if (code != 0 || code_in(response.body) != 0) return failure_of(response.body, code, address_.base);
  const bool passing = response.status == 429 || (response.status >= 502 && response.status <= 504);
  return {.remedy = passing ? Remedy::retry : Remedy::none,
          .error = {.kind = ErrorKind::unreachable,
                    .what = "ClickHouse at " + address_.base + " did not answer the query",
                    .why = fmt::format("HTTP status {}, and no ClickHouse error in it", response.status),
                    .hint = response.status == 401 || response.status == 403
                                ? std::string(kCredentials)
                                : "use the port of ClickHouse's HTTP interface, which is 8123 or 8443"}};
}

tl::expected<std::string, QueryFailure> ClickHouseClient::ask(const std::string& sql,
                                                              const Parameters& parameters,
                                                              const std::string& begin) const {
  const Result<HttpResponse> response = http_.send(request(sql, parameters));
  if (!response) return tl::unexpected(lost(response.error()));
  if (response->status != 200) return tl::unexpected(refusal(*response));
  RowStream rows(begin);
  rows.feed(response->body);
  if (!rows.is_whole()) return tl::unexpected(failure_of(rows.tail(), 0, address_.base));
  return response->body;
}

tl::expected<void, QueryFailure> ClickHouseClient::stream(
    const std::string& sql, const Parameters& parameters, const std::string& begin,
    const std::function<Status(std::string_view)>& take) const {
  RowStream rows(begin);
  Status taken;
  HttpRequest asked = request(sql, parameters);
  asked.on_body = [&](std::string_view bytes) {
    rows.feed(bytes);
    if (taken && rows.is_good()) taken = take(bytes);
    return taken.has_value();
  };
  const Result<HttpResponse> response = http_.send(asked);
  if (!taken) return tl::unexpected(QueryFailure{.error = taken.error()});
  if (!rows.is_good()) return tl::unexpected(failure_of(rows.tail(), 0, address_.base));
  if (!response) return tl::unexpected(lost(response.error()));
  if (response->status != 200) return tl::unexpected(refusal(*response));
  if (!rows.is_whole()) return tl::unexpected(failure_of(rows.tail(), 0, address_.base));
  return {};
}

}  // namespace ctxcap::sources
