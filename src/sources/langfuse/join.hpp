#pragma once
// Inside sources/langfuse/: what a pull has got, made into rows: the newest version of each id, with the name
// and tags of its trace, in order of start time and id.

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sources/langfuse/options.hpp"
#include "sources/langfuse/reader.hpp"

namespace ctxcap::sources::langfuse {

class Join {
 public:
  using Take = std::function<Status(std::string_view line)>;
  // Hands all lines of an older result to `take`, in their order, each time it is called.
  using OldRows = std::function<Status(const Take& take)>;
  // Called with what was written so far; may empty it.
  using Put = std::function<Status(std::string& lines)>;

  // Both must outlive this. Memory: 48 bytes per row, 32 per root, and a part of the journal.
  Join(const MappedFile& journal, const Query& query);

  struct Told {
    i64 rows = 0, fresh = 0;           // in the result; of these not in the older one, or newer
    i64 oldest = 0;                    // µs: start of the oldest call that was pulled, wanted or not
    bool limited = false;              // older calls that came were left out
    std::set<std::string> other_jobs;  // a few of those that the query does not want
  };
  // Old lines come without their line ends. `old` may be empty. What `put` leaves is the caller's to write.
  Result<Told> write(const OldRows& old, std::string& lines, const Put& put);

  // Without an older result: appends one row after the other, with its line end. false: there is no more.
  void arrange();
  bool next(std::string& lines);

 private:
  // What is needed to put rows in order; all else is read from the journal again. There are many of both.
  struct Call {
    std::size_t hash = 0;   // of the id: comparing these leaves the journal alone
    std::string_view text;  // indexed
    i64 start = 0, updated = 0;
    bool dropped = false;  // the older result has a newer version
  };
  struct Root {
    std::size_t hash = 0;   // of the trace
    std::string_view text;  // indexed
    i64 start = 0;
  };

  struct Named {
    Row row;
    NewMembers members;
    void append_to(std::string& lines) const { append_with_members(lines, row, members); }
    std::string text() const;
  };

  struct Names {
    std::string name, tags;  // as JSON; empty: not known
  };

  void add_call(std::string_view text);
  void add_root(std::string_view text);
  void add_model(std::string_view text);
  void keep_newest();
  void keep_first_roots();
  Root choose_root(std::vector<Root> roots) const;
  Status take_names(const OldRows& old);
  void cut_to_limit();
  void sort_by_time();
  const std::optional<Row>& root_of(std::string_view trace) const;
  std::optional<Row> find_root(std::string_view trace) const;
  Named named(const Call& call) const { return named(row_of(call.text)); }
  Named named(const Row& row) const;
  bool wanted(const Named& call);
  // Which of the old lines the journal has a newer version of; the journal's that are older are dropped.
  Result<std::vector<bool>> compare(const OldRows& old);

  static std::size_t hash_of(std::string_view text) { return std::hash<std::string_view>()(text); }

  // From the journal: somewhere in it, so more comes into memory than is asked for.
  std::string_view id_of(const Call& call) const;
  std::string_view trace_of(const Root& root) const;
  Row row_of(std::string_view text) const;

  void looked_at(std::size_t bytes) const;

  const MappedFile& journal_;
  const Query& query_;
  Reader reader_;                      // of rows that are not in the journal
  mutable std::size_t in_memory_ = 0;  // bytes of the journal, at most
  std::deque<Call> calls_;             // grows without a second copy of itself
  std::set<std::string> other_jobs_;
  bool limited_ = false;                                    // older calls are left out
  std::size_t next_ = 0;                                    // of calls_, when they are arranged
  std::deque<Root> roots_;                                  // ascending by hash, one of each trace
  std::map<std::string, std::string, std::less<>> models_;  // id -> tokenizer, as JSON
  std::map<std::string, Names, std::less<>> named_before_;  // traces without a root here
  mutable std::optional<std::string> last_trace_;           // asked for last
  mutable std::optional<Row> last_root_;
};

}  // namespace ctxcap::sources::langfuse
