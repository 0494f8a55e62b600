#pragma once
// What a recorder saw of the card, in a file of its own (card.db) beside the state: it is written every few
// seconds, and neither damage nor size of it may touch what decisions are made by. Included by state.hpp.
//
// Only changes are rows; a stretch of watching is one row whose end moves on. So an idle night costs nothing,
// and what a killed recorder loses is the sample that it was at.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "data/card.hpp"
#include "ports/world.hpp"

namespace ctxcap::state {

class CardSamples {
 public:
  // Errors as of the state: not writable, busy, damaged, or written by a newer ctxcap.
  static Result<CardSamples> open(World& world, DatabaseMode mode = DatabaseMode::write);
  CardSamples(CardSamples&&) noexcept;
  ~CardSamples();

  // One look at a card, by its uuid. A look that comes later than kLate steps after the one before, or before
  // it (a clock that was set back), begins a stretch of its own: between them nobody watched. `step`:
  // microseconds.
  static constexpr i64 kLate = 3;
  Status record(const CardLook& look, Instant at, i64 step);

  // The highest that the driver's accounting says of a tenant's processes; lower than what is known changes
  // nothing.
  Status peak(const std::string& uuid, const CardTenant& tenant, Bytes bytes);

  // A tenant that ran out of memory; told again, only what was missing is added.
  Status oom(const CardOom& oom);

  // How far a log was read for such lines; nullopt: never.
  Result<std::optional<Instant>> heard(const std::string& log);
  Status hear(const std::string& log, Instant until);

  // Everything since `from`; a sample for every change, which lasts until the next, or its stretch's end.
  Result<std::vector<CardHistory>> histories(std::optional<Instant> from = std::nullopt);

  // Drops what ended before. Returns how many rows went.
  Result<i64> forget(Instant before);

 private:
  struct Known;
  CardSamples(std::unique_ptr<Database> database, std::string path);
  Result<i64> card_of(const CardFacts& facts);
  Result<i64> tenant_of(const CardTenant& tenant);
  Status note_run(i64 card, const CardProcess& process, Instant at);
  Status add_runs_and_ooms(i64 since, const std::map<i64, std::size_t>& places,
                           std::vector<CardHistory>& all);

  std::unique_ptr<Database> database_;  // nullptr: opened to read, and there is none
  std::string path_;
  std::unique_ptr<Known> known_;
};

}  // namespace ctxcap::state
