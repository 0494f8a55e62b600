#include "runtime/server_api.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace ctxcap::runtime {
namespace {

constexpr std::chrono::milliseconds kPatience{600'000};  // a model may have to be loaded first

}  // namespace

ServerApi::ServerApi(Http& http, std::string url, const std::string& key)
    : http_(http), url_(std::move(url)) {
  if (!key.empty()) headers_.emplace_back("Authorization", "Bearer " + key);
}

Result<ServerAnswer> ServerApi::get(const std::string& path) {
  return send({.url = url_ + path, .headers = headers_});
}

Result<ServerAnswer> ServerApi::post(const std::string& path, const Json& body) {
  HttpRequest request{.method = "POST", .url = url_ + path, .headers = headers_, .body = to_body(body)};
  request.headers.emplace_back("Content-Type", "application/json");
  return send(std::move(request));
}

Result<ServerAnswer> ServerApi::send(HttpRequest request) {
  request.timeout = kPatience;
  TRY_ASSIGN(const HttpResponse response, http_.send(request));
  return ServerAnswer{response.status, response.body, parse_json(response.body).value_or(Json())};
}

bool any_processing(const Json& slots) {
  return slots.is_array() && std::any_of(slots.begin(), slots.end(), [](const Json& slot) {
           return member(slot, "is_processing") == true;
         });
}

Error not_asked(const std::string& program, const std::string& url, std::string why, std::string hint) {
  return {.kind = ErrorKind::unreachable,
          .what = fmt::format("no {} could be asked at {}", program, printable(url, 120)),
          .why = std::move(why),
          .hint = std::move(hint)};
}

std::string told(std::optional<i64> number) {
  return number ? fmt::format("{}", *number) : "";
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace ctxcap::runtime
