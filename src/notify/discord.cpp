// Discord's webhooks: "content" of at most 2,000 characters.

#include "base/json.hpp"
#include "notify/ways.hpp"

namespace ctxcap::notify {
namespace {

constexpr std::size_t kMost = 1900;

// Nothing in it is Markdown: names are full of "_" and "*".
std::string plain(const std::string& text) {
  std::string safe;
  for (const char c : text) safe += c == '`' ? '\'' : c;
  return "```\n" + safe + "\n```";
}

Status send_discord(const NotifySettings& whom, const Notice& notice, World& world, const Limits& limits) {
  const nlohmann::json body = {{"content", plain(text_of(notice, kMost))},
                               {"allowed_mentions", {{"parse", nlohmann::json::array()}}}};
  return post(whom, {.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)}, world,
              limits);
}

}  // namespace

extern const Way kDiscord{NoticeWay::discord, send_discord};

}  // namespace ctxcap::notify
