// Where the server is and what opens it: the environment of Langfuse's own SDKs, files, systemd credentials.

#include <fmt/format.h>

#include "base/text.hpp"
#include "ports/world.hpp"
#include "sources/langfuse.hpp"

namespace ctxcap::sources {
namespace {

constexpr const char* kCloud = "https://cloud.langfuse.com";  // where the SDKs go when they are told nothing

std::string trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

std::string variable(Environment& environment, const std::string& name) {
  return trim(environment.get(name).value_or(""));
}

Result<std::string> secret(const std::string& name, Environment& environment, Files& files) {
  if (std::string key = variable(environment, name); !key.empty()) return key;
  std::string path = variable(environment, name + "_FILE");
  const std::string credentials = variable(environment, "CREDENTIALS_DIRECTORY");
  if (path.empty() && !credentials.empty() && files.kind(credentials + "/" + name) != PathKind::missing) {
    path = credentials + "/" + name;
  }
  if (path.empty()) return "";
  TRY_ASSIGN(const std::string content, files.read_all(path));
  return trim(content);
}

Error wrong_address(const std::string& why, const std::string& hint) {
  return {
      .kind = ErrorKind::usage, .what = "this is no address of a Langfuse server", .why = why, .hint = hint};
}

// People paste addresses with a slash behind them, or the one of the API.
Result<std::string> base_of(std::string url) {
  url = trim(url);
  const std::string hint = "write it like https://langfuse.example.org";
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return fail(wrong_address("it does not begin with http:// or https://", hint));
  }
  const std::size_t host = url.find("://") + 3, path = url.find('/', host);
  if (url.substr(host, path == std::string::npos ? path : path - host).find('@') != std::string::npos) {
    return fail(wrong_address("it holds a user name or a password",
                              "put the keys into LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY"));
  }
  if (url.find_first_of("?#") != std::string::npos) return fail(wrong_address("it holds a query", hint));
  const auto cut_slashes = [&] {
    while (url.size() > host && url.back() == '/') url.pop_back();
  };
  cut_slashes();
  for (const std::string_view end : {"/observations", "/v2", "/public", "/api"}) {
    if (url.ends_with(end)) url.resize(url.size() - end.size());
    cut_slashes();
  }
  if (url.size() <= host) return fail(wrong_address("it names no host", hint));
  return url;
}

}  // namespace

bool langfuse_in_environment(Environment& environment) {
  for (const char* name :
       {"LANGFUSE_BASE_URL", "LANGFUSE_HOST", "LANGFUSE_PUBLIC_KEY", "LANGFUSE_PUBLIC_KEY_FILE"}) {
    if (!variable(environment, name).empty()) return true;
  }
  return false;
}

Result<LangfuseServer> langfuse_server(const std::string& url, Environment& environment, Files& files) {
  std::string address = url;
  for (const char* name : {"LANGFUSE_BASE_URL", "LANGFUSE_HOST"}) {
    if (address.empty()) address = variable(environment, name);
  }
  LangfuseServer server;
  TRY_ASSIGN(server.url, base_of(address.empty() ? kCloud : address));
  TRY_ASSIGN(server.public_key, secret("LANGFUSE_PUBLIC_KEY", environment, files));
  TRY_ASSIGN(server.secret, secret("LANGFUSE_SECRET_KEY", environment, files));
  for (const auto& [key, name] : {std::pair{&server.public_key, "LANGFUSE_PUBLIC_KEY"},
                                  std::pair{&server.secret, "LANGFUSE_SECRET_KEY"}}) {
    if (!key->empty()) continue;
    return fail({.kind = ErrorKind::usage,
                 .what = "no key for " + server.url,
                 .why = fmt::format("{} and {}_FILE are not set", name, name),
                 .hint = "make a key in the settings of the project, and set LANGFUSE_PUBLIC_KEY and "
                         "LANGFUSE_SECRET_KEY"});
  }
  if (server.public_key.starts_with("sk-") && server.secret.starts_with("pk-")) {
    return fail({.kind = ErrorKind::usage,
                 .what = "the keys for " + server.url + " are the wrong way round",
                 .why = "LANGFUSE_PUBLIC_KEY begins with sk-, LANGFUSE_SECRET_KEY with pk-",
                 .hint = "exchange the two"});
  }
  return server;
}

}  // namespace ctxcap::sources
