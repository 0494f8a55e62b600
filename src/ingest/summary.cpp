#include "ingest/summary.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/formats.hpp"

namespace ctxcap::ingest {
namespace {

std::string format_names(const std::bitset<kMostFormats>& seen) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < formats().size(); ++i) {
    const std::string_view name = formats()[i]->name;
    if (seen[i] && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names.empty() ? "unknown" : fmt::format("{}", fmt::join(names, "+"));
}

std::vector<InputSummary> input_summaries(std::span<Tally* const> tallies, const Inputs& inputs) {
  std::vector<InputSummary> list;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    InputSummary& input = list.emplace_back(InputSummary{.source = inputs.source(i)});
    std::bitset<kMostFormats> formats;
    for (Tally* tally : tallies) {
      const Tally::OfInput& counted = tally->of_input(i);
      input.rows += counted.rows;
      input.used += counted.used;
      formats |= counted.formats;
    }
    // Transcripts and logs of events have lines that are no rows.
    input.format = input.rows == 0 && formats.none() ? "empty" : format_names(formats);
  }
  return list;
}

// `table` of each tally added up; `Word` is Reason or Remark.
template <typename Word, std::size_t kWords>
std::vector<Skip> listed(std::span<Tally* const> tallies, std::array<Occurrences, kWords> Tally::*table,
                         const Inputs& inputs) {
  std::vector<Skip> list;
  for (std::size_t i = 0; i < kWords; ++i) {
    Occurrences all;
    for (const Tally* tally : tallies) all.merge((tally->*table)[i]);
    if (all.count == 0) continue;
    list.push_back({.reason = std::string(wording(static_cast<Word>(i)).word),
                    .count = all.count,
                    .first = fmt::format("{}:{}", inputs.source(inputs.input_of(all.first)),
                                         inputs.line_of(all.first))});
  }
  std::sort(list.begin(), list.end(), [](const Skip& a, const Skip& b) { return a.reason < b.reason; });
  return list;
}

std::vector<std::string> missing_fields(std::span<Tally* const> tallies, const Mapping& mapping) {
  std::uint32_t found = 0;
  for (const Tally* tally : tallies) found |= tally->found_parts;
  std::vector<std::string> fields;
  for (std::size_t part = 0; part < kParts; ++part) {
    if (!mapping.paths[part].empty() && (found >> part & 1) == 0) fields.push_back(mapping.paths[part]);
  }
  return fields;
}

}  // namespace

TraceSummary summary_of(std::span<Tally* const> tallies, const Inputs& inputs, Names& names,
                        const Mapping& mapping, std::size_t most_jobs) {
  TraceSummary summary{.inputs = input_summaries(tallies, inputs),
                       .skipped = listed<Reason>(tallies, &Tally::skipped, inputs),
                       .remarks = listed<Remark>(tallies, &Tally::remarked, inputs),
                       .missing = missing_fields(tallies, mapping)};
  Histograms all;
  OtherRules rules;
  for (Tally* tally : tallies) {
    all.merge(std::move(tally->histograms));
    rules.merge(tally->other_rules);
  }
  // Which rows were tried depends on who read them; with so many that makes no
  // difference.
  constexpr std::size_t kMany = 1'000;
  const auto found = all.groups() > kMany ? rules.best() : std::nullopt;
  if (found) {
    summary.group_by = word_of(found->rule);
    summary.grouped_jobs = static_cast<i64>(found->jobs);
  }
  if (most_jobs > 0) summary.pooled = all.pool(most_jobs, names);
  summary.demands = std::move(all).demands(names);
  return summary;
}

}  // namespace ctxcap::ingest
