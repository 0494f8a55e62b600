// Answers and logs of model servers in words of their own: SGLang's /generate, LM Studio's `lms log stream`
// and SDK, and the detailed results of vLLM's and SGLang's benchmarks.

#include <algorithm>
#include <string>

#include "base/time.hpp"
#include "ingest/formats/all.hpp"
#include "ingest/formats/members.hpp"
#include "ingest/formats/plain.hpp"
#include "ingest/spellings.hpp"

namespace ctxcap::ingest {
namespace {

// Of an answer, or of what a log keeps around it.
Value generated_info(const Fields& fields) {
  const Value own = fields.first({Key::meta_info, Key::metaInfo});
  if (own.is_object()) return own;
  for (const Key key : {Key::response, Key::output, Key::result, Key::data}) {
    const Value inside = first_member(fields[key], {"meta_info", "metaInfo"});
    if (inside.is_object()) return inside;
  }
  return {};
}

// Each part of a stream has the counts so far, and the one id.
void read_generated(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  const Value info = generated_info(fields);
  Call call;
  read_plain_names(fields, call);
  call.usage = usage_of_members(info, scratch, {.cached = Counted::inside, .reasoning = Counted::inside});
  if (fields.keys().has(Key::embedding)) call.usage = {.reason = Reason::embedding};
  call.id = first_member(info, {"id", "rid"}).text(scratch);
  call.last_wins = true;
  const bool goes_on = call.id.empty() && info.member("finish_reason").raw() == "null";
  if (goes_on) call.usage = {.reason = Reason::stream_part};
  if (call.model.empty()) call.model = first_member(info, {"model", "model_path"}).text(scratch);
  sink.add(call);
}

// What was predicted, or what a prediction was asked for, which holds no counts.
Value studio_stats(const Fields& fields) {
  const Value data = fields[Key::data];
  Value stats = data.member("stats");
  for (const std::string_view holder : {"output", "result", "prediction"}) {
    if (!stats.is_object()) stats = data.member(holder).member("stats");
  }
  if (!stats.is_object()) stats = fields[Key::stats];
  const bool has_counts = first_member(stats, {"promptTokensCount", "prompt_tokens_count", "input_tokens",
                                               "predictedTokensCount", "predicted_tokens_count"})
                              .present();
  return has_counts ? stats : Value();
}

bool is_studio_line(const Fields& fields) {
  if (fields.keys().has(Key::usage)) return false;
  if (studio_stats(fields).is_object()) return true;
  return fields[Key::data].member("type").text(fields.scratch()).starts_with("llm.prediction");
}

void read_studio_line(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  const Value data = fields[Key::data];
  const Value stats = studio_stats(fields);
  if (data.member("type").text(scratch) == "llm.prediction.input") return;
  Call call;
  read_plain_names(fields, call);
  call.usage = usage_of_members(stats, scratch);
  call.model = first_member(data, {"modelIdentifier", "model_identifier", "model"}).text(scratch);
  if (call.model.empty())
    call.model = fields.first({Key::modelIdentifier, Key::model_instance_id, Key::model}).text(scratch);
  if (call.model.empty()) call.model = fields[Key::modelInfo].member("identifier").text(scratch);
  if (!call.start) read_start(data.member("timestamp"), scratch, call);
  sink.add(call);
}

std::vector<Value> elements(Value array) {
  std::vector<Value> list;
  array.each_element([&](Value value) { list.push_back(value); });
  return list;
}

// "20260820-090000"
std::optional<Instant> benchmark_start(std::string_view text) {
  if (text.size() != 15 || text[8] != '-') return std::nullopt;
  const auto part = [&](std::size_t at, std::size_t size) { return std::string(text.substr(at, size)); };
  return parse_time(part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + "T" + part(9, 2) + ":" + part(11, 2) +
                    ":" + part(13, 2) + "Z");
}

// One document holds the lengths of all its requests; without them it has only their sums.
void read_benchmark(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  const std::vector<Value> prompts =
      elements(fields.first({Key::input_lens, Key::prompt_lens, Key::inputLens}));
  const std::vector<Value> answers = elements(fields.first({Key::output_lens, Key::outputLens}));
  const std::vector<Value> errors = elements(fields[Key::errors]);
  if (prompts.empty()) return sink.add(unusable(Reason::aggregate));
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    Call call;
    call.usage = usage_of(read_count(prompts[i], scratch),
                          i < answers.size() ? read_count(answers[i], scratch) : Count{});
    // The client's own tokeniser has counted.
    if (call.usage.reason == Reason::none) call.usage.remarks.add(Remark::maybe_estimated);
    if (i < errors.size() && errors[i].present()) call.usage = {.reason = Reason::failed};
    call.model = fields.first({Key::model_id, Key::modelId, Key::model}).text(scratch);
    call.start = benchmark_start(fields[Key::date].text(scratch));
    sink.add(call);
  }
}

}  // namespace

constinit const Format kSgLang{
    .name = "sglang",
    .help = "answers of SGLang's /generate",
    .told_by = "an object `meta_info`, also inside of `response`",
    .matches = [](const Fields& fields) { return generated_info(fields).is_object(); },
    .read = read_generated};

constinit const Format kLmStudio{.name = "lmstudio",
                                 .help = "LM Studio's log stream, SDK and native API",
                                 .told_by = "`stats` or `data.stats` with counts of prompt and prediction",
                                 .matches = is_studio_line,
                                 .read = read_studio_line};

constinit const Format kBenchmark{
    .name = "benchmark",
    .help = "results of the benchmarks of vLLM and SGLang, with the lengths of each request",
    .told_by = "`input_lens` and `output_lens`, or `total_input_tokens` and `completed`",
    .matches =
        [](const Fields& fields) {
          return fields.keys().has_any({Key::input_lens, Key::prompt_lens, Key::inputLens}) ||
                 fields.keys().has_all({Key::total_input_tokens, Key::completed});
        },
    .read = read_benchmark};

}  // namespace ctxcap::ingest
