#include "history/tool_text.hpp"

#include <algorithm>
#include <set>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "gpu/gpu.hpp"

namespace ctxcap::history {
namespace {

using Json = nlohmann::json;
using Words = std::vector<std::string_view>;
using Zone = std::function<i64(Instant)>;

constexpr std::size_t kHead = 64 << 10;  // bytes, in which it shows what a text is
constexpr const char *kTotal = "VRAM Total Memory (B)", *kUsed = "VRAM Total Used Memory (B)";

Words words_of(std::string_view line) {
  Words words;
  for (const std::string_view word : split(line, ' ')) {
    if (!word.empty() && word != "\r") words.push_back(word);
  }
  return words;
}

Instant of_wall(Instant wall, const Zone& zone) {
  return {wall.micros - zone(wall) * kMicrosPerMinute};
}

void add_printed(const std::vector<gpu::PrintedLook>& looks, const Zone& zone, Joined& into) {
  for (const gpu::PrintedLook& look : looks) {
    for (const CardLook& card : look.cards) {
      CardFacts facts = card.facts;
      if (look.wall) facts.used = facts.free = std::nullopt;  // of then, and not of now
      into.card(facts);
      if (!look.wall) continue;
      const Instant at = of_wall(*look.wall, zone);
      into.used(card.facts.uuid, at, card.facts.used);
      for (const CardProcess& process : card.processes) {
        CardTenant tenant = tenant_of_process(process.program);
        if (process.use != CardProcess::Use::compute && !is_llm(tenant.kind))
          tenant = {"desktop", TenantKind::desktop, "processes that draw"};
        if (process.bytes) into.held(card.facts.uuid, at, tenant, process.pid, *process.bytes);
      }
    }
  }
}

// Columns by their names in the first line, "#Date       Time        gpu         pid   type     fb ...
// command"; the second has units. Newer drivers have more of them, older ones print both again and again.
class Pmon {
 public:
  Pmon(const Zone& zone, Joined& into) : zone_(zone), into_(into) {}

  void line(std::string_view text) {
    if (text.starts_with('#')) {
      Words names = words_of(text.substr(1));
      if (std::find(names.begin(), names.end(), "pid") != names.end()) names_ = std::move(names);
      return;
    }
    const Words cells = words_of(text);
    const auto cell = [&](std::string_view name) -> std::string_view {
      const auto at =
          static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
      return at < names_.size() && at < cells.size() ? cells[at] : std::string_view();
    };
    std::string day(cell("Date"));
    if (day.size() == 8) day.insert(4, "-").insert(7, "-");
    std::replace(day.begin(), day.end(), '/', '-');
    const auto wall = parse_time(fmt::format("{}T{}Z", day, cell("Time")));
    const auto card = parse_integer(cell("gpu")), pid = parse_integer(cell("pid")),
               bytes = parse_integer(cell("fb"));
    told_ = told_ || bytes;
    timed_ = timed_ || wall;
    if (!wall || !card || *card < 0) return;
    // Cards have no more than their numbers here; a look at a card that nobody is on is one, too.
    const std::string uuid = *card == 0 ? "" : fmt::format("card {}", *card);
    if (seen_.emplace(*card, *wall).second) {
      into_.card({.index = *card, .uuid = uuid});
      into_.used(uuid, of_wall(*wall, zone_), std::nullopt);
    }
    if (pid && bytes && *bytes >= 0 && *bytes < (INT64_MAX >> 20))
      into_.held(uuid, of_wall(*wall, zone_), tenant_of_process(cell("command")), *pid, *bytes << 20);
  }

  Status finish(const std::string& path) const {
    if (told_ && timed_) return {};
    return fail(
        {.kind = ErrorKind::usage,
         .what = printable(path) + " has no " + (told_ ? "time" : "memory"),
         .why = told_ ? "pmon writes times where it is asked to" : "it has no column fb, or no number in it",
         .hint = "nvidia-smi pmon -s um -o DT -d 10 -f FILE"});
  }

 private:
  const Zone& zone_;
  Joined& into_;
  Words names_;
  std::set<std::pair<i64, Instant>> seen_;
  bool told_ = false, timed_ = false;
};

std::optional<Bytes> bytes_in(std::string_view text) {
  const auto number = parse_integer(text);
  return number && *number >= 0 ? number : std::nullopt;
}

// "card0" and its figures, all of them texts.
void add_rocm(std::string_view card, std::string name, std::string_view total, std::string_view used,
              Joined& into) {
  const auto number = card.starts_with("card") ? parse_integer(card.substr(4)) : std::nullopt;
  if (!number || !bytes_in(total)) return;
  CardFacts facts{.index = *number, .uuid = printable(card, 20), .name = printable(name, 60)};
  facts.total = bytes_in(total);
  facts.used = bytes_in(used);
  if (facts.used && *facts.used <= *facts.total) facts.free = *facts.total - *facts.used;
  into.card(facts);
}

void add_rocm_json(const Json& cards, Joined& into) {
  for (const auto& item : cards.items()) {
    const std::string& card = item.key();
    const Json& told = item.value();
    const auto text = [&](const char* key) {
      const auto found = told.is_object() ? told.find(key) : told.end();
      return told.is_object() && found != told.end() && found->is_string() ? found->get<std::string>() : "";
    };
    std::string name = text("Device Name");
    for (const char* other : {"Card Series", "Card series", "Card Model"})
      if (name.empty()) name = text(other);
    add_rocm(card, std::move(name), text(kTotal), text(kUsed), into);
  }
}

// Columns stand in any order: others have swapped total and used.
void add_rocm_csv(std::string_view text, Joined& into) {
  Words names;
  for (const std::string_view line : split(text, '\n')) {
    const Words cells = split(line.substr(0, line.find('\r')), ',');
    if (line.starts_with("device")) names = cells;
    const auto cell = [&](std::string_view name) -> std::string_view {
      const auto at = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
      return at < names.size() && at < cells.size() ? cells[at] : std::string_view();
    };
    std::string name(cell("Device Name"));
    for (const char* other : {"Card Series", "Card series", "Card SKU"})
      if (name.empty()) name = cell(other);
    add_rocm(cell("device"), std::move(name), cell(kTotal), cell(kUsed), into);
  }
}

}  // namespace

Result<bool> read_tool_text(std::string_view text, const std::string& path, const Zone& zone, Joined& into) {
  const std::string_view head = text.substr(0, kHead);
  if (head.find("NVSMI LOG") != head.npos || head.find("<nvidia_smi_log") != head.npos) {
    TRY_ASSIGN(const auto looks, gpu::read_printed(text));
    add_printed(looks, zone, into);
    return true;
  }
  if (head.find("VRAM Total") != head.npos && head.find("device,") != head.npos) {
    add_rocm_csv(text, into);
    return true;
  }
  if (head.find(kTotal) != head.npos) {
    const Json cards = Json::parse(text.substr(std::min(text.find('{'), text.size())), nullptr, false);
    if (!cards.is_object()) return false;
    add_rocm_json(cards, into);
    return true;
  }
  const std::size_t header = head.find('#');
  const std::string_view first =
      header == head.npos ? "" : head.substr(header, head.find('\n', header) - header);
  const Words names = words_of(first.substr(first.empty() ? 0 : 1));
  const auto named = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (!named("gpu") || !named("pid")) return false;
  Pmon pmon(zone, into);
  for (const std::string_view line : split(text.substr(header), '\n'))
    pmon.line(line.substr(0, line.find('\r')));
  TRY(pmon.finish(path));
  return true;
}

}  // namespace ctxcap::history
