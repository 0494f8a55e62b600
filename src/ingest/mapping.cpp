#include "ingest/mapping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "ingest/json_text.hpp"

namespace ctxcap::ingest {
namespace {

constexpr std::array<std::string_view, kParts> kPartNames{"prompt", "generation", "model",
                                                          "job",    "time",       "id"};

std::optional<std::size_t> part_named(std::string_view name) {
  const auto found = std::find(kPartNames.begin(), kPartNames.end(), name);
  if (found == kPartNames.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kPartNames.begin());
}

Error unusable(const std::string& part, std::string why) {
  return {.kind = ErrorKind::usage,
          .what = fmt::format("cannot use --map {}=...", printable(part, 40)),
          .why = std::move(why),
          .hint = "--map prompt=COLUMN,generation=COLUMN   (also model, job, time, id)"};
}

std::string unknown_part(const std::string& part) {
  const std::vector<std::string> names(kPartNames.begin(), kPartNames.end());
  const std::string near = closest(part, names);
  return near.empty() ? "it is not a part of a call"
                      : fmt::format("it is not a part of a call; did you mean {}?", near);
}

constexpr std::array<JobRuleWord, 8> kJobRules{{
    {"auto", "job, else trace name, else name, unless a client library gave it; else prompt, tag, service",
     JobRule::automatic},
    {"trace-name", "name of the trace, or of its root", JobRule::trace_name},
    {"name", "name of the row itself", JobRule::name},
    {"prompt", "name of the managed prompt", JobRule::prompt},
    {"tag", "first tag", JobRule::tag},
    {"service", "service.name", JobRule::service},
    {"client", "address and route of whoever asked, in Ollama's own log, where only one call can be meant",
     JobRule::client},
    {"field", "the row's own field `job`, or field:PATH", JobRule::field},
}};

Error no_such_rule(std::string_view word) {
  std::vector<std::string> words;
  for (const JobRuleWord& known : kJobRules) words.emplace_back(known.word);
  const std::string near = closest(word, words);
  return {.kind = ErrorKind::usage,
          .what = fmt::format("--job cannot be \"{}\"", printable(word, 40)),
          .why = fmt::format("it says what counts as the job: {} or field:PATH", fmt::join(words, ", ")),
          .hint = near.empty() ? "--job field:metadata.task takes the job from a field of the rows"
                               : fmt::format("did you mean --job {}?", near)};
}

}  // namespace

std::span<const JobRuleWord> job_rules() {
  return kJobRules;
}

std::string_view word_of(JobRule rule) {
  const auto is_rule = [&](const JobRuleWord& known) { return known.rule == rule; };
  return std::find_if(kJobRules.begin(), kJobRules.end(), is_rule)->word;
}

bool is_job_rule(std::string_view word) {
  const auto is_word = [&](const JobRuleWord& known) { return known.word == word; };
  return word.starts_with("field:") || std::any_of(kJobRules.begin(), kJobRules.end(), is_word);
}

Status take_job_rule(std::string_view word, Mapping& mapping) {
  constexpr std::string_view kField = "field:";
  if (word.starts_with(kField) && word.size() > kField.size()) {
    std::string& path = mapping.paths[static_cast<std::size_t>(Part::job)];
    if (!path.empty()) return fail(unusable("job", "--job field:PATH names the job already"));
    path = word.substr(kField.size());
    mapping.job_rule = JobRule::field;
    return {};
  }
  for (const JobRuleWord& known : kJobRules) {
    if (known.word != word) continue;
    mapping.job_rule = known.rule;
    return {};
  }
  return fail(no_such_rule(word));
}

std::vector<std::string_view> Mapping::terms(Part part) const {
  std::vector<std::string_view> terms;
  const std::string& path = (*this)[part];
  if (path.empty()) return terms;
  if (part != Part::prompt && part != Part::generation) return {path};
  for (const std::string_view term : split(path, '+')) terms.push_back(trimmed(term));
  return terms;
}

bool Mapping::empty() const {
  return std::all_of(paths.begin(), paths.end(), [](const std::string& path) { return path.empty(); });
}

Result<Mapping> mapping_of(std::span<const std::pair<std::string, std::string>> pairs) {
  Mapping mapping;
  for (const auto& [name, path] : pairs) {
    const std::optional<std::size_t> part = part_named(name);
    if (!part) return fail(unusable(name, unknown_part(name)));
    if (path.empty()) return fail(unusable(name, "no column or key is named"));
    if (!mapping.paths[*part].empty()) return fail(unusable(name, "it is given twice"));
    mapping.paths[*part] = path;
    for (const std::string_view term : mapping.terms(static_cast<Part>(*part))) {
      if (term.empty()) return fail(unusable(name, "a column or key is missing beside the +"));
    }
  }
  return mapping;
}

}  // namespace ctxcap::ingest
