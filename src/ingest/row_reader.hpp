#pragma once
// Text of a record -> rows in a Tally. One per thread: it owns the parser and the buffers.

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/call.hpp"
#include "ingest/format_finder.hpp"
#include "ingest/mapping.hpp"
#include "ingest/record.hpp"
#include "ingest/tally.hpp"

namespace ctxcap::ingest {

class RowReader final : private Sink {
 public:
  // Rows go to `tally`.
  RowReader(const Mapping& mapping, Tally& tally);

  // What is read next is of that input, and stands in the piece of that number and text.
  void begin(std::size_t input, std::uint32_t number, std::string_view piece) {
    input_ = input;
    piece_number_ = number;
    piece_ = piece;
  }

  // Calls that began outside of [from, to) are left out, as if they were not there.
  void only(std::optional<Instant> from, std::optional<Instant> to);

  // One line, or one value of a document that starts at `line`: an object, an array of objects, or what
  // somebody took for one. kPadding bytes must be readable behind it. Blank text is no row.
  void read(std::string_view text, i64 line);
  // The first of `lines`, all of which end, if it can be read without looking for its end first. Returns its bytes with
  // the line end; 0: it has not been read.
  std::size_t read_first(std::string_view lines, i64 line);
  // A record that is already Fields (a CSV record). Its fields() are filled in by the caller.
  void read_fields(std::string_view record, i64 line);
  Fields& fields() { return levels_.front()->fields; }
  // A call that was put together elsewhere, and was complete with that text.
  void take(const Call& call, const Format& format, std::string_view text, i64 line);
  // A row that never became fields.
  void skip(Reason reason, std::string_view text, i64 line);
  // The piece at hand is one row of so many bytes, which is too long to be read.
  void leave_out(i64 bytes);

 private:
  void add(const Call& call) override;
  void name_model(std::string_view model) override;
  void nested(std::string_view object, const Around& around) override;
  void nested_text(std::string_view text, const Around& around) override;

  void begin_record(std::string_view text, i64 line);
  void read_object(std::string_view object);
  void read_elements(std::string_view array);
  void read_values(std::string_view text);
  void dispatch();
  void count(const Call& call);
  Bytes body_bytes(const Call& call) const;
  void apply_mapping(Call& call) const;
  void keep(const Call& call, const Request& request, Remarks remarks, std::uint64_t trace);
  void note_root(const Call& call);
  void note_parent(const Call& call);
  i64 position() const;
  RowId id_of(const Call& call, std::string_view id) const;
  std::uint64_t this_input() const;
  std::string_view job_of(const Call& call) const;
  i64 line_of(const char* position);
  Place place();
  Spot spot() const;

  // Objects in pages in recordings: each level needs its own fields while the inner ones are read.
  static constexpr std::size_t kMostLevels = 6;

  RecordParser parser_;
  const Mapping* mapping_;
  struct Level {
    Fields fields;
    FormatFinder finder;
  };
  std::vector<std::unique_ptr<Level>> levels_;
  std::vector<std::string> texts_;  // decoded bodies, one per level, padded
  std::size_t level_ = 0;
  Around around_;                   // the row at hand
  const Format* format_ = nullptr;  // of the record at hand
  Tally* tally_;
  i64 from_ = kNoTime, to_ = std::numeric_limits<i64>::max();  // µs; those that count
  std::size_t input_ = 0;
  std::uint32_t piece_number_ = 0;
  std::string_view piece_, record_;  // record_: the outermost one at hand

  // Where the row at hand stands: lines are counted on from the last row of the same record.
  const char* counted_to_ = nullptr;
  std::string_view row_;
  i64 line_ = 0;
};

}  // namespace ctxcap::ingest
