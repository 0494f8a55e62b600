#include <algorithm>

#include "data/words.hpp"
#include "state/json_file.hpp"
#include "state/state.hpp"

namespace ctxcap::state {
namespace {

JsonFile calibrations_file(World& world) {
  return JsonFile(world.files, state_directory(world) + "/calibrations.json", "ctxcap.calibrations/1",
                  "calibrations");
}

Json json_of(const Calibration& entry) {
  return {{"host", entry.host},
          {"digest", entry.digest},
          {"measured", rfc3339(entry.measured)},
          {"parallel", entry.parallel},
          {"kv_type_k", entry.kv_type_k},
          {"kv_type_v", entry.kv_type_v},
          {"backend", entry.backend},
          {"num_batch", entry.num_batch ? Json(*entry.num_batch) : Json(nullptr)},
          {"flash_attention", word(entry.flash_attention)},
          {"low_ctx", entry.low_ctx},
          {"high_ctx", entry.high_ctx},
          {"low_bytes", entry.low_bytes},
          {"high_bytes", entry.high_bytes},
          {"overhead_bytes", entry.overhead_bytes ? Json(*entry.overhead_bytes) : Json(nullptr)}};
}

std::optional<Calibration> calibration_of(const Json& json) {
  try {
    Calibration entry{.host = json.at("host"), .digest = json.at("digest")};
    const std::optional<Instant> measured = parse_time(json.at("measured").get<std::string>());
    entry.parallel = json.at("parallel");
    entry.kv_type_k = json.at("kv_type_k");
    entry.kv_type_v = json.at("kv_type_v");
    entry.backend = json.at("backend");
    if (const Json& batch = json.at("num_batch"); !batch.is_null()) entry.num_batch = batch.get<i64>();
    const std::string flash = json.at("flash_attention");
    for (const FlashAttention value : {FlashAttention::on, FlashAttention::off}) {
      if (flash == word(value)) entry.flash_attention = value;
    }
    entry.low_ctx = json.at("low_ctx");
    entry.high_ctx = json.at("high_ctx");
    entry.low_bytes = json.at("low_bytes");
    entry.high_bytes = json.at("high_bytes");
    if (const Json& overhead = json.at("overhead_bytes"); !overhead.is_null())
      entry.overhead_bytes = overhead.get<Bytes>();
    if (!measured || entry.low_ctx >= entry.high_ctx) return std::nullopt;
    entry.measured = *measured;
    return entry;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;  // the caller says where
  }
}

}  // namespace

Result<std::vector<Calibration>> read_calibrations(World& world) {
  std::vector<Calibration> calibrations;
  TRY(calibrations_file(world).read([&](const Json& entry) {
    const std::optional<Calibration> calibration = calibration_of(entry);
    if (calibration) calibrations.push_back(*calibration);
    return calibration.has_value();
  }));
  return calibrations;
}

Status record_calibration(World& world, const Calibration& calibration) {
  TRY_ASSIGN(std::vector<Calibration> all, read_calibrations(world));
  std::erase_if(all, [&](const Calibration& known) { return known.same_setting(calibration); });
  all.push_back(calibration);
  Json entries = Json::array();
  for (const Calibration& entry : all) entries.push_back(json_of(entry));
  return calibrations_file(world).write(entries);
}

}  // namespace ctxcap::state
