#include "ingest/formats/cached_usage.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace ctxcap::ingest {
namespace {

// Spellings in lower case and without separators.
constexpr std::array<std::string_view, 8> kInputs{
    "input",  "inputtokens",     "prompttokens",      "tokensin",
    "prompt", "inputtokencount", "prompttokenscount", "prompttokencount"};
constexpr std::array<std::string_view, 13> kOutputs{"output",
                                                    "outputtokens",
                                                    "completiontokens",
                                                    "tokensout",
                                                    "completion",
                                                    "generatedtokens",
                                                    "outputtokencount",
                                                    "predictedtokenscount",
                                                    "totaloutputtokens",
                                                    "candidatestokencount",
                                                    "responsetokens",
                                                    "completiontokencount",
                                                    "candidates"};
constexpr std::array<std::string_view, 4> kTotals{"total", "totaltokens", "totaltokencount",
                                                  "totaltokenscount"};
// Part of the input where they come from, unless the numbers say otherwise.
constexpr std::array<std::string_view, 10> kCachedInside{"cached",
                                                         "cachedtokens",
                                                         "cachedinputtokens",
                                                         "cachedprompttokens",
                                                         "promptcachedtokens",
                                                         "inputcachedtokens",
                                                         "cachedtokencount",
                                                         "cachedcontenttokencount",
                                                         "cachedinput",
                                                         "cachedcontent"};
constexpr std::array<std::string_view, 12> kCachedBeside{
    "cacheread",     "cachereads",          "cachereadtokens",          "cachereadinputtokens",
    "cachewrite",    "cachewrites",         "cachewritetokens",         "cachewriteinputtokens",
    "cachecreation", "cachecreationtokens", "cachecreationinputtokens", "cachecreations"};
constexpr std::array<std::string_view, 7> kReasoning{
    "reasoning", "reasoningtokens",    "reasoningoutputtokens", "reasoningtokencount",
    "thoughts",  "thoughtstokencount", "thinkingtokens"};

bool is_one_of(std::string_view name, const auto& list) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::string folded(std::string_view key) {
  std::string name;
  for (const char c : key) {
    if (c == '_' || c == '-' || c == '.') continue;
    name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return name;
}

Tokens value(const Count& count) {
  return count.tokens.value_or(0);
}

void keep_first(Count& into, const Count& count) {
  if (into.reason == Reason::none && value(into) == 0 && (count.tokens || count.reason != Reason::none))
    into = count;
}

void add_to(Count& into, const Count& count) {
  if (into.reason == Reason::none) into.reason = count.reason;
  if (count.tokens) into.tokens = value(into) + *count.tokens;
}

bool has_reason(const CachedCounts& counts, Reason& reason) {
  for (const Count* count : {&counts.input, &counts.output, &counts.cached}) {
    if (count->reason != Reason::none) reason = count->reason;
  }
  return reason != Reason::none;
}

// The two sums as the total has them; nullopt: it is the sum of no parts.
struct Reading {
  Tokens prompt, generation;
};
std::optional<Reading> by_total(const CachedCounts& counts, const Reading& by_name) {
  const Tokens input = value(counts.input), output = value(counts.output), total = value(counts.total);
  const Tokens with_cache = input + value(counts.cached), with_thoughts = output + value(counts.reasoning);
  for (const Reading& reading : {by_name, Reading{with_cache, output}, Reading{with_cache, with_thoughts},
                                 Reading{input, output}, Reading{input, with_thoughts}}) {
    const bool holds_cache = reading.prompt >= value(counts.cached);
    if (holds_cache && total > 0 && reading.prompt + reading.generation == total) return reading;
  }
  return std::nullopt;
}

}  // namespace

Usage usage_with_cache(const CachedCounts& counts) {
  Reason reason = Reason::none;
  if (has_reason(counts, reason)) return {.reason = reason};
  const Tokens input = value(counts.input), cached = value(counts.cached);
  const Tokens output = value(counts.output), thoughts = value(counts.reasoning);
  const bool beside = cached > input || counts.by_name != Cached::inside;
  const bool thought_beside = counts.reasoning_beside || thoughts > output;
  const Reading by_name{input + (beside ? cached : 0), output + (thought_beside ? thoughts : 0)};
  const std::optional<Reading> told = by_total(counts, by_name);
  const Reading reading = told.value_or(by_name);
  const bool answered = counts.output.tokens || counts.reasoning.tokens;
  Usage usage = usage_of({.tokens = reading.prompt},
                         {.tokens = answered ? std::optional(reading.generation) : std::nullopt});
  if (usage.reason != Reason::none) return usage;
  if (!told && cached > 0 && cached <= input && counts.by_name == Cached::unsaid)
    usage.remarks.add(Remark::cache_added);
  if (value(counts.total) > usage.context) {
    usage.context = value(counts.total);
    usage.remarks.add(Remark::unsplit_tokens);
  }
  return usage;
}

CachedCounts read_cached_counts(Value map, Scratch& scratch) {
  CachedCounts counts;
  Count inside, beside;
  map.opened(scratch).each_member([&](std::string_view key, Value member) {
    const std::string name = folded(key);
    if (name == "cache" && member.is_object()) {
      member.each_member([&](std::string_view part, Value count) {
        if (part == "read" || part == "write") add_to(beside, read_count(count, scratch));
      });
    }
    if (member.is_object() || member.is_array()) return;  // details, which repeat parts of the counts
    if (is_one_of(name, kInputs)) keep_first(counts.input, read_count(member, scratch));
    if (is_one_of(name, kOutputs)) keep_first(counts.output, read_count(member, scratch));
    if (is_one_of(name, kTotals)) keep_first(counts.total, read_count(member, scratch));
    if (is_one_of(name, kReasoning)) keep_first(counts.reasoning, read_count(member, scratch));
    if (is_one_of(name, kCachedInside)) keep_first(inside, read_count(member, scratch));
    if (is_one_of(name, kCachedBeside)) add_to(beside, read_count(member, scratch));
  });
  const bool is_beside = value(beside) > 0 || beside.reason != Reason::none;
  counts.cached = is_beside ? beside : inside;
  counts.by_name = is_beside ? Cached::beside : Cached::inside;
  return counts;
}

Usage read_cached_usage(Value map, Scratch& scratch) {
  return usage_with_cache(read_cached_counts(map, scratch));
}

}  // namespace ctxcap::ingest
