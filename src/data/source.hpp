#pragma once
// Where requests are read: one [[source]] of the configuration, or what the command line names. sources/ has
// the kinds; settings/ reads the keys; a source answers the same to analyze, backtest, explain, pull and
// nights.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/quantity.hpp"

namespace ctxcap {

// A kind of source: a row of sources/sources.cpp.
struct SourceKind {
  enum class Where {
    url,    // one address, http or https
    paths,  // any number of files, folders and patterns, relative to where they are named
    text,   // a word of its own
  };
  std::string_view word;     // key of [[source]] that makes a source of this kind: "langfuse"
  std::string_view flag;     // "--langfuse"
  std::string_view value;    // what --help calls its value: "URL"
  std::string_view example;  // its value, as the file has it
  std::string_view help;     // one sentence
  Where where = Where::text;
  std::string_view alone = "";  // what the flag means without a value; "": it needs one
  std::string_view keys = "";   // first part of the names of its credentials, "LANGFUSE"; "": has none
  bool keys_choose = false;     // other credentials see other requests
  bool pulls = false;           // `ctxcap pull` can keep its rows in a file
  // Keys of [[source]] that it takes beside those that all take (jobs, models, job_rule).
  std::span<const std::string_view> takes = {};
  // Of paths: what is none, but a word for another place. nullptr: there are no such words.
  bool (*is_word)(std::string_view where) = nullptr;

  bool accepts(std::string_view key) const;
};

using SourceKinds = std::span<const SourceKind* const>;

// nullptr: there is none of that word.
const SourceKind* find_kind(SourceKinds kinds, std::string_view word);

struct SourceSettings {
  const SourceKind* kind = nullptr;  // never null in a source that was read
  std::vector<std::string> where;    // the address, or paths and patterns

  std::string keys;  // first part of the names of the credentials; see SourceKind::keys
  std::vector<std::string> environments, tags, projects;  // those that count; empty: all
  std::vector<std::string> jobs, models;                  // as reports show them; empty: all
  std::string from, to;  // as typed: "30d", "36h", a date, RFC 3339; empty: from the beginning, until now
  std::string job_rule;  // what a job is: "auto" ("" is the same), "trace-name", ..., "field:PATH"
  std::vector<std::pair<std::string, std::string>> map;  // part of a call -> column or key
  std::optional<i64> limit;                              // the newest so many calls only
  i64 concurrency = 4;                                   // requests at once, 1 to 32
  bool lengths = false;                                  // ask for prompts and answers, keep their lengths
  bool patient = false;  // of nights: a server that does not answer is waited for, even at first

  std::string label() const;  // for messages: the address, or the first of the paths
  // The name under which the state keeps what was read: the same for every way to write the same source, and
  // another where other requests are read, or read in another way. `directory`: of relative paths, absolute.
  std::string identity(const std::string& directory) const;
};

// Two sources on servers that ask for some of the same calls.
bool share_requests(const SourceSettings& a, const SourceSettings& b);

// The path from the root, without "." and "..", as it is written: links are not followed.
std::string whole_path(const std::string& path, const std::string& directory);

}  // namespace ctxcap
