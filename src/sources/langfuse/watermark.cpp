#include "sources/langfuse/watermark.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.hpp"

namespace ctxcap::sources::langfuse {
namespace {

using nlohmann::json;

Result<i64> size_of(const std::string& path, Files& files) {
  TRY_ASSIGN(const std::unique_ptr<MappedFile> file, files.map(path));
  return static_cast<i64>(file->bytes().size());
}

}  // namespace

std::string signature(const Options& options) {
  const Query& query = options.query;
  return json{{"server", options.server.url},       {"jobs", query.jobs}, {"models", query.models},
              {"environments", query.environments}, {"tags", query.tags}, {"lengths", query.lengths}}
      .dump();
}

Result<std::optional<Watermark>> read_watermark(const std::string& path, Files& files) {
  if (files.kind(path) == PathKind::missing) return std::nullopt;
  TRY_ASSIGN(const std::string text, files.read_all(path));
  const json parsed = json::parse(text, nullptr, false);
  const auto time = [&](const char* key) {
    return parsed.is_object() && parsed.value(key, json()).is_string()
               ? parse_time(parsed[key].get<std::string>())
               : std::nullopt;
  };
  if (!time("from") || !time("to") || !parsed.contains("pulled")) {
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot go on with an earlier pull",
                 .why = path + " is not a watermark of ctxcap",
                 .hint = "remove it, and pull into another file"});
  }
  Watermark mark{.pulled = parsed["pulled"].dump(),
                 .period = {time("from")->micros / 1000, time("to")->micros / 1000}};
  if (parsed.contains("bytes") && parsed["bytes"].is_number_integer())
    mark.bytes = parsed["bytes"].get<i64>();
  for (const auto& [key, into] : {std::pair{"api", &mark.api}, {"project", &mark.project}})
    if (parsed.value(key, json()).is_string()) *into = parsed[key].get<std::string>();
  return mark;
}

Status write_watermark(const std::string& path, const Options& options, Period period,
                       const std::string& project, const PullSummary& told, Files& files) {
  TRY_ASSIGN(const i64 bytes, size_of(path, files));
  json mark{{"schema", "ctxcap.pull/1"},
            {"pulled", json::parse(signature(options))},
            {"api", told.api},
            {"from", rfc3339({period.from * 1000})},
            {"to", rfc3339({period.to * 1000})},
            {"rows", told.rows},
            {"bytes", bytes}};
  if (!project.empty()) mark["project"] = project;
  return files.write_atomic(path + ".watermark", mark.dump(2) + "\n");
}

Status check_untouched(const std::string& path, const Watermark& before, Files& files) {
  if (!before.bytes) return {};
  TRY_ASSIGN(const i64 bytes, size_of(path, files));
  if (bytes == *before.bytes) return {};
  return fail({.kind = ErrorKind::usage,
               .what = "cannot add to " + path,
               .why = fmt::format("it has {} bytes, and the last pull left {}: something else wrote to it",
                                  bytes, *before.bytes),
               .hint = "move it away; then everything is pulled again"});
}

Period covered_by(Period pulled, bool limited, const std::optional<Watermark>& before) {
  if (limited) return before ? before->period : Period{pulled.to, pulled.to};
  if (!before || before->period.empty()) return pulled;
  return {std::min(pulled.from, before->period.from), std::max(pulled.to, before->period.to)};
}

}  // namespace ctxcap::sources::langfuse
