// Runs of LangSmith, also with the runs inside of them. Chains and agents repeat the counts of the calls
// inside; only runs of a model count.

#include "ingest/formats/all.hpp"
#include "ingest/formats/members.hpp"
#include "ingest/refusals.hpp"
#include "ingest/spellings.hpp"

namespace ctxcap::ingest {
namespace {

struct Run {
  Value extra, metadata, parameters, outputs;
};

Run run_of(const Fields& fields) {
  Scratch& scratch = fields.scratch();
  const Value extra = fields[Key::extra].opened(scratch);
  const Value own = fields[Key::metadata].opened(scratch);
  Value metadata = extra.member("metadata").opened(scratch);
  if (!metadata.is_object()) metadata = own;
  const Value parameters = first_member(extra, {"invocation_params", "invocationParams"}).opened(scratch);
  return {extra, metadata, parameters, fields[Key::outputs].opened(scratch)};
}

// Of LangChain's generations the first: outputs.generations[0][0].message.kwargs.
Value message_of(Value outputs) {
  const auto first = [](Value array) {
    Value found = array;
    array.each_element([&](Value element) {
      if (found.is_array()) found = element;
    });
    return found;
  };
  const Value message = first(first(outputs.member("generations"))).member("message");
  const Value inside = message.member("kwargs");
  return inside.is_object() ? inside : message;
}

// At the top; in what the client sent where the server added nothing up.
Usage usage_of_run(const Fields& fields, const Run& run) {
  Scratch& scratch = fields.scratch();
  NamedCounts counts;
  for (const Key key : {Key::prompt_tokens, Key::promptTokens, Key::completion_tokens, Key::completionTokens,
                        Key::total_tokens, Key::totalTokens})
    counts.take(*spelling_of(key), fields[key], scratch);
  const Usage own = counts.usage();
  if (!own.is_unsaid()) return own;
  for (const Value map :
       {run.metadata.member("usage_metadata"), run.outputs.member("usage_metadata"),
        message_of(run.outputs).member("usage_metadata"), at_path(run.outputs, {"llm_output", "token_usage"}),
        at_path(run.outputs, {"llmOutput", "tokenUsage"}), run.outputs.member("usage"),
        run.outputs.member("token_usage"), run.extra.member("usage")}) {
    const Usage usage = usage_of_members(map, scratch);
    if (!usage.is_unsaid()) return usage;
  }
  return own;
}

Usage judge(const Fields& fields, const Run& run) {
  Scratch& scratch = fields.scratch();
  const std::string_view type = fields.first({Key::run_type, Key::runType}).text(scratch);
  const Usage usage = usage_of_run(fields, run);
  if (type == "embedding") return {.reason = Reason::embedding};
  if (type != "llm" && type != "chat_model")
    return {.reason = usage.reason == Reason::none ? Reason::wrapper : Reason::not_a_generation};
  if (usage.reason != Reason::no_usage || !fields[Key::error].present()) return usage;
  return refused_usage(fields[Key::error].text(scratch)).value_or(Usage{.reason = Reason::failed});
}

std::string_view model_of(const Run& run, Scratch& scratch) {
  const std::string_view told =
      first_member(run.metadata, {"ls_model_name", "lsModelName", "model", "model_name"}).text(scratch);
  if (!told.empty()) return told;
  return first_member(run.parameters, {"model", "model_name", "modelName"}).text(scratch);
}

// Not those that the framework gives to the steps of a chain.
std::string_view first_tag(Value tags, Scratch& scratch) {
  std::string_view tag;
  tags.opened(scratch).each_element([&](Value value) {
    const std::string_view text = value.text(scratch);
    const bool is_step = text.starts_with("seq:step") || text.starts_with("map:key") ||
                         text.starts_with("langsmith:") || text.starts_with("graph:step") ||
                         text.starts_with("condition:");
    if (tag.empty() && !is_step) tag = text;
  });
  return tag;
}

void read_run(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  const auto text = [&](std::initializer_list<Key> keys) { return fields.first(keys).text(scratch); };
  const Run run = run_of(fields);
  Call call;
  call.usage = judge(fields, run);
  call.id = text({Key::id, Key::run_id});
  call.trace = text({Key::trace_id, Key::traceId});
  call.parent = text({Key::parent_run_id, Key::parentRunId});
  call.is_root = call.parent.empty();
  call.job = {.own_name = text({Key::name}),
              .tag = first_tag(fields[Key::tags], scratch),
              .service = text({Key::session_name})};
  call.model = model_of(run, scratch);
  read_start(fields.first({Key::start_time, Key::startTime}), scratch, call);
  const Asked asked = read_asked(run.parameters, scratch);
  call.num_ctx = asked.num_ctx;
  call.num_predict = asked.num_predict;
  if (!call.num_predict) call.num_predict = read_limit(run.metadata.member("ls_max_tokens"), scratch);
  sink.add(call);
  fields[Key::child_runs].each_element([&](Value child) {
    if (child.is_object()) sink.nested(child.raw());
  });
}

}  // namespace

constinit const Format kLangSmith{.name = "langsmith",
                                  .help = "runs of LangSmith",
                                  .told_by = "`run_type`",
                                  .matches =
                                      [](const Fields& fields) {
                                        return fields.keys().has_any({Key::run_type, Key::runType});
                                      },
                                  .read = read_run};

}  // namespace ctxcap::ingest
