#include "data/oom.hpp"

#include "data/json_values.hpp"

namespace ctxcap {
namespace {

// A context of CUDA takes 256 to 878 MiB, as seen; before lazy loading 1 GiB and more.
constexpr Bytes kLargestContext = Bytes{3} << 29;

Json told(const std::optional<ToldBytes>& size) {
  return size ? Json(size->bytes) : Json(nullptr);
}

Json frames_json(const std::vector<SnapshotFrame>& frames) {
  Json json = Json::array();
  for (const SnapshotFrame& one : frames)
    json.push_back({{"frame", one.frame}, {"bytes", one.bytes}, {"count", one.count}});
  return json;
}

Json snapshot_json(const Snapshot& of) {
  Json json{{"device", of.device},
            {"segments", of.segments},
            {"events", of.events},
            {"end_allocated_bytes", of.end_allocated},
            {"end_reserved_bytes", of.end_reserved},
            {"baseline_allocated_bytes", of.baseline_allocated},
            {"peak_allocated_bytes", of.peak_allocated},
            {"reserved_at_peak_bytes", of.reserved_at_peak},
            {"event_of_peak", or_null(of.event_of_peak)},
            {"peak_reserved_bytes", of.peak_reserved},
            {"static_bytes", of.static_bytes},
            {"activation_bytes", of.activation_bytes},
            {"inactive_split_blocks", of.split_blocks},
            {"inactive_split_bytes", of.split_bytes},
            {"largest_hole_bytes", of.largest_hole},
            {"private_free_bytes", of.private_free},
            {"expandable_segments", of.expandable},
            {"frames", frames_json(of.frames)},
            {"kept", frames_json(of.kept)},
            {"ooms", Json::array()}};
  for (const SnapshotOom& one : of.ooms) {
    json["ooms"].push_back({{"event", one.event},
                            {"size_bytes", one.size},
                            {"device_free_bytes", or_null(one.free)},
                            {"allocated_bytes", one.allocated},
                            {"reserved_bytes", one.reserved}});
  }
  return json;
}

}  // namespace

std::optional<ToldBytes> OomText::reserved_by_torch() const {
  if (reserved) return reserved;
  if (!allocated) return std::nullopt;
  const ToldBytes more = unallocated.value_or(ToldBytes{});
  return ToldBytes{allocated->bytes + more.bytes, allocated->slack + more.slack};
}

std::optional<ToldBytes> OomText::whole_process() const {
  if (process) return process;
  const std::optional<ToldBytes> torch = reserved_by_torch();
  if (!torch) return std::nullopt;
  std::optional<ToldBytes> own;
  for (const auto& [pid, size] : processes) {
    const bool may_be =
        size.most() >= torch->bytes - torch->slack && size.bytes <= torch->bytes + kLargestContext;
    if (may_be && (!own || size.bytes < own->bytes)) own = size;
  }
  return own;
}

std::optional<ToldBytes> OomText::held() const {
  const std::optional<ToldBytes> whole = whole_process();
  return whole ? whole : reserved_by_torch();
}

std::string_view word(OomSource source) {
  switch (source) {
    case OomSource::unknown:
      return "unknown";
    case OomSource::torch:
      return "torch";
    case OomSource::llama_cpp:
      return "llama.cpp";
    case OomSource::vllm:
      return "vllm";
    case OomSource::ctranslate2:
      return "ctranslate2";
    case OomSource::ollama:
      return "ollama";
    case OomSource::kernel:
      return "kernel";
    case OomSource::snapshot:
      return "snapshot";
  }
  return "";
}

std::string_view word(Fragmentation fragmentation) {
  switch (fragmentation) {
    case Fragmentation::unknown:
      return "unknown";
    case Fragmentation::no:
      return "no";
    case Fragmentation::maybe:
      return "maybe";
    case Fragmentation::yes:
      return "yes";
  }
  return "";
}

std::string oom_json(const std::vector<OomEvent>& events) {
  Json root = {{"schema", "ctxcap.oom/1"}, {"events", Json::array()}};
  for (const OomEvent& event : events) {
    Json advice = Json::array();
    for (const Advice& one : event.advice)
      advice.push_back({{"what", one.what}, {"frees_bytes", or_null(one.frees)}, {"text", one.text}});
    root["events"].push_back({{"source", word(event.told.source)},
                              {"line", event.line},
                              {"wanted_bytes", told(event.told.wanted)},
                              {"card_bytes", told(event.told.card)},
                              {"free_bytes", told(event.told.free)},
                              {"process_bytes", told(event.told.whole_process())},
                              {"allocated_bytes", told(event.told.allocated)},
                              {"unallocated_bytes", told(event.told.unallocated)},
                              {"context_bytes", or_null(event.context)},
                              {"others_bytes", or_null(event.others)},
                              {"need_bytes", or_null(event.need)},
                              {"fragmentation", word(event.fragmentation)},
                              {"advice", std::move(advice)}});
    if (event.snapshot) root["events"].back()["snapshot"] = snapshot_json(*event.snapshot);
  }
  return root.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace ctxcap
