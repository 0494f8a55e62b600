// Logs of Braintrust: spans with metrics. Tasks, functions and evaluations are around the calls.

#include "ingest/formats/all.hpp"
#include "ingest/formats/members.hpp"
#include "ingest/refusals.hpp"
#include "ingest/spellings.hpp"

namespace ctxcap::ingest {
namespace {

Usage judge(const Fields& fields, std::string_view type) {
  Scratch& scratch = fields.scratch();
  const Value own = fields[Key::metrics].opened(scratch);
  const Value metrics = own.member("usage").is_object() ? own.member("usage") : own;
  NamedCounts counts;
  counts.take_members(metrics, scratch);
  counts.take("total", metrics.member("tokens"), scratch);
  const Usage usage = counts.usage({.cached = Counted::inside});
  if (!type.empty() && type != "llm")
    return {.reason = usage.reason == Reason::none ? Reason::wrapper : Reason::not_a_generation};
  if (usage.reason != Reason::no_usage) return usage;
  const Value error = fields[Key::error];
  if (!error.present()) return {.reason = type.empty() ? Reason::not_a_generation : Reason::no_usage};
  return refused_usage(error.is_object() ? error.raw() : error.text(scratch))
      .value_or(Usage{.reason = Reason::failed});
}

std::string_view parent_of(const Fields& fields) {
  std::string_view parent;
  fields[Key::span_parents].opened(fields.scratch()).each_element([&](Value value) {
    parent = value.text(fields.scratch());
  });
  return parent;
}

void read_span(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  const Value about = fields[Key::span_attributes].opened(scratch);
  const Value metadata = fields[Key::metadata].opened(scratch);
  Call call;
  call.usage = judge(fields, about.member("type").text(scratch));
  call.id = fields.first({Key::span_id, Key::id}).text(scratch);
  call.trace = fields[Key::root_span_id].text(scratch);
  call.parent = parent_of(fields);
  call.is_root = call.parent.empty();
  call.job.own_name = about.member("name").text(scratch);
  call.model = first_member(metadata, {"model", "model_id", "model_name"}).text(scratch);
  read_start(fields.first({Key::created, Key::created_at}), scratch, call);
  if (!call.start) read_start(fields[Key::metrics].opened(scratch).member("start"), scratch, call);
  const Asked asked = read_asked(metadata, scratch);
  call.num_ctx = asked.num_ctx;
  call.num_predict = asked.num_predict;
  sink.add(call);
}

}  // namespace

constinit const Format kBraintrust{
    .name = "braintrust",
    .help = "logs of Braintrust",
    .told_by = "`span_attributes` and `metrics`, or `root_span_id`",
    .matches =
        [](const Fields& fields) {
          if (!fields.keys().has(Key::metrics)) return false;
          return fields.keys().has_any({Key::span_attributes, Key::root_span_id});
        },
    .read = read_span};

}  // namespace ctxcap::ingest
