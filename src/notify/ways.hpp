#pragma once
// Inside notify/: one row for each way.

#include "notify/notify.hpp"
#include "ports/secrets.hpp"

namespace ctxcap::notify {

struct Way {
  NoticeWay way;
  Status (*send)(const NotifySettings& whom, const Notice& notice, World& world, const Limits& limits);
  bool posts = true;  // to an address
};

extern const Way kCommand, kDiscord, kMail, kNtfy, kSlack, kWebhook;
const Way& way_of(const NotifySettings& whom);

// --- Of those that post -----------------------------------------------------------------------------------

// What is sent where, beside what all of them send.
struct Post {
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
};
// To the address of `to`, else PREFIX_URL, with PREFIX_TOKEN or PREFIX_USER and PREFIX_PASSWORD where they
// are set. Errors: no answer, or one that is not 2xx.
Status post(const NotifySettings& whom, Post what, World& world, const Limits& limits);
// Errors: there is none; a file cannot be read.
Result<std::string> address_of(const NotifySettings& whom, World& world);

// The JSON of a webhook. Errors: the template cannot be read, or what it gives is no JSON.
Result<std::string> webhook_body(const NotifySettings& whom, const Notice& notice, World& world);

// The title, an empty line, the lines; at most so many bytes, and then "..." in place of what is left out.
std::string text_of(const Notice& notice, std::size_t most = std::string::npos);
std::string lines_of(const Notice& notice, std::size_t most = std::string::npos);
// "changed", "oom"; of a test "test".
std::vector<std::string> words_of(const Notice& notice);
// A text as a header takes it: as it is where it is ASCII, else as RFC 2047 writes it.
std::string header_text(const std::string& text);

// --- Of those that run a program --------------------------------------------------------------------------

Status run(ProcessRequest request, const NotifySettings& whom, World& world);

}  // namespace ctxcap::notify
