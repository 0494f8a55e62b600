#include "data/json.hpp"
#include "state/store.hpp"

namespace ctxcap::state {
namespace {

constexpr const char* kColumns = "select host, variant, digest, created, kept_as from variants ";

// Rows of `kColumns` and what `rest` chooses.
template <typename... Values>
Result<std::vector<OwnedVariant>> read_variants(Store& store, const std::string& rest,
                                                const Values&... values) {
  std::vector<OwnedVariant> variants;
  Status sound;
  TRY(store.each(
      kColumns + rest,
      [&](const Statement& row) {
        Result<Variant> variant = variant_of_json(text_at(row, 1), store.path());
        if (!variant) {
          sound = fail(unreadable(store, "a variant"));
          return;
        }
        variants.push_back({.host = text_at(row, 0),
                            .variant = std::move(*variant),
                            .digest = text_at(row, 2),
                            .created = instant_at(row, 3),
                            .kept_as = text_at(row, 4)});
      },
      values...));
  TRY(sound);
  return variants;
}

std::optional<OwnedVariant> first_of(std::vector<OwnedVariant> variants) {
  if (variants.empty()) return std::nullopt;
  return std::move(variants.front());
}

Status push(Store& store, const OwnedVariant& entry) {
  return store.run(
      "insert into variants (host, name, digest, created, variant, kept_as) values (?, ?, ?, ?, ?, ?)",
      entry.host, entry.variant.name, entry.digest, entry.created, variant_json(entry.variant),
      entry.kept_as);
}

Status pop(Store& store, const std::string& host, const std::string& name) {
  return store.run(
      "delete from variants where id = (select max(id) from variants where host = ? and name = ?)", host,
      name);
}

constexpr const char* kTop = "where host = ? and name = ? order by id desc limit 1";
constexpr const char* kBelow = "where host = ? and name = ? order by id desc limit 1 offset 1";

}  // namespace

Result<std::optional<OwnedVariant>> State::variant(const std::string& host, const std::string& name) {
  TRY_ASSIGN(std::vector<OwnedVariant> found, read_variants(*store_, kTop, host, name));
  if (!found.empty() && !found.front().kept_as.empty()) return std::optional<OwnedVariant>{};
  return first_of(std::move(found));
}

Result<std::optional<OwnedVariant>> State::previous(const std::string& host, const std::string& name) {
  TRY_ASSIGN(std::vector<OwnedVariant> found, read_variants(*store_, kBelow, host, name));
  return first_of(std::move(found));
}

Result<std::vector<OwnedVariant>> State::variants() {
  return read_variants(*store_,
                       "where id in (select max(id) from variants group by host, name) and kept_as = '' "
                       "order by host, name");
}

Result<bool> State::owns(const std::string& host, const std::string& name, const std::string& digest) {
  TRY_ASSIGN(const std::optional<i64> begun,
             store_->number("select 1 from journal where host = ? and name = ?", host, name));
  TRY_ASSIGN(const std::optional<OwnedVariant> known, variant(host, name));
  return begun || (known && known->digest == digest);
}

Result<bool> State::keeps(const std::string& host, const std::string& tag) {
  TRY_ASSIGN(const std::optional<i64> kept,
             store_->number("select 1 from variants where host = ? and kept_as = ?", host, tag));
  return kept.has_value();
}

Status State::begin(const Journal& journal) {
  const std::optional<i64> run = journal.run == 0 ? std::nullopt : std::optional(journal.run);
  return store_->run(
      "insert or replace into journal (host, name, step, variant, digest_before, backup, kept_as, "
      "proved_digest, since, run, rollback, residents) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      journal.host, journal.name, journal.step, variant_json(journal.variant), journal.digest_before,
      journal.backup, journal.kept_as, journal.proved_digest, journal.since, run, journal.rollback,
      residents_json(journal.residents));
}

Status State::step(const std::string& host, const std::string& name, std::string_view step) {
  return store_->run("update journal set step = ? where host = ? and name = ?", step, host, name);
}

Status State::proved(const std::string& host, const std::string& name, const std::string& digest,
                     const Variant& variant) {
  return store_->run("update journal set proved_digest = ?, variant = ? where host = ? and name = ?", digest,
                     variant_json(variant), host, name);
}

Status State::created(const OwnedVariant& entry, const std::optional<OwnedVariant>& before) {
  TRY_ASSIGN(Transaction transaction, store_->begin());
  TRY_ASSIGN(const std::optional<OwnedVariant> known, variant(entry.host, entry.variant.name));
  if (before) {
    // One that was kept under the same tag earlier is gone.
    TRY(store_->run("delete from variants where host = ? and kept_as = ?", before->host, before->kept_as));
    TRY(push(*store_, *before));
  }
  if (!before && known && known->digest == entry.digest) TRY(pop(*store_, entry.host, entry.variant.name));
  TRY(push(*store_, entry));
  TRY(store_->run("delete from journal where host = ? and name = ?", entry.host, entry.variant.name));
  return store_->commit(transaction);
}

Status State::put_back(const OwnedVariant& entry) {
  TRY_ASSIGN(Transaction transaction, store_->begin());
  for (int step = 0; step < 2; ++step) TRY(pop(*store_, entry.host, entry.variant.name));
  TRY(push(*store_, entry));
  TRY(store_->run("delete from journal where host = ? and name = ?", entry.host, entry.variant.name));
  return store_->commit(transaction);
}

Status State::restored(const std::string& host, const std::string& name) {
  return store_->run("delete from journal where host = ? and name = ?", host, name);
}

Status State::rolled_back(const std::string& host, const std::string& name) {
  TRY_ASSIGN(Transaction transaction, store_->begin());
  TRY(pop(*store_, host, name));
  TRY_ASSIGN(const std::vector<OwnedVariant> top, read_variants(*store_, kTop, host, name));
  // It is theirs again: there is nothing more to undo.
  if (!top.empty() && !top.front().kept_as.empty())
    TRY(store_->run("delete from variants where host = ? and name = ?", host, name));
  TRY(store_->run("delete from journal where host = ? and name = ?", host, name));
  return store_->commit(transaction);
}

Result<std::vector<Journal>> State::journals() {
  std::vector<Journal> journals;
  Status sound;
  TRY(store_->each(
      "select host, name, step, variant, digest_before, backup, kept_as, proved_digest, since, run, "
      "rollback, residents "
      "from journal order by since, host, name",
      [&](const Statement& row) {
        Result<Variant> variant = variant_of_json(text_at(row, 3), store_->path());
        if (!variant) {
          sound = fail(unreadable(*store_, "the journal"));
          return;
        }
        journals.push_back({.host = text_at(row, 0),
                            .name = text_at(row, 1),
                            .step = text_at(row, 2),
                            .variant = std::move(*variant),
                            .digest_before = text_at(row, 4),
                            .backup = text_at(row, 5),
                            .kept_as = text_at(row, 6),
                            .proved_digest = text_at(row, 7),
                            .since = instant_at(row, 8),
                            .run = integer_at(row, 9),
                            .rollback = integer_at(row, 10) != 0,
                            .residents = residents_of_json(text_at(row, 11))});
      }));
  TRY(sound);
  return journals;
}

}  // namespace ctxcap::state
