#pragma once
// What must be on the card at the same time, and whether it fits.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.hpp"
#include "data/card.hpp"
#include "data/scheduler.hpp"

namespace ctxcap {

struct Tenant {
  // measured: by the card's history; now: what it has at this moment.
  enum class Basis { declared, catalogue, measured, now };
  std::string name;
  Bytes bytes = 0;
  std::string catalogue = {};  // "faster-whisper:large-v3,int8": what gives its bytes; "": they are declared
  Basis basis = Basis::declared;
};

// A size begins with a digit; what begins with a letter names a tenant of the catalogue. "": it does not.
std::string named_tenant(const std::string& text);

// A card, by what its box says, its name or its driver.
struct Card {
  std::string name;  // "" where only a size was given
  Bytes total = 0;
  std::optional<Bytes> kept;  // by the driver, as it says; nullopt: not known
  Bytes others = 0;           // what else lives on it, where it is not the first of several

  // No process gets what a box says: the driver keeps some, 1.3 to 1.9 % as seen on most.
  Bytes usable() const { return total - kept.value_or(total / 1000 * 15) - others; }
  bool operator==(const Card&) const = default;
};

// "RTX 3090", "nvidia geforce rtx3090": what its driver said of one. nullopt: nobody looked at such a card.
std::optional<Card> known_card(std::string_view name);

struct Budget {
  Bytes card = 0;  // memory of the card, or of all cards
  Bytes reserve =
      Bytes{1} << 30;           // kept free on each: llama.cpp offloads less when under 1 GiB would stay free
  std::vector<Tenant> tenants;  // what else lives there, on the first card
  std::vector<Card> cards;      // each; empty: one of that size, of which no more is known
  bool ask = false;             // cards are to be found: by their driver, or their history
  bool off = false;             // nothing is to be judged by a card, nor found
  std::optional<CardUse> past;  // of the first card, where its history is known
  // Sets of models (or variants) and tenants that must be resident at once; empty: all of them.
  std::vector<std::vector<std::string>> together;

  std::vector<Card> each() const { return cards.empty() ? std::vector<Card>{{.total = card}} : cards; }
  Bytes usable() const;  // what processes can have
  // The most that may be needed, reserve included: what processes take stays within what they can have. What
  // the driver keeps may come out of the reserve; it is tight then.
  Bytes limit() const;
  // Of that on each card, what tenants leave.
  std::vector<Bytes> room() const;
};

// "24GiB", "24GiB,16GiB", "RTX 3090", "auto". What is wrong with it; empty: it was read.
std::string read_cards(std::string_view text, Budget& into);
// The same back.
std::string cards_text(const Budget& budget);

// Another way to make it fit, with its price.
struct Alternative {
  std::string what;                   // one phrase, e.g. "KV cache in q8_0"
  std::optional<Bytes> needed_bytes;  // of everything together, then; nullopt: unknown
  std::optional<double> share_over;   // share of observed requests that would need more; nullopt: unknown
  bool fits = false;
};

// What would keep models together that Ollama would not, tried by its own rules.
struct Cure {
  std::string what;                   // one phrase: "gemma4:e4b at 4,096"
  Keeping keeping = Keeping::never;   // what becomes of it
  std::string price;                  // one phrase; empty: none that is known
  std::optional<double> share_over;   // share of observed requests that would need more; nullopt: none
  std::optional<Bytes> needed_bytes;  // of everything together, then; nullopt: unknown
  std::vector<LoadRequest> requests;  // the loads as they are then; empty: the same, under other settings
};

// Models that must be resident together, and what Ollama makes of it.
struct TogetherReport {
  std::vector<std::string> members;
  std::optional<Bytes> needed_bytes;  // with tenants and reserve; nullopt: a model's memory is unknown
  std::optional<bool> fits;           // by our figures; nullopt: unknown
  KeptTogether kept;
  std::vector<Cure> cures;  // none where nothing is evicted
};

struct ModelShare {
  std::string model;
  std::optional<Bytes> bytes;  // nullopt: unknown
};

struct CardShare {
  std::vector<ModelShare> models;  // on it, or their part on it
  Bytes used_bytes = 0;            // by them and tenants
  Bytes room_bytes = 0;            // that processes can have
  Bytes limit_bytes = 0;           // used and reserve must stay within
};

struct BudgetReport {
  Budget budget;
  std::vector<ModelShare> models;     // each base model at its cap
  std::vector<CardShare> cards;       // of several: what each holds
  std::optional<Bytes> needed_bytes;  // models + tenants + reserve; nullopt: a model's memory is unknown
  std::optional<bool> fits;           // nullopt: unknown
  bool tight = false;                 // it fits by the estimate, not by its upper end
  std::vector<std::string> without;   // what no figure has, for nobody told: "the vision projector of x"
  std::vector<Alternative> alternatives;
  std::vector<TogetherReport> together;  // sets of two and more models
  std::optional<i64> ooms_avoided;       // of budget.past->ooms, those that these windows leave no reason for

  // Something that must stay loaded is evicted at every switch, whether it would fit or not.
  bool evicts_for_ever() const {
    for (const TogetherReport& set : together) {
      if (set.kept.keeping == Keeping::never) return true;
    }
    return false;
  }
};

}  // namespace ctxcap
