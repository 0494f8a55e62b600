#include "data/oom.hpp"

#include "data/json_values.hpp"

namespace ctxcap {
namespace {

// A context of CUDA takes 256 to 878 MiB, as seen; before lazy loading 1 GiB and more.
constexpr Bytes kLargestContext = Bytes{3} << 29;

Json told(const std::optional<ToldBytes>& size) {
  return size ? Json(size->bytes) : Json(nullptr);
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
  }
  return root.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace ctxcap
