#pragma once
// Inside sources/: what a pull has got, made into rows: the newest version of each id, with the name and tags
// of its trace, in order of start time and id.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sources/langfuse.hpp"
#include "sources/langfuse_rows.hpp"

namespace ctxcap::sources {

class LangfuseJoin {
 public:
  using Take = std::function<Status(std::string_view line)>;
  // Hands all lines of an older result to `take`, in their order, each time it is called.
  using OldRows = std::function<Status(const Take& take)>;

  // Both must outlive this. Memory: about 150 bytes per row and root, and a part of the journal.
  LangfuseJoin(const MappedFile& journal, const LangfuseQuery& query);

  struct Told {
    i64 rows = 0, fresh = 0;  // in the result; of these not in the older one, or newer
    i64 oldest = 0;           // µs: start of the oldest call that was pulled, wanted or not
    bool limited = false;     // older calls were left out
  };
  // Lines come without their line ends. `old` may be empty.
  Result<Told> write(const OldRows& old, const Take& take);

  // Without an older result: one row after the other. nullopt: there is no more.
  void arrange();
  std::optional<std::string> next();

 private:
  struct Call {
    std::size_t hash = 0;  // of the id: comparing these leaves the journal alone
    std::string_view id, text, trace, model_id;
    i64 start = 0, updated = 0;
    bool nested = false, named = false, tagged = false;
    bool dropped = false;
  };
  struct Root {
    std::string_view text, name, tags;
    i64 start = 0;
    bool is_trace = false;  // as older servers keep them, and not its outermost row
  };

  void add_call(std::string_view text);
  void add_root(std::string_view text);
  void add_model(std::string_view text);
  void keep_newest();
  std::string joined(const Call& call) const;
  bool wanted(const std::string& row) const;
  // Which of the old lines the journal has a newer version of; the journal's that are older are dropped.
  Result<std::vector<bool>> compare(const OldRows& old);

  void looked_at(std::size_t bytes) const;

  const MappedFile& journal_;
  const LangfuseQuery& query_;
  mutable std::size_t in_memory_ = 0;  // bytes of the journal, at most
  std::vector<Call> calls_;
  std::size_t next_ = 0;                                    // of calls_, when they are arranged
  std::unordered_map<std::string_view, Root> roots_;        // by trace
  std::map<std::string, std::string, std::less<>> models_;  // id -> tokenizer, as JSON
};

}  // namespace ctxcap::sources
