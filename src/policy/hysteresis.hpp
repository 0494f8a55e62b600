#pragma once
// Whether tonight's advice becomes tonight's change: quick to grow, slow to shrink. Pure: what runs, what is
// advised and what earlier nights advised come in, a verdict with its reason goes out.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "data/decision.hpp"
#include "data/history.hpp"

namespace ctxcap::policy {

// Minutes of the local day, 0..1439. From `from` up to, not including, `to`; over midnight where to < from.
struct QuietHours {
  int from = 0, to = 0;
  bool operator==(const QuietHours&) const = default;
};

// "08:00-20:00", "22:00-06:30". Errors (ErrorKind::usage): not of that form, or from and to are equal.
Result<QuietHours> parse_quiet_hours(std::string_view text);
bool is_quiet(const QuietHours& hours, int local_minute);
// "20:00", the minute in which they end.
std::string end_of(const QuietHours& hours);

// A night is named by the local date it began on: it runs from noon to noon, so that 23:55 and 00:05 are one.
Day night_of(Instant now, i64 local_offset_minutes);

struct HysteresisOptions {
  i64 min_days = 3;                // days with requests that a first variant, or a shrink, takes; >= 0
  i64 shrink_after_nights = 3;     // so many nights in a row must advise less, tonight among them; >= 1
  i64 shrink_after_weeks = 2;      // whole weeks of requests of which none was cut; >= 0
  Bytes min_saving = 512ll << 20;  // a shrink must free at least this much,
  double min_saving_share = 0.05;  // and this share of the card
  std::optional<QuietHours> quiet_hours;  // nothing is loaded or created then
};

// What one night advised for a base model; nullopt: nothing could be advised.
struct NightAdvice {
  Day night = 0;
  std::optional<Tokens> num_ctx;
};

struct Tonight {
  Day night = 0;
  int local_minute = 0;            // of now
  std::optional<Tokens> running;   // cap of the variants of this base; nullopt: there is none yet
  std::optional<Tokens> advised;   // nullopt: withheld
  std::optional<i64> days;         // with requests; nullopt: nobody counted
  bool relieves = false;           // what runs without a variant takes at least as much as what is advised
  bool little_data = false;        // the advice rests on the observed maximum alone
  std::optional<Day> clean_since;  // first day from which on no request was cut; nullopt: some were, or
                                   // their days are not known
  bool cut = true;  // where clean_since is not known: requests were cut; false: their days are not known
  bool sources_missing = false;  // a source did not answer: what it holds may need more
  i64 rest = 0;  // nights, tonight among them, for which what somebody rolled back is to be left alone
  std::vector<NightAdvice> earlier;  // any order, any number, tonight may be among them
  std::map<Tokens, Bytes> bytes;     // on the card at each window; missing: unknown
  std::optional<Bytes> card;         // nullopt: not known
  std::optional<Bytes> room;         // of the card, after all others that must be resident; nullopt: unknown
};

using ctxcap::Move;

struct Verdict {
  Move move = Move::keep;
  std::optional<Tokens>
      num_ctx;         // the cap after the move, or that the move will set once it may; nullopt: none
  std::string reason;  // one sentence
  bool changes() const { return move == Move::create || move == Move::grow || move == Move::shrink; }
  bool pending() const { return move == Move::wait; }
};

// A shrink goes to the largest window that the agreeing nights advised, never below.
Verdict weigh(const Tonight& tonight, const HysteresisOptions& options);

}  // namespace ctxcap::policy
