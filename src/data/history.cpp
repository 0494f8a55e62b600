#include "data/history.hpp"

#include <algorithm>

#include "base/time.hpp"
#include "data/json.hpp"
#include "data/json_values.hpp"
#include "data/words.hpp"

namespace ctxcap {
namespace {

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

std::string line_of(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string_view without_latest(std::string_view name) {
  return name.ends_with(":latest") ? name.substr(0, name.size() - 7) : name;
}

// The window that a decision left behind.
std::optional<Tokens> window_after(const DecisionRecord& decision) {
  const bool changed = decision.outcome == Outcome::applied || decision.outcome == Outcome::rolled_back;
  return changed ? decision.to_num_ctx : decision.from_num_ctx;
}

Json record_json(const DecisionRecord& decision) {
  return {{"at", rfc3339(decision.at)},
          {"host", decision.host.empty() ? Json() : Json(decision.host)},
          {"job", decision.job},
          {"model", decision.model},
          {"from_num_ctx", or_null(decision.from_num_ctx)},
          {"to_num_ctx", or_null(decision.to_num_ctx)},
          {"action", word(decision.action)},
          {"reason", decision.reason},
          {"outcome", word(decision.outcome)}};
}

Json record_json(const Measurement& measurement) {
  const Verification& seen = measurement.seen;
  return {{"at", rfc3339(measurement.at)},
          {"host", measurement.host},
          {"variant", measurement.variant},
          {"digest", text_or_null(measurement.digest)},
          {"asked_num_ctx", seen.asked_ctx},
          {"effective_num_ctx", or_null(seen.effective_ctx)},
          {"probe_tokens", or_null(seen.probe_tokens)},
          {"bytes", or_null(seen.size)},
          {"vram_bytes", or_null(seen.size_vram)},
          {"driver_bytes", or_null(seen.driver_bytes)},
          {"predicted_bytes", or_null(measurement.predicted_bytes)},
          {"placement", word(seen.placement)},
          {"notes", seen.notes}};
}

Json record_json(const JobHistory& job) {
  Json json{
      {"job", job.job}, {"model", job.model}, {"num_ctx", or_null(job.num_ctx)}, {"days", Json::array()}};
  for (const HistoryDay& day : job.days) {
    json["days"].push_back({{"day", iso_date(day.day)},
                            {"requests", day.requests},
                            {"need_max", day.need_max},
                            {"num_ctx", or_null(day.num_ctx)}});
  }
  return json;
}

// [[tokens, count], ...]
Json record_json(const Histogram& histogram) {
  Json json = Json::array();
  for (const Bin& bin : histogram.bins) json.push_back({bin.tokens, bin.count});
  return json;
}
Json record_json(const std::map<Tokens, i64>& counts) {
  Json json = Json::array();
  for (const auto& [tokens, count] : counts) json.push_back({tokens, count});
  return json;
}

// An object with the kind of the line before everything else.
Json tagged(const char* kind, const Json& rest) {
  Json json{{"kind", kind}};
  json.update(rest);
  return json;
}

Json record_json(const Run& run) {
  return {{"id", run.id},
          {"command", run.command},
          {"started", rfc3339(run.started)},
          {"finished", or_null(run.finished)},
          {"exit_code", or_null(run.exit_code)},
          {"note", run.note}};
}

Json record_json(const ReceiptRecord& record) {
  const Receipt& receipt = record.receipt;
  return {{"at", rfc3339(record.at)},
          {"run", unless_zero(record.run)},
          {"host", record.host},
          {"variant", receipt.variant},
          {"via", receipt.via},
          {"replaced", receipt.replaced},
          {"previous_digest", text_or_null(receipt.previous_digest)},
          {"base_digest", text_or_null(receipt.base_digest)},
          {"digest", receipt.digest}};
}

Json record_json(const Calibration& calibration) {
  return {{"measured", rfc3339(calibration.measured)},
          {"host", calibration.host},
          {"digest", calibration.digest},
          {"parallel", calibration.parallel},
          {"kv_type_k", calibration.kv_type_k},
          {"kv_type_v", calibration.kv_type_v},
          {"backend", calibration.backend},
          {"num_batch", or_null(calibration.num_batch)},
          {"flash_attention", word(calibration.flash_attention)},
          {"low_num_ctx", calibration.low_ctx},
          {"high_num_ctx", calibration.high_ctx},
          {"low_bytes", calibration.low_bytes},
          {"high_bytes", calibration.high_bytes},
          {"overhead_bytes", or_null(calibration.overhead_bytes)}};
}

std::string lines_of(const SourceDemand& of_source) {
  const auto& [source, demand] = of_source;
  Json bodies = Json::array();
  for (const BodySize& body : demand.bodies) bodies.push_back({body.prompt, body.bytes, body.count});
  std::string lines = line_of({{"kind", "job"},
                               {"source", source},
                               {"job", demand.job},
                               {"model", demand.model},
                               {"from", or_null(demand.from)},
                               {"to", or_null(demand.to)},
                               {"num_ctx_asked", record_json(demand.num_ctx_asked)},
                               {"num_predict_asked", record_json(demand.num_predict_asked)},
                               {"windows", record_json(demand.windows)},
                               {"cuts", record_json(demand.cuts)},
                               {"refused_at", record_json(demand.refused_at)},
                               {"bodies", bodies}});
  for (const auto& [day, of_day] : demand.days) {
    lines += line_of({{"kind", "day"},
                      {"source", source},
                      {"job", demand.job},
                      {"model", demand.model},
                      {"day", day == kUnknownDay ? Json(nullptr) : Json(iso_date(day))},
                      {"requests", of_day.total.count()},
                      {"prompt_tokens", record_json(of_day.prompt)},
                      {"generation_tokens", record_json(of_day.generation)},
                      {"total_tokens", record_json(of_day.total)},
                      {"need", record_json(of_day.need)}});
  }
  return lines;
}

}  // namespace

std::vector<JobHistory> days_of(const std::vector<Demand>& demands,
                                const std::vector<DecisionRecord>& decisions) {
  std::vector<JobHistory> jobs;
  for (const Demand& demand : demands) {
    JobHistory job{.job = demand.job, .model = demand.model};
    std::vector<const DecisionRecord*> mine;
    for (const DecisionRecord& decision : decisions) {
      if (decision.job == demand.job && without_latest(decision.model) == without_latest(demand.model))
        mine.push_back(&decision);
    }
    if (!mine.empty()) job.num_ctx = window_after(*mine.back());
    for (const auto& [day, of_day] : demand.days) {
      if (day == kUnknownDay || of_day.need.empty()) continue;
      HistoryDay entry{.day = day, .requests = of_day.need.count(), .need_max = of_day.need.max()};
      // Before the first decision it was what that one found.
      if (!mine.empty()) entry.num_ctx = mine.front()->from_num_ctx;
      for (const DecisionRecord* decision : mine) {
        if (decision->at.micros < (day + 1) * kMicrosPerDay) entry.num_ctx = window_after(*decision);
      }
      job.days.push_back(entry);
    }
    jobs.push_back(std::move(job));
  }
  return jobs;
}

std::string history_json(const History& history) {
  Json json{{"schema", "ctxcap.history/1"},
            {"decisions", Json::array()},
            {"measurements", Json::array()},
            {"jobs", Json::array()}};
  for (const DecisionRecord& decision : history.decisions) json["decisions"].push_back(record_json(decision));
  for (const Measurement& seen : history.measurements) json["measurements"].push_back(record_json(seen));
  for (const JobHistory& job : history.jobs) json["jobs"].push_back(record_json(job));
  return line_of(json, 2);
}

std::string export_lines(const Export& all) {
  std::string lines = line_of({{"schema", "ctxcap.export/1"}});
  for (const Run& run : all.runs) lines += line_of(tagged("run", record_json(run)));
  for (const SourceDemand& demand : all.demands) lines += lines_of(demand);
  for (const DecisionRecord& decision : all.decisions) {
    Json json = tagged("decision", record_json(decision));
    json["required"] = or_null(decision.required);
    json["run"] = unless_zero(decision.run);
    lines += line_of(json);
  }
  for (const ReceiptRecord& receipt : all.receipts) lines += line_of(tagged("receipt", record_json(receipt)));
  for (const Measurement& seen : all.measurements) {
    Json json = tagged("measurement", record_json(seen));
    json["run"] = unless_zero(seen.run);
    lines += line_of(json);
  }
  for (const Calibration& seen : all.calibrations) lines += line_of(tagged("calibration", record_json(seen)));
  for (const OwnedVariant& variant : all.variants) {
    lines += line_of({{"kind", "variant"},
                      {"host", variant.host},
                      {"created", rfc3339(variant.created)},
                      {"digest", variant.digest},
                      {"kept_as", text_or_null(variant.kept_as)},
                      {"variant", variant_json(variant.variant)}});
  }
  return lines;
}

}  // namespace ctxcap
