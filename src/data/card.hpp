#pragma once
// The nouns of a shared card: who held how much of its memory, when, and what follows from it. Bytes; times
// UTC.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/quantity.hpp"
#include "base/time.hpp"
#include "data/card_picture.hpp"

namespace ctxcap {

enum class TenantKind { ollama, vllm, llama_server, container, unit, process, desktop, unattributed };

// Servers of language models: what is decided on, and not part of the rest.
constexpr bool is_llm(TenantKind kind) {
  return kind == TenantKind::ollama || kind == TenantKind::vllm || kind == TenantKind::llama_server;
}

struct CardFacts {
  i64 index = 0;
  std::string uuid, name, driver;                    // "": not told
  std::optional<Bytes> total, reserved, used, free;  // reserved: by driver and firmware, and not in `used`

  // What processes can have, as Card::usable() has it; nullopt: the total is not known.
  std::optional<Bytes> usable() const;
};

struct CardTenant {
  std::string name;
  TenantKind kind = TenantKind::process;
  std::string evidence;  // how it is known: "process llama-server"; never a command line
};

// A tenant by its user's own word, before all other rules: a container, a unit or a program of that name, or
// one whose command line holds it. "container=whisperx", "unit=stt", "process=python3", "command=-m
// whisperx".
struct TenantRule {
  std::string name, match;
};
// What of a process rules look at; "": not known.
struct TenantFacts {
  std::string container, service, unit, program, command;  // service: a container's, of a compose file
};
// What is wrong with it; empty: nothing.
std::string fault_of(const TenantRule& rule);
// The first that holds; nullptr: none does.
const TenantRule* rule_for(const std::vector<TenantRule>& rules, const TenantFacts& facts);

// Metrics of one's own on a server with Prometheus' API, each with {labels} where need be; "": as exporters
// that are known have it. Their unit is that of their name's end, else bytes.
struct CardMetrics {
  std::string card, total;     // memory of the card in use, and all of it
  std::string tenants, label;  // memory of each tenant, and the label that names it
};

// Where samples of the card come from; of none: from the recorder.
struct CardSources {
  std::vector<std::string> smi_logs;  // CSV of nvidia-smi -l, of the card and of its processes, in any order
  std::string homelab;                // homelab-monitor's database, or its address; "": none
  std::string prometheus;             // address of a server with its API; "": none
  CardMetrics metrics;                // there

  bool empty() const { return smi_logs.empty() && homelab.empty() && prometheus.empty(); }
};

// What a runner of a language model was started with.
struct RunningWeights {
  std::string weights;         // the digits of its blob, or its file's name
  std::optional<i64> num_ctx;  // of each slot
  i64 parallel = 1;
};

// A process that the driver tells of.
struct CardProcess {
  enum class Use { compute, graphics, both };
  i64 pid = 0;          // of the host, also where it runs in a container
  std::string program;  // "llama-server"; its arguments may hold keys and are not kept
  Use use = Use::compute;
  std::optional<Bytes> bytes;        // nullopt: the driver does not say, as under Windows and WSL
  std::optional<i64> instance = {};  // of a card that is divided: the GPU instance that it runs in
  CardTenant tenant;                 // whose it is
  std::optional<RunningWeights> runs;
};

// What a driver says of one card.
struct CardLook {
  CardFacts facts;
  std::vector<CardProcess> processes;
  i64 instances = 0;                 // MIG devices that it is divided into
  std::optional<i64> part_of = {};   // the number of the GPU instance that it is
  std::vector<CardLook> parts = {};  // its GPU instances, each with memory of its own; empty: it is whole
  std::string hidden;                // why its processes are not told; "": they are
};

// What a process had, or where no process is told (pid 0) all of that tenant.
struct Held {
  std::uint32_t tenant = 0;  // in CardHistory::tenants
  i64 pid = 0;
  Bytes bytes = 0;
};

struct CardSample {
  Instant at;
  std::optional<Bytes> used;  // of the card, by whoever
  std::vector<Held> held;     // empty: nobody was seen
  i64 lasts = 0;              // microseconds for which it is known to hold; 0: until the next sample is due
  std::optional<Bytes> highest = {};  // of the card within the step of an average
};

// A tenant did not get memory. What it said is rounded: the upper ends are kept.
struct CardOom {
  Instant at;
  std::string tenant;
  std::optional<Bytes> held, wanted;  // by itself before; and what it did not get
  std::vector<i64> pids;              // that it told of; inside of a container its own is among them
  std::string seen_as;                // the tenant that samples have for it, where it has another name there

  const std::string& sampled() const { return seen_as.empty() ? tenant : seen_as; }
};

// A language model as it began to run.
struct CardRun {
  Instant at;
  std::string model;           // its name, or the digits of its weights
  std::optional<i64> num_ctx;  // of each slot; nullopt: not told
  i64 parallel = 1;
};

// One card over time.
struct CardHistory {
  CardFacts card;
  std::vector<CardTenant> tenants;
  std::vector<CardSample> samples;             // by time, none twice
  i64 step = 0;                                // microseconds between looks; 0: that of the samples
  bool averages = false;                       // samples are averages of a step, and no moments
  std::map<std::uint32_t, Bytes> told_peaks;   // of samples that the source has and does not give
  std::map<std::uint32_t, Bytes> exact_peaks;  // of tenants whose processes the driver kept account of
  std::vector<CardRun> runs;                   // by time
  std::vector<CardOom> ooms;                   // by time
  bool tells_ooms = false;                     // something was read in which they would stand
  std::vector<std::string> sources;            // what was read
};

// Says of its OOMs which tenant of the samples each is of, by the processes that the log told of. One that
// failed before it was sampled is who the same log's other failures were.
void name_ooms(CardHistory& history);

// --- What follows: made by card/, read by report/.

// How a tenant met the language model; by averages times and joint peak are at least that, seconds at most.
struct WithLlm {
  i64 times = 0;
  double seconds = 0;
  Bytes joint_peak = 0;  // of both together
};

struct TenantUse {
  CardTenant tenant;
  std::optional<Bytes> now;  // nullopt: nobody looked, or the driver does not say
  Bytes peak = 0;            // as sampled: a shorter one may have been
  bool exact = false;        // peak is the driver's own account
  double seconds = 0;        // resident
  double share = 0;          // of the time that was watched
  i64 sessions = 0;
  std::optional<i64> ooms;  // nullopt: nothing was read that would tell
  WithLlm with_llm;
};

// A language model that runs now.
struct CardModel {
  RunningWeights runs;
  Bytes bytes = 0;  // of its process
};

struct CardGap {
  Instant from, to;
};

struct OomUse {
  CardOom oom;
  std::optional<Bytes> held;    // the larger of what it said and what was seen
  std::optional<Bytes> others;  // in use by everybody else then
  // What it would have had in the end, had it gone on: held and wanted, or its highest at any time; nullopt:
  // one of both is not told.
  std::optional<Bytes> need;
  Bytes llm = 0;  // of others by language models, or by itself where it is one; 0: none was there
  std::optional<CardRun> run;  // what model ran then, as far as it was told
  // What a look at the model tells: its window then, and the largest of which this had not happened.
  std::optional<Tokens> num_ctx, avoided_at;

  // What it needed beyond `usable`, which the language model would have had to leave; nullopt: a figure is
  // missing, none was there, or it would have fitted (in pieces, memory is less than its sum).
  std::optional<Bytes> missing(std::optional<Bytes> usable) const;
};

struct CardUse {
  CardFacts card;
  Instant from, to;       // to: of the last sample
  double step = 0;        // seconds between samples, the median
  double watched = 0;     // seconds, without gaps
  bool averages = false;  // see CardHistory: what was together is at least what is told
  std::vector<CardGap> gaps;
  std::vector<TenantUse> tenants;    // by peak, the largest first; who cannot be told is one of them
  std::optional<Bytes> rest_seen;    // the most that all others had beside the language model
  std::optional<Bytes> rest_needed;  // what they may need at once; at least rest_seen
  std::vector<std::pair<std::string, Bytes>> rest_of;  // that, by tenant: who is in it was there at once
  bool needs_more = false;  // some tenant ran out of memory and did not say how much it wanted
  std::vector<OomUse> ooms;
  std::optional<Tokens> advised;  // the window that the model was last advised; nullopt: not known
  std::vector<CardModel> models;
  std::optional<std::pair<int, int>> busy_hours;  // of the day, from and to: when others are there
  std::vector<std::string> sources;
  std::shared_ptr<const CardPicture> picture;  // nullptr: none was made

  // What is left for the language model beside what the rest needs; nullopt: not known; never below 0.
  std::optional<Bytes> budget() const;
};

// Microseconds between samples, the median; 0: there are not two.
i64 median_step(const std::vector<CardSample>& samples);

// "ctxcap.card/1", indented.
std::string card_json(const std::vector<CardUse>& cards);

std::string_view word(TenantKind kind);

// The program in a process's name as drivers have it, which may be a whole command line:
// "/usr/lib/ollama/llama-server --port 40001" -> "llama-server". Arguments may hold keys, and are dropped.
std::string program_of(std::string_view name);
// The server of language models that such a program is; nullopt: none.
std::optional<CardTenant> server_by_program(const std::string& program);

}  // namespace ctxcap
