// What export_lines() writes, read back.

#include <fmt/format.h>

#include <stdexcept>

#include "base/text.hpp"
#include "data/history.hpp"
#include "data/json.hpp"
#include "data/json_values.hpp"
#include "data/words.hpp"

namespace ctxcap {
namespace {

constexpr Action kActions[] = {Action::shrink, Action::grow, Action::withhold, Action::keep};
constexpr Outcome kOutcomes[] = {Outcome::advised,     Outcome::waiting,  Outcome::rendered,
                                 Outcome::applied,     Outcome::undone,   Outcome::failed,
                                 Outcome::rolled_back, Outcome::unchanged};
constexpr Placement kPlacements[] = {Placement::gpu, Placement::partial, Placement::cpu, Placement::unknown};
constexpr FlashAttention kFlash[] = {FlashAttention::on, FlashAttention::off, FlashAttention::automatic};

// Members of one line. What is missing or of another type throws, and is caught where the line is read.
class Line {
 public:
  explicit Line(const Json& json) : json_(json) {}
  std::string text(const char* key) const {
    return json_.at(key).is_null() ? "" : json_.at(key).get<std::string>();
  }
  i64 number(const char* key) const { return maybe(key).value_or(0); }
  std::optional<i64> maybe(const char* key) const {
    const Json& value = json_.at(key);
    return value.is_null() ? std::nullopt : std::optional(value.get<i64>());
  }
  std::optional<Instant> time(const char* key) const {
    const std::string text = this->text(key);
    if (text.empty()) return std::nullopt;
    const std::optional<Instant> time = parse_time(text);
    if (!time) throw std::invalid_argument(std::string(key) + " is not a time");
    return time;
  }
  Instant at(const char* key) const { return time(key).value_or(Instant{}); }
  std::map<Tokens, i64> counts(const char* key) const {
    std::map<Tokens, i64> counts;
    if (!json_.contains(key)) return counts;  // older ones have not all of them
    for (const Json& pair : json_.at(key)) counts[pair.at(0).get<i64>()] += pair.at(1).get<i64>();
    return counts;
  }
  Histogram histogram(const char* key) const {
    std::vector<Bin> bins;
    for (const auto& [tokens, count] : counts(key)) bins.push_back({tokens, count});
    return make_histogram(std::move(bins));
  }
  const Json& json() const { return json_; }

 private:
  const Json& json_;
};

Run run_of(const Line& line) {
  return {.id = line.number("id"),
          .command = line.text("command"),
          .started = line.at("started"),
          .finished = line.time("finished"),
          .exit_code = line.maybe("exit_code"),
          .note = line.text("note")};
}

SourceDemand job_of(const Line& line) {
  SourceDemand job{.source = line.json().value("source", std::string("import"))};
  job.demand.job = line.text("job");
  job.demand.model = line.text("model");
  job.demand.from = line.time("from");
  job.demand.to = line.time("to");
  job.demand.num_ctx_asked = line.counts("num_ctx_asked");
  job.demand.num_predict_asked = line.counts("num_predict_asked");
  job.demand.windows = line.counts("windows");
  job.demand.cuts = line.counts("cuts");
  job.demand.refused_at = line.counts("refused_at");
  for (const Json& body : line.json().at("bodies"))
    job.demand.bodies.push_back({body.at(0).get<i64>(), body.at(1).get<i64>(), body.at(2).get<i64>()});
  return job;
}

// A day belongs to the job of the line before.
void add_day(const Line& line, Export& all) {
  Demand& demand = all.demands.back().demand;
  const std::optional<Instant> day =
      line.json().at("day").is_null() ? std::nullopt : parse_time(line.text("day") + "T00:00:00Z");
  DayDemand& of_day = demand.days[day ? day_of(*day) : kUnknownDay];
  of_day.prompt = line.histogram("prompt_tokens");
  of_day.generation = line.histogram("generation_tokens");
  of_day.total = line.histogram("total_tokens");
  of_day.need = line.histogram("need");
}

DecisionRecord decision_of(const Line& line) {
  return {.at = line.at("at"),
          .run = line.number("run"),
          .job = line.text("job"),
          .model = line.text("model"),
          .from_num_ctx = line.maybe("from_num_ctx"),
          .to_num_ctx = line.maybe("to_num_ctx"),
          .required = line.maybe("required"),
          .action = enumerator(line.text("action"), kActions),
          .reason = line.text("reason"),
          .outcome = enumerator(line.text("outcome"), kOutcomes),
          .host = line.text("host")};
}

ReceiptRecord receipt_of(const Line& line) {
  return {.at = line.at("at"),
          .run = line.number("run"),
          .host = line.text("host"),
          .receipt = {.variant = line.text("variant"),
                      .via = line.text("via"),
                      .replaced = line.json().at("replaced").get<bool>(),
                      .previous_digest = line.text("previous_digest"),
                      .base_digest = line.text("base_digest"),
                      .digest = line.text("digest")}};
}

Measurement measurement_of(const Line& line) {
  return {.at = line.at("at"),
          .run = line.number("run"),
          .host = line.text("host"),
          .variant = line.text("variant"),
          .digest = line.text("digest"),
          .predicted_bytes = line.maybe("predicted_bytes"),
          .seen = {.asked_ctx = line.number("asked_num_ctx"),
                   .effective_ctx = line.maybe("effective_num_ctx"),
                   .size = line.maybe("bytes"),
                   .size_vram = line.maybe("vram_bytes"),
                   .driver_bytes =
                       line.json().contains("driver_bytes") ? line.maybe("driver_bytes") : std::nullopt,
                   .placement = enumerator(line.text("placement"), kPlacements),
                   .probe_tokens = line.maybe("probe_tokens"),
                   .notes = line.json().at("notes").get<std::vector<std::string>>()}};
}

Calibration calibration_of(const Line& line) {
  return {.host = line.text("host"),
          .digest = line.text("digest"),
          .measured = line.at("measured"),
          .parallel = line.number("parallel"),
          .kv_type_k = line.text("kv_type_k"),
          .kv_type_v = line.text("kv_type_v"),
          .backend = line.text("backend"),
          .num_batch = line.maybe("num_batch"),
          .flash_attention = enumerator(line.text("flash_attention"), kFlash),
          .low_ctx = line.number("low_num_ctx"),
          .high_ctx = line.number("high_num_ctx"),
          .low_bytes = line.number("low_bytes"),
          .high_bytes = line.number("high_bytes"),
          .overhead_bytes = line.maybe("overhead_bytes")};
}

Status take(const Line& line, const std::string& origin, Export& all) {
  const std::string kind = line.text("kind");
  if (kind == "run") all.runs.push_back(run_of(line));
  if (kind == "job") all.demands.push_back(job_of(line));
  if (kind == "day" && !all.demands.empty()) add_day(line, all);
  if (kind == "decision") all.decisions.push_back(decision_of(line));
  if (kind == "receipt") all.receipts.push_back(receipt_of(line));
  if (kind == "measurement") all.measurements.push_back(measurement_of(line));
  if (kind == "calibration") all.calibrations.push_back(calibration_of(line));
  if (kind == "variant") {
    TRY_ASSIGN(Variant variant, variant_of_json(line.text("variant"), origin));
    all.variants.push_back({.host = line.text("host"),
                            .variant = std::move(variant),
                            .digest = line.text("digest"),
                            .created = line.at("created"),
                            .kept_as = line.text("kept_as")});
  }
  return {};
}

Error no_export(const std::string& origin, std::string why) {
  return {.kind = ErrorKind::usage,
          .what = fmt::format("'{}' cannot be imported", printable(origin)),
          .why = std::move(why),
          .hint = "make one with: ctxcap history --export > history.jsonl"};
}

}  // namespace

Result<Export> export_of(std::string_view lines, const std::string& origin) {
  Export all;
  i64 number = 0;
  for (const std::string_view text : split(lines, '\n')) {
    ++number;
    if (text.empty()) continue;
    const std::string place = fmt::format("{}:{}", origin, number);
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return fail(no_export(origin, place + ": it is not a JSON object"));
    if (number == 1) {
      if (json.value("schema", Json()) != "ctxcap.export/1")
        return fail(no_export(origin, place + ": it does not begin with the schema ctxcap.export/1"));
      continue;
    }
    try {
      TRY(take(Line(json), place, all));
    } catch (const std::exception& wrong) {
      return fail(no_export(origin, fmt::format("{}: {}", place, wrong.what())));
    }
  }
  if (number < 2 && all.demands.empty() && lines.empty()) return fail(no_export(origin, "it is empty"));
  return all;
}

}  // namespace ctxcap
