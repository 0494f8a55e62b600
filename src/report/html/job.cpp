// A job in words and tables.

#include "report/html/job.hpp"

#include <fmt/format.h>

#include "base/glossary.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "data/words.hpp"
#include "report/html/markup.hpp"

namespace ctxcap::report::html {
namespace {

std::string size_or_unknown(std::optional<Bytes> bytes) {
  return bytes ? human_bytes(*bytes) : "unknown";
}

std::string window_name(const BaseDecision& base, const JobDecision& job, const Candidate& candidate) {
  std::string name = with_commas(candidate.num_ctx);
  if (candidate.taken) name += " (advised)";
  if (job.current && job.current->num_ctx == candidate.num_ctx) name += " (now)";
  if (base.arch && base.arch->native_ctx == candidate.num_ctx) name += " (native)";
  return name;
}

std::string lead(const BaseDecision& base, const JobDecision& job) {
  const DemandStats& stats = job.stats;
  std::string text = fmt::format("<p>{}: {}", counted(stats.requests, "request"), escaped(job.reason, 600));
  if (stats.counted_from)
    text += fmt::format(". {} before {} were left out: a smaller window cut them then",
                        counted(stats.left_out, "request"), iso_date(*stats.counted_from));
  text += "</p>\n";
  if (job.outlook && job.outlook->requests_30d && job.outlook->cut_30d_upper) {
    text += fmt::format(
        "<p>In 30 days at this rate: about {} requests, of which at most {:.1f} may be cut.</p>\n",
        with_commas(static_cast<i64>(*job.outlook->requests_30d + 0.5)), *job.outlook->cut_30d_upper);
  }
  if (base.jobs.size() > 1) text += "<p class=\"muted\">The window is that of all jobs on this model.</p>\n";
  return text;
}

}  // namespace

std::string seen_in(const DemandStats& stats, std::string_view rule) {
  std::string text = counted(stats.requests, "request");
  if (stats.from && stats.to) {
    const Day first = day_of(*stats.from), last = day_of(*stats.to);
    text += first == last ? fmt::format(" of {}", iso_date(first))
                          : fmt::format(" from {} to {} (UTC)", iso_date(first), iso_date(last));
  } else {
    text += ", days not known";
  }
  return fmt::format("From {}; {}.", text, rule);
}

std::string rungs_table(const BaseDecision& base, const JobDecision& job) {
  std::vector<TableRow> rows;
  for (const Candidate& candidate : job.candidates) {
    const Footprint& memory = candidate.memory;
    rows.push_back({{window_name(base, job, candidate),
                     candidate.requests_over ? with_commas(*candidate.requests_over) : "unknown",
                     size_or_unknown(cache_bytes(memory)), size_or_unknown(memory.total_bytes),
                     escaped(candidate.reason, 300)},
                    candidate.taken ? "taken" : ""});
  }
  return table(
      fmt::format("Each window: how many of the {} it would have cut, and what it takes of the card",
                  counted(job.stats.requests, "request")),
      {{"Window"}, {"Would cut", true}, {"KV cache", true}, {"Model in all", true}, {"Why, or why not"}},
      rows);
}

std::string cuts_text(const DemandStats& stats) {
  const Censoring& cut = stats.censoring;
  if (stats.upper_ends)
    return "<p>All lengths are upper ends of buckets: whether any were cut, such counts cannot tell.</p>\n";
  if (cut.verdict == CensoringVerdict::none && cut.maybe_cut == 0)
    return "<p>No sign of cuts: the counts do not pile up at the mark of any window.</p>\n";
  if (cut.verdict == CensoringVerdict::none) {
    return fmt::format("<p>{} lie where a window of {} would have cut them; that may be chance.</p>\n",
                       counted(cut.maybe_cut, "request"), with_commas(cut.maybe_cut_by.value_or(0)));
  }
  std::string kinds;
  for (const std::string& kind : cut.kinds) kinds += (kinds.empty() ? "" : ", ") + escaped(kind, 60);
  const std::string limit = cut.num_ctx ? with_commas(*cut.num_ctx) : "unknown size";
  std::string text =
      cut.verdict == CensoringVerdict::censored
          ? fmt::format("<p><strong>A window of {} cut {}</strong>", limit, counted(cut.rows, "request"))
          : fmt::format("<p><strong>{} stop at a limit of {} that their client set</strong>",
                        counted(cut.rows, "request"), limit);
  if (!kinds.empty()) text += fmt::format(" (seen as {})", kinds);
  text += cut.sizes_known ? "; how large they were is known."
          : cut.verdict == CensoringVerdict::censored
              ? "; how much they needed is unknown, so no risk is stated."
              : ".";
  if (cut.estimated_max)
    text += fmt::format(" By the size of what was sent, the largest had about {} tokens.",
                        with_commas(*cut.estimated_max));
  return text + "</p>\n";
}

std::string job_section(const BaseDecision& base, const JobDecision& job, const std::string& id) {
  const DemandStats& stats = job.stats;
  const std::string figures =
      needs_figure(job, id) + days_figure(job, id + "-d") + prompts_figure(stats, id + "-p");
  std::string text =
      fmt::format("<section aria-labelledby=\"{0}-h\">\n<h3 id=\"{0}-h\">{1}</h3>\n", id, escaped(stats.job));
  text += lead(base, job) + "<div class=\"figures\">\n" + figures + "</div>\n";
  text += "<h4>Were requests cut?</h4>\n" + cuts_text(stats);
  if (stats.limit && job.num_predict) {
    text += fmt::format("<h4>Generation limit</h4>\n<p>{}: {}.</p>\n", with_commas(*job.num_predict),
                        escaped(reason_of(*stats.limit, stats.required.confidence), 300));
  }
  if (!job.candidates.empty()) text += rungs_table(base, job);
  return text + "</section>\n";
}

}  // namespace ctxcap::report::html
