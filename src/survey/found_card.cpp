#include "survey/found_card.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "card/card.hpp"
#include "gpu/gpu.hpp"
#include "history/history.hpp"
#include "state/state.hpp"

namespace ctxcap::survey {
namespace {

constexpr unsigned kWeighs =
    settings::kAnalyze | settings::kExplain | settings::kApply | settings::kInspect | settings::kNightly;
constexpr i64 kLookBack = 30 * kMicrosPerDay;  // of what the recorder saw: who left before is gone
constexpr Bytes kSmallest = Bytes{4} << 30;    // a processor's own graphics have less of their own

using Looks = std::vector<CardLook>;

// What of a look is a card that a server of models would take by itself.
Looks worth_it(Looks looks) {
  std::erase_if(looks, [](const CardLook& look) {
    const bool by_kernel =
        look.facts.driver == "amdgpu" || look.facts.driver == "i915" || look.facts.driver == "xe";
    return by_kernel && look.facts.total.value_or(0) < kSmallest;
  });
  return looks;
}

std::vector<Card> cards_of(const std::vector<CardHistory>& histories) {
  std::vector<Card> cards;
  for (const CardHistory& history : histories) {
    if (history.card.total.value_or(0) == 0) return {};
    cards.push_back({.name = history.card.name, .total = *history.card.total, .kept = history.card.reserved});
  }
  return cards;
}

// What others need of the card at once, and what other servers of models have at their highest.
std::vector<Tenant> needed_by(const CardUse& use) {
  std::vector<Tenant> tenants;
  for (const auto& [name, bytes] : use.rest_of)
    tenants.push_back({.name = name, .bytes = bytes, .basis = Tenant::Basis::measured});
  for (const TenantUse& one : use.tenants) {
    if (is_llm(one.tenant.kind) && one.tenant.kind != TenantKind::ollama && one.peak > 0)
      tenants.push_back({.name = one.tenant.name, .bytes = one.peak, .basis = Tenant::Basis::measured});
  }
  return tenants;
}

std::vector<Tenant> there_now(const CardLook& look) {
  CardUse use;
  card::add_now(use, look);
  std::vector<Tenant> tenants;
  for (const TenantUse& one : use.tenants) {
    if (one.tenant.kind != TenantKind::ollama && one.now.value_or(0) > 0)
      tenants.push_back({.name = one.tenant.name, .bytes = *one.now, .basis = Tenant::Basis::now});
  }
  return tenants;
}

Bytes sum_of(const std::vector<Tenant>& tenants) {
  Bytes sum = 0;
  for (const Tenant& tenant : tenants) sum = checked_add(sum, tenant.bytes).value_or(INT64_MAX);
  return sum;
}

// Whose the histories are, of these looks; nullptr: of none.
const CardHistory* history_of(const CardFacts& card, const std::vector<CardHistory>& histories,
                              std::size_t looked_at) {
  for (const CardHistory& history : histories) {
    if (history.card.uuid == card.uuid || (history.card.uuid.empty() && looked_at == 1)) return &history;
  }
  return nullptr;
}

// Tenants of each card in turn: of the first by name, unless they are declared, of others as one sum.
// `zone`: minutes that the wall's clock is ahead of UTC.
void add_tenants(Budget& budget, const Looks& looks, const std::vector<CardHistory>& histories, i64 zone) {
  const std::size_t count = looks.empty() ? histories.size() : looks.size();
  for (std::size_t i = 0; i < std::min(count, budget.cards.size()); ++i) {
    const CardHistory* history =
        looks.empty() ? &histories[i] : history_of(looks[i].facts, histories, looks.size());
    std::optional<CardUse> use;
    if (history != nullptr) use = card::use_of(*history);
    const std::vector<Tenant> tenants = use && use->rest_needed  ? needed_by(*use)
                                        : !looks.empty() && !use ? there_now(looks[i])
                                                                 : std::vector<Tenant>();
    if (i > 0) {
      budget.cards[i].others = std::min(sum_of(tenants), budget.cards[i].usable());
      continue;
    }
    if (budget.tenants.empty()) budget.tenants = tenants;
    if (use) {
      use->card.total = budget.cards.front().total;
      use->card.reserved = budget.cards.front().kept;
      use->picture = std::make_shared<CardPicture>(card::picture_of(*history, zone));
    }
    budget.past = std::move(use);
  }
}

bool same_size(const Budget& typed, const std::vector<Card>& found) {
  return !found.empty() && typed.cards.size() <= found.size() &&
         std::abs(typed.cards.front().total - found.front().total) <= found.front().total / 20;
}

// What the driver tells; where nothing is declared also what is not as it should be.
Looks look_now(bool declared, const settings::Settings& settings, World& world, cli::Talk& talk) {
  Result<Looks> looks = gpu::Eye(world, settings.tenant_rules).look();
  if (!looks) {
    if (!declared && looks.error().kind != ErrorKind::unreachable)
      talk.note(fmt::format("warning: {}: {}, so the size of the card is unknown ({})", looks.error().what,
                            looks.error().why, looks.error().hint));
    return {};
  }
  Looks cards = worth_it(*std::move(looks));
  for (const std::string& odd : declared ? std::vector<std::string>() : gpu::oddities(cards, world))
    talk.note("note: " + odd);
  return cards;
}

// `sources`: whether those of the settings are of this server's card.
Status find(std::optional<Budget>& card, const settings::Ollama& server, bool sources,
            const settings::Settings& settings, World& world, cli::Talk& talk) {
  const auto host = parse_host(server.host);
  const bool local = host && host->reach == Reach::local;
  if (!card && !local && !sources) return {};
  const bool declared = card && !card->ask;
  const Looks looks = local ? look_now(declared, settings, world, talk) : Looks();
  if (card && !card->ask) TRY(gpu::settle(*card, local, [&] { return looks; }));
  std::vector<CardHistory> histories;
  const std::optional<Instant> since = Instant{world.clock.now().micros - kLookBack};
  if (sources || local) {
    Result<std::vector<CardHistory>> read =
        histories_of_cards(settings, {}, sources ? std::nullopt : since, world);
    if (!read && sources) return fail(read.error());
    if (!read)
      talk.note(fmt::format("warning: {}, so what others need of the card is unknown ({})", read.error().what,
                            read.error().why));
    histories = std::move(read).value_or(std::vector<CardHistory>());
  }
  std::vector<Card> found = gpu::cards(looks);
  if (found.empty()) found = cards_of(histories);
  if (!card && found.empty()) return {};
  Budget budget = card.value_or(Budget{.ask = true});
  if (!declared && found.empty()) return gpu::settle(budget, local, [] { return Looks(); });
  if (!declared) {
    budget.ask = false;
    budget.cards = found;
    budget.card = 0;
    for (const Card& one : budget.cards) budget.card += one.total;
  }
  // Who says what the card is, and not who is on it, may speak of another.
  if (!declared || same_size(budget, found))
    add_tenants(budget, looks, histories, world.clock.local_offset(world.clock.now()));
  card = std::move(budget);
  return {};
}

}  // namespace

Result<std::vector<CardHistory>> histories_of_cards(const settings::Settings& settings,
                                                    const std::vector<std::string>& logs,
                                                    std::optional<Instant> from, World& world) {
  history::Sources sources{settings.card_sources, logs, from};
  std::vector<CardHistory> histories;
  if (!sources.empty()) {
    TRY_ASSIGN(histories, history::read(sources, world));
  } else if (state::state_directory(world)) {
    TRY_ASSIGN(state::CardSamples samples, state::CardSamples::open(world, DatabaseMode::read));
    TRY_ASSIGN(histories, samples.histories(from));
  }
  for (CardHistory& history : histories) card::rename(history, settings.tenant_rules);
  return histories;
}

void prefer_typed_history(settings::Reading& reading) {
  CardSources& sources = reading.settings.card_sources;
  const auto typed = [&](const char* key) {
    return std::any_of(reading.shown.begin(), reading.shown.end(), [&](const settings::Shown& shown) {
      return shown.key == key && shown.origin == settings::Origin::flag;
    });
  };
  const bool logs = typed("card.smi_logs"), homelab = typed("card.homelab"),
             prometheus = typed("card.prometheus");
  if (!logs && !homelab && !prometheus) return;
  if (!logs) sources.smi_logs.clear();
  if (!homelab) sources.homelab.clear();
  if (!prometheus) sources.prometheus.clear();
}

Status find_cards(unsigned uses, settings::Settings& settings, World& world, cli::Talk& talk) {
  if (settings.card && settings.card->off) {
    settings.card.reset();
    return {};
  }
  if ((uses & kWeighs) == 0) return {};
  TRY(find(settings.card, settings.ollama, !settings.card_sources.empty(), settings, world, talk));
  for (settings::Ollama& server : settings.servers) {
    if (server.card) TRY(find(server.card, server, false, settings, world, talk));
  }
  return {};
}

}  // namespace ctxcap::survey
