#include "data/stats.hpp"

#include <fmt/format.h>

#include "base/units.hpp"

namespace ctxcap {

std::string reason_of(const GenerationLimit& limit, double confidence) {
  const std::string answers = counted(limit.answers, "answer");
  const i64 over = limit.answers - limit.rank.value_or(limit.answers);
  std::string text;
  switch (limit.basis) {
    case Basis::explicit_window:
      text = "as asked";
      break;
    case Basis::tolerance_bound:
      text = fmt::format("{} of {}, rounded up to a multiple of 256",
                         over > 0 ? fmt::format("all but the {} longest", with_commas(over)) : "the longest",
                         answers);
      break;
    case Basis::little_data:
      text = fmt::format("the longest of {} and a quarter more, rounded up to a multiple of 256", answers);
      break;
  }
  if (limit.answers == 0) return text + "; no log says how long the answers are";
  if (!limit.share_upper) return text + "; some answers were cut, so how many were longer is unknown";
  return text + fmt::format(
                    "; {} longer; it cuts at most {} of answers ({} confidence), on top of the risk of "
                    "the window",
                    limit.over == 0 ? "none was"
                    : limit.basis == Basis::explicit_window
                        ? fmt::format("{} of {} were", with_commas(limit.over), answers)
                        : fmt::format("{} were", with_commas(limit.over)),
                    percent(*limit.share_upper), percent(confidence));
}

}  // namespace ctxcap
