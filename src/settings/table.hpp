#pragma once
// Inside settings/: the rows of every table of the file, in their order, bound to the struct that they fill.

#include "settings/key.hpp"

namespace ctxcap::settings {

// [card] as it is written; without a size there is no budget.
struct Card {
  Budget cards;  // cards, or whether to ask for them
  std::optional<Bytes> reserve;
  std::vector<Tenant> tenants;

  bool named() const { return cards.card > 0 || cards.ask || cards.off; }
  std::optional<Budget> budget() const;
};

Rows ollama_rows(Ollama& into);
Rows choice_rows(Settings& into);            // of [ollama] alone
Rows server_rows(Ollama& into, Card& card);  // of a [[server]], before those of [ollama]
Rows source_rows(SourceSettings& into, SourceKinds kinds);
Rows card_rows(Card& into, Settings& of_all);
Rows policy_rows(Policy& into);      // all of [policy]
Rows own_policy_rows(Policy& into);  // those that a variant may have, too
Rows variant_rows(Variant& into);    // of a [[variant]], before those of the policy
Rows report_rows(Report& into);
Rows notify_rows(NotifySettings& into);
Rows state_rows(Settings& into);

}  // namespace ctxcap::settings
