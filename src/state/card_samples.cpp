#include "state/card_samples.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "state/state.hpp"

namespace ctxcap::state {
namespace {

constexpr i64 kVersion = 2;

// Times are microseconds since 1970 UTC, sizes bytes. held: "TENANT:PID:BYTES,...".
constexpr const char* kSchema = R"sql(
create table cards (
  id integer primary key, uuid text not null unique, number integer not null, name text not null,
  driver text not null, total integer, reserved integer) strict;
create table tenants (
  id integer primary key, name text not null unique, kind text not null, evidence text not null) strict;
create table watched (
  id integer primary key, card integer not null references cards (id), since integer not null,
  until integer not null, step integer not null) strict;
create table changes (
  watched integer not null references watched (id), at integer not null, used integer, held text not null,
  primary key (watched, at)) strict, without rowid;
create table peaks (
  card integer not null references cards (id), tenant integer not null references tenants (id),
  bytes integer not null, primary key (card, tenant)) strict, without rowid;
)sql";
// From version 2 on. pids: "1,2,...", of the host. heard: how far logs were read.
constexpr const char* kFurther = R"sql(
create table runs (
  card integer not null references cards (id), at integer not null, pid integer not null,
  model text not null, num_ctx integer, parallel integer not null,
  primary key (card, at, pid)) strict, without rowid;
create table ooms (
  at integer not null, tenant text not null, held integer, wanted integer, pids text not null,
  primary key (tenant, at)) strict, without rowid;
create table heard (log text primary key, until integer not null) strict, without rowid;
pragma user_version = 2;
)sql";

// A look every two seconds is not worth four waits for the disk: with a log a program that is killed loses
// nothing, and only a machine that loses its power loses what was logged since the last checkpoint.
constexpr const char* kLogged = "pragma journal_mode = wal; pragma synchronous = normal;";

Error card_error(const std::string& path, const std::string& why) {
  return {.what = "the samples of the card cannot be used",
          .why = path + ": " + why,
          .hint = "move it away: it holds only the history of the card"};
}

Status put(Statement& statement, int parameter, i64 value) {
  return statement.bind(parameter, value);
}
Status put(Statement& statement, int parameter, std::string_view value) {
  return statement.bind(parameter, value);
}
Status put(Statement& statement, int parameter, const std::optional<Bytes>& value) {
  return value ? statement.bind(parameter, *value) : statement.bind_null(parameter);
}

template <class Use, class... Values>
Status each(Database& database, std::string_view sql, const Use& use, const Values&... values) {
  TRY_ASSIGN(const auto rows, database.prepare(sql));
  [[maybe_unused]] int parameter = 0;
  Status bound;
  ((bound = bound ? put(*rows, ++parameter, values) : bound), ...);
  TRY(bound);
  for (;;) {
    TRY_ASSIGN(const bool row, rows->step());
    if (!row) return {};
    use(*rows);
  }
}

template <class... Values>
Status run(Database& database, std::string_view sql, const Values&... values) {
  return each(
      database, sql, [](const Statement&) {}, values...);
}

template <class... Values>
Result<i64> number(Database& database, std::string_view sql, const Values&... values) {
  i64 result = 0;
  TRY(each(
      database, sql, [&](const Statement& row) { result = row.integer(0).value_or(0); }, values...));
  return result;
}

TenantKind kind_of(std::string_view text) {
  for (int kind = 0; kind <= static_cast<int>(TenantKind::unattributed); ++kind) {
    if (word(static_cast<TenantKind>(kind)) == text) return static_cast<TenantKind>(kind);
  }
  return TenantKind::process;
}

std::vector<Held> held_of(std::string_view text, const std::map<i64, std::uint32_t>& tenants) {
  std::vector<Held> held;
  for (const std::string_view part : split(text, ',')) {
    const auto fields = split(part, ':');
    if (fields.size() != 3) continue;
    const auto tenant = parse_integer(fields[0]), pid = parse_integer(fields[1]),
               bytes = parse_integer(fields[2]);
    if (!tenant || !pid || !bytes || !tenants.contains(*tenant)) continue;
    held.push_back({tenants.at(*tenant), *pid, *bytes});
  }
  return held;
}

}  // namespace

// Of the run: what it need not look up again.
struct CardSamples::Known {
  struct Stretch {
    i64 id = 0, until = 0;
    std::optional<Bytes> used;
    std::string held;
  };
  std::map<std::string, i64> cards, tenants;
  std::map<i64, Stretch> stretches;                 // by card
  std::map<std::pair<i64, i64>, std::string> runs;  // by card and pid: model and window
};

CardSamples::CardSamples(std::unique_ptr<Database> database, std::string path)
    : database_(std::move(database)), path_(std::move(path)), known_(std::make_unique<Known>()) {}
CardSamples::CardSamples(CardSamples&&) noexcept = default;
CardSamples::~CardSamples() = default;

Result<CardSamples> CardSamples::open(World& world, DatabaseMode mode) {
  TRY_ASSIGN(const std::string directory, state_directory(world));
  const std::string path = directory + "/card.db";
  if (mode == DatabaseMode::write) TRY(world.files.make_directories(directory));
  DatabaseFault fault = DatabaseFault::none;
  Result<std::unique_ptr<Database>> database = world.databases.open(path, mode, &fault);
  // What a killed recorder left in its log is mended by who may write.
  if (!database && mode == DatabaseMode::read && fault != DatabaseFault::missing)
    database = world.databases.open(path, DatabaseMode::write, &fault);
  if (!database) {
    if (mode == DatabaseMode::read && fault == DatabaseFault::missing) return CardSamples(nullptr, path);
    return fail(card_error(path, database.error().why));
  }
  if (mode == DatabaseMode::write) {
    if (const Status set = (*database)->run(kLogged); !set) return fail(card_error(path, set.error().why));
  }
  Result<i64> version = number(**database, "pragma user_version");
  if (version && *version > kVersion) return fail(card_error(path, "a newer ctxcap has written it"));
  if (version && *version < kVersion && mode == DatabaseMode::write) {
    Result<Transaction> transaction = Transaction::begin(**database);
    if (!transaction) return fail(card_error(path, transaction.error().why));
    Status made = *version == 0 ? (*database)->run(kSchema) : Status();
    if (made) made = (*database)->run(kFurther);
    if (made) made = transaction->commit();
    if (!made) return fail(card_error(path, made.error().why));
  }
  if (!version) return fail(card_error(path, version.error().why));
  return CardSamples(std::move(*database), path);
}

Result<i64> CardSamples::card_of(const CardFacts& facts) {
  if (const auto known = known_->cards.find(facts.uuid); known != known_->cards.end()) return known->second;
  TRY(run(*database_,
          "insert into cards (uuid, number, name, driver, total, reserved) values (?, ?, ?, ?, ?, ?) on "
          "conflict (uuid) "
          "do update set number = excluded.number, name = excluded.name, driver = excluded.driver, "
          "total = excluded.total, reserved = excluded.reserved",
          facts.uuid, facts.index, facts.name, facts.driver, facts.total, facts.reserved));
  TRY_ASSIGN(const i64 id, number(*database_, "select id from cards where uuid = ?", facts.uuid));
  known_->cards[facts.uuid] = id;
  return id;
}

Result<i64> CardSamples::tenant_of(const CardTenant& tenant) {
  if (const auto known = known_->tenants.find(tenant.name); known != known_->tenants.end())
    return known->second;
  TRY(run(*database_,
          "insert into tenants (name, kind, evidence) values (?, ?, ?) on conflict (name) do update set "
          "kind = excluded.kind, evidence = excluded.evidence",
          tenant.name, word(tenant.kind), tenant.evidence));
  TRY_ASSIGN(const i64 id, number(*database_, "select id from tenants where name = ?", tenant.name));
  known_->tenants[tenant.name] = id;
  return id;
}

Status CardSamples::record(const CardLook& look, Instant at, i64 step) {
  TRY_ASSIGN(Transaction transaction, Transaction::begin(*database_));
  TRY_ASSIGN(const i64 card, card_of(look.facts));
  std::vector<std::string> parts;
  for (const CardProcess& process : look.processes) {
    TRY(note_run(card, process, at));
    if (!process.bytes) continue;
    TRY_ASSIGN(const i64 tenant, tenant_of(process.tenant));
    parts.push_back(fmt::format("{}:{}:{}", tenant, process.pid, *process.bytes));
  }
  std::sort(parts.begin(), parts.end());
  const std::string held = join(parts, ",");

  Known::Stretch next = known_->stretches[card];
  const bool goes_on = next.id != 0 && at.micros > next.until && at.micros - next.until <= kLate * step;
  if (goes_on) {
    TRY(run(*database_, "update watched set until = ? where id = ?", at.micros, next.id));
  } else {
    TRY(run(*database_, "insert into watched (card, since, until, step) values (?, ?, ?, ?)", card, at.micros,
            at.micros, step));
    TRY_ASSIGN(next.id, number(*database_, "select last_insert_rowid()"));
  }
  if (!goes_on || held != next.held || look.facts.used != next.used) {
    TRY(run(*database_, "insert into changes (watched, at, used, held) values (?, ?, ?, ?)", next.id,
            at.micros, look.facts.used, held));
  }
  TRY(transaction.commit());
  next.until = at.micros;
  next.used = look.facts.used;
  next.held = held;
  known_->stretches[card] = std::move(next);
  return {};
}

Status CardSamples::note_run(i64 card, const CardProcess& process, Instant at) {
  if (!process.runs) return {};
  const RunningWeights& runs = *process.runs;
  std::string what = fmt::format("{} {} {}", runs.weights, runs.num_ctx.value_or(0), runs.parallel);
  std::string& known = known_->runs[{card, process.pid}];
  if (known == what) return {};
  TRY(run(*database_,
          "insert or replace into runs (card, at, pid, model, num_ctx, parallel) values (?, ?, ?, ?, ?, ?)",
          card, at.micros, process.pid, runs.weights, runs.num_ctx, runs.parallel));
  known = std::move(what);
  return {};
}

Status CardSamples::oom(const CardOom& oom) {
  std::vector<std::string> pids;
  for (const i64 pid : oom.pids) pids.push_back(fmt::format("{}", pid));
  return run(
      *database_,
      "insert into ooms (at, tenant, held, wanted, pids) values (?, ?, ?, ?, ?) on conflict (tenant, at) "
      "do update set held = coalesce(held, excluded.held), wanted = coalesce(wanted, excluded.wanted)",
      oom.at.micros, oom.tenant, oom.held, oom.wanted, join(pids, ","));
}

Result<std::optional<Instant>> CardSamples::heard(const std::string& log) {
  std::optional<Instant> until;
  TRY(each(
      *database_, "select until from heard where log = ?",
      [&](const Statement& row) { until = Instant{row.integer(0).value_or(0)}; }, log));
  return until;
}

Status CardSamples::hear(const std::string& log, Instant until) {
  return run(
      *database_,
      "insert into heard (log, until) values (?, ?) on conflict (log) do update set until = excluded.until",
      log, until.micros);
}

Status CardSamples::peak(const std::string& uuid, const CardTenant& tenant, Bytes bytes) {
  TRY_ASSIGN(Transaction transaction, Transaction::begin(*database_));
  TRY_ASSIGN(const i64 card, card_of({.uuid = uuid}));
  TRY_ASSIGN(const i64 id, tenant_of(tenant));
  TRY(run(*database_,
          "insert into peaks (card, tenant, bytes) values (?, ?, ?) on conflict (card, tenant) do update set "
          "bytes = max(bytes, excluded.bytes)",
          card, id, bytes));
  return transaction.commit();
}

Result<std::vector<CardHistory>> CardSamples::histories(std::optional<Instant> from) {
  std::vector<CardHistory> all;
  if (database_ == nullptr) return all;
  const i64 since = from ? from->micros : INT64_MIN;
  std::map<i64, std::uint32_t> numbers;
  std::vector<CardTenant> tenants;
  TRY(each(*database_, "select id, name, kind, evidence from tenants order by id", [&](const Statement& row) {
    numbers[row.integer(0).value_or(0)] = static_cast<std::uint32_t>(tenants.size());
    tenants.push_back({std::string(row.text(1).value_or("")), kind_of(row.text(2).value_or("")),
                       std::string(row.text(3).value_or(""))});
  }));
  std::map<i64, std::size_t> places;
  TRY(each(*database_,
           "select id, uuid, number, name, driver, total, reserved from cards order by number, id",
           [&](const Statement& row) {
             places[row.integer(0).value_or(0)] = all.size();
             CardHistory& history = all.emplace_back();
             history.tenants = tenants;
             history.sources = {"recorder"};
             history.card = {.index = row.integer(2).value_or(0),
                             .uuid = std::string(row.text(1).value_or("")),
                             .name = std::string(row.text(3).value_or("")),
                             .driver = std::string(row.text(4).value_or("")),
                             .total = row.integer(5),
                             .reserved = row.integer(6)};
           }));
  TRY(each(
      *database_,
      "select w.card, w.until, w.step, c.at, c.used, c.held, "
      "lead(c.at, 1, w.until + w.step) over (partition by w.id order by c.at) "
      "from watched w join changes c on c.watched = w.id where w.until + w.step > ? order by c.at, w.id",
      [&](const Statement& row) {
        CardHistory& history = all[places[row.integer(0).value_or(0)]];
        i64 at = row.integer(3).value_or(0);
        const i64 until = row.integer(6).value_or(at);
        if (until <= since) return;
        at = std::max(at, since);
        history.step = row.integer(2).value_or(0);
        // A clock that was set back tells some time twice: it counts with the later look, and what was seen
        // is not lost.
        if (!history.samples.empty()) {
          CardSample& before = history.samples.back();
          before.lasts = std::min(before.lasts, at - before.at.micros);
        }
        history.samples.push_back({.at = {at},
                                   .used = row.integer(4),
                                   .held = held_of(row.text(5).value_or(""), numbers),
                                   .lasts = until - at});
      },
      since));
  TRY(each(*database_, "select card, tenant, bytes from peaks", [&](const Statement& row) {
    const auto tenant = numbers.find(row.integer(1).value_or(0));
    if (tenant == numbers.end()) return;
    all[places[row.integer(0).value_or(0)]].exact_peaks[tenant->second] = row.integer(2).value_or(0);
  }));
  TRY(add_runs_and_ooms(since, places, all));
  std::erase_if(all, [](const CardHistory& one) { return one.samples.empty(); });
  return all;
}

Status CardSamples::add_runs_and_ooms(i64 since, const std::map<i64, std::size_t>& places,
                                      std::vector<CardHistory>& all) {
  TRY_ASSIGN(const i64 version, number(*database_, "pragma user_version"));
  if (version < 2 || all.empty()) return {};
  TRY(each(*database_, "select card, at, model, num_ctx, parallel from runs order by at, pid",
           [&](const Statement& row) {
             const auto place = places.find(row.integer(0).value_or(0));
             if (place == places.end()) return;
             all[place->second].runs.push_back({.at = {row.integer(1).value_or(0)},
                                                .model = std::string(row.text(2).value_or("")),
                                                .num_ctx = row.integer(3),
                                                .parallel = row.integer(4).value_or(1)});
           }));
  // Which card a log speaks of is not told: it is that of the machine's only one, else of the first.
  CardHistory& first = all.front();
  const auto named = [&](Status read) {
    if (read) name_ooms(first);
    return read;
  };
  TRY(each(*database_, "select 1 from heard limit 1", [&](const Statement&) { first.tells_ooms = true; }));
  return named(each(
      *database_, "select at, tenant, held, wanted, pids from ooms where at >= ? order by at, tenant",
      [&](const Statement& row) {
        CardOom& oom = first.ooms.emplace_back(CardOom{.at = {row.integer(0).value_or(0)},
                                                       .tenant = std::string(row.text(1).value_or("")),
                                                       .held = row.integer(2),
                                                       .wanted = row.integer(3)});
        const std::string pids(row.text(4).value_or(""));
        for (const std::string_view pid : split(pids, ',')) {
          if (const auto number = parse_integer(pid)) oom.pids.push_back(*number);
        }
      },
      since));
}

Result<i64> CardSamples::forget(Instant before) {
  TRY_ASSIGN(Transaction transaction, Transaction::begin(*database_));
  TRY(run(*database_, "delete from changes where watched in (select id from watched where until < ?)",
          before.micros));
  i64 gone = database_->changes();
  for (const char* old : {"delete from ooms where at < ?", "delete from runs where at < ?"})
    TRY(run(*database_, old, before.micros));
  TRY(run(*database_, "delete from watched where until < ?", before.micros));
  gone += database_->changes();
  TRY(transaction.commit());
  return gone;
}

}  // namespace ctxcap::state
