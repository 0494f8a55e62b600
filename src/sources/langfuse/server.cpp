// Where the server is and what opens it: the environment is that of Langfuse's own SDKs.

#include "sources/langfuse/server.hpp"

#include <fmt/format.h>

namespace ctxcap::sources::langfuse {
namespace {

constexpr const char* kCloud = "https://cloud.langfuse.com";  // where the SDKs go when they are told nothing

std::string trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

Error wrong_address(const std::string& why, const std::string& hint) {
  return {.kind = ErrorKind::usage,
          .what = "this is not an address of a Langfuse server",
          .why = why,
          .hint = hint};
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

bool is_in_environment(const Credentials& credentials) {
  for (const char* part : {"BASE_URL", "HOST", "PUBLIC_KEY", "PUBLIC_KEY_FILE"}) {
    if (!credentials.variable(part).empty()) return true;
  }
  return false;
}

Result<Server> find_server(const std::string& url, const Credentials& credentials) {
  std::string address = url;
  for (const char* part : {"BASE_URL", "HOST"}) {
    if (address.empty()) address = credentials.variable(part);
  }
  const std::string public_name = credentials.name("PUBLIC_KEY"),
                    secret_name = credentials.name("SECRET_KEY");
  // Keys under a name of their own are for a server of their own, not for whoever is the default.
  if (address.empty() && public_name != "LANGFUSE_PUBLIC_KEY") {
    return fail({.kind = ErrorKind::usage,
                 .what = "no server for " + public_name,
                 .why = credentials.name("BASE_URL") + " is not set",
                 .hint = "name it: langfuse = \"https://langfuse.example.org\", or --langfuse URL"});
  }
  Server server;
  TRY_ASSIGN(server.url, base_of(address.empty() ? kCloud : address));
  TRY_ASSIGN(server.public_key, credentials.secret("PUBLIC_KEY"));
  TRY_ASSIGN(server.secret, credentials.secret("SECRET_KEY"));
  for (const auto& [key, name] :
       {std::pair{&server.public_key, public_name}, std::pair{&server.secret, secret_name}}) {
    *key = trim(*key);
    if (!key->empty()) continue;
    return fail({.kind = ErrorKind::usage,
                 .what = "no key for " + server.url,
                 .why = fmt::format("{} and {}_FILE are not set", name, name),
                 .hint = fmt::format("make a key in the settings of the project, and set {} and {}",
                                     public_name, secret_name)});
  }
  if (server.public_key.starts_with("sk-") && server.secret.starts_with("pk-")) {
    return fail({.kind = ErrorKind::usage,
                 .what = "the keys for " + server.url + " are the wrong way round",
                 .why = fmt::format("{} begins with sk-, {} with pk-", public_name, secret_name),
                 .hint = "exchange the two"});
  }
  return server;
}

}  // namespace ctxcap::sources::langfuse
