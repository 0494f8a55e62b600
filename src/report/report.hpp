#pragma once
// Results as text for people and machines. Nothing here asks or prints; every format is a skin of the same
// Analysis, so they cannot disagree.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/analysis.hpp"
#include "data/backtest.hpp"
#include "data/card.hpp"
#include "data/health.hpp"
#include "data/history.hpp"
#include "data/inspection.hpp"
#include "data/metrics.hpp"
#include "data/notice.hpp"
#include "data/oom.hpp"
#include "data/owned.hpp"
#include "data/tenant_need.hpp"
#include "data/trace_format.hpp"
#include "data/verification.hpp"
#include "data/vllm.hpp"

namespace ctxcap::report {

enum class Colour { off, on };
enum class Glyphs { unicode, ascii };

struct TextOptions {
  int width = 100;  // columns
  Colour colour = Colour::off;
  Glyphs glyphs = Glyphs::unicode;
  std::size_t most = 0;  // jobs, models and warnings that a terminal gets, the largest; 0: all
  bool details = true;   // windows that were considered, the Modelfile, the places of what was not counted
  bool wide = true;      // no column is left out, whatever the width
  std::string sort = "model";  // of the table of jobs: by name (model, job), or what has most of it first
  // What was typed behind the command, as a shell takes it, for the command to type next; nullopt: there is
  // nobody who would type it.
  std::optional<std::string> again;
};

// A report format: one file in formats/ and one row in formats.cpp.
struct Format {
  std::string_view name;    // for -f
  std::string_view suffix;  // of files given to -o, with the dot
  std::string_view help;
  std::string (*print)(const Analysis&, const TextOptions&);
  bool has_skipped = true;   // it says what was not counted, and why
  bool has_what_if = false;  // it shows what other settings would come to
};

std::span<const Format* const> formats();

// Errors (ErrorKind::usage): no such format, or no format for that suffix; with a suggestion.
Result<const Format*> format_named(std::string_view name);
Result<const Format*> format_for_file(std::string_view path);

// "177 embedding, first calls.jsonl:1", one line per reason, the most frequent first. Beyond `most` of them
// (0: never) one line for the rest: "12 for 3 more reasons".
std::vector<std::string> skip_lines(std::span<const Skip> skipped, std::size_t most = 0);

// `error: what`, `  why: why`, ` hint: hint`.
std::string error_text(const Error& error, Colour colour);

// A model: its layers, its windows, and a table of what each window takes.
std::string inspection_text(const Inspection& inspection, const TextOptions& options);

// One row per rule, for each job.
std::string backtest_text(const Backtest& backtest, const TextOptions& options);

// The same as a page.
std::string backtest_page(const Backtest& backtest);

// Tenants of each card, what the rest of them was seen to have and needs, and who ran out of memory.
std::string card_text(const std::vector<CardUse>& cards, const TextOptions& options);
// The same as a page.
std::string card_page(const std::vector<CardUse>& cards);
// How that tenant is known, and what was seen of it on each card. Empty: there is none of that name.
std::string tenant_text(const std::vector<CardUse>& cards, const std::string& name);

// A plan for another server, with its first text; with details all of them.
std::string served_text(const ServedPlan& plan, const TextOptions& options);

// What a running server was asked, and whether it is as planned.
std::string verification_text(const ServedVerification& seen, const TextOptions& options);

// A checkpoint and what each window of it takes in vLLM's blocks.
std::string vllm_text(const VllmInspection& inspection, const TextOptions& options);

// What a tenant takes by the catalogue: its parts, batches that fit, limits, and what would free memory.
std::string tenant_need_text(const TenantNeed& need, const TextOptions& options);

// The catalogue: each engine with its models, words and keys.
std::string catalogue_text(std::span<const EngineHelp> engines, const TextOptions& options);

// What each failure's figures say, and what would help; of many the last.
std::string oom_text(const std::vector<OomEvent>& events, const TextOptions& options);

// Decisions, measurements, and for each job a line of what it needed and of the window it had. Empty:
// nothing.
std::string history_text(const History& history, const TextOptions& options);

// The same as a page, which says so where there is nothing.
std::string history_page(const History& history);

// A line for a job, without its end, e.g. "triage  m:triage  16,384 -> 8,192: shrink, applied: 3 nights
// agree".
std::string night_line(const JobNight& job, bool dry_run);
// How many of each move, and what went wrong first.
std::string night_summary(std::span<const JobNight> jobs, std::span<const Error> troubles);
// Of what changed, what could not be done, and who ran out of memory; `what` is empty where nothing is to be
// told.
Notice night_notice(std::span<const JobNight> jobs, std::span<const Error> troubles,
                    std::span<const NoticeOfOom> ooms, Instant at, int exit_code);

// One thing that doctor looked at.
struct Finding {
  enum class Level { ok, warn, bad };
  Level level = Level::ok;
  std::string topic, text, hint;  // no hint: nothing to do
};
Finding health_of(const Health& health);
std::vector<Finding> half_done(const std::vector<Journal>& journals);
std::vector<Finding> stray_backups(const std::vector<std::string>& names);
// Whether the variants of ours are as we left them on their server. Those that a change was left half-way of
// are half_done()'s.
std::vector<Finding> fate_of(const std::vector<OwnedVariant>& ours,
                             const std::vector<InstalledModel>& installed,
                             const std::vector<Journal>& journals);
std::string findings_text(const std::vector<Finding>& findings, const TextOptions& options);
std::string findings_json(const std::vector<Finding>& findings);  // ctxcap.doctor/1

// One decision as questions and answers; with `details` also every formula and its inputs.
// `budget`: of the card, for all models of the analysis; nullptr: none is known.
std::string explanation(const BaseDecision& base, const JobDecision& job, const BudgetReport* budget,
                        const TextOptions& options);
// The same of several jobs, for machines: ctxcap.explanation/1; a table stands in the analysis.
std::string explanations_json(std::span<const std::pair<const BaseDecision*, const JobDecision*>> jobs,
                              const BudgetReport* budget);

// The formats that request logs may have, and how --map reads any other.
std::string trace_formats_text(std::span<const TraceFormat> formats, const TextOptions& options);
// What an analysis knows of a run's metrics: demand, caps, risk, predictions.
Metrics metrics_of(const Analysis& analysis);
// A variant that is there, with what its last load took.
VariantMetrics variant_metrics(const OwnedVariant& variant, const std::string& model,
                               const std::vector<Measurement>& measured);
// A run that ends now, after those before it.
RunMetrics run_metrics(const std::vector<Run>& earlier, Instant now, int exit_code, double seconds);
// In Prometheus' text format, for node_exporter's textfile collector.
std::string prom_text(const Metrics& metrics);

// What will be created, before it is asked for. `lost`: what the one of before has, and it will not.
std::string plan_text(const Variant& variant, const std::vector<InstalledModel>& installed,
                      const std::vector<std::string>& lost, const TextOptions& options);

// What a proof disturbs beside the variants that are changed; empty: nothing else is loaded.
std::string disturbed_text(const std::vector<LoadedModel>& loaded, const std::vector<std::string>& changed);

// What became of it.
std::string again_text(const std::vector<std::string>& lines);

// It is there as planned.
std::string unchanged_text(const Variant& variant, const TextOptions& options);

// What a rollback would do.
std::string way_text(const WayBack& way);

// What came of it.
std::string receipt_text(const Receipt& receipt, const Variant& variant, const TextOptions& options);
// The same of a window in a file that a server reads.
std::string served_receipt_text(const Receipt& receipt, const TextOptions& options);

}  // namespace ctxcap::report
