// Slack's incoming webhooks, and what speaks like them (Mattermost, Rocket.Chat).

#include "base/json.hpp"
#include "notify/ways.hpp"

namespace ctxcap::notify {
namespace {

constexpr std::size_t kMost = 3900;  // characters; Slack cuts longer texts somewhere

// Else names between these would become links and mentions.
std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text)
    safe += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  return safe;
}

Status send_slack(const NotifySettings& whom, const Notice& notice, World& world, const Limits& limits) {
  const nlohmann::json body = {{"text", escaped(text_of(notice, kMost))}, {"mrkdwn", false}};
  return post(whom, {.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)}, world,
              limits);
}

}  // namespace

extern const Way kSlack{NoticeWay::slack, send_slack};

}  // namespace ctxcap::notify
