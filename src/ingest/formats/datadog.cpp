// Spans of Datadog's LLM Observability, as its API exports them and as its SDK sends them. Workflows, agents
// and tasks repeat the counts of the calls inside.

#include <string>

#include "ingest/formats/all.hpp"
#include "ingest/formats/members.hpp"
#include "ingest/refusals.hpp"
#include "ingest/spellings.hpp"

namespace ctxcap::ingest {
namespace {

Usage judge(Value span, Scratch& scratch) {
  const Value meta = span.member("meta");
  std::string_view kind = first_member(span, {"span_kind", "spanKind", "kind"}).text(scratch);
  if (kind.empty()) kind = first_member(meta, {"kind", "span.kind", "span_kind"}).text(scratch);
  if (kind.empty()) kind = at_path(meta, {"span", "kind"}).text(scratch);
  const Value metrics = span.member("metrics");
  Usage usage = usage_of_members(metrics.is_object() ? metrics : meta.member("metrics"), scratch);
  if (kind == "embedding") return {.reason = Reason::embedding};
  if (kind != "llm" && !kind.empty())
    return {.reason = usage.reason == Reason::none ? Reason::wrapper : Reason::not_a_generation};
  if (usage.reason != Reason::no_usage || span.member("status").text(scratch) != "error") return usage;
  return refused_usage(at_path(meta, {"error", "message"}).text(scratch))
      .value_or(Usage{.reason = Reason::failed});
}

void read_span(Value span, std::string_view app, Scratch& scratch, Sink& sink) {
  const Value meta = span.member("meta");
  const auto text = [&](std::initializer_list<std::string_view> names) {
    return first_member(span, names).text(scratch);
  };
  Call call;
  call.trace = text({"trace_id", "traceId"});
  const std::string_view id = text({"span_id", "spanId"}), parent = text({"parent_id", "parentId"});
  const std::string trace = std::string(call.trace) + "/";
  if (!id.empty()) call.id = scratch.keep(trace + std::string(id));
  call.is_root = parent.empty() || parent == "undefined" || parent == "0";
  if (!call.is_root) call.parent = scratch.keep(trace + std::string(parent));
  std::string_view service = text({"ml_app", "mlApp"});
  if (service.empty()) service = app;
  call.job = {.own_name = text({"name"}), .service = service};
  call.model = text({"model_name", "modelName", "model"});
  if (call.model.empty()) call.model = first_member(meta, {"model_name", "model"}).text(scratch);
  if (call.model.empty()) call.model = at_path(meta, {"metadata", "model_name"}).text(scratch);
  read_start(first_member(span, {"start_ns", "startNs", "start", "start_ms", "timestamp"}), scratch, call);
  call.usage = judge(span, scratch);
  const Value metadata = first_member(meta, {"metadata"});
  const Asked asked = read_asked(metadata.present() ? metadata : span.member("metadata"), scratch);
  call.num_ctx = asked.num_ctx;
  call.num_predict = asked.num_predict;
  sink.add(call);
}

// One span, or those that the SDK sends together.
void read_attributes(Value attributes, Scratch& scratch, Sink& sink) {
  const Value spans = attributes.member("spans");
  if (!spans.is_array()) return read_span(attributes, {}, scratch, sink);
  const std::string_view app = attributes.member("ml_app").text(scratch);
  spans.each_element([&](Value span) { read_span(span, app, scratch, sink); });
}

// Under `attributes` in answers, the record itself where spans were written down one by one.
Value attributes_of(const Fields& fields) {
  const Value inside = fields[Key::data].member("attributes");
  if (inside.is_object()) return inside;
  const Value own = fields[Key::attributes];
  if (!own.is_object()) return fields.record();
  const Value deeper = own.member("attributes");
  return deeper.is_object() ? deeper : own;
}

bool is_span(const Fields& fields) {
  if (!fields.keys().has_any({Key::attributes, Key::data, Key::ml_app})) return false;
  const Value attributes = attributes_of(fields);
  if (attributes.raw().data() == fields.record().raw().data()) {
    return fields.keys().has(Key::ml_app) && fields.keys().has_any({Key::spans, Key::metrics});
  }
  return first_member(attributes, {"span_kind", "ml_app", "spanKind"}).present();
}

}  // namespace

constinit const Format kDatadog{.name = "datadog",
                                .help = "spans of Datadog's LLM Observability",
                                .told_by = "`ml_app`, or `attributes` with `span_kind` or `ml_app`",
                                .matches = is_span,
                                .read = [](const Fields& fields, Sink& sink) {
                                  read_attributes(attributes_of(fields), fields.scratch(), sink);
                                }};

}  // namespace ctxcap::ingest
