#include "data/trace_format.hpp"

#include "data/json_values.hpp"

namespace ctxcap {

std::string formats_json(std::span<const TraceFormat> formats) {
  Json json{{"schema", "ctxcap.formats/1"}, {"formats", Json::array()}};
  for (const TraceFormat& format : formats) {
    json["formats"].push_back({{"format", format.name},
                               {"is", format.help},
                               {"told_by", format.told_by},
                               {"holds_rows", format.holds_rows}});
  }
  return json.dump(2) + "\n";
}

}  // namespace ctxcap
