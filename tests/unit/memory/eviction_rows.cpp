#include "eviction_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "memory/memory.hpp"
#include "model/model.hpp"

namespace ctxcap {
namespace {

using nlohmann::json;

// "1h0m0s", "200ms", 0, "-1" -> milliseconds.
i64 milliseconds(const json& value) {
  if (value.is_number()) return value.get<i64>() < 0 ? kForever : value.get<i64>() * 1000;
  const std::string text = value.get<std::string>();
  if (text == "forever" || text.starts_with("-")) return kForever;
  double total = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t used = 0;
    const double number = std::stod(text.substr(at), &used);
    at += used;
    const bool milli = text.compare(at, 2, "ms") == 0;
    total += number * (milli                                 ? 1
                       : at < text.size() && text[at] == 'h' ? 3'600'000
                       : at < text.size() && text[at] == 'm' ? 60'000
                                                             : 1000);
    at += milli ? 2 : 1;
  }
  return static_cast<i64>(total);
}

template <typename T>
void read(const json& object, const char* key, std::optional<T>& into) {
  if (object.contains(key)) into = object[key].get<T>();
}

ScheduledModel model_of(const std::string& name, const json& model) {
  const json show = {{"model_info", model["model_info"]},
                     {"capabilities", model["capabilities"]},
                     {"details", {{"family", model["family"]}}}};
  const Result<ModelDescription> description = model::describe(show.dump(), name);
  return memory::as_scheduled(name, model["blob"], model::architecture_of(*description),
                              model["file_bytes"].get<i64>());
}

LoadOptions options_of(const json& model, const json& step) {
  json all = model["parameters"];
  if (step.contains("options")) all.update(step["options"]);
  LoadOptions options;
  read(all, "num_ctx", options.num_ctx);
  read(all, "num_batch", options.num_batch);
  read(all, "num_gpu", options.num_gpu);
  read(all, "main_gpu", options.main_gpu);
  read(all, "num_thread", options.num_thread);
  read(all, "use_mmap", options.use_mmap);
  return options;
}

std::vector<SchedulerCard> cards_of(const json& row) {
  std::vector<SchedulerCard> cards;
  for (const json& card : row["cards"]) {
    const std::vector<int> capability = card["compute_capability"].is_array()
                                            ? card["compute_capability"].get<std::vector<int>>()
                                            : std::vector<int>{9, 0};
    cards.push_back({.name = card["name"],
                     .library = card["library"],
                     .total = card["total_bytes"],
                     .driver = card["driver_reserved_bytes"],
                     .others = card["other_tenants_bytes"],
                     .integrated = card["integrated"],
                     .static_free = card["static_free"],
                     .no_flash_attention = capability[0] < 6 || (capability[0] == 7 && capability[1] == 2)});
  }
  return cards;
}

SchedulerSettings settings_of(const json& row) {
  const json& given = row["settings"];
  const auto text = [&](const char* key) { return given.value(key, std::string()); };
  SchedulerSettings settings;
  if (given.contains("OLLAMA_MAX_LOADED_MODELS"))
    settings.max_loaded = std::stoll(text("OLLAMA_MAX_LOADED_MODELS"));
  if (given.contains("OLLAMA_NUM_PARALLEL")) settings.parallel = std::stoll(text("OLLAMA_NUM_PARALLEL"));
  settings.spread = text("OLLAMA_SCHED_SPREAD") == "1";
  if (given.contains("OLLAMA_FLASH_ATTENTION"))
    settings.flash_attention =
        text("OLLAMA_FLASH_ATTENTION") != "0" && text("OLLAMA_FLASH_ATTENTION") != "false";
  if (given.contains("OLLAMA_CONTEXT_LENGTH"))
    settings.context_length = std::stoll(text("OLLAMA_CONTEXT_LENGTH"));
  if (given.contains("OLLAMA_GPU_OVERHEAD")) settings.overhead = std::stoll(text("OLLAMA_GPU_OVERHEAD"));
  if (given.contains("OLLAMA_KEEP_ALIVE")) settings.keep_alive_ms = milliseconds(given["OLLAMA_KEEP_ALIVE"]);
  settings.system_free = row["system"]["free"];
  return settings;
}

const char* word(EvictionReason reason) {
  switch (reason) {
    case EvictionReason::memory:
      return "memory";
    case EvictionReason::count:
      return "count";
    case EvictionReason::options_changed:
      return "options changed";
    case EvictionReason::out_of_memory:
      return "out of memory at load";
    case EvictionReason::keep_alive:
      return "keep_alive";
  }
  return "";
}

const char* word(SchedulerStep::Status status) {
  constexpr const char* kWords[] = {"loaded", "reused", "waiting", "error", "ok"};
  return kWords[static_cast<int>(status)];
}

// The same text of an outcome, whoever made it.
std::string attempt_text(const json& a) {
  return fmt::format("{} {} slots {} batch {} predicted {} compared {} available {} limit {} on {} {}\n",
                     a["model"].get<std::string>(), a["num_ctx_total"].get<i64>(), a["parallel"].get<i64>(),
                     a["num_batch"].get<i64>(), a["predicted_bytes"].get<i64>(),
                     a["compared_bytes"].get<i64>(), a["available_bytes"].get<i64>(),
                     a["limit_bytes"].get<i64>(), a["cards"].dump(),
                     !a["checked"] ? "unchecked"
                     : a["fits"]   ? "fits"
                                   : "does not fit");
}

std::string text_of(const json& outcome) {
  std::string text = outcome["status"].get<std::string>() + "\n";
  for (const json& a : outcome["attempts"]) text += attempt_text(a);
  for (const json& e : outcome["evicted"]) {
    const std::string reason = e["reason"];
    text += fmt::format("evicts {}: {}\n", e["model"].get<std::string>(),
                        reason.starts_with("keep_alive") ? "keep_alive" : reason);
  }
  for (const json& r : outcome["resident"])
    text += fmt::format("has {} {} {}\n", r["model"].get<std::string>(), r["num_ctx"].get<i64>(),
                        r["num_batch"].get<i64>());
  return text;
}

std::string text_of(const SchedulerStep& step, const std::vector<Resident>& residents) {
  std::string text = std::string(word(step.status)) + "\n";
  for (const LoadAttempt& a : step.attempts) {
    text += attempt_text({{"model", a.model},
                          {"num_ctx_total", a.total_ctx},
                          {"parallel", a.parallel},
                          {"num_batch", a.num_batch},
                          {"predicted_bytes", a.predicted},
                          {"compared_bytes", a.compared()},
                          {"available_bytes", a.available},
                          {"limit_bytes", a.limit()},
                          {"cards", a.cards},
                          {"checked", a.checked},
                          {"fits", a.fits}});
  }
  for (const Eviction& e : step.evicted) text += fmt::format("evicts {}: {}\n", e.model, word(e.reason));
  for (const Resident& r : residents)
    text += fmt::format("has {} {} {}\n", r.model.name, *r.options.num_ctx, *r.options.num_batch);
  return text;
}

// What the row says that the load took; a row does not tell it of one that left within the step.
LoadTakes takes_of(const json& step, const json& outcome, const std::string& model, int& failures) {
  LoadTakes takes;
  if (step.contains("fail") && failures++ < step.value("fail_times", 1)) {
    const std::string text = step["fail"];
    const bool memory =
        text.find("out of memory") != std::string::npos || text.find("allocate") != std::string::npos;
    takes.result = memory ? LoadTakes::Result::out_of_memory : LoadTakes::Result::failed;
    return takes;
  }
  for (const json& r : outcome["resident"]) {
    if (r["model"] != model) continue;
    for (const auto& [card, bytes] : r["accounted_bytes"].items()) takes.accounted[card] = bytes;
    if (!r["real_bytes"].is_null())
      for (const auto& [card, bytes] : r["real_bytes"].items()) takes.real[card] = bytes;
  }
  return takes;
}

}  // namespace

std::string difference(const json& row, bool newest) {
  const json *step = nullptr, *outcome = nullptr;
  int failures = 0;
  const auto takes = [&](const ScheduledModel& model, const LoadAttempt&, const BytesByCard&) {
    return takes_of(*step, *outcome, model.name, failures);
  };
  memory::Scheduler server(cards_of(row), settings_of(row), takes,
                           newest ? memory::AskedFirst::newest : memory::AskedFirst::oldest);
  for (std::size_t k = 0; k < row["steps"].size(); ++k) {
    step = &row["steps"][k];
    outcome = newest ? &row["outcomes_newest_first"][k] : &(*step)["outcome"];
    failures = 0;
    const std::string op = (*step)["op"];
    SchedulerStep did;
    if (op == "load") {
      const std::string name = (*step)["model"];
      LoadRequest request{.model = model_of(name, row["models"][name]),
                          .options = options_of(row["models"][name], *step),
                          .hold = step->value("hold", false)};
      if (step->contains("keep_alive")) request.keep_alive_ms = milliseconds((*step)["keep_alive"]);
      did = server.load(request);
    } else if (op == "finish") {
      did = server.finish(
          row["models"][row["steps"][(*step)["of"].get<std::size_t>()]["model"].get<std::string>()]["blob"]);
      // The outcome was looked at a while after the request had ended.
      server.pass(750);
    } else if (op == "external") {
      server.others_take(row["cards"][(*step)["gpu"].get<std::size_t>()]["name"], (*step)["bytes"]);
    } else {
      did = server.pass((*step)["ms"]);
    }
    if (op != "load") did.status = SchedulerStep::Status::none;
    const std::string wanted = text_of(*outcome), got = text_of(did, server.residents());
    if (wanted != got)
      return fmt::format("{} step {}\nrow:\n{}replay:\n{}", row["id"].get<std::string>(), k, wanted, got);
  }
  return "";
}

}  // namespace ctxcap
