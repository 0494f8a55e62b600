#pragma once
// Inside server_log/: the llama-servers that write into one log. Each has a port, the weights that it loaded,
// and the window of its slots; it counts tasks and slots for itself alone. Their lines mix without a mark.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/quantity.hpp"
#include "ingest/formats/server_log/sieve.hpp"

namespace ctxcap::ingest::server_log {

struct Load {
  std::string name;  // of the model; empty: nobody said so
  std::string weights;
  std::optional<Tokens> port, window, slots;
  bool embeds = false;  // it makes embeddings, and no answers
  bool known = false;   // its beginning is in the log
  bool gone = false;    // it was stopped
  i64 ready = 0;        // how many were ready when it was

  // A number of a task is that of the one before, and one more for each batch of prompt, each token of an
  // answer and each word to the server: of two servers the one counts on whose number is nearest.
  std::deque<Tokens> tasks;  // the newest ones
  Tokens next_task = 0;
  std::map<Tokens, Tokens> held;  // slot -> tokens that it holds

  std::string_view model() const { return name.empty() ? weights : name; }
  bool may_have(Tokens task) const;  // tasks start about in their order
  void started(Tokens task);
  void finished(Tokens slot, Tokens task, Tokens tokens, Tokens evaluated, Tokens generated);
};
using LoadPtr = std::shared_ptr<Load>;

// What one line of a slot says about whose it is.
struct Asks {
  Tokens slot = 0, task = 0;
  std::optional<Tokens> window;
  std::optional<Tokens> port;  // in front of the line, where a router put it there
  bool embeds = false;         // an embedding, as far as that can be told
  i64 ready = 0;               // how many servers were ready when it began
};

class Loads {
 public:
  // Takes what the line says about servers that start, stop, and are named.
  void see(std::string_view line, std::optional<Tokens> port, Words words);
  // Whose call it is. `saved` are the sizes of prompts that were put away for it. nullptr: that cannot be
  // told. is_busy(load, slot): another call holds that slot.
  template <typename IsBusy>
  LoadPtr owner(const Asks& asks, const std::vector<Tokens>& saved, IsBusy is_busy);
  // The one that is there, with that window where there are several; nullptr: none, or several.
  LoadPtr only(std::optional<Tokens> window) const;
  i64 ready() const { return ready_; }

 private:
  void start(std::string_view line);
  void keep(Tokens count);
  template <typename Is>
  void stop(Is is_meant);
  void load(std::string_view line, std::optional<Tokens> port);
  void initialize(std::string_view line, std::optional<Tokens> port);
  void name(std::string_view line);
  LoadPtr at_port(std::optional<Tokens> port) const;
  LoadPtr add(Load load);
  LoadPtr chosen(const Asks& asks, const std::vector<Tokens>& saved, const std::vector<LoadPtr>& candidates);

  std::vector<LoadPtr> live_;  // in the order of their start
  i64 ready_ = 0;
  bool starts_are_told_ = false;  // by Ollama, so that what it did not stop still runs
};

template <typename IsBusy>
LoadPtr Loads::owner(const Asks& asks, const std::vector<Tokens>& saved, IsBusy is_busy) {
  // A number in front of a line may be anything else as well.
  const bool is_port = at_port(asks.port) != nullptr;
  std::vector<LoadPtr> candidates;
  for (const LoadPtr& load : live_) {
    const bool is_starting = load->known && !load->window && starts_are_told_;
    const bool fits = !is_starting && load->ready <= asks.ready &&
                      (!asks.window || !load->window || *asks.window == *load->window) &&
                      (!load->slots || asks.slot < *load->slots) && (!is_port || load->port == asks.port) &&
                      load->may_have(asks.task) && !is_busy(*load, asks.slot);
    if (fits) candidates.push_back(load);
  }
  return chosen(asks, saved, candidates);
}

}  // namespace ctxcap::ingest::server_log
