// Metrics in the text format of Prometheus 0.0.4, as node_exporter's textfile collector reads it: no
// timestamps, each family once with HELP and TYPE, no two samples with the same labels. One broken line would
// make it drop the whole file.

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <set>

#include "base/text.hpp"
#include "report/report.hpp"

namespace ctxcap::report {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

// Backslash, quote and line end have escapes; what is no UTF-8, or does not print, has no place in a label.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text, 1024)) {
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

// Integers as integers, and no exponent without need: bytes and tokens are read by people, too.
std::string number(double value) {
  constexpr double kExact = 9007199254740992;  // 2^53
  if (value > -kExact && value < kExact && value == static_cast<double>(static_cast<i64>(value))) {
    return fmt::format("{}", static_cast<i64>(value));
  }
  return fmt::format("{}", value);
}

class Family {
 public:
  Family(std::string name, std::string_view help)
      : name_(std::move(name)), text_(fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name_, help)) {}

  void add(const Labels& labels, std::optional<double> value) {
    if (!value || !std::isfinite(*value)) return;
    std::string line = name_;
    char before = '{';
    for (const auto& [label, content] : labels) {
      line += fmt::format("{}{}=\"{}\"", before, label, escaped(content));
      before = ',';
    }
    if (!labels.empty()) line += '}';
    if (!seen_.insert(line).second) return;
    text_ += line + " " + number(*value) + "\n";
  }

  std::string text() const { return seen_.empty() ? "" : text_; }

 private:
  std::string name_, text_;
  std::set<std::string> seen_;
};

std::optional<double> real(std::optional<i64> value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

double seconds(Instant instant) {
  return static_cast<double>(instant.micros) / 1e6;
}

// Names that differ only in what cannot be written become equal: the later ones get a number.
std::vector<Labels> labels_of(const std::vector<JobMetrics>& jobs) {
  std::vector<Labels> all;
  std::set<std::vector<std::string>> seen;
  for (const JobMetrics& job : jobs) {
    std::string name = escaped(job.job);
    for (int i = 2; !seen.insert({name, escaped(job.model), escaped(job.variant)}).second; ++i) {
      name = fmt::format("{} #{}", escaped(job.job), i);
    }
    const std::string suffix = name.substr(escaped(job.job).size());
    // Not "job": that is Prometheus' own name for where it scraped.
    all.push_back({{"job_name", job.job + suffix}, {"model", job.model}, {"variant", job.variant}});
  }
  return all;
}

void add_percentiles(Family& family, Labels labels, std::string_view part, const Percentiles& tokens) {
  labels.emplace_back("part", part);
  labels.emplace_back("percentile", "");
  const std::pair<const char*, Tokens> all[] = {{"50", tokens.p50},     {"90", tokens.p90},
                                                {"95", tokens.p95},     {"99", tokens.p99},
                                                {"99.9", tokens.p99_9}, {"100", tokens.max}};
  for (const auto& [percentile, value] : all) {
    labels.back().second = percentile;
    family.add(labels, static_cast<double>(value));
  }
}

std::string demand_text(const Metrics& metrics, const std::vector<Labels>& labels) {
  Family requests("ctxcap_job_requests", "Requests that the figures of the job rest on.");
  Family tokens("ctxcap_job_tokens",
                "Tokens per request by percentile: of the prompt, of the generation, of both together.");
  for (std::size_t i = 0; i < metrics.jobs.size(); ++i) {
    const JobMetrics& job = metrics.jobs[i];
    requests.add(labels[i], static_cast<double>(job.requests));
    add_percentiles(tokens, labels[i], "prompt", job.prompt);
    if (job.generation) add_percentiles(tokens, labels[i], "generation", *job.generation);
    add_percentiles(tokens, labels[i], "total", job.total);
  }
  return requests.text() + tokens.text();
}

std::string window_text(const Metrics& metrics, const std::vector<Labels>& labels) {
  Family required("ctxcap_job_required_tokens", "Window that the requests need at the risk asked for.");
  Family current("ctxcap_job_current_tokens", "Window in force.");
  Family cap("ctxcap_job_cap_tokens", "Window decided for the job.");
  Family headroom("ctxcap_job_headroom_tokens", "Cap less the required window; negative: it is too small.");
  Family risk("ctxcap_job_over_cap_ratio",
              "Upper bound of the share of future requests that need more than the cap.");
  Family cut("ctxcap_job_expected_cut_requests", "Requests in 30 days expected to need more than the cap.");
  Family censored("ctxcap_job_censored",
                  "1: requests were cut by a window, so the need is larger than it looks.");
  for (std::size_t i = 0; i < metrics.jobs.size(); ++i) {
    const JobMetrics& job = metrics.jobs[i];
    required.add(labels[i], real(job.required));
    current.add(labels[i], real(job.current));
    cap.add(labels[i], real(job.cap));
    if (job.cap && job.required) headroom.add(labels[i], static_cast<double>(*job.cap - *job.required));
    risk.add(labels[i], job.risk);
    cut.add(labels[i], job.expected_cut_30d);
    censored.add(labels[i], job.censored ? 1 : 0);
  }
  return required.text() + current.text() + cap.text() + headroom.text() + risk.text() + cut.text() +
         censored.text();
}

std::string variants_text(const Metrics& metrics) {
  Family cap("ctxcap_variant_cap_tokens", "Window that the variant was created with.");
  Family predicted("ctxcap_variant_predicted_bytes", "Memory of the card that the variant should take.");
  Family measured("ctxcap_variant_measured_bytes",
                  "Memory that it was seen to take when it was last loaded.");
  for (const VariantMetrics& variant : metrics.variants) {
    const Labels labels = {{"model", variant.model}, {"variant", variant.variant}};
    cap.add(labels, real(variant.cap));
    predicted.add(labels, real(variant.predicted));
    measured.add(labels, real(variant.measured));
  }
  return cap.text() + predicted.text() + measured.text();
}

std::string skipped_text(const Metrics& metrics) {
  std::map<std::string, i64> rows;  // a reason of several sources is one
  for (const Skip& skip : metrics.skipped) rows[skip.reason] += skip.count;
  Family skipped("ctxcap_skipped_rows", "Rows that were read and are not counted, by reason.");
  for (const auto& [reason, count] : rows) skipped.add({{"reason", reason}}, static_cast<double>(count));
  return skipped.text();
}

std::string run_text(const Metrics& metrics) {
  std::string text;
  if (!metrics.version.empty()) {
    Family build("ctxcap_build_info", "1, with the version of ctxcap.");
    build.add({{"version", metrics.version}}, 1);
    text += build.text();
  }
  if (!metrics.run) return text;
  Family at("ctxcap_last_run_timestamp_seconds", "When the last run ended.");
  Family success("ctxcap_last_success_timestamp_seconds", "When the last run that succeeded ended.");
  Family code("ctxcap_last_run_exit_code", "Exit code of the last run; 0 is success.");
  Family took("ctxcap_last_run_duration_seconds", "Time that the last run took.");
  at.add({}, seconds(metrics.run->at));
  if (metrics.run->last_success) success.add({}, seconds(*metrics.run->last_success));
  code.add({}, metrics.run->exit_code);
  took.add({}, metrics.run->seconds);
  return text + at.text() + success.text() + code.text() + took.text();
}

}  // namespace

std::string prom_text(const Metrics& metrics) {
  const std::vector<Labels> labels = labels_of(metrics.jobs);
  return demand_text(metrics, labels) + window_text(metrics, labels) + variants_text(metrics) +
         skipped_text(metrics) + run_text(metrics);
}

}  // namespace ctxcap::report
