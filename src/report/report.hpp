#pragma once
// Results as text for people and machines. Nothing here asks or prints; every format is a skin of the same
// Analysis, so they cannot disagree.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/analysis.hpp"
#include "data/backtest.hpp"
#include "data/history.hpp"
#include "data/inspection.hpp"
#include "data/metrics.hpp"
#include "data/trace_format.hpp"

namespace ctxcap::report {

enum class Colour { off, on };
enum class Glyphs { unicode, ascii };

struct TextOptions {
  int width = 100;  // columns
  Colour colour = Colour::off;
  Glyphs glyphs = Glyphs::unicode;
};

// A report format: one file in formats/ and one row in formats.cpp.
struct Format {
  std::string_view name;    // for -f
  std::string_view suffix;  // of files given to -o, with the dot
  std::string_view help;
  std::string (*print)(const Analysis&, const TextOptions&);
};

std::span<const Format* const> formats();

// Errors (ErrorKind::usage): no such format, or no format for that suffix; with a suggestion.
Result<const Format*> format_named(std::string_view name);
Result<const Format*> format_for_file(std::string_view path);

// `error: what`, `  why: why`, ` hint: hint`.
std::string error_text(const Error& error, Colour colour);

// A model: its layers, its windows, and a table of what each window takes.
std::string inspection_text(const Inspection& inspection, const TextOptions& options);

// One row per rule, for each job.
std::string backtest_text(const Backtest& backtest, const TextOptions& options);

// Decisions, measurements, and for each job a line of what it needed and of the window it had. Empty:
// nothing.
std::string history_text(const History& history, const TextOptions& options);

// One thing that doctor looked at.
struct Finding {
  enum class Level { ok, warn, bad };
  Level level = Level::ok;
  std::string topic, text, hint;  // no hint: nothing to do
};
std::string findings_text(const std::vector<Finding>& findings, const TextOptions& options);

// Every number of one decision, with its inputs, in sentences that can be checked by hand.
std::string explanation(const BaseDecision& base, const JobDecision& job, const TextOptions& options);

// The formats that request logs may have, and how --map reads any other.
std::string trace_formats_text(std::span<const TraceFormat> formats, const TextOptions& options);
// What an analysis knows of a run's metrics: demand, caps, risk, predictions.
Metrics metrics_of(const Analysis& analysis);
// In Prometheus' text format, for node_exporter's textfile collector.
std::string prom_text(const Metrics& metrics);

// What will be created, before it is asked for.
std::string plan_text(const Variant& variant, const std::vector<InstalledModel>& installed,
                      const TextOptions& options);

// What came of it.
std::string receipt_text(const Receipt& receipt, const Variant& variant, const TextOptions& options);

}  // namespace ctxcap::report
