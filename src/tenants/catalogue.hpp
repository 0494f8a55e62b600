#pragma once
// Inside tenants/: what is asked for, and the table of engines. A tenant is written
//
//   ENGINE[:MODEL][,WORD...][,KEY=VALUE...]        faster-whisper:large-v3,int8_float16,batch=8
//
// where MODEL is a name, the path of a config.json, or left out for a shape: whisper.cpp:d=512,layers=6.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "data/histogram.hpp"
#include "data/tenant_need.hpp"

namespace ctxcap::tenants {

// A word or key that an engine takes, and what it means.
struct Choice {
  std::string_view name, help;
  std::string_view means = {};  // another spelling of this word; empty: itself
};

struct Asked {
  std::string text, engine, model;
  std::vector<std::string> words;             // spellings are settled
  std::map<std::string, std::string> values;  // KEY=VALUE
  std::map<std::string, std::string> config;  // of a config.json
  std::optional<Bytes> free;                  // that a batch is to fit
  std::optional<Histogram> lengths;           // of texts, in tokens; not empty

  bool has(std::string_view word) const;
  // The first of these words that was given.
  std::string one_of(std::initializer_list<std::string_view> choices, std::string_view fallback) const;
  // Of KEY=VALUE, else the config's keys in their order, else the fallback. Errors: not within the bounds.
  Result<i64> whole(const std::string& key, i64 fallback, i64 least, i64 most,
                    std::initializer_list<const char*> config_keys = {}) const;
  Result<Bytes> size(const std::string& key, Bytes fallback) const;
  Result<bool> truth(const std::string& key, bool fallback) const;
  bool has_shape() const { return model.empty() || !config.empty(); }
};

struct Engine {
  std::string_view name, help, example;
  std::vector<std::string> (*models)();  // nullptr: it takes none
  std::span<const Choice> words;         // types and switches
  std::span<const Choice> keys;
  Result<TenantNeed> (*need)(const Asked& asked);
  bool has_batches = false;  // it takes batch=N, which may be advised on
};

extern const Engine kFasterWhisper, kWhisperCpp, kOpenaiWhisper, kTransformersWhisper, kWhisperX, kEmbed,
    kEcapa, kPyannote, kKokoro, kPiper;

std::span<const Engine* const> engines();

// "there is no KIND \"GIVEN\"", what there is, and the nearest of it.
Error not_in_catalogue(std::string_view kind, std::string_view given, const std::vector<std::string>& known,
                       const Asked& asked);

// The largest batch whose upper end fits what is free, for engines whose `need` does not say itself.
Status advise_batch(const Engine& engine, const Asked& asked, TenantNeed& need);

// Whether it could live on the CPU, and at what price.
void advise_cpu(const Asked& asked, TenantNeed& need);

// Within what a card may ever have: so much that nothing overflows.
Bytes bytes_of(double bytes);

// A need with the words and keys that it was asked with.
TenantNeed need_for(const Asked& asked, std::string model);

// The program itself on the card: driver's context, kernels, handles of libraries, once for each process.
TenantPart context_part();
inline constexpr Bytes kContextLow = Bytes{1} << 28;  // 0.25 GiB
inline constexpr Bytes kContextMiddle = 429'496'730;  // 0.4 GiB
inline constexpr Bytes kContextHigh = 644'245'094;    // 0.6 GiB

}  // namespace ctxcap::tenants
