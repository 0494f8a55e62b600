#include "data/inspection.hpp"
#include "data/json_values.hpp"
#include "data/words.hpp"

namespace ctxcap {
namespace {

Json unless_empty(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json inspected_json(const LayerGroup& group) {
  const Layer& layer = group.layer;
  Json json{{"kind", word(layer.kind)},
            {"count", group.count},
            {"k_width", layer.k_width},
            {"v_width", layer.v_width}};
  if (layer.kind == LayerKind::window) json["window"] = layer.window;
  if (!layer.state.empty()) json["state"] = layer.state;
  if (!layer.side.empty()) json["side"] = Json::array();
  for (const SideCache& side : layer.side) {
    json["side"].push_back(
        {{"k_width", side.k_width}, {"v_width", side.v_width}, {"tokens_per_row", side.tokens_per_row}});
  }
  return json;
}

Json inspected_json(const CardPart& part) {
  return {{"card", part.card},
          {"first_layer", part.first},
          {"layers", part.layers},
          {"weights_bytes", part.weights_bytes},
          {"kv_bytes", part.kv_bytes},
          {"kv_swa_bytes", part.kv_swa_bytes},
          {"kv_indexer_bytes", part.kv_indexer_bytes},
          {"rs_bytes", part.rs_bytes},
          {"draft_bytes", part.draft_bytes},
          {"compute_bytes", part.compute_bytes},
          {"projector_bytes", part.projector_bytes},
          {"overhead_bytes", part.overhead_bytes},
          {"total_bytes", part.total_bytes()}};
}

Json inspected_json(const InspectedContext& context) {
  const Footprint& memory = context.memory;
  Json json{{"num_ctx", memory.num_ctx},     {"padded_ctx", memory.padded_ctx},
            {"parallel", memory.parallel},   {"kv_type_k", memory.kv_type_k},
            {"kv_type_v", memory.kv_type_v}, {"flash_attention", memory.flash_attention},
            {"num_batch", memory.num_batch}, {"backend", memory.backend}};
  if (context.refused) {
    json["error"] = context.refused->why;
    return json;
  }
  json["kv_bytes"] = or_null(memory.kv_bytes);
  json["kv_swa_bytes"] = or_null(memory.kv_swa_bytes);
  json["kv_indexer_bytes"] = or_null(memory.kv_indexer_bytes);
  json["rs_bytes"] = or_null(memory.rs_bytes);
  json["compute_bytes"] = or_null(memory.compute_bytes);
  json["weights_bytes"] = or_null(memory.weights_bytes);
  json["projector_bytes"] = or_null(memory.projector_bytes);
  json["projector_compute_bytes"] = or_null(memory.projector_compute_bytes);
  json["overhead_bytes"] = or_null(memory.overhead_bytes);
  json["total_bytes"] = or_null(memory.total_bytes);
  json["total_low_bytes"] = or_null(memory.total_low_bytes);
  json["total_high_bytes"] = or_null(memory.total_high_bytes);
  json["draft_bytes"] = or_null(memory.draft_bytes);
  json["draft_weights_bytes"] = memory.draft_weights_bytes;
  json["draft_compute_bytes"] = memory.draft_compute_bytes;
  json["ram_bytes"] = memory.ram_bytes;
  json["cards"] = Json::array();
  for (const CardPart& part : memory.cards) json["cards"].push_back(inspected_json(part));
  json["fit"] = memory.fit ? Json{{"stays", memory.fit->stays()},
                                  {"layers_in_ram", memory.fit->layers_in_ram},
                                  {"experts_in_ram", memory.fit->experts_in_ram},
                                  {"missing_bytes", memory.fit->missing}}
                           : Json();
  json["measured"] = memory.measured;
  json["clamped_to"] = or_null(context.clamped_to);
  return json;
}

Json inspected_json(const Calibration& calibration) {
  return {{"host", calibration.host},
          {"at", rfc3339(calibration.measured)},
          {"low_ctx", calibration.low_ctx},
          {"low_bytes", calibration.low_bytes},
          {"high_ctx", calibration.high_ctx},
          {"high_bytes", calibration.high_bytes},
          {"bytes_per_token", calibration.bytes_per_token()},
          {"overhead_bytes", or_null(calibration.overhead_bytes)}};
}

}  // namespace

std::string inspection_json(const Inspection& inspection) {
  const ModelArch& arch = inspection.arch;
  Json json{{"schema", "ctxcap.inspect/1"},
            {"model", unless_empty(inspection.model)},
            {"architecture", unless_empty(arch.architecture)},
            {"family", unless_empty(arch.family)},
            {"unknown", unless_empty(arch.unknown_reason)},
            {"native_ctx", or_null(arch.native_ctx)},
            {"max_ctx", or_null(arch.max_ctx)},
            {"rope_scaling", unless_empty(arch.rope_scaling)},
            {"extension_trained", arch.extension_trained},
            {"current_ctx", or_null(arch.current_ctx)},
            {"llama_cpp", word(arch.build.llama)},
            {"llama_cpp_assumed", arch.build.assumed},
            {"notes", arch.notes},
            {"layers", Json::array()},
            {"contexts", Json::array()}};
  if (inspection.measured) json["measured"] = inspected_json(*inspection.measured);
  if (inspection.card) {
    json["card"] = {{"card_bytes", inspection.card->card},
                    {"usable_bytes", inspection.card->usable()},
                    {"reserve_bytes", inspection.card->reserve},
                    {"largest", Json::array()}};
    for (const LargestWindow& one : inspection.largest) {
      json["card"]["largest"].push_back({{"kv_type_k", one.kv_type_k},
                                         {"kv_type_v", one.kv_type_v},
                                         {"num_ctx", or_null(one.num_ctx)},
                                         {"num_ctx_by_upper_end", or_null(one.surely)}});
    }
  }
  for (const LayerGroup& group : inspection.layers) json["layers"].push_back(inspected_json(group));
  for (const InspectedContext& context : inspection.contexts) {
    json["contexts"].push_back(inspected_json(context));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ctxcap
