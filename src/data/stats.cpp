#include "data/stats.hpp"

#include <fmt/format.h>

#include "base/units.hpp"

namespace ctxcap {

std::string reason_of(const GenerationLimit& limit, double confidence) {
  const std::string answers = counted(limit.answers, "answer");
  std::string text;
  switch (limit.basis) {
    case Basis::explicit_window:
      text = "as asked";
      break;
    case Basis::tolerance_bound:
      text = fmt::format("the tolerance bound of {} (rank {}), rounded up to 256", answers,
                         with_commas(limit.rank.value_or(0)));
      break;
    case Basis::little_data:
      text = fmt::format("the longest of {} and a quarter more, rounded up to 256", answers);
      break;
  }
  if (limit.answers == 0) return text + "; how long answers are was not logged";
  if (!limit.share_upper) return text + "; how many longer ones there were is unknown, as some were cut";
  return text + fmt::format(
                    "; {} were longer; beside the risk of the window it cuts at most {} of answers at {} "
                    "confidence",
                    limit.basis == Basis::explicit_window ? with_commas(limit.over) + " of " + answers
                                                          : with_commas(limit.over),
                    percent(*limit.share_upper), percent(confidence));
}

}  // namespace ctxcap
