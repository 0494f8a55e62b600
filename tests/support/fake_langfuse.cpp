#include "support/fake_langfuse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <tuple>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::test {
namespace {

using nlohmann::json;

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8U | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k)
      result += i + k > text.size() ? '=' : kDigits[bits >> (18 - 6 * k) & 63U];
  }
  return result;
}

std::string from_base64(const std::string& text) {
  std::string result;
  unsigned bits = 0, have = 0;
  for (const char c : text) {
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) continue;
    bits = bits << 6U | static_cast<unsigned>(digit);
    have += 6;
    if (have >= 8) result += static_cast<char>(bits >> (have -= 8) & 255U);
  }
  return result;
}

std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      result += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      result += text[i] == '+' ? ' ' : text[i];
    }
  }
  return result;
}

std::string time_text(i64 ms) {
  std::string text = rfc3339({ms * 1000});
  return text.size() == 20 ? text.substr(0, 19) + ".000Z" : text;
}

HttpResponse reply(int status, const json& body) {
  return {.status = status,
          .headers = {{"content-type", "application/json; charset=utf-8"}},
          .body = body.dump()};
}

HttpResponse issue(const char* parameter, const char* message) {
  return reply(400, {{"message", "Invalid request data"},
                     {"error", {{{"code", "invalid"}, {"path", {parameter}}, {"message", message}}}}});
}

HttpResponse website(int status) {
  return {.status = status,
          .headers = {{"content-type", "text/html; charset=utf-8"}},
          .body = "<!DOCTYPE html><html lang=\"en\"><head></head><body>page</body></html>"};
}

std::string first(const std::multimap<std::string, std::string>& query, const std::string& name) {
  const auto found = query.find(name);
  return found == query.end() ? "" : found->second;
}

// Full date, time and zone, in capitals.
std::optional<i64> time_of(const std::string& text) {
  if (text.size() < 20 || text[10] != 'T' || (text.back() != 'Z' && text[text.size() - 3] != ':'))
    return std::nullopt;
  const auto time = parse_time(text);
  return time ? std::optional(time->micros / 1000) : std::nullopt;
}

bool passes(const json& condition, const FakeRow& row) {
  const auto& column = condition.at("column").get_ref<const std::string&>();
  const std::string& value = column == "type"      ? row.type
                             : column == "model"   ? row.model
                             : column == "traceId" ? row.trace
                             : column == "name"    ? row.name
                                                   : throw std::out_of_range(column);
  const auto& list = condition.at("value");
  const bool in = std::any_of(list.begin(), list.end(),
                              [&](const json& one) { return one.get_ref<const std::string&>() == value; });
  return condition.at("operator") == "any of" ? in : !in;
}

json usage_of(const FakeRow& row) {
  if (row.prompt == 0) return json::object();
  return {{"input", row.prompt}, {"output", row.answer}, {"total", row.prompt + row.answer}};
}

json text_or_null(const std::string& text) {
  return text.empty() ? json() : json(text);
}

json common(const FakeRow& row) {
  json result;
  result["id"] = row.id;
  result["traceId"] = row.trace;
  result["startTime"] = time_text(row.start);
  result["endTime"] = time_text(row.start + 900);
  result["projectId"] = row.project;
  result["parentObservationId"] = text_or_null(row.parent);
  result["type"] = row.type;
  return result;
}

json v2_row(const FakeRow& row, const std::string& fields) {
  json result = common(row);
  const auto groups = split(fields, ',');
  const auto asked = [&](const char* group) {
    return std::find(groups.begin(), groups.end(), group) != groups.end();
  };
  if (asked("basic")) {
    result["name"] = row.name;
    result["level"] = "DEFAULT";
    for (const char* name : {"statusMessage", "version", "userId"}) result[name] = "";
    result["environment"] = row.environment;
    result["isRootObservation"] = row.parent.empty() || row.begins_trace;
  }
  if (asked("time")) result["createdAt"] = result["updatedAt"] = time_text(row.updated);
  result["modelId"] = nullptr;
  if (asked("model")) {
    result["model"] = row.model;
    result["internalModelId"] = row.model_id;
    result["modelParameters"] = json::object();
    result["modelId"] = text_or_null(row.model_id);
  }
  if (asked("usage")) {
    result["usageDetails"] = usage_of(row);
    result["inputUsage"] = row.prompt;
    result["outputUsage"] = row.answer;
    result["totalUsage"] = row.prompt + row.answer;
  }
  if (asked("prompt")) {
    result["promptId"] = result["promptName"] = "";
    result["promptVersion"] = nullptr;
  }
  if (asked("trace_context")) {
    result["tags"] = row.tags;
    result["release"] = "";
    result["traceName"] = text_or_null(row.trace_name);
  }
  if (asked("io")) {
    result["input"] = row.input;
    result["output"] = row.output;
  }
  return result;
}

json v1_row(const FakeRow& row) {
  json result = common(row);
  result["name"] = row.name;
  result["level"] = "DEFAULT";
  result["environment"] = row.environment;
  result["createdAt"] = result["updatedAt"] = time_text(row.updated);
  result["input"] = json::array({{{"role", "user"}, {"content", row.input}}});
  result["output"] = row.output;
  result["metadata"]["secret"] = "of somebody";
  result["model"] = row.model;
  result["modelParameters"] = json::object();
  result["usageDetails"] = usage_of(row);
  result["modelId"] = text_or_null(row.model_id);
  result["promptTokens"] = row.prompt;
  result["completionTokens"] = row.answer;
  result["totalTokens"] = row.prompt + row.answer;
  result["usage"] = {{"unit", "TOKENS"}, {"input", row.prompt}, {"output", row.answer}};
  return result;
}

// Tests ask for the same rows again and again, and writing them is most of what this server does: what was
// written for a row is kept, for as long as the row is the same.
template <typename Write>
const std::string& text_of(const FakeRow& row, const std::string& shape, Write write) {
  static std::map<std::tuple<std::string, std::string, i64>, std::pair<FakeRow, std::string>> written;
  auto& [of, text] = written[{shape, row.id, row.updated}];
  if (text.empty() || of != row) of = row, text = write(row).dump();
  return text;
}

// {"data":[...],"meta":{...}}
HttpResponse page_of(const std::vector<std::string>& rows, const json& meta) {
  std::string body = R"({"data":[)";
  for (const std::string& row : rows) body += (&row == rows.data() ? "" : ",") + row;
  return {.status = 200,
          .headers = {{"content-type", "application/json; charset=utf-8"}},
          .body = body + R"(],"meta":)" + meta.dump() + "}"};
}

auto order_of(const FakeRow& row) {
  return std::tuple(row.start, std::hash<std::string>()(row.trace), row.id);
}

}  // namespace

const char* fault_name(LangfuseFault fault) {
  static constexpr const char* kNames[] = {"dropped",       "cut-short",  "no-gzip",         "html-502",
                                           "busy-503",      "failed-500", "no-database-500", "timeout-422",
                                           "too-large-422", "limit-429",  "limit-429-text",  "gateway-504"};
  return kNames[static_cast<std::size_t>(fault)];
}

std::vector<const FakeRow*> FakeLangfuse::matching(const Query& query, bool is_v2) {
  const auto from = time_of(first(query, "fromStartTime")), to = time_of(first(query, "toStartTime"));
  const json filter = json::parse(first(query, "filter").empty() ? "[]" : first(query, "filter"));
  const auto environments = query.equal_range("environment");
  std::vector<const FakeRow*> found;
  for (const FakeRow& row : rows) {
    if (row.arrives > request_ || (from && row.start < *from) || (to && row.start >= *to)) continue;
    if (!std::all_of(filter.begin(), filter.end(), [&](const json& one) { return passes(one, row); }))
      continue;
    if (is_v2 && knows_roots && first(query, "isRootObservation") == "true" && !row.parent.empty() &&
        !row.begins_trace)
      continue;
    if (is_v2 && row.start < v2_begins) continue;
    if (environments.first != environments.second &&
        std::none_of(environments.first, environments.second,
                     [&](const auto& one) { return one.second == row.environment; })) {
      continue;
    }
    found.push_back(&row);
  }
  return found;
}

HttpResponse FakeLangfuse::v2(const Query& query) {
  const auto limit =
      first(query, "limit").empty() ? std::optional<i64>(50) : parse_integer(first(query, "limit"));
  if (!limit || *limit < 0 || *limit > 1000) return issue("limit", "Too big: expected number to be <=1000");
  for (const char* name : {"fromStartTime", "toStartTime"}) {
    if (query.contains(name) && !time_of(first(query, name))) return issue(name, "Invalid ISO datetime");
  }
  std::vector<const FakeRow*> found =
      mode == LangfuseMode::legacy ? std::vector<const FakeRow*>() : matching(query, true);
  std::stable_sort(found.begin(), found.end(),
                   [](const FakeRow* a, const FakeRow* b) { return order_of(*a) > order_of(*b); });
  if (query.contains("cursor")) {
    const json cursor = json::parse(from_base64(first(query, "cursor")), nullptr, false);
    if (!cursor.is_object())
      return reply(400, {{"message", "Invalid cursor format"}, {"error", "InvalidRequestError"}});
    const auto time = parse_time(cursor.at("lastStartTimeTo").get<std::string>());
    const std::tuple after(time->micros / 1000, std::hash<std::string>()(cursor.at("lastTraceId")),
                           cursor.at("lastId").get<std::string>());
    std::erase_if(found, [&](const FakeRow* row) { return order_of(*row) >= after; });
  }
  const std::size_t count = std::min(found.size(), static_cast<std::size_t>(*limit));
  if (fails_above_rows > 0 && static_cast<i64>(count) > fails_above_rows)
    return fault_answer(LangfuseFault::timeout_422, {});
  std::vector<std::string> data;
  json meta = json::object();
  const std::string fields = query.contains("fields") ? first(query, "fields") : "core,basic";
  for (std::size_t i = 0; i < count; ++i) {
    data.push_back(text_of(*found[i], fields, [&](const FakeRow& row) { return v2_row(row, fields); }));
  }
  if (count > 0 && found.size() > count) {
    const FakeRow& last = *found[count - 1];
    meta["cursor"] = base64(json{
        {"lastStartTimeTo", time_text(last.start)},
        {"lastTraceId", last.trace},
        {"lastId", last.id}}.dump());
  }
  return page_of(data, meta);
}

// Rows of one millisecond come in another order each time; a page is cut from all versions and then made
// unique.
HttpResponse FakeLangfuse::v1(const Query& query) {
  const auto limit = parse_integer(first(query, "limit")), page = parse_integer(first(query, "page"));
  if (!limit || *limit < 1 || *limit > 100) return issue("limit", "Too big: expected number to be <=100");
  if (!page || *page < 1) return issue("page", "Too small: expected number to be >0");
  std::vector<const FakeRow*> found = matching(query, false);
  const std::string salt = std::to_string(request_);
  std::sort(found.begin(), found.end(), [&](const FakeRow* a, const FakeRow* b) {
    const std::hash<std::string> hash;
    return std::tuple(b->start, hash(salt + a->id), a) < std::tuple(a->start, hash(salt + b->id), b);
  });
  const std::size_t from = std::min(found.size(), static_cast<std::size_t>((*page - 1) * *limit));
  const std::size_t to = std::min(found.size(), from + static_cast<std::size_t>(*limit));
  if (fails_above_rows > 0 && static_cast<i64>(to - from) > fails_above_rows)
    return fault_answer(LangfuseFault::timeout_422, {});
  std::vector<std::string> data;
  std::set<std::string> seen;
  for (std::size_t i = from; i < to; ++i) {
    if (!seen.insert(found[i]->id).second) continue;
    const FakeRow* newest = found[i];
    for (const FakeRow* other : found) {
      if (other->updated > newest->updated && other->id == newest->id) newest = other;
    }
    data.push_back(text_of(*newest, "v1", v1_row));
  }
  const i64 total = static_cast<i64>(found.size());
  return page_of(data, {{"page", *page},
                        {"limit", *limit},
                        {"totalItems", total},
                        {"totalPages", (total + *limit - 1) / *limit}});
}

HttpResponse FakeLangfuse::traces_page(const Query& query) {
  const auto limit = parse_integer(first(query, "limit")), page = parse_integer(first(query, "page"));
  if (!limit || *limit < 1 || *limit > 100 || !page || *page < 1) return issue("limit", "Invalid");
  const auto since = time_of(first(query, "fromTimestamp")), before = time_of(first(query, "toTimestamp"));
  std::vector<FakeTrace> found;
  for (const FakeTrace& trace : traces) {
    if ((!since || trace.start >= *since) && (!before || trace.start < *before)) found.push_back(trace);
  }
  std::sort(found.begin(), found.end(),
            [](const FakeTrace& a, const FakeTrace& b) { return a.start > b.start; });
  json data = json::array();
  for (std::size_t i = static_cast<std::size_t>((*page - 1) * *limit);
       i < found.size() && static_cast<i64>(data.size()) < *limit; ++i) {
    data.push_back({{"id", found[i].id},
                    {"name", found[i].name},
                    {"timestamp", time_text(found[i].start)},
                    {"tags", found[i].tags},
                    {"input", "a prompt"},
                    {"metadata", json::object()},
                    {"updatedAt", time_text(found[i].start)}});
  }
  const i64 total = static_cast<i64>(found.size());
  return reply(200, {{"data", data},
                     {"meta",
                      {{"page", *page},
                       {"limit", *limit},
                       {"totalItems", total},
                       {"totalPages", (total + *limit - 1) / *limit}}}});
}

HttpResponse FakeLangfuse::models_page() {
  json data = json::array();
  for (const auto& [id, tokenizer] : models) {
    data.push_back(
        {{"id", id}, {"modelName", id}, {"tokenizerId", tokenizer.empty() ? json() : json(tokenizer)}});
  }
  return reply(200,
               {{"data", data},
                {"meta", {{"page", 1}, {"limit", 100}, {"totalItems", data.size()}, {"totalPages", 1}}}});
}

HttpResponse FakeLangfuse::route(const std::string& path, const Query& query,
                                 const std::string& authorization) {
  const bool is_v1 = path == "/api/public/observations" || path == "/api/public/traces";
  const bool is_v2 = path == "/api/public/v2/observations";
  if (path == "/api/public/health") return reply(200, {{"status", "OK"}, {"version", "4.16.0"}});
  if (!is_v1 && !is_v2 && path != "/api/public/models") return website(404);
  if (is_v1 && mode == LangfuseMode::v2_only) {
    return reply(404, {{"message",
                        "This endpoint is not available on deployments running in Langfuse v4 events_only "
                        "mode. Learn more about Langfuse v4 at: https://langfuse.com/docs/v4"}});
  }
  const std::string key = std::string(kPublic) + ":" + kSecret;
  if (authorization != "Basic " + base64(key)) {
    return reply(401, {{"message", "Invalid credentials. Confirm that you've configured the correct host." +
                                       (gives_keys_back ? " You sent " + authorization + " " +
                                                              from_base64(authorization.substr(6))
                                                        : std::string())}});
  }
  if (organisation_key)
    return reply(403, {{"message", "Access denied - insufficient permissions for this endpoint"}});
  if (auto no = refusal()) return *no;
  if (is_v2 && mode == LangfuseMode::v1_only) {
    return reply(404, {{"message",
                        "The observations v2 API is only available in a Langfuse v4 write mode. Learn more "
                        "at: https://langfuse.com/docs/v4"},
                       {"error", "LangfuseNotFoundError"}});
  }
  static const std::map<std::string, std::set<std::string>> kKnown = {
      {"/api/public/v2/observations",
       {"fields", "limit", "cursor", "filter", "fromStartTime", "toStartTime", "environment",
        "isRootObservation"}},
      {"/api/public/observations",
       {"page", "limit", "filter", "fromStartTime", "toStartTime", "environment"}},
      {"/api/public/traces", {"page", "limit", "fields", "fromTimestamp", "toTimestamp", "environment"}},
      {"/api/public/models", {"page", "limit"}}};
  for (const auto& [name, value] : query) {
    if (!kKnown.at(path).contains(name)) complaints.push_back(path + " does not know " + name);
  }
  if (is_v2) return v2(query);
  if (path == "/api/public/traces") return traces_page(query);
  return is_v1 ? v1(query) : models_page();
}

std::optional<HttpResponse> FakeLangfuse::refusal() {
  if (per_minute == 0) return std::nullopt;
  const i64 now = clock_.elapsed().count() / 1'000'000;
  if (minute_began_ < 0 || now >= minute_began_ + 60'000) {
    minute_began_ = now;
    in_minute_ = 0;
  }
  if (++in_minute_ < per_minute) return std::nullopt;
  ++refused;
  const i64 wait = (minute_began_ + 60'000 - now + 999) / 1000;
  HttpResponse response =
      reply(429, {{"message", "Rate limit exceeded"},
                  {"code", "rate_limited"},
                  {"details", {{"retryAfterSeconds", wait}, {"limit", per_minute}, {"remaining", 0}}}});
  response.headers["retry-after"] = std::to_string(wait);
  response.headers["x-ratelimit-limit"] = std::to_string(per_minute);
  response.headers["x-ratelimit-reset"] = "Sat Nov 21 2026 01:42:03 GMT+0000 (Coordinated Universal Time)";
  return response;
}

HttpResponse FakeLangfuse::fault_answer(LangfuseFault fault, HttpResponse real) {
  switch (fault) {
    case LangfuseFault::cut_short:
      real.body.resize(real.body.size() / 2);
      return real;
    case LangfuseFault::no_gzip:
      real.headers["content-encoding"] = "gzip";
      return real;
    case LangfuseFault::html_502:
      return website(502);
    case LangfuseFault::busy_503:
      return reply(503, {{"message", "Service Unavailable"}});
    case LangfuseFault::failed_500:
      return reply(500, {{"message", "Internal Server Error"},
                         {"error", "Cannot read properties of undefined (reading 'id')"}});
    case LangfuseFault::no_database_500:
      return reply(500,
                   {{"message", "Internal Server Error"}, {"error", "connect ECONNREFUSED 10.0.0.2:8123"}});
    case LangfuseFault::timeout_422:
      return reply(422, {{"message",
                          "Your query could not be completed. Please narrow your request by adding more "
                          "specific filters (e.g., a shorter date range)."},
                         {"error", "Request timed out"}});
    case LangfuseFault::too_large_422:
      return reply(422, {{"message", "Response payload is too large"}, {"error", "PayloadTooLargeError"}});
    case LangfuseFault::limit_429: {
      HttpResponse response = reply(429, {{"message", "Rate limit exceeded"},
                                          {"code", "rate_limited"},
                                          {"details", {{"retryAfterSeconds", 7}, {"limit", 1000}}}});
      response.headers["retry-after"] = "7";
      return response;
    }
    case LangfuseFault::limit_429_text:
      return {.status = 429, .headers = {{"retry-after", "3"}}, .body = "429 - rate limit exceeded"};
    default:
      return website(504);
  }
}

std::optional<HttpResponse> FakeLangfuse::answer(const std::string& target,
                                                 const std::string& authorization) {
  diary.push_back(target);
  ++request_;
  if (!target.starts_with(base_path)) return website(404);
  const std::string rest = target.substr(base_path.size());
  const auto mark = rest.find('?');
  Query query;
  if (mark != std::string::npos) {
    for (const std::string_view part : split(std::string_view(rest).substr(mark + 1), '&')) {
      const auto equals = part.find('=');
      query.emplace(std::string(part.substr(0, equals)),
                    equals == std::string_view::npos ? "" : decoded(part.substr(equals + 1)));
    }
  }
  HttpResponse real = target.size() > 14'000 ? HttpResponse{.status = 431}
                                             : route(rest.substr(0, mark), query, authorization);
  const auto fault = faults.find(request_);
  const i64 now = clock_.elapsed().count() / 1'000'000;
  const bool gone = now >= gone_from && now < gone_until;
  if (fault == faults.end() && !gone) return real;
  const LangfuseFault what = gone ? gone_as : fault->second;
  if (what == LangfuseFault::dropped) return std::nullopt;
  return fault_answer(what, std::move(real));
}

Result<HttpResponse> FakeLangfuse::send(const HttpRequest& request) {
  std::string authorization;
  for (const auto& [name, value] : request.headers) {
    if (name == "Authorization") authorization = value;
  }
  auto response = answer(request.url.substr(request.url.find('/', 8)), authorization);
  if (response) return std::move(*response);
  return fail(
      {.kind = ErrorKind::unreachable, .what = "no answer", .why = "connection reset", .hint = "try again"});
}

void fill_project(FakeLangfuse& fake, i64 count, i64 from, i64 step) {
  static constexpr const char* kJobs[] = {"email-triage", "summary", "rag-answer"};
  for (i64 i = 0; i < count; ++i) {
    const i64 group = i / 3;
    const std::string trace = fmt::format("{:032x}", group * 7919 + 11);
    const std::string root = fmt::format("root-{}", group);
    const std::string job = kJobs[group % 3];
    const i64 start = from + i * step;
    if (i % 3 == 0) {
      fake.rows.push_back({.id = root,
                           .trace = trace,
                           .type = "SPAN",
                           .name = job,
                           .trace_name = job,
                           .tags = {group % 2 == 0 ? "prod" : "test"},
                           .start = start,
                           .updated = start + 1000});
      fake.traces.push_back({trace, job, {group % 2 == 0 ? "prod" : "test"}, start});
    }
    FakeRow row{.id = fmt::format("call-{}", i),
                .trace = trace,
                .parent = root,
                .name = "ChatOllama",
                .start = start + 1,
                .updated = start + 2000,
                .prompt = 500 + i * 37 % 3000,
                .answer = 20 + i % 50};
    if (i % 17 == 0) row.type = "EMBEDDING";
    if (i % 11 == 0) row.environment = "staging";
    if (i % 13 == 0) row.model = "ollama_chat/qwen3:8b";
    if (i % 5 == 0) row.trace_name = job;
    fake.rows.push_back(row);
    if (i % 4 == 0) {
      fake.rows.push_back({.id = fmt::format("tool-{}", i),
                           .trace = trace,
                           .parent = root,
                           .type = "TOOL",
                           .name = "search",
                           .start = start + 2,
                           .updated = start + 2000});
    }
  }
}

std::map<std::string, i64> truth(const FakeLangfuse& fake, i64 from, i64 to) {
  std::map<std::string, std::pair<i64, i64>> newest;
  for (const FakeRow& row : fake.rows) {
    if ((row.type != "GENERATION" && row.type != "EMBEDDING") || row.start < from || row.start >= to)
      continue;
    const auto [found, is_new] = newest.try_emplace(row.id, row.updated, row.prompt);
    if (!is_new && row.updated > found->second.first) found->second = {row.updated, row.prompt};
  }
  std::map<std::string, i64> result;
  for (const auto& [id, pair] : newest) result[id] = pair.second;
  return result;
}

}  // namespace ctxcap::test
