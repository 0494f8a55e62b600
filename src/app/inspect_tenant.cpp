#include "app/inspect_tenant.hpp"

#include "base/text.hpp"
#include "base/units.hpp"
#include "ingest/ingest.hpp"
#include "intake/intake.hpp"
#include "sources/sources.hpp"
#include "tenants/tenants.hpp"

namespace ctxcap::app {
namespace {

Error no_length(const std::string& path, std::string why) {
  return {.kind = ErrorKind::usage,
          .what = "--lengths names no lengths",
          .why = printable(path, 120) + std::move(why),
          .hint = "give a file with the tokens of one text in each line, or traces of an embedder"};
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == line.npos;
}

// One length a line. nullopt: the first line is something else.
Result<std::optional<Histogram>> lengths_by_line(const std::string& path, std::string_view text) {
  std::vector<Bin> bins;
  i64 number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    if (is_blank(line)) continue;
    line.remove_prefix(line.find_first_not_of(" \t"));
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    const auto length = parse_integer(line);
    if (length && *length >= 0) {
      bins.push_back({*length, 1});
    } else if (bins.empty()) {
      return std::optional<Histogram>();
    } else {
      return fail(no_length(path, fmt::format(":{}: \"{}\" is not a length", number, printable(line, 40))));
    }
  }
  if (bins.empty()) return fail(no_length(path, " is empty"));
  return std::optional(make_histogram(std::move(bins)));
}

Result<Histogram> lengths_of_traces(const std::string& path, World& world, Talk& talk) {
  const SourceSettings source{.kind = find_kind(sources::kinds(), "files"), .where = {path}};
  TRY_ASSIGN(const TraceSummary summary,
             intake::read_sources({.sources = {source}, .embeddings = true, .all_jobs = true}, world, talk));
  Histogram lengths, prompts;
  for (const Demand& demand : summary.demands)
    (demand.job == ingest::kEmbeddings ? lengths : prompts).merge(demand.pooled().prompt);
  if (lengths.empty())
    lengths = std::move(prompts);  // of a log of the embedder alone, whatever it calls them
  if (lengths.empty()) return fail(intake::no_request(summary.inputs, summary.skipped));
  return lengths;
}

Result<Histogram> read_lengths(const std::string& path, World& world, Talk& talk) {
  const Result<std::string> text = world.files.read_all(path);
  if (text) {
    TRY_ASSIGN(const std::optional<Histogram> lengths, lengths_by_line(path, *text));
    if (lengths) return *lengths;
  }
  return lengths_of_traces(path, world, talk);
}

}  // namespace

Result<TenantNeed> inspected_tenant(const TenantFlags& flags, World& world, Talk& talk) {
  tenants::TenantQuestion question{.tenant = flags.tenant, .read = [&world](const std::string& path) {
                                     return world.files.read_all(path);
                                   }};
  if (!flags.free.empty()) {
    TRY_ASSIGN(question.free, parse_bytes(flags.free));
  }
  if (!flags.lengths.empty()) {
    TRY_ASSIGN(question.lengths, read_lengths(flags.lengths, world, talk));
  }
  return tenants::need_of(question);
}

}  // namespace ctxcap::app
