#pragma once
// Inside settings/: the keys of every table of the file, one row each. config.hpp says what they mean.

#include "settings/key.hpp"
#include "settings/settings.hpp"

namespace ctxcap::settings {

// [card] before it is known whether there is a size.
struct Card {
  std::optional<Bytes> size;
  std::optional<Bytes> reserve;
  std::vector<Tenant> tenants;
};

// `directory`: that relative paths begin at.
std::vector<Key<Ollama>> ollama_keys();
std::vector<Key<Card>> card_keys();
std::vector<Key<Policy>> policy_keys(const std::string& directory);      // all of [policy]
std::vector<Key<Policy>> own_policy_keys(const std::string& directory);  // those that a variant may have, too
std::vector<Key<SourceSettings>> source_keys(const std::string& directory, SourceKinds kinds);
std::vector<Key<Variant>> variant_keys(const std::string& directory);  // its own, without those of the policy
std::vector<Key<Report>> report_keys(const std::string& directory);
std::vector<Key<State>> state_keys(const std::string& directory);

}  // namespace ctxcap::settings
