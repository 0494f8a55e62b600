#pragma once
// What other programs take of a card, by the catalogue of engines; and how they say that they did not get it.
// The door of this room.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/histogram.hpp"
#include "data/oom.hpp"
#include "data/snapshot.hpp"
#include "data/tenant_need.hpp"

namespace ctxcap::tenants {

// Gives the content of a model's config.json.
using ReadFile = std::function<Result<std::string>(const std::string& path)>;

struct TenantQuestion {
  std::string tenant;  // "faster-whisper:large-v3,int8_float16,batch=8"
  ReadFile read;
  std::optional<Bytes> free = {};         // advise on the largest batch that fits so much
  std::optional<Histogram> lengths = {};  // of the texts that are sent, in tokens; not empty
};

// What that tenant takes. Errors (ErrorKind::usage): an engine, model, type or key that is not in the
// catalogue, with the nearest that is; a value out of its bounds; what `read` said.
Result<TenantNeed> need_of(const TenantQuestion& question);

// Whether a text is meant for the catalogue, rather than a model of a server.
bool is_tenant(std::string_view text);

// The engine that a text may mean which is none of ours: "faster-wisper:large-v3". "": none is near.
std::string engine_near(std::string_view text);

// For people who choose.
std::vector<EngineHelp> catalogue();

// Whether a file is a pickle, by its first byte or its name, and no text.
bool is_pickle(std::string_view bytes, std::string_view name);

// Told of parts of the bytes that are looked at no more, or only seldom.
using OnRead = std::function<void(std::string_view part)>;

// A memory snapshot of PyTorch, one for each card that it tells of. Only plain data is read: what names a
// class or calls anything is an error (ErrorKind::usage) with its place, as is a file that ends in the
// middle. Memory grows with what lives at once, not with the file.
Result<std::vector<Snapshot>> read_snapshot(std::string_view bytes, const OnRead& on_read);

// Each failure of it; of one that never failed its end, as an event that wanted nothing.
std::vector<OomEvent> events_of(const std::vector<Snapshot>& snapshots);

// One line of a log or of an error. Known are PyTorch since 1.0, llama.cpp, vLLM, CTranslate2, Ollama's
// scheduler and the kernel's driver; everything else is OomKind::none.
OomText read_oom(std::string_view line);

// What follows from it, and what would help.
OomEvent explained(const OomText& told);

// Every failure that a text tells of, a log or one pasted line; lines that tell on of the same one belong to
// it.
std::vector<OomEvent> oom_events(std::string_view text);

}  // namespace ctxcap::tenants
