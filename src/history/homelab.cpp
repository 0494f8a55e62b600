#include "history/homelab.hpp"

#include <cmath>
#include <set>

#include "base/text.hpp"
#include "history/oom_log.hpp"
#include "tenants/tenants.hpp"

namespace ctxcap::history {
namespace {

std::optional<Bytes> mebibytes(const std::optional<double>& value) {
  if (!value || !(*value >= 0) || *value > 1e12) return std::nullopt;
  return static_cast<Bytes>(std::llround(*value * 1048576.0));
}

Instant at(std::optional<i64> seconds) {
  return {seconds.value_or(0) * 1'000'000};
}

Result<bool> has_table(Database& database, std::string_view name) {
  TRY_ASSIGN(const auto rows,
             database.prepare("select 1 from sqlite_master where type in ('table', 'view') and name = ?"));
  TRY(rows->bind(1, name));
  return rows->step();
}

template <class Use>
Status each(Database& database, std::string_view sql, const Use& use) {
  TRY_ASSIGN(const auto rows, database.prepare(sql));
  for (;;) {
    TRY_ASSIGN(const bool row, rows->step());
    if (!row) return {};
    use(*rows);
  }
}

}  // namespace

CardTenant tenant_of_service(const std::string& service, bool serves) {
  if (serves) {
    const bool vllm = lowered(service).find("vllm") != std::string::npos;
    return {printable(service, 60), vllm ? TenantKind::vllm : TenantKind::ollama, "service with models"};
  }
  const bool process = service.starts_with("host:") || service.starts_with("pid:");
  return {printable(service, 60), process ? TenantKind::process : TenantKind::container,
          process ? "process of the host" : "container"};
}

Status read_homelab(Databases& databases, const std::string& path, Joined& into) {
  TRY_ASSIGN(const auto database, databases.open(path, DatabaseMode::read));
  TRY_ASSIGN(const bool samples, has_table(*database, "samples"));
  TRY_ASSIGN(const bool proc, has_table(*database, "proc"));
  if (!samples || !proc) {
    return fail({.kind = ErrorKind::usage,
                 .what = printable(path) + " is not a database of homelab-monitor",
                 .why = "it has no tables samples and proc",
                 .hint = database->lacks_log() ? "copy gpu.db-wal with it: the newest rows are there"
                                               : "its file is gpu.db in the folder of its data"});
  }
  std::set<std::string> serves;
  TRY_ASSIGN(const bool models, has_table(*database, "models"));
  if (models) {
    TRY(each(*database, "select distinct service from models",
             [&](const Statement& row) { serves.emplace(row.text(0).value_or("")); }));
    TRY(each(*database, "select ts, model from models order by ts", [&](const Statement& row) {
      into.run("", {.at = at(row.integer(0)), .model = printable(row.text(1).value_or(""), 120)});
    }));
  }
  CardFacts facts;
  TRY(each(*database, "select ts, mem_used, mem_total from samples order by ts", [&](const Statement& row) {
    facts.total = mebibytes(row.real(2));
    into.used("", at(row.integer(0)), mebibytes(row.real(1)));
  }));
  into.card(facts);
  TRY(each(*database, "select ts, service, sum(mem) from proc group by ts, service order by ts",
           [&](const Statement& row) {
             const std::string service(row.text(1).value_or(""));
             if (const auto bytes = mebibytes(row.real(2)))
               into.held("", at(row.integer(0)), tenant_of_service(service, serves.contains(service)), 0,
                         *bytes);
           }));
  TRY_ASSIGN(const bool events, has_table(*database, "events"));
  if (!events) return {};
  into.tells_ooms();
  return each(*database, "select ts, service, detail from events where kind = 'oom' order by ts",
              [&](const Statement& row) {
                // Its details are cut at 300 letters: what is missing is unknown.
                const OomText told = tenants::read_oom(row.text(2).value_or(""));
                into.oom(oom_of(told, at(row.integer(0)), printable(row.text(1).value_or(""), 60)));
              });
}

}  // namespace ctxcap::history
