#pragma once
// What another program takes of a card, by the catalogue: its parts, each exact or with a band.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/quantity.hpp"
#include "data/advice.hpp"

namespace ctxcap {

struct TenantPart {
  std::string name;  // "weights", "kv", "state", "compute", "activations" or "fixed"
  Bytes bytes = 0;
  bool exact = false;                                     // then `low` and `high` are the same
  Bytes low = 0;                                          // of the band
  std::optional<Bytes> high;                              // nullopt: nothing that is known bounds it
  std::string source;                                     // how it is known
  std::vector<std::pair<std::string, Bytes>> terms = {};  // that it is the sum of; may be empty
};

// The rule of a well-known write-up: texts at once = (free - 2 GiB) / 0.08 GiB, within 32 and 128.
struct ConstantRule {
  i64 batch = 0;
  Bytes bytes = 0;  // of the program then, its weights and context among them
  bool fits = false;
};

struct BatchAdvice {
  Bytes free = 0;                     // that it was asked for
  i64 largest = 0;                    // 0: not even one fits
  std::optional<Tokens> length;       // to which a text is padded
  std::optional<Tokens> tokens;       // of the largest batch
  Bytes bytes = 0;                    // that a pass over it takes beside weights and context
  Bytes total = 0;                    // with both
  i64 with_margin = 0;                // the largest that leaves a tenth of `free`
  std::optional<Tokens> flat_tokens;  // at once for a server that does not pad
  std::optional<ConstantRule> constant;
};

struct TenantNeed {
  std::string tenant;  // as it was asked for
  std::string engine, model;
  std::vector<std::pair<std::string, std::string>> settings;  // all that the figures depend on
  std::vector<TenantPart> parts;
  std::vector<std::string> limits;  // what cannot be predicted, a sentence each
  std::optional<BatchAdvice> batch;
  std::vector<Advice> advice;

  Bytes total() const;
  Bytes low() const;
  std::optional<Bytes> high() const;  // nullopt: a part has no bound
};

// One engine of the catalogue, for people who choose.
struct EngineHelp {
  std::string_view name, help, example;
  std::vector<std::string> models;                               // empty: it takes none
  std::vector<std::pair<std::string, std::string>> words, keys;  // and what they mean; "": as they say
};

// "ctxcap.tenant/1", indented.
std::string tenant_json(const TenantNeed& need);

// The scalars of a JSON object's first level as texts: of a model's config.json. nullopt: it is no object.
using FlatJson = std::vector<std::pair<std::string, std::string>>;
std::optional<FlatJson> flat_json(std::string_view text);

}  // namespace ctxcap
