#pragma once
// Inside history/: what the sources give, joined.

#include <map>
#include <string>
#include <vector>

#include "data/card.hpp"

namespace ctxcap::history {

// Who it is by the name that a driver or a dashboard has for it: "/usr/lib/ollama/llama-server" -> ollama.
CardTenant tenant_of_process(std::string_view name);

// One failure may be told in several lines, by programs and by what restarts them: within two seconds of a
// tenant they are one, with all its figures. By time.
std::vector<CardOom> told_once(std::vector<CardOom> ooms);

// Rows in any order. A card is known by its uuid; "" is the one of sources that know only one.
class Joined {
 public:
  explicit Joined(std::optional<Instant> from) : from_(from) {}

  void card(const CardFacts& facts);
  void used(const std::string& uuid, Instant at, std::optional<Bytes> bytes);
  // The most in use within a step of an average.
  void highest(const std::string& uuid, Instant at, Bytes bytes);
  void held(const std::string& uuid, Instant at, const CardTenant& tenant, i64 pid, Bytes bytes);
  void oom(CardOom oom);
  void run(const std::string& uuid, CardRun run);  // by time
  // Samples of that card are averages of so many microseconds.
  void averages(const std::string& uuid, i64 step);
  // The highest of a tenant in samples that are not given.
  void peak(const std::string& uuid, const CardTenant& tenant, Bytes bytes);
  // The most that a process ever had, by the driver's own account.
  void account(const std::string& uuid, i64 pid, Bytes bytes) { cards_[uuid].accounts[pid] = bytes; }
  // Something was read in which an OOM would stand.
  void tells_ooms() { tells_ooms_ = true; }
  void source(std::string name) { sources_.push_back(std::move(name)); }

  // Rows of processes belong to the nearest sample of their card within half a step; others are samples
  // themselves.
  std::vector<CardHistory> finish() &&;

 private:
  struct Row {
    Instant at;
    Held held;
  };
  struct Card {
    CardFacts facts;
    std::vector<CardTenant> tenants;
    std::map<std::string, std::uint32_t, std::less<>> numbers;  // of tenants
    std::vector<CardSample> samples;
    std::vector<Row> rows;
    std::vector<CardRun> runs;
    i64 averages = 0;  // microseconds; 0: samples are of moments
    std::map<std::uint32_t, Bytes> told_peaks;
    std::map<i64, Bytes> accounts;  // by pid
    std::uint32_t number_of(const CardTenant& tenant);
    void settle_accounts(std::map<std::uint32_t, Bytes>& exact);
  };
  static CardHistory finish(Card card);

  std::optional<Instant> from_;
  std::map<std::string, Card> cards_;  // by uuid
  std::vector<CardOom> ooms_;
  bool tells_ooms_ = false;
  std::vector<std::string> sources_;
};

}  // namespace ctxcap::history
