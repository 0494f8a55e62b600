#include "sources/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"

namespace ctxcap::sources {
namespace {

// A key that not every kind takes.
struct Wish {
  std::string_view key, flag;
  bool (*is_there)(const SourceSettings& source);
};

constexpr std::array kWishes = {
    Wish{"from", "--from", [](const SourceSettings& source) { return !source.from.empty(); }},
    Wish{"to", "--to", [](const SourceSettings& source) { return !source.to.empty(); }},
    Wish{"environment", "--environment",
         [](const SourceSettings& source) { return !source.environments.empty(); }},
    Wish{"tags", "--trace-tag", [](const SourceSettings& source) { return !source.tags.empty(); }},
    Wish{"projects", "--project", [](const SourceSettings& source) { return !source.projects.empty(); }},
    Wish{"limit", "--limit", [](const SourceSettings& source) { return source.limit.has_value(); }},
    Wish{"concurrency", "--concurrency",
         [](const SourceSettings& source) { return source.concurrency != SourceSettings{}.concurrency; }},
    Wish{"with_lengths", "--with-lengths", [](const SourceSettings& source) { return source.lengths; }},
};

Error wrong(std::string what, std::string why, std::string hint) {
  return {.kind = ErrorKind::usage, .what = std::move(what), .why = std::move(why), .hint = std::move(hint)};
}

// "--langfuse, --traces and --clickhouse"
std::string listed(const std::vector<std::string>& words, std::string_view before_last) {
  if (words.size() < 2) return join(words, "");
  return fmt::format("{} {} {}", join(std::span(words).first(words.size() - 1), ", "), before_last,
                     words.back());
}

Error nobody_answers(const Wish& wish, std::span<const SourceSettings> sources, SourceKinds kinds) {
  std::vector<std::string> here, flags, examples;
  for (const SourceKind* kind : kinds) {
    const std::string flag(kind->flag);
    if (std::any_of(sources.begin(), sources.end(),
                    [&](const SourceSettings& source) { return source.kind == kind; }))
      here.push_back(flag);
    if (!kind->accepts(wish.key)) continue;
    flags.push_back(flag);
    examples.push_back(kind->alone.empty() ? fmt::format("{} {}", flag, kind->value) : flag);
  }
  return wrong(fmt::format("{} does not apply to {}", wish.flag, listed(here, "and")),
               fmt::format("it goes with {}", listed(flags, "and")),
               fmt::format("add {}, or leave {} out", listed(examples, "or"), wish.flag));
}

Status settle_moment(std::string& text, const char* flag, Instant now) {
  TRY_ASSIGN(const std::optional<Instant> time, moment(text, flag, now));
  const bool is_age = time && !parse_time(text) && !parse_time(text + "T00:00:00Z");
  if (is_age) text = rfc3339(*time);
  return {};
}

}  // namespace

Status check_together(std::span<const SourceSettings> sources, SourceKinds kinds) {
  for (const Wish& wish : kWishes) {
    const bool asked = std::any_of(sources.begin(), sources.end(), wish.is_there);
    const bool answered = std::any_of(sources.begin(), sources.end(), [&](const SourceSettings& source) {
      return source.kind->accepts(wish.key);
    });
    if (asked && !answered) return fail(nobody_answers(wish, sources, kinds));
  }
  return {};
}

Result<std::optional<Instant>> moment(const std::string& text, const char* flag, Instant now) {
  if (text.empty()) return std::optional<Instant>{};
  const auto read = parse_when(text, now);
  if (read) return read;
  return fail(wrong(fmt::format("{} cannot be \"{}\"", flag, printable(text, 40)), "it is not a time",
                    fmt::format("write it like {} 7d, {} 36h or {} 2026-11-01T00:00:00Z", flag, flag, flag)));
}

Status settle_period(SourceSettings& source, Instant now) {
  TRY(settle_moment(source.from, "--from", now));
  return settle_moment(source.to, "--to", now);
}

}  // namespace ctxcap::sources
