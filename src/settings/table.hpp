#pragma once
// Inside settings/: the keys of every table of the file, one row each, in their order.

#include "settings/key.hpp"

namespace ctxcap::settings {

// [card] as it is written; without a size there is no budget.
struct Card {
  std::optional<Bytes> size, reserve;
  std::vector<Tenant> tenants;
};

std::vector<Key<Ollama>> ollama_keys();
std::vector<Key<Ollama>> server_keys();  // its own, before those of [ollama]
std::vector<Key<SourceSettings>> source_keys(SourceKinds kinds);
std::vector<Key<Card>> card_keys();
std::vector<Key<Policy>> policy_keys();      // all of [policy]
std::vector<Key<Policy>> own_policy_keys();  // those that a variant may have, too
std::vector<Key<Variant>> variant_keys();    // its own, before those of the policy
std::vector<Key<Report>> report_keys();
std::vector<Key<Settings>> state_keys();

// CTXCAP_POLICY_RISK, then another program's; none without a flag.
std::vector<std::string> variables_of(const std::string& table, const Doc& doc);

}  // namespace ctxcap::settings
