// ntfy: the address is that of the topic, the body the message (docs.ntfy.sh/publish).

#include "notify/ways.hpp"

namespace ctxcap::notify {
namespace {

constexpr std::size_t kMost = 4000;  // bytes: beyond 4,096 it would become an attachment

Status send_ntfy(const NotifySettings& whom, const Notice& notice, World& world, const Limits& limits) {
  const bool calm = notice.what.empty() || notice.what == std::vector{Happened::changed};
  return post(whom,
              {.type = "text/plain; charset=utf-8",
               .body = lines_of(notice, kMost),
               .headers = {{"Title", header_text(notice.title)},
                           {"Priority", calm ? "default" : "high"},
                           {"Tags", calm ? "information_source" : "warning"}}},
              world, limits);
}

}  // namespace

extern const Way kNtfy{NoticeWay::ntfy, send_ntfy};

}  // namespace ctxcap::notify
