#include "state/state.hpp"

#include "base/text.hpp"
#include "state/store.hpp"

namespace ctxcap::state {

State::State(std::unique_ptr<Store> store) : store_(std::move(store)) {}
State::State(State&&) noexcept = default;
State& State::operator=(State&&) noexcept = default;
State::~State() = default;

Result<State> State::open(World& world, Access access) {
  TRY_ASSIGN(std::unique_ptr<Store> store, Store::open(world, access));
  return State(std::move(store));
}

Result<Health> State::health() {
  Health health{.path = store_->path(), .exists = !store_->absent()};
  if (!health.exists) return health;
  TRY(store_->each("pragma integrity_check(5)", [&](const Statement& row) {
    const std::string said = text_at(row, 0);
    if (said != "ok") health.damage += (health.damage.empty() ? "" : "; ") + printable(said);
  }));
  TRY(store_->each("pragma foreign_key_check", [&](const Statement& row) {
    if (health.damage.empty()) health.damage = "a row of " + text_at(row, 0) + " leads nowhere";
  }));
  TRY(store_->each(
      "select (select user_version from pragma_user_version), "
      "(select page_count from pragma_page_count) * (select page_size from pragma_page_size), "
      "(select count(*) from demand), (select coalesce(sum(length(histograms)), 0) from demand), "
      "(select count(*) from decisions), (select count(*) from runs)",
      [&](const Statement& row) {
        health.version = integer_at(row, 0);
        health.file_bytes = integer_at(row, 1);
        health.demand_rows = integer_at(row, 2);
        health.demand_bytes = integer_at(row, 3);
        health.decisions = integer_at(row, 4);
        health.runs = integer_at(row, 5);
      }));
  return health;
}

}  // namespace ctxcap::state
