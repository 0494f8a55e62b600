// Langfuse observations, in every shape they leave a server: rows of both APIs, both UI exports, both blob
// exports. They differ in spelling and in what they leave out; what a key means is the same everywhere.

#include "ingest/formats/langfuse.hpp"

#include <array>

#include "base/words.hpp"
#include "ingest/formats/all.hpp"
#include "ingest/refusals.hpp"
#include "ingest/when.hpp"

namespace ctxcap::ingest {
namespace {

constexpr std::array kBody{Key::input};
constexpr std::initializer_list<Key> kUsageMaps{Key::usageDetails, Key::usage_details};
constexpr std::initializer_list<Key> kProvided{Key::providedUsageDetails, Key::provided_usage_details};
constexpr std::initializer_list<Key> kParents{Key::parentObservationId, Key::parent_observation_id};
constexpr std::initializer_list<Key> kTraces{Key::traceId, Key::trace_id};

// Old servers have no usage map, only counts that are 0 when unknown.
Usage read_flat_counts(const Fields& fields) {
  Scratch& scratch = fields.scratch();
  const Value prompt = fields.first({Key::promptTokens, Key::inputUsage});
  if (!prompt.present()) return read_usage(fields[Key::usage], scratch);
  return usage_of(read_count(prompt, scratch),
                  read_count(fields.first({Key::completionTokens, Key::outputUsage}), scratch));
}

// Langfuse 2 counts in other units, too. A missing one is tokens.
bool is_other_unit(Value unit, Scratch& scratch) {
  const std::string_view text = unit.text(scratch);
  return !text.empty() && !same_word(text, "TOKENS");
}

Usage read_counts(const Fields& fields) {
  Scratch& scratch = fields.scratch();
  const Value unit =
      fields.keys().has(Key::unit) ? fields[Key::unit] : fields[Key::usage].opened(scratch).member("unit");
  if (is_other_unit(unit, scratch)) return {.reason = Reason::other_unit};
  for (const Key key : kUsageMaps) {
    if (fields.keys().has(key)) return read_usage(fields[key], fields.scratch());
  }
  return read_flat_counts(fields);
}

bool is_empty_map(Value map, Scratch& scratch) {
  bool empty = true;
  map.opened(scratch).each_member([&](std::string_view, Value) { empty = false; });
  return empty;
}

bool tells_provided(const Fields& fields) {
  return fields.keys().has_any({Key::providedUsageDetails, Key::provided_usage_details});
}

// Counts that the sender did not provide were made by Langfuse with another model's tokeniser.
bool is_estimated(const Fields& fields, const Usage& usage) {
  return usage.reason == Reason::none && tells_provided(fields) &&
         is_empty_map(fields.first(kProvided), fields.scratch());
}

// Without providedUsageDetails only a doubt is possible: a matched price model, and nothing but the three
// keys that an estimate has.
bool may_be_estimated(const Fields& fields) {
  if (tells_provided(fields)) return false;
  if (!fields.first({Key::internalModelId, Key::modelId, Key::model_id}).present()) return false;
  // Asked of the server by `ctxcap pull`: a definition without a tokeniser makes no estimates.
  if (fields.keys().has(Key::tokenizerId) && !fields[Key::tokenizerId].present()) return false;
  bool only_three = true;
  fields.first(kUsageMaps).opened(fields.scratch()).each_member([&](std::string_view key, Value) {
    only_three = only_three && (same_word(key, "input") || same_word(key, "output") || same_word(key, "total"));
  });
  return only_three;
}

// Names that begin so are Langfuse's own; what came by OpenTelemetry has lost that beginning.
bool is_judge(std::string_view environment) {
  return environment.starts_with("langfuse-") || environment == "llm-as-a-judge";
}

}  // namespace

Usage judge_observation(const Fields& fields, Usage usage) {
  Scratch& scratch = fields.scratch();
  const std::string_view type = fields[Key::type].text(scratch);
  const auto as = [](Reason reason) { return Usage{.reason = reason}; };
  if (same_word(fields[Key::is_deleted].text(scratch), "1")) return as(Reason::deleted);
  if (same_word(type, "EMBEDDING")) return as(Reason::embedding);
  if (!type.empty() && !same_word(type, "GENERATION")) {
    return as(usage.reason == Reason::no_usage ? Reason::not_a_generation : Reason::wrapper);
  }
  if (is_judge(fields[Key::environment].text(scratch))) return as(Reason::judge);
  if (is_estimated(fields, usage)) return as(Reason::estimated);
  const bool uncounted = usage.reason == Reason::no_usage || usage.reason == Reason::total_only;
  if (uncounted && fields[Key::level].text(scratch) == "ERROR") {
    // A refusal that names the prompt's true size is the best measurement there is.
    const std::string_view message = fields.first({Key::statusMessage, Key::status_message}).text(scratch);
    usage = refused_usage(message).value_or(as(Reason::failed));
  } else if (usage.reason == Reason::none && may_be_estimated(fields)) {
    usage.remarks.add(Remark::maybe_estimated);
  }
  return usage;
}

namespace {

std::string_view first_tag(const Fields& fields) {
  std::string_view tag;
  fields.first({Key::tags, Key::traceTags}).opened(fields.scratch()).each_element([&](Value value) {
    const std::string_view text = value.text(fields.scratch());
    if (tag.empty() && !text.starts_with("User-Agent:")) tag = text;
  });
  return tag;
}

}  // namespace

JobHints observation_names(const Fields& fields) {
  const auto text = [&](std::initializer_list<Key> keys) {
    return fields.first(keys).text(fields.scratch());
  };
  return {.job = text({Key::job}),
          .trace_name = text({Key::traceName, Key::trace_name}),
          .own_name = text({Key::name}),
          .prompt_name = text({Key::promptName, Key::prompt_name}),
          .tag = first_tag(fields)};
}

namespace {

// A root may have a parent: a span of a web framework, say, that nobody sent to Langfuse.
bool begins_trace(const Fields& fields) {
  const bool tells_parent =
      fields.keys().has(Key::parentObservationId) || fields.keys().has(Key::parent_observation_id);
  if (tells_parent && !fields.first(kParents).present()) return true;
  const std::string_view told =
      fields.first({Key::isRootObservation, Key::is_app_root}).text(fields.scratch());
  return told == "true" || told == "1";
}

void read_observation(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  const auto text = [&](std::initializer_list<Key> keys) { return fields.first(keys).text(scratch); };
  Call call;
  call.id = text({Key::id});
  call.trace = text(kTraces);
  call.is_root = begins_trace(fields);
  call.job = observation_names(fields);
  call.model = text({Key::providedModelName, Key::provided_model_name, Key::model});
  read_start(fields.first({Key::startTime, Key::start_time}), scratch, call);
  call.updated = read_time(fields.first({Key::event_ts, Key::updatedAt, Key::updated_at}), scratch);
  call.usage = judge_observation(fields, read_counts(fields));
  const Asked asked = fields.asked(fields.first({Key::modelParameters, Key::model_parameters}));
  call.num_ctx = asked.num_ctx;
  call.num_predict = asked.num_predict;
  // What `ctxcap pull --with-lengths` leaves of a body.
  const Count length = read_count(fields[Key::inputLength], scratch);
  if (length.tokens) call.body.add_length(*length.tokens);
  sink.add(call);
}

bool has_all(const Fields& fields, const KeySet& keys) {
  return fields.keys().has_all(keys);
}

}  // namespace

constinit const Format kLangfuseV1{.name = "langfuse-v1",
                                   .help = "row of GET /api/public/observations",
                                   .told_by = "`traceId` and `promptTokens`",
                                   .matches =
                                       [](const Fields& fields) {
                                         return has_all(fields, {Key::traceId, Key::promptTokens});
                                       },
                                   .read = read_observation,
                                   .body = kBody};

constinit const Format kLangfuseV2{.name = "langfuse-v2",
                                   .help = "row of GET /api/public/v2/observations",
                                   .told_by = "`traceId` and `inputUsage`",
                                   .matches =
                                       [](const Fields& fields) {
                                         return has_all(fields, {Key::traceId, Key::inputUsage});
                                       },
                                   .read = read_observation,
                                   .body = kBody};

constinit const Format kLangfuseEvents{.name = "langfuse-ui-events",
                                       .help = "UI export of the events table (JSON, JSONL, CSV)",
                                       .told_by = "`providedModelName` and `latencyMs`",
                                       .matches =
                                           [](const Fields& fields) {
                                             return has_all(fields, {Key::providedModelName, Key::latencyMs});
                                           },
                                       .read = read_observation,
                                       .body = kBody};

constinit const Format kLangfuseObservations{
    .name = "langfuse-ui-observations",
    .help = "UI export of the observations table (JSON, JSONL, CSV)",
    .told_by = "`traceId` and `providedUsageDetails`",
    .matches =
        [](const Fields& fields) {
          return has_all(fields, {Key::traceId, Key::providedUsageDetails});
        },
    .read = read_observation,
    .body = kBody};

constinit const Format kLangfuseBlob{
    .name = "langfuse-blob",
    .help = "blob storage export, legacy and v2 (JSON, JSONL, CSV), or rows of the ClickHouse tables",
    .told_by = "`trace_id` and `provided_model_name` or `parent_observation_id`",
    .matches =
        [](const Fields& fields) {
          return has_all(fields, {Key::trace_id, Key::provided_model_name}) ||
                 has_all(fields, {Key::trace_id, Key::parent_observation_id});
        },
    .read = read_observation,
    .body = kBody};

// A v2 row whose groups were not all asked for.
constinit const Format kLangfuseBare{
    .name = "langfuse-v2",
    .help = "row of Langfuse with whatever fields somebody kept",
    .told_by = "`traceId`, `parentObservationId` and `type`; or `usageDetails`",
    .matches =
        [](const Fields& fields) {
          return has_all(fields, {Key::traceId, Key::parentObservationId, Key::type}) ||
                 fields.keys().has_any({Key::usageDetails, Key::usage_details});
        },
    .read = read_observation,
    .body = kBody};

}  // namespace ctxcap::ingest
