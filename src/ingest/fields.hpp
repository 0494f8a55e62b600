#pragma once
// The top-level values of one record under the keys that formats know, and those that --map names.

#include <array>
#include <string_view>
#include <vector>

#include "ingest/asked.hpp"
#include "ingest/json_text.hpp"
#include "ingest/keys.hpp"
#include "ingest/mapping.hpp"

namespace ctxcap::ingest {

class Fields {
 public:
  explicit Fields(const Mapping& mapping);

  void clear();
  // The object whose members these are; absent of a CSV record.
  Value record() const {
    looked_ = true;
    return record_;
  }
  void set_record(Value record) { record_ = record; }

  // Whether some format, or the mapping, looks at a key. Asked first, so that other values need not be cut
  // out.
  struct Wanted {
    Key known = Key::count_;  // count_: no format looks at it
    bool mapped = false;
    bool metric = false;  // not wanted, but a sign that the record is a metrics answer
    bool is_known() const { return known != Key::count_; }
    explicit operator bool() const { return is_known() || mapped; }
  };
  Wanted wants(std::string_view key) const;
  // Takes in a top-level member. A key that matters must not come twice.
  void put(std::string_view key, Wanted wanted, Value value) {
    meet(wanted);
    set(key, wanted, value);
  }

  // The same in two steps: which keys there are, and their values. Rows of one log have the same keys.
  struct Met {
    KeySet keys;
    bool repeated = false, metric = false;
  };
  const Met& met() const { return met_; }
  void meet_all(const Met& met) { met_ = met; }
  void meet(Wanted wanted) {
    met_.metric = met_.metric || wanted.metric;
    if (!wanted.is_known()) return;
    met_.repeated = met_.repeated || (met_.keys.has(wanted.known) && !is_body(wanted.known));
    met_.keys.add(wanted.known);
  }
  void set(std::string_view key, Wanted wanted, Value value) {
    if (wanted.mapped) put_mapped(key, value);
    if (wanted.is_known()) values_[static_cast<std::size_t>(wanted.known)] = value;
  }

  const KeySet& keys() const { return met_.keys; }
  bool has_repeated_key() const { return met_.repeated; }
  // An unknown key that ends in "_inputTokens" or the like: how metrics answers name their columns.
  bool has_metric_key() const { return met_.metric; }

  // Absent when the record has no such key.
  Value operator[](Key key) const {
    if (!met_.keys.has(key)) return {};
    looked_ = true;
    return values_[static_cast<std::size_t>(key)];
  }
  // The first of these that is present().
  Value first(std::initializer_list<Key> keys) const {
    for (const Key key : keys) {
      const Value value = (*this)[key];
      if (value.present()) return value;
    }
    return {};
  }

  // Whether the record has the column or key that --map names, even if it holds null.
  bool has_mapped(Part part) const;
  // What --map points at; absent when nothing is mapped or the record has no such key. Of a sum the first
  // term.
  Value mapped(Part part) const;
  // visit(Value) for each term of it.
  template <typename Visit>
  void each_mapped(Part part, Visit&& visit) const {
    for (const Mapped& found : mapped_) {
      if (found.part == part) visit(value_of(found));
    }
  }

  Scratch& scratch() const { return scratch_; }
  // What a value asks for that holds parameters.
  Asked asked(Value parameters) const { return asked_.read(parameters, scratch_); }

  // Whether anybody has looked at more than the keys since then.
  void forget_looks() const { looked_ = false; }
  bool has_looked() const { return looked_; }

 private:
  // The record's member that a mapped path starts with: the whole path, or its part before the first dot.
  struct Mapped {
    Part part;
    std::string_view path;
    Value whole = {}, head = {};
    bool named = false;  // `whole` was there, though perhaps empty
  };

  void put_mapped(std::string_view key, Value value);
  Value value_of(const Mapped& found) const;

  mutable bool looked_ = false;
  Value record_;
  Met met_;
  std::array<Value, kKeys> values_;
  std::vector<Mapped> mapped_;  // in the order of the parts; empty: no --map
  mutable Scratch scratch_;
  mutable AskedLately asked_;
};

}  // namespace ctxcap::ingest
