#include "ingest/reasons.hpp"

namespace ctxcap::ingest {
namespace {

// In the order of the enumerations; the words are part of the machine output, do not change them.
constexpr std::array<Wording, kReasons> kReasonTable{{
    {"", "counted as a request"},
    {"aggregate", "an answer with sums or percentiles over many calls, not one call"},
    {"ambiguous-usage", "the parts add up to more than the total, so the prompt is not known"},
    {"bad-csv", "a CSV record whose number of fields differs from the header's"},
    {"bad-json", "not valid JSON"},
    {"bad-tokens", "a token count that is no whole number"},
    {"cache-hit", "answered from a gateway's cache: the model did nothing"},
    {"deleted", "a row that was deleted on the server"},
    {"duplicate", "another version of a row with the same id; the newest one is used"},
    {"duplicate-key", "a key that matters stands twice in the row, so its value is not known"},
    {"embedding", "an embedding call: it generates nothing, and a batch reports the sum of its inputs"},
    {"error-answer", "the error message of a server, not a row"},
    {"estimated", "the counts were estimated by the logger, not measured by the model server"},
    {"failed", "the call failed and left no counts"},
    {"implausible-tokens", "a token count above 2147483647"},
    {"invalid-utf8", "not valid UTF-8"},
    {"judge", "a call of Langfuse's own judges and experiments (environment langfuse-*)"},
    {"listing", "an entry of a list of models, projects, traces or sessions, not a call"},
    {"negative-tokens", "a negative token count"},
    {"no-usage", "no token counts, or a prompt of 0, which means that nobody counted"},
    {"not-a-generation", "a span that is no model call"},
    {"server-log", "a line of a server's own log, which holds no counts"},
    {"status-answer", "a health, progress, manifest or query document, not a row"},
    {"stream-part", "one part of a streamed answer; the last part has the counts"},
    {"too-long", "a row longer than 4 GB"},
    {"total-only", "only the total is known, not how it splits into prompt and generation"},
    {"unknown-format", "an object whose keys belong to no known format"},
    {"wrapper", "a span that repeats the counts of the calls inside it"},
}};

constexpr std::array<Wording, kRemarks> kRemarkTable{{
    {"corrected-inclusive", "the sender counted cached tokens twice; the plain input count was used"},
    {"maybe-estimated", "the server knows a price model for this row and may have estimated its counts"},
    {"refused-prompt", "the server refused the prompt and named its true size; the generation is unknown"},
    {"unsplit-tokens", "the total exceeds prompt and generation; the total was taken as the need"},
}};

constexpr bool all_worded(const auto& table) {
  for (const Wording& row : table) {
    if (row.sentence.empty()) return false;
  }
  return true;
}
static_assert(all_worded(kReasonTable) && all_worded(kRemarkTable));

}  // namespace

const Wording& wording(Reason reason) {
  return kReasonTable[static_cast<std::size_t>(reason)];
}
const Wording& wording(Remark remark) {
  return kRemarkTable[static_cast<std::size_t>(remark)];
}

std::string_view sentence_of(std::string_view word) {
  if (word.empty()) return {};
  for (const Wording& row : kReasonTable) {
    if (row.word == word) return row.sentence;
  }
  for (const Wording& row : kRemarkTable) {
    if (row.word == word) return row.sentence;
  }
  return {};
}

}  // namespace ctxcap::ingest
