#pragma once
// What ctxcap did and learned on this machine, in one SQLite file (state.db) that only its user can read:
// exact demand per day, decisions with their reasons, what was created and what stood there before, what
// loads really took. Counts, names and sizes; of texts only the SYSTEM text of variants, which rollback
// needs.
//
// Every change is on the disk when its function returns, or it did not happen. Errors are of kind `failure`:
// no room, not writable, busy, damaged, or written by a newer ctxcap; `why` says which, with the place.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "data/calibration.hpp"
#include "data/demand.hpp"
#include "data/health.hpp"
#include "data/history.hpp"
#include "data/owned.hpp"
#include "ports/world.hpp"
#include "state/card_samples.hpp"
#include "state/known_names.hpp"

namespace ctxcap::state {

// What a reading changed; see State::merge_demand.
struct DemandMerge {
  i64 days_added = 0;     // days of a job that were not known
  i64 days_replaced = 0;  // known in part, now fuller
  i64 days_kept = 0;      // known at least as fully
  bool operator==(const DemandMerge&) const = default;
};

// Which days; empty fields leave it open.
struct DemandFilter {
  std::optional<std::string> source;
  std::optional<Day> from, before;  // [from, before); days that are not known are left out by `from` alone
};

// Which decisions and runs; empty fields leave it open.
struct HistoryFilter {
  std::string job, model;
  std::optional<Instant> from;
  std::optional<i64> last;  // so many, the latest ones
  std::string host = {};    // of that server (Host::id), and of those that are not known; "": of all
};

enum class Access {
  read,   // changes nothing; a state that does not exist is empty
  write,  // creates it, brings its schema up to date, moves a damaged one aside and fails
};

class Store;

class State {
 public:
  // $CTXCAP_STATE_DIR, else $XDG_STATE_HOME/ctxcap, else $HOME/.local/state/ctxcap, else $STATE_DIRECTORY,
  // which systemd gives to a service.
  // A damaged file is moved to state.db.corrupt-TIME (with its log), and the error says so: nothing goes on
  // as if nothing had been known; the run after that begins with an empty state.
  static Result<State> open(World& world, Access access = Access::write);
  State(State&&) noexcept;
  State& operator=(State&&) noexcept;
  ~State();

  // --- Variants -------------------------------------------------------------------------------------------
  // The latest of that name; nullopt: we never created one, or it was rolled back.
  Result<std::optional<OwnedVariant>> variant(const std::string& host, const std::string& name);
  // What it replaced, which rollback restores; nullopt: there was nothing before.
  Result<std::optional<OwnedVariant>> previous(const std::string& host, const std::string& name);
  Result<std::vector<OwnedVariant>> variants();  // the latest of each, ascending by host and name
  // A model that is not ours is kept under that tag, for a rollback.
  Result<bool> keeps(const std::string& host, const std::string& tag);
  // The model of that name is the one we left there, or is there because a run of ours was cut short.
  Result<bool> owns(const std::string& host, const std::string& name, const std::string& digest);

  // An apply: begin, any number of steps, and one of created, restored. What is left of begin when a process
  // dies is in journals().
  Status begin(const Journal& journal);
  Status step(const std::string& host, const std::string& name, std::string_view step);
  // The new one holds; what was there before is about to go. `variant`: as it was created.
  Status proved(const std::string& host, const std::string& name, const std::string& digest,
                const Variant& variant);
  // It ended with the new variant in place, which goes on top of what was there; the same digest again only
  // refreshes the entry. `before`: what was replaced, where it was not ours.
  Status created(const OwnedVariant& variant, const std::optional<OwnedVariant>& before = std::nullopt);
  // It ended with what was there before. Call it only when that was seen to be so.
  Status restored(const std::string& host, const std::string& name);
  // A rollback created again what previous() gave: it is the latest, as it is now.
  Status put_back(const OwnedVariant& variant);
  // A rollback gave the name back to a model that was not ours, or removed the variant where there was none.
  Status rolled_back(const std::string& host, const std::string& name);
  Result<std::vector<Journal>> journals();  // applies that did not say how they ended, oldest first

  // --- Demand ---------------------------------------------------------------------------------------------
  // Adds one reading of a source (a name that the caller chooses and keeps: all readings of the same requests
  // must come under the same one). Days of a job are replaced, never added to: of two readings of the same
  // day the one with more requests stands, so reading the last 24 hours again every night counts nothing
  // twice, and a reading that begins in the middle of a day takes nothing away. Requests under two sources
  // are counted twice; rows of one reading were deduplicated by ingest. Body sizes and the options that
  // requests carried are kept per reading; a reading replaces those of earlier ones within its days.
  Result<DemandMerge> merge_demand(const std::string& source, std::span<const Demand> demands, Instant read);
  // When that source was last read and gave something, `until` at the latest; nullopt: never.
  Result<std::optional<Instant>> last_reading(const std::string& source, Instant until);
  Result<std::vector<std::string>> sources();  // names, sorted
  // Of one source, or all together; ascending by (model, job), without `sent`.
  Result<std::vector<Demand>> demand(const DemandFilter& filter = {});
  // Drops days before `day`, for those who must not keep them. Returns how many rows went.
  Result<i64> forget_demand(Day before);

  // --- History --------------------------------------------------------------------------------------------
  Result<i64> begin_run(const std::string& command, Instant started);  // its id
  Status end_run(i64 id, Instant finished, i64 exit_code, const std::string& note);
  Result<std::vector<Run>> runs(const std::string& command = "", std::optional<i64> last = std::nullopt);
  // The latest time that any record carries, to tell a clock that went backwards; nullopt: no record.
  Result<std::optional<Instant>> latest();
  Status record(const DecisionRecord& decision);
  // In the order in which they were made, whatever the clock said.
  Result<std::vector<DecisionRecord>> decisions(const HistoryFilter& filter = {});
  Status record(const Receipt& receipt, const std::string& host, Instant at, i64 run = 0);
  Result<std::vector<ReceiptRecord>> receipts(const std::string& variant = "");  // oldest first
  Status record(const Measurement& measurement);
  Result<std::vector<Measurement>> measurements(const std::string& variant = "");  // oldest first

  // --- Calibrations ---------------------------------------------------------------------------------------
  Result<std::vector<Calibration>> calibrations();
  Status record(const Calibration& calibration);  // replaces that of the same host, model and settings

  Result<Health> health();

 private:
  explicit State(std::unique_ptr<Store> store);
  std::unique_ptr<Store> store_;
};

// Everything that the filter means. Measurements, receipts, runs and calibrations know no job: they are told
// where no job or model is asked for. Days before its time are left out.
Result<History> read_history(State& state, const HistoryFilter& filter);
Result<Export> read_export(State& state, const HistoryFilter& filter);
// Into a state that holds nothing yet. Errors (ErrorKind::usage): it holds something.
Status write_export(State& state, const Export& all, Instant now);
// A job that nothing is known of, neither requests nor decisions, is a typing error (ErrorKind::usage) rather
// than an empty answer. "" is any.
Status check_known(State& state, const std::string& job);

// Held while something is changed on a server; released when the value dies, or the process, however it dies.
// `server`: its name in the configuration; empty: the one without a name. Errors (ErrorKind::failure):
// another ctxcap holds it.
Result<std::unique_ptr<Files::Lock>> lock(World& world, const std::string& server = "");

// The variable that says where the state lives.
inline constexpr const char* kDirectoryVariable = "CTXCAP_STATE_DIR";

// A copy of the state that is gone when the value dies. Call it with the lock held.
Result<std::unique_ptr<Files::PrivateDirectory>> copy(World& world);

// Where the state lives, whether it exists or not. Errors (ErrorKind::usage): the environment does not say.
Result<std::string> state_directory(World& world);

}  // namespace ctxcap::state
