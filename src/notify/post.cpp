// What all ways share that post to an address.

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/web.hpp"
#include "data/service_url.hpp"
#include "notify/ways.hpp"

namespace ctxcap::notify {
namespace {

Secrets secrets_of(const NotifySettings& whom, World& world) {
  return {whom.prefix(), world.environment, world.files};
}

Error unheard(const NotifySettings& whom, std::string why, std::string hint) {
  return {.kind = ErrorKind::unreachable,
          .what = fmt::format("{} could not be notified", name_of(whom)),
          .why = std::move(why),
          .hint = std::move(hint)};
}

// "https://host:port": the path of a hook is its key.
std::string origin_of(const std::string& url) {
  const std::size_t host = url.find("://");
  return url.substr(0, url.find_first_of("/?#", host == url.npos ? 0 : host + 3));
}

// Of an error of the port, which names the address, or the one that it redirects to.
std::string cause_of(const Error& error, const std::string& url) {
  const std::string origin = origin_of(url);
  const std::size_t at = error.why.rfind(": ");
  std::string cause = at == error.why.npos ? "it did not answer" : error.why.substr(at + 2);
  if (error.kind == ErrorKind::usage) cause = "it redirects to another server";
  const bool tells =
      url.size() > origin.size() + 1 && cause.find(url.substr(origin.size() + 1)) != cause.npos;
  return printable(origin, 100) + ": " + (tells ? "it did not answer" : printable(cause, 160));
}

std::string hint_for(int status, const Secrets& secrets) {
  if (status == 401 || status == 403)
    return fmt::format("export {}=..., or {} and {}", secrets.name("TOKEN"), secrets.name("USER"),
                       secrets.name("PASSWORD"));
  if (status == 404 || status == 410) return "that address does not exist there (any more)";
  if (status == 429) return "it got too many messages; the next night tries again";
  return "ctxcap config check --notify   tries again";
}

}  // namespace

Result<std::string> address_of(const NotifySettings& whom, World& world) {
  if (!whom.to.empty()) return whom.to.front();
  const Secrets secrets = secrets_of(whom, world);
  TRY_ASSIGN(const std::string url, secrets.secret("URL"));
  const std::string fault =
      url.empty() ? fmt::format("{} is not set", secrets.name("URL")) : fault_of_hook(url);
  if (fault.empty()) return url;
  return fail(unheard(whom, url.empty() ? fault : secrets.name("URL") + ": " + fault,
                      fmt::format("set {0}, or name a file that holds it in {0}_FILE", secrets.name("URL"))));
}

Status post(const NotifySettings& whom, Post what, World& world, const Limits& limits) {
  const Secrets secrets = secrets_of(whom, world);
  TRY_ASSIGN(const std::string url, address_of(whom, world));
  TRY_ASSIGN(const std::string token, secrets.secret("TOKEN"));
  TRY_ASSIGN(const std::string password, secrets.secret("PASSWORD"));
  HttpRequest request{
      .method = "POST",
      .url = url,
      .headers = std::move(what.headers),
      .body = std::move(what.body),
      .timeout = limits.answer,
      .connect_timeout = std::min<std::chrono::milliseconds>(limits.answer, std::chrono::seconds(5)),
      .most_body = 1 << 20,
      .secret_path = true};
  request.headers.emplace_back("Content-Type", what.type);
  if (!token.empty())
    request.headers.emplace_back("Authorization", "Bearer " + token);
  else if (!password.empty())
    request.headers.emplace_back("Authorization", basic_auth(secrets.variable("USER"), password));
  const Result<HttpResponse> response = world.http.send(request);
  if (!response)
    return fail(unheard(whom, cause_of(response.error(), url), "ctxcap config check --notify   tries again"));
  if (response->status >= 200 && response->status < 300) return {};
  return fail(unheard(whom, fmt::format("{}: HTTP {}", printable(origin_of(url), 100), response->status),
                      hint_for(response->status, secrets)));
}

}  // namespace ctxcap::notify
