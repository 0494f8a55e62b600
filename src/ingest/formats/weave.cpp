// Calls of Weights & Biases' Weave. A summary adds up, by model, the usage of all calls inside; how many
// there were stands beside it. Only calls of a model count.

#include <string>

#include "ingest/formats/all.hpp"
#include "ingest/formats/members.hpp"
#include "ingest/spellings.hpp"

namespace ctxcap::ingest {
namespace {

// "weave:///team/project/op/NAME:VERSION"
std::string_view name_of(std::string_view op) {
  const std::size_t at = op.find("/op/");
  if (at == std::string_view::npos) return op;
  op.remove_prefix(at + 4);
  return op.substr(0, op.rfind(':'));
}

// The functions of client libraries: "openai.chat.completions.create", "litellm.completion".
bool is_client_function(std::string_view name) {
  for (const std::string_view library : {"openai.", "litellm.", "ollama.", "anthropic.", "mistralai."}) {
    if (name.starts_with(library)) return true;
  }
  return name.ends_with("completions.create") || name.ends_with(".completion");
}

struct Summed {
  Usage usage;
  std::string_view model;
};

// The one model that the call used; several are calls of their own inside.
Summed usage_by_model(Value usage, Scratch& scratch) {
  Summed found;
  int models = 0;
  usage.each_member([&](std::string_view model, Value counts) {
    if (!counts.is_object()) return;
    const Usage read = usage_of_members(counts, scratch);
    if (read.is_unsaid()) return;
    ++models;
    found.usage = read;
    found.model = Value::json(scratch.keep("\"" + std::string(model) + "\"")).text(scratch);
  });
  if (models > 1) found.usage = {.reason = Reason::aggregate};
  return found;
}

Value usage_of_call(const Fields& fields) {
  const Value inside = fields[Key::summary].opened(fields.scratch()).member("usage");
  return inside.is_object() ? inside : fields[Key::usage].opened(fields.scratch());
}

void read_call(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  const auto text = [&](std::initializer_list<Key> keys) { return fields.first(keys).text(scratch); };
  Summed summed = usage_by_model(usage_of_call(fields), scratch);
  const Value output = fields[Key::output].opened(scratch);
  if (summed.usage.reason == Reason::no_usage) {
    summed.usage = usage_of_members(output.member("usage"), scratch);
    summed.model = output.member("model").text(scratch);
  }
  const Value inputs = fields[Key::inputs].opened(scratch);
  Call call;
  call.usage = summed.usage;
  const std::string_view name = name_of(text({Key::op_name, Key::opName}));
  if (call.usage.reason == Reason::no_usage && output.member("usage").raw().empty())
    call.usage.reason = Reason::not_a_generation;
  if (name.find("embed") != std::string_view::npos && is_client_function(name))
    call.usage = {.reason = Reason::embedding};
  call.id = text({Key::id});
  call.trace = text({Key::trace_id, Key::traceId});
  call.parent = text({Key::parent_id, Key::parentId});
  call.is_root = call.parent.empty();
  if (!is_client_function(name)) call.job.own_name = name;
  call.model = summed.model;
  if (call.model.empty()) call.model = inputs.member("model").text(scratch);
  read_start(fields.first({Key::started_at, Key::startedAt}), scratch, call);
  const Asked asked = read_asked(inputs, scratch);
  call.num_ctx = asked.num_ctx;
  call.num_predict = asked.num_predict;
  sink.add(call);
}

}  // namespace

constinit const Format kWeave{.name = "weave",
                              .help = "calls of Weights & Biases' Weave",
                              .told_by = "`op_name`, and `summary` or `trace_id`",
                              .matches =
                                  [](const Fields& fields) {
                                    return fields.keys().has_any({Key::op_name, Key::opName}) &&
                                           fields.keys().has_any({Key::summary, Key::trace_id, Key::traceId});
                                  },
                              .read = read_call};

}  // namespace ctxcap::ingest
