#include "app/source_flags.hpp"

#include <algorithm>

#include "app/parser.hpp"
#include "ingest/ingest.hpp"

namespace ctxcap::app {
namespace {

std::vector<const SourceKind*> files_first(SourceKinds kinds) {
  std::vector<const SourceKind*> sorted(kinds.begin(), kinds.end());
  std::stable_partition(sorted.begin(), sorted.end(),
                        [](const SourceKind* kind) { return kind->where == SourceKind::Where::paths; });
  return sorted;
}

}  // namespace

bool SourceFlags::has_source() const {
  return std::any_of(named.begin(), named.end(), [](const auto& kind) { return !kind.second.empty(); });
}

void add_source_flags(Parser& parser, SourceFlags& flags, SourceKinds kinds) {
  for (const SourceKind* kind : files_first(kinds)) {
    std::vector<std::string>& where = flags.named[kind->word];
    const std::string flag(kind->flag), help(kind->help), value(kind->value);
    if (kind->where == SourceKind::Where::paths) {
      parser.add_option(flag, where, help).type_name(value);
      continue;
    }
    Option option = parser.add_option(
        flag,
        [&where, kind](const std::vector<std::string>& values) {
          const bool bare = values.empty() || values.front().empty();
          where = {bare ? std::string(kind->alone) : values.front()};
        },
        help);
    option.type_name(value);
    if (!kind->alone.empty()) option.value_optional();
  }
  const auto taken = [&](std::string_view key) {
    return std::any_of(kinds.begin(), kinds.end(),
                       [&](const SourceKind* kind) { return kind->accepts(key); });
  };
  SourceSettings& asked = flags.asked;
  if (taken("limit"))
    parser.add_option("--limit", asked.limit, "The newest so many calls only").type_name("N");
  if (taken("concurrency"))
    parser.add_option("--concurrency", flags.concurrency, "Requests to Langfuse at once").show_default();
  if (taken("projects"))
    parser.add_option("--project", asked.projects, "Ids of projects (default: all)").type_name("ID");
  if (taken("from"))
    parser.add_option("--from", asked.from, "Calls since then: 7d, 36h, a date or RFC 3339")
        .type_name("TIME");
  if (taken("to")) parser.add_option("--to", asked.to, "Calls before then").type_name("TIME");
  parser.add_option("--model", asked.models, "Calls of these models only").type_name("NAME");
  if (taken("environment"))
    parser.add_option("--environment", asked.environments, "Calls in these environments only")
        .type_name("NAME");
  if (taken("tags"))
    parser.add_option("--trace-tag", asked.tags, "Calls in traces with one of these tags only")
        .type_name("TAG");
}

Result<std::vector<SourceSettings>> named_sources(const SourceFlags& flags, SourceKinds kinds, bool rules) {
  SourceSettings asked = flags.asked;
  asked.concurrency = flags.concurrency;
  if (rules) {
    TRY_ASSIGN(asked.job_rule, ingest::take_rule(asked.jobs));
  }
  std::vector<SourceSettings> sources;
  for (const SourceKind* kind : files_first(kinds)) {
    const auto named = flags.named.find(kind->word);
    if (named == flags.named.end() || named->second.empty()) continue;
    SourceSettings& source = sources.emplace_back(asked);
    source.kind = kind;
    source.where = named->second;
  }
  return sources;
}

}  // namespace ctxcap::app
