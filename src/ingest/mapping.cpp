#include "ingest/mapping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/text.hpp"

namespace ctxcap::ingest {
namespace {

constexpr std::array<std::string_view, kParts> kPartNames{"prompt", "generation", "model",
                                                          "job",    "time",       "id"};

std::optional<std::size_t> part_named(std::string_view name) {
  const auto found = std::find(kPartNames.begin(), kPartNames.end(), name);
  if (found == kPartNames.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kPartNames.begin());
}

Error unusable(const std::string& part, std::string why) {
  return {.kind = ErrorKind::usage,
          .what = fmt::format("cannot use --map {}=...", printable(part, 40)),
          .why = std::move(why),
          .hint = "--map prompt=COLUMN,generation=COLUMN   (also model, job, time, id)"};
}

std::string unknown_part(const std::string& part) {
  const std::vector<std::string> names(kPartNames.begin(), kPartNames.end());
  const std::string near = closest(part, names);
  return near.empty() ? "it is no part of a call"
                      : fmt::format("it is no part of a call; did you mean {}?", near);
}

}  // namespace

bool Mapping::empty() const {
  return std::all_of(paths.begin(), paths.end(), [](const std::string& path) { return path.empty(); });
}

Result<Mapping> mapping_of(std::span<const std::pair<std::string, std::string>> pairs) {
  Mapping mapping;
  for (const auto& [name, path] : pairs) {
    const std::optional<std::size_t> part = part_named(name);
    if (!part) return fail(unusable(name, unknown_part(name)));
    if (path.empty()) return fail(unusable(name, "no column or key is named"));
    if (!mapping.paths[*part].empty()) return fail(unusable(name, "it is given twice"));
    mapping.paths[*part] = path;
  }
  return mapping;
}

}  // namespace ctxcap::ingest
