#include "data/notice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "data/service_url.hpp"

namespace ctxcap {
namespace {

std::optional<Error> wrong(std::string what, std::string why, std::string hint) {
  return Error{ErrorKind::usage, std::move(what), std::move(why), std::move(hint)};
}

std::optional<Error> fault_of_address(const NotifySettings& settings) {
  const NoticeWay way = *settings.way;
  const bool hook = way == NoticeWay::slack || way == NoticeWay::discord;
  if (hook && !settings.to.empty())
    return wrong("names the address of a hook", "that address is a key, and others may read this file",
                 fmt::format("set {0}_URL, or name a file that holds it in {0}_URL_FILE", settings.prefix()));
  if (way == NoticeWay::mail && settings.to.empty())
    return wrong("does not say who gets the mail", "it has no to", "add to = \"root\"");
  if (way == NoticeWay::command && settings.to.empty())
    return wrong("does not say which program to run", "it has no to", "add to = [\"/usr/local/bin/tell\"]");
  if (hook || settings.to.empty() || way == NoticeWay::mail || way == NoticeWay::command) return std::nullopt;
  const std::string fault = settings.to.size() > 1 ? "it is one address" : fault_of_url(settings.to.front());
  if (fault.empty()) return std::nullopt;
  return wrong("cannot use that address", fault,
               "leave to out, and set PREFIX_URL where the address holds a key");
}

}  // namespace

std::string NotifySettings::prefix() const {
  std::string prefix = keys.empty() ? std::string(word(*way)) : keys;
  if (keys.empty())
    std::transform(prefix.begin(), prefix.end(), prefix.begin(),
                   [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  return prefix;
}

std::optional<Error> fault_of(const NotifySettings& settings) {
  if (!settings.way) return wrong("does not say how", "it has no by", "add by = \"ntfy\"");
  for (const std::string& what : settings.on) {
    constexpr Happened kAll[] = {Happened::changed, Happened::failed, Happened::oom};
    if (std::none_of(std::begin(kAll), std::end(kAll), [&](Happened one) { return word(one) == what; }))
      return wrong(fmt::format("cannot notify of \"{}\"", printable(what, 40)),
                   "on may hold changed, failed and oom", "on = [\"failed\", \"oom\"]");
  }
  if (!settings.template_file.empty() && settings.way != NoticeWay::webhook)
    return wrong("has a template", "only a webhook takes one", "leave it out");
  return fault_of_address(settings);
}

}  // namespace ctxcap
