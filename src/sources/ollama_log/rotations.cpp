#include "sources/ollama_log/rotations.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace ctxcap::sources {
namespace {

struct Part {
  std::string log;     // path of its newest part
  int age = 0;         // 0: the newest; 1: with a number or a day
  std::string number;  // of equal length where they are compared; higher is older, days are newer
  bool is_day = false, is_packed = false;
};

// Digits at the end of a name, behind one of `marks`; empty: there are none.
std::string_view number_at_end(std::string_view name, std::string_view marks) {
  const std::size_t last = name.find_last_not_of("0123456789");
  if (last == name.npos || last + 1 == name.size() || marks.find(name[last]) == marks.npos) return {};
  return name.substr(last + 1);
}

Part part_of(std::string_view path) {
  Part part;
  for (const std::string_view suffix : {".gz", ".zst"}) {
    part.is_packed = part.is_packed || path.ends_with(suffix);
    if (path.ends_with(suffix)) path.remove_suffix(suffix.size());
  }
  constexpr std::size_t kDay = 8, kMostDigits = 4;  // 20261129; more rotations than that keeps nobody
  std::string_view number = number_at_end(path, ".-");
  if (number.size() != kDay && number.size() > kMostDigits) number = {};
  std::string log(path.substr(0, path.size() - (number.empty() ? 0 : number.size() + 1)));
  if (number.empty() && path.ends_with(".log")) {
    const std::string_view stem = path.substr(0, path.size() - 4);
    const std::string_view own = number_at_end(stem, "-");
    const std::string_view before = stem.substr(0, stem.size() - (own.empty() ? 0 : own.size() + 1));
    if (!own.empty() && own.size() <= kMostDigits && before.ends_with("/server")) {
      number = own;
      log = std::string(before) + ".log";
    }
  }
  part.log = std::move(log);
  part.age = number.empty() ? 0 : 1;
  part.is_day = number.size() == kDay;
  part.number = std::string(kDay - std::min(kDay, number.size()), '0') + std::string(number);
  return part;
}

bool is_older(const Part& a, const Part& b) {
  if (a.age != b.age) return a.age > b.age;
  if (a.is_day != b.is_day) return a.is_day;
  if (a.number != b.number) return a.is_day == (a.number < b.number);
  return false;
}

}  // namespace

std::vector<std::vector<std::string>> logs_of(const std::vector<std::string>& files) {
  struct Known {
    std::string log;
    std::vector<std::pair<Part, std::string>> parts;
  };
  std::vector<Known> logs;
  for (const std::string& file : files) {
    Part part = part_of(file);
    auto log = std::find_if(logs.begin(), logs.end(), [&](const Known& one) { return one.log == part.log; });
    if (log == logs.end()) log = logs.insert(logs.end(), {part.log, {}});
    log->parts.emplace_back(std::move(part), file);
  }
  std::vector<std::vector<std::string>> sorted;
  for (Known& log : logs) {
    std::stable_sort(log.parts.begin(), log.parts.end(), [](const auto& a, const auto& b) {
      if (is_older(a.first, b.first) || is_older(b.first, a.first)) return is_older(a.first, b.first);
      return a.first.is_packed < b.first.is_packed;
    });
    std::vector<std::string>& parts = sorted.emplace_back();
    for (std::size_t i = 0; i < log.parts.size(); ++i) {
      const Part& part = log.parts[i].first;
      const bool is_twice = i > 0 && part.is_packed && !is_older(log.parts[i - 1].first, part);
      if (!is_twice) parts.push_back(log.parts[i].second);
    }
  }
  return sorted;
}

bool is_older_part(const std::string& file, const std::string& newest) {
  const Part part = part_of(file);
  return part.age > 0 && part.log == newest;
}

}  // namespace ctxcap::sources
