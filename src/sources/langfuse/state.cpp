#include "sources/langfuse/state.hpp"

#include "base/json.hpp"

namespace ctxcap::sources::langfuse {
namespace {

using nlohmann::json;

json json_of(const OpenWindow& open) {
  const Window& window = open.window;
  return {{"walk", static_cast<int>(window.walk)},
          {"from", window.from},
          {"to", window.to},
          {"limit", window.limit},
          {"page", window.page},
          {"cursor", window.cursor},
          {"traces", window.traces},
          {"last", open.last},
          {"pages", open.pages},
          {"items", open.items},
          {"empty", open.empty_pages},
          {"passes", open.passes}};
}

OpenWindow window_of(const json& text) {
  OpenWindow open;
  open.window.walk = static_cast<Walk>(text.at("walk").get<int>());
  text.at("from").get_to(open.window.from);
  text.at("to").get_to(open.window.to);
  text.at("limit").get_to(open.window.limit);
  text.at("page").get_to(open.window.page);
  text.at("cursor").get_to(open.window.cursor);
  text.at("traces").get_to(open.window.traces);
  text.at("last").get_to(open.last);
  text.at("pages").get_to(open.pages);
  text.at("items").get_to(open.items);
  text.at("empty").get_to(open.empty_pages);
  text.at("passes").get_to(open.passes);
  return open;
}

}  // namespace

std::string state_text(const PullState& state, const std::vector<OpenWindow>& under_way) {
  json todo = json::array();
  for (const OpenWindow& open : state.todo) todo.push_back(json_of(open));
  for (const OpenWindow& open : under_way) todo.push_back(json_of(open));
  return json{{"api", static_cast<int>(state.api)},
              {"stage", static_cast<int>(state.stage)},
              {"todo", std::move(todo)},
              {"unnamed", state.unnamed},
              {"estimates", state.estimates},
              {"rows", state.rows},
              {"cut", state.cut},
              {"project", state.project},
              {"oldest", state.oldest},
              {"old_until", state.old_until.value_or(0)}}
      .dump();
}

std::optional<PullState> read_state(std::string_view text) {
  try {
    const json parsed = json::parse(text);
    PullState state;
    state.api = static_cast<Api>(parsed.at("api").get<int>());
    state.stage = static_cast<PullStage>(parsed.at("stage").get<int>());
    for (const json& open : parsed.at("todo")) state.todo.push_back(window_of(open));
    parsed.at("unnamed").get_to(state.unnamed);
    parsed.at("estimates").get_to(state.estimates);
    parsed.at("rows").get_to(state.rows);
    state.cut = parsed.value("cut", false);
    state.project = parsed.value("project", "");
    state.oldest = parsed.value("oldest", i64{0});
    if (const i64 until = parsed.value("old_until", i64{0}); until != 0) state.old_until = until;
    return state;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace ctxcap::sources::langfuse
