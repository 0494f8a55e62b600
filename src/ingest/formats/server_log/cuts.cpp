#include "ingest/formats/server_log/cuts.hpp"

#include <algorithm>

#include "ingest/formats/server_log/text.hpp"

namespace ctxcap::ingest::server_log {

std::optional<Cut> Cuts::read(std::string_view line, std::optional<Instant> at) {
  const std::string_view rest = behind(line, "truncating input prompt");
  const auto prompt = number_behind(rest, " prompt="), limit = number_behind(rest, " limit=");
  const auto left = number_behind(rest, " new=");
  if (!prompt || !limit || *prompt == 0) return std::nullopt;
  return Cut{.prompt = *prompt,
             .left = left.value_or(*limit),
             .limit = *limit,
             .keep = number_behind(rest, " keep=").value_or(0),
             .at = at,
             .is_alone = has(line, "source=") && !has(line, "llama_server.go")};
}

bool Cut::fits(Tokens window) const {
  const Tokens half = window - std::max<Tokens>((window - keep) / 2, 1);
  return left == half || left == window || left == window - 1;
}

std::optional<Cut> Cuts::take(Tokens prompt, std::optional<Tokens> window) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), [&](const Cut& cut) {
    return cut.left == prompt && (!window || cut.fits(*window));
  });
  if (found == waiting_.end()) return std::nullopt;
  const Cut cut = *found;
  waiting_.erase(found);
  return cut;
}

std::optional<Cut> Cuts::take_any() {
  if (waiting_.empty()) return std::nullopt;
  const Cut cut = waiting_.front();
  waiting_.pop_front();
  return cut;
}

}  // namespace ctxcap::ingest::server_log
