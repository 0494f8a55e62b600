#include "ingest/reasons.hpp"

namespace ctxcap::ingest {
namespace {

// In the order of the enumerations; the words are part of the machine output, do not change them.
constexpr std::array<Wording, kReasons> kReasonTable{{
    {"", "counted as a request"},
    {"aggregate", "an answer with sums or percentiles over many calls, not one call",
     "export the calls themselves, one a row: OTLP spans, Langfuse observations, MLflow traces with their "
     "spans"},
    {"ambiguous-count", "a count such as 2.000, which may be two or two thousand",
     "have the counts written without separators and fractions"},
    {"ambiguous-usage", "the parts add up to more than the total, so the prompt is not known"},
    {"bad-csv", "a CSV record with more or fewer fields than the header, or with a quote that nothing closes",
     "look at the rows that --bad-lines FILE names"},
    {"bad-json", "not valid JSON",
     "look at the rows that --bad-lines FILE names; ctxcap formats lists what can be read"},
    {"bad-tokens", "a token count that is not a whole number"},
    {"cache-hit", "answered from a gateway's cache: the model did nothing"},
    {"client-error",
     "a request that /metrics counts as refused (4xx): prompts that were too long are among them, and other "
     "mistakes",
     "the answers of status 400 tell which: their text names the prompt's size"},
    {"cut-meanwhile",
     "the file was cut while it was read, as logrotate's copytruncate does: the rows from here on are "
     "missing",
     "read the copy that was made of it as well"},
    {"deleted", "a row that was deleted on the server"},
    {"description", "the description of a model or a server, not a call",
     "ctxcap inspect reads a saved answer of /api/show; traces are logs of calls: ctxcap formats lists them"},
    {"duplicate", "another version of a row with the same id; the newest one is used"},
    {"duplicate-key", "a key that matters stands twice in the row, so its value is unknown"},
    {"embedding", "an embedding call: it generates nothing, and a batch reports the sum of its inputs",
     "embeddings need no window of their own; log the calls that generate"},
    {"error-answer", "the error message of a server, not a row",
     "ask the server again; the message in the file says what was wrong"},
    {"estimated", "the counts were estimated by the logger, not measured by the model server",
     "have the server counted: stream_options include_usage, or the native /api routes"},
    {"failed", "the call failed and left no counts"},
    {"implausible-tokens", "a token count above 2147483647"},
    {"invalid-utf8", "not valid UTF-8"},
    {"judge", "a call of Langfuse's own judges and experiments (environment langfuse-*)"},
    {"listing", "an entry of a list of models, projects, traces or sessions, not a call",
     "export the calls themselves: ctxcap formats lists what can be read"},
    {"mixed-servers", "lines of several servers in one log that cannot be told apart",
     "read each server's own log, or let one server run at a time"},
    {"negative-tokens", "a negative token count"},
    {"no-timings", "a task in a server's log without the timings that say how much was generated",
     "give the log as the server wrote it: the lines with \"eval time\" count the answer"},
    {"no-usage", "no token counts, or a prompt of 0, which means that nobody counted",
     "have the answers counted: for streams of /v1 with stream_options include_usage"},
    {"not-a-generation", "a span that is not a model call",
     "export the spans of the model calls too, not only those around them"},
    {"other-time", "a call outside the period asked for"},
    {"other-unit", "counted in characters, seconds, images or requests, not in tokens"},
    {"partial-prompt",
     "only the part of the prompt that was not in the cache is known (prompt_n without cache_n, or a cache "
     "of -1)",
     "have the whole prompt logged: usage with prompt_tokens, or a llama.cpp that has cache_n in its "
     "timings"},
    {"refused", "a prompt that was refused as too long; the server named neither its size nor its own limit",
     "such prompts need more than the window of that server; --num-ctx N sets a window by hand"},
    {"server-log", "a line of a server's own log, which holds no counts",
     "log the calls: a custom logger or generic_api of LiteLLM, or its spend logs"},
    {"status-answer", "a health, progress, manifest or query document, not a row",
     "export the calls themselves: ctxcap formats lists what can be read"},
    {"stream-part", "one part of a streamed answer; the last part has the counts",
     "ask for the last part with stream_options include_usage"},
    {"too-long", "a row longer than 256 MiB",
     "a document is one row: give its elements one a line, as with jq -c '.data[]'"},
    {"total-only", "only the total is known, not how it splits into prompt and generation",
     "log prompt and generation apart"},
    {"unfinished", "a task that was still at work where the log ends"},
    {"unknown-format", "an object whose keys belong to no known format",
     "name the fields with --map prompt=FIELD,generation=FIELD; ctxcap formats lists what is known"},
    {"vllm-log", "a request in vLLM's log, which has no lengths at this log level",
     "its spans have both: vllm serve ... --otlp-traces-endpoint URL; /metrics has upper ends: ctxcap help "
     "vllm"},
    {"wrapper", "a span that repeats the counts of the calls inside it"},
}};

constexpr std::array<Wording, kRemarks> kRemarkTable{{
    {"bad-time", "a start time that cannot be read; the row counts, on no known day"},
    {"cache-added",
     "the cached part was added to the input; where this provider counts it inside, the prompts are shorter"},
    {"corrected-inclusive", "the sender counted cached tokens twice; the plain input count was used"},
    {"maybe-estimated",
     "the counts may be estimates: the server knows a price model for this row, or the client counted with a "
     "tokeniser of its own"},
    {"refused-floor",
     "the server refused the prompt as too long and stopped counting at its limit: it counts as just beyond, "
     "the true "
     "need is not known"},
    {"refused-prompt", "the server refused the prompt and named its true size; the generation is unknown"},
    {"truncated-prompt",
     "the server cut the prompt to its window, and named its true size; that size was counted"},
    {"unsplit-tokens", "the total exceeds prompt and generation; the total was taken as the need"},
    {"upper-ends",
     "of histograms: each length is the upper end of its bucket, and prompt and generation together are what "
     "they can be at most; refused prompts are in none"},
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

namespace {

const Wording* find_wording(std::string_view word) {
  if (word.empty()) return nullptr;
  for (const Wording& row : kReasonTable) {
    if (row.word == word) return &row;
  }
  for (const Wording& row : kRemarkTable) {
    if (row.word == word) return &row;
  }
  return nullptr;
}

}  // namespace

std::string_view sentence_of(std::string_view word) {
  const Wording* const row = find_wording(word);
  return row == nullptr ? std::string_view() : row->sentence;
}

std::string_view hint_of(std::string_view word) {
  const Wording* const row = find_wording(word);
  return row == nullptr ? std::string_view() : row->hint;
}

}  // namespace ctxcap::ingest
