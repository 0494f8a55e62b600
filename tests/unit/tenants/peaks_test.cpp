#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sstream>

#include "base/json.hpp"
#include "support/shared.hpp"
#include "tenants/tenants.hpp"

using namespace ctxcap;
using PeakJson = nlohmann::json;

namespace {

// The settings that a public figure was taken with, in our words; empty: it is of something else.
std::string tenant_of_peak(const PeakJson& row) {
  const auto who = row["tenant"].get<std::string>(), what = row["what"].get<std::string>();
  const auto words = [&](const char* text) { return what.find(text) != what.npos; };
  const auto model_of = [&](const char* engine) { return who.substr(std::string(engine).size() + 1); };
  if (who.starts_with("faster-whisper ") && (words("float16") || words("int8") || words("fp16")))
    return "faster-whisper:" + model_of("faster-whisper") + (words("int8") ? ",int8" : ",float16") +
           (words("batch 8") ? ",batch=8" : "");
  if (who.starts_with("transformers ")) return "transformers:" + model_of("transformers") + ",beams=5";
  if (who.starts_with("whisperX ") && words("full pipeline"))
    return "whisperx:" + model_of("whisperX") + ",batch=16";
  if (who.starts_with("whisperX large-v3") && words("article")) return "whisperx:large-v3";
  if (who.starts_with("Kokoro")) return "kokoro";
  if (who.starts_with("openai-whisper ") && words("earlier"))
    return "openai-whisper:" + model_of("openai-whisper");
  return who == "pyannote.audio" && words("3.3.2") ? "pyannote" : "";
}

double bytes_of_peak(const PeakJson& row, double mega) {
  const auto unit = row["unit"].get<std::string>();
  const double value = row["value"].get<double>();
  return value * (unit == "GB" ? mega * 1000 : unit == "MiB" ? 1048576 : mega);
}

}  // namespace

TEST_CASE("public peaks lie within the printed band, be their MB 10^6 bytes or 2^20") {
  const auto text = test::shared_file("tenants/field-peaks.jsonl");
  if (!text) return;
  std::istringstream rows(*text);
  int checked = 0;
  for (std::string line; std::getline(rows, line);) {
    const PeakJson row = PeakJson::parse(line);
    const std::string tenant = tenant_of_peak(row);
    if (tenant.empty()) continue;
    const auto need = tenants::need_of({.tenant = tenant});
    REQUIRE_MESSAGE(need, tenant);
    INFO(tenant << " " << need->low() << " " << need->total() << " " << *need->high());
    const bool unit_is_told = row["unit"] != "MB as printed";
    for (const double mega : unit_is_told ? std::vector{1e6} : std::vector{1e6, 1048576.0}) {
      const double peak = bytes_of_peak(row, mega);
      CAPTURE(peak);
      CHECK(peak >= static_cast<double>(need->low()));
      CHECK(peak <= static_cast<double>(*need->high()));
    }
    ++checked;
  }
  MESSAGE(checked << " public peaks");
  CHECK(checked >= 15);
}
