#pragma once
// Where requests come from. The door of this room, and behind it one folder for each kind of source;
// sources.cpp is their table. A source is asked the same way whoever asks:
//
//   TRY_ASSIGN(settled, sources::settle(named, world));                     // all of one command, together
//   for (const SourceSettings& source : settled) TRY(sources::read(source, world, sink));
//
// A new kind is a folder with a row in it (kind.hpp), and a line in the table: keys of [[source]], flags and
// --help are read off the row.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "data/source.hpp"
#include "ports/files.hpp"

namespace ctxcap {
struct World;
}

namespace ctxcap::sources {

// Every kind of source there is, as settings list them.
SourceKinds kinds();
// Those of which a file can be kept up to date; the first one is meant where none is named.
SourceKinds pulled_kinds();
// The one that is meant where requests are to be read, and no source is named: the server's own log.
const SourceKind& usual_kind();

// Where such a log is: as its setting names it, and as people call it.
struct OwnLog {
  std::string where, said;
};
// What usual_kind() would read here; nullopt: there is none, or it may not be read.
std::optional<OwnLog> find_own_log(World& world);

// The rows of one input: either in memory as a whole, with kReadPadding bytes behind it, or a stream.
struct Rows {
  std::string name;  // for people
  const MappedFile* mapped = nullptr;
  ByteReader* stream = nullptr;
  // Bytes in all, of which `given` have come; nullopt: nobody knows. Empty: they are at hand, and taken in no
  // time.
  std::function<std::optional<Bytes>(Bytes given)> expected = {};
  // They are a server's log, also where nothing in them says so; and the next part of the one before.
  bool is_log = false, goes_on = false;
  std::optional<Instant> from = {}, to = {};  // requests that began outside of [from, to) are left out
};

// How far a server is.
struct Progress {
  i64 done = 0;
  std::optional<i64> total;
  std::string detail;  // behind the bar
};

// Takes groups of equal rows, of one window of time after the other: a window counts as a whole or not at
// all.
class WindowSink {
 public:
  struct Window {
    std::string source;  // for people
    std::string table;
    Instant from, to;
    i64 rows_before = 0, rows_in_all = 0;  // as counted beforehand, for progress only
  };
  virtual ~WindowSink() = default;
  // Forgets what came since the last commit().
  virtual void begin(const Window& window) = 0;
  virtual Status take(std::string_view bytes) = 0;
  virtual Status commit() = 0;
};

// Takes what a source gives. Errors of its functions end the reading, and are returned as they are.
class Sink : public WindowSink {
 public:
  // Reads them to their end. Rows with equal ids count once, across all that is given here.
  virtual Status rows(const Rows& rows) = 0;
  virtual void progress(const std::string& name, const Progress& progress) = 0;
  virtual void note(const std::string& sentence) = 0;
};

// All that one command reads, before any of it is read: what was asked for must be answered by one of them,
// keys must be there, and times are times: an age becomes the time that it means now. Errors:
// ErrorKind::usage.
Result<std::vector<SourceSettings>> settle(std::vector<SourceSettings> sources, World& world);

// Everything that it gives. Of `jobs` nothing is known here: what the job of a row is, is said where rows are
// understood. Errors: it cannot be read, or holds nothing (ErrorKind::withheld).
Status read(const SourceSettings& source, World& world, Sink& sink);

// The files that reading it would open; none of a server. Errors as read().
Result<std::vector<std::string>> files_of(const SourceSettings& source, World& world);

// What looks wrong about it in the world: files that are not there, keys that nobody has. Keys are looked
// for, never read.
std::vector<Error> doubts(const SourceSettings& source, World& world);

// What a pull got, for people.
struct PullSummary {
  i64 rows = 0;   // in the result
  i64 fresh = 0;  // of these: not there before, or newer
  i64 requests = 0, pages = 0, retries = 0;
  std::string api;  // which of several it was
  Instant from, to;
  bool resumed = false;
  std::vector<std::string> other_jobs;  // a few that came, and that are not wanted
  std::vector<std::string> notes;       // what else is to be said, one sentence each
};

using OnProgress = std::function<void(const std::string& name, const Progress&)>;

// Whether a pull could write there: .jsonl or .ndjson, also with .zst. Errors: ErrorKind::usage.
Status check_pull_path(const std::string& path);

// Brings the file `path` up to date with what the source gives of `jobs` and `models`. The kind must be of
// pulled_kinds(). Without `where` it is the server that the environment names.
Result<PullSummary> pull(const SourceSettings& source, const std::string& path, World& world,
                         const OnProgress& on_progress);

}  // namespace ctxcap::sources
