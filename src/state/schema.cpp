#include "state/schema.hpp"

#include <array>

namespace ctxcap::state {
namespace {

// Times are microseconds since 1970 UTC, days are days since then, digests hex, sizes bytes.
constexpr const char* kFirst = R"sql(
create table migrations (
  version integer primary key, name text not null, applied integer not null) strict;

create table runs (
  id integer primary key autoincrement, command text not null, started integer not null,
  finished integer, exit_code integer, note text not null default '') strict;

create table sources (id integer primary key, name text not null unique) strict;
create table jobs (
  id integer primary key, job text not null, model text not null, unique (job, model)) strict;
-- One row for each day; what is in the blobs is in demand_blob.hpp.
create table demand (
  source integer not null references sources (id), job integer not null references jobs (id),
  day integer not null, requests integer not null, histograms blob not null,
  primary key (source, job, day)) strict, without rowid;
-- What belongs to a reading as a whole.
create table readings (
  source integer not null references sources (id), job integer not null references jobs (id),
  last_day integer not null, first_day integer not null, read integer not null,
  first_request integer, last_request integer, options blob not null, bodies blob not null,
  primary key (source, job, last_day)) strict, without rowid;

create table decisions (
  id integer primary key autoincrement, run integer references runs (id), at integer not null,
  job text not null, model text not null, from_num_ctx integer, to_num_ctx integer, required integer,
  action text not null, reason text not null, outcome text not null) strict;
create index decisions_of_job on decisions (model, job);

-- A stack for each (host, name): the latest row is what runs, the one below is what it replaced.
create table variants (
  id integer primary key autoincrement, host text not null, name text not null, digest text not null,
  created integer not null, variant text not null, kept_as text not null default '') strict;
create index variants_of_name on variants (host, name);
create table journal (
  host text not null, name text not null, step text not null, variant text not null,
  digest_before text not null, backup text not null, kept_as text not null, proved_digest text not null,
  since integer not null, run integer references runs (id),
  primary key (host, name)) strict, without rowid;

create table receipts (
  id integer primary key autoincrement, run integer references runs (id), at integer not null,
  host text not null, variant text not null, via text not null, replaced integer not null,
  previous_digest text not null, base_digest text not null, digest text not null) strict;
create table measurements (
  id integer primary key autoincrement, run integer references runs (id), at integer not null,
  host text not null, variant text not null, digest text not null, predicted_bytes integer,
  asked_ctx integer not null, effective_ctx integer, probe_tokens integer, size integer,
  size_vram integer,
  placement text not null, notes text not null) strict;

create table calibrations (
  id integer primary key autoincrement, host text not null, digest text not null, measured integer not null,
  parallel integer not null, kv_type_k text not null, kv_type_v text not null, backend text not null,
  num_batch integer, flash_attention text not null, low_ctx integer not null, high_ctx integer not null,
  low_bytes integer not null, high_bytes integer not null, overhead_bytes integer,
  check (low_ctx < high_ctx)) strict;
)sql";

// Since there may be several servers, a decision is one server's; and one server has one name, Host::id.
constexpr const char* kServers = R"sql(
alter table decisions add column host text;
update variants set host = replace(replace(host, '://localhost:', '://127.0.0.1:'), '://[::1]:', '://127.0.0.1:');
update or ignore journal
  set host = replace(replace(host, '://localhost:', '://127.0.0.1:'), '://[::1]:', '://127.0.0.1:');
update receipts set host = replace(replace(host, '://localhost:', '://127.0.0.1:'), '://[::1]:', '://127.0.0.1:');
update measurements set host = replace(replace(host, '://localhost:', '://127.0.0.1:'), '://[::1]:', '://127.0.0.1:');
update calibrations set host = replace(replace(host, '://localhost:', '://127.0.0.1:'), '://[::1]:', '://127.0.0.1:');
)sql";

// A rollback that was killed goes on as one, and what a change unloaded is loaded again.
constexpr const char* kUndone = R"sql(
alter table journal add column rollback integer not null default 0;
alter table journal add column residents text not null default '[]';
)sql";

// What a process took by the driver's word.
constexpr const char* kDriver = "alter table measurements add column driver_bytes integer;";

constexpr std::array kMigrations = {
    Migration{"first tables", kFirst},
    Migration{"servers told apart", kServers},
    Migration{"changes that are put back", kUndone},
    Migration{"what the driver says", kDriver},
};

}  // namespace

std::span<const Migration> migrations() {
  return kMigrations;
}

}  // namespace ctxcap::state
