#include "notify/notify.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/web.hpp"
#include "notify/ways.hpp"

namespace ctxcap::notify {
namespace {

const Way* const kWays[] = {&kCommand, &kWebhook, &kNtfy, &kSlack, &kDiscord, &kMail};

}  // namespace

const Way& way_of(const NotifySettings& whom) {
  return **std::find_if(std::begin(kWays), std::end(kWays),
                        [&](const Way* way) { return way->way == whom.way; });
}

Notice test_notice(Instant now) {
  return {.at = now,
          .title = "ctxcap: this is a test",
          .lines = {"If you can read this, ctxcap nightly can reach you. Nothing was changed."}};
}

bool wants(const NotifySettings& whom, const Notice& notice) {
  return whom.on.empty() || notice.what.empty() ||
         std::any_of(notice.what.begin(), notice.what.end(), [&](Happened what) {
           return std::find(whom.on.begin(), whom.on.end(), word(what)) != whom.on.end();
         });
}

Status tell(const NotifySettings& whom, const Notice& notice, World& world, const Limits& limits) {
  return way_of(whom).send(whom, notice, world, limits);
}

std::string name_of(const NotifySettings& whom) {
  if (whom.to.empty()) return fmt::format("{} ({}_URL)", word(*whom.way), whom.prefix());
  return fmt::format("{} {}", word(*whom.way), printable(whom.to.front(), 80));
}

std::vector<Error> doubts(const NotifySettings& whom, World& world) {
  std::vector<Error> doubts;
  const auto add = [&](std::string why, std::string hint) {
    doubts.push_back({.kind = ErrorKind::usage,
                      .what = name_of(whom) + " could not be notified",
                      .why = std::move(why),
                      .hint = std::move(hint)});
  };
  if (way_of(whom).posts) {
    if (const auto address = address_of(whom, world); !address)
      add(address.error().why, address.error().hint);
  } else if (whom.way == NoticeWay::command && !world.processes.find(whom.to.front())) {
    add("there is no such program", "give its whole path: a timer has a short PATH");
  }
  if (whom.way != NoticeWay::webhook) return doubts;
  const auto body = webhook_body(whom, test_notice(world.clock.now()), world);
  if (!body) add(body.error().why, body.error().hint);
  return doubts;
}

std::string lines_of(const Notice& notice, std::size_t most) {
  std::string text = join(notice.lines, "\n");
  if (text.size() <= most) return text;
  std::size_t end = most - std::min<std::size_t>(most, 4);
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // within a character
  return text.substr(0, end) + "\n...";
}

std::string text_of(const Notice& notice, std::size_t most) {
  const std::string head = notice.title + "\n\n";
  return head + lines_of(notice, most == std::string::npos ? most : most - std::min(most, head.size()));
}

std::vector<std::string> words_of(const Notice& notice) {
  std::vector<std::string> words;
  for (const Happened what : notice.what) words.emplace_back(word(what));
  if (words.empty()) words.emplace_back("test");
  return words;
}

std::string header_text(const std::string& text) {
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (ascii) return text;
  constexpr std::size_t kMost = 45;  // an encoded word has at most 75 characters
  std::string words;
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end) {
    end = std::min(begin + kMost, text.size());
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    words += (words.empty() ? "=?UTF-8?B?" : " =?UTF-8?B?") + base64(text.substr(begin, end - begin)) + "?=";
  }
  return words;
}

}  // namespace ctxcap::notify
