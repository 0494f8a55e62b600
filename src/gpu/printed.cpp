// What nvidia-smi printed into a file: once, or again and again with -l.

#include <array>

#include "base/text.hpp"
#include "base/units.hpp"
#include "gpu/gpu.hpp"
#include "gpu/query_text.hpp"
#include "gpu/xml.hpp"

namespace ctxcap::gpu {
namespace {

constexpr std::string_view kQuery = "==============NVSMI LOG==============", kXml = "<nvidia_smi_log",
                           kXmlEnd = "</nvidia_smi_log>", kTime = "<timestamp>";

// Where each answer begins that has this in it.
std::vector<std::string_view> answers(std::string_view text, std::string_view mark) {
  std::vector<std::string_view> all;
  for (std::size_t at = text.find(mark); at != text.npos;) {
    const std::size_t next = text.find(mark, at + mark.size());
    all.push_back(text.substr(at, next == text.npos ? next : next - at));
    at = next;
  }
  return all;
}

}  // namespace

std::optional<Instant> printed_time(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::vector<std::string_view> words = split(text, ' ');
  std::erase(words, std::string_view());
  if (words.size() != 5) return std::nullopt;
  for (std::size_t month = 0; month < kMonths.size(); ++month) {
    const auto day = parse_integer(words[2]);
    if (words[1] == kMonths[month] && day)
      return parse_time(fmt::format("{}-{:02}-{:02}T{}Z", words[4], month + 1, *day, words[3]));
  }
  return std::nullopt;
}

Result<std::vector<PrintedLook>> read_printed(std::string_view text) {
  std::vector<PrintedLook> looks;
  for (const std::string_view one : answers(text, kQuery)) looks.push_back(read_query_text(one));
  for (std::string_view one : answers(text, kXml)) {
    const std::size_t end = one.find(kXmlEnd);
    if (end == one.npos) break;  // it was being written
    one = one.substr(0, end + kXmlEnd.size());
    PrintedLook& look = looks.emplace_back();
    TRY_ASSIGN(look.cards, read_xml(one));
    const std::size_t time = one.find(kTime);
    if (time == one.npos) continue;
    const std::string_view rest = one.substr(time + kTime.size());
    look.wall = printed_time(rest.substr(0, rest.find('<')));
  }
  for (PrintedLook& look : looks) look.cards = divided(std::move(look.cards));
  return looks;
}

}  // namespace ctxcap::gpu
