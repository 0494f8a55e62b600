#include "ingest/formats/server_log/loads.hpp"

#include <algorithm>
#include <cstdlib>

#include "ingest/formats/server_log/text.hpp"

namespace ctxcap::ingest::server_log {
namespace {

constexpr Tokens kBatch = 1024;  // tokens of prompt that one step takes, where nobody says how many
constexpr std::size_t kMostLoads = 64;

// Ollama names weights by their digest: so much of it tells one from another. Others name a file.
std::string weights_of(std::string_view path) {
  const std::string_view file = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  constexpr std::string_view kDigest = "sha256-";
  if (file.starts_with(kDigest)) return std::string(file.substr(0, kDigest.size() + 12));
  return std::string(path);
}

// "registry.ollama.ai/library/NAME:TAG" -> "NAME:TAG".
std::string_view short_name(std::string_view name) {
  for (const std::string_view prefix : {"registry.ollama.ai/", "library/"}) {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  }
  return name;
}

}  // namespace

bool Load::may_have(Tokens task) const {
  constexpr Tokens kAhead = 32;  // of one that waited longer
  if (std::find(tasks.begin(), tasks.end(), task) != tasks.end()) return false;
  return tasks.empty() || task + kAhead > *std::max_element(tasks.begin(), tasks.end());
}

void Load::started(Tokens task) {
  constexpr std::size_t kMostTasks = 64;
  tasks.push_back(task);
  if (tasks.size() > kMostTasks) tasks.pop_front();
  next_task = std::max(next_task, task + 1);
}

void Load::finished(Tokens slot, Tokens task, Tokens tokens, Tokens evaluated, Tokens generated) {
  held[slot] = tokens;
  next_task = std::max(next_task, task + generated + (evaluated + kBatch - 1) / kBatch + 1);
}

LoadPtr Loads::add(Load load) {
  if (live_.size() == kMostLoads) live_.erase(live_.begin());
  return live_.emplace_back(std::make_shared<Load>(std::move(load)));
}

template <typename Is>
void Loads::stop(Is is_meant) {
  std::erase_if(live_, [&](const LoadPtr& load) {
    load->gone = load->gone || is_meant(*load);
    return load->gone;
  });
}

LoadPtr Loads::at_port(std::optional<Tokens> port) const {
  if (!port) return nullptr;
  const auto found =
      std::find_if(live_.rbegin(), live_.rend(), [&](const LoadPtr& load) { return load->port == port; });
  return found == live_.rend() ? nullptr : *found;
}

void Loads::see(std::string_view line, std::optional<Tokens> port, Words words) {
  const auto says = [&](Word word, std::string_view text) { return words.has(word) && has(line, text); };
  if (says(Word::cmd, " --model ") && has(line, " --port ")) return start(line);
  if (says(Word::loading_model, "loading model '")) return load(line, port);
  if (says(Word::spawning, "spawning server instance with name=")) {
    add({.name = std::string(word_behind(line, "with name=")), .port = number_behind(line, " on port ")});
    return;
  }
  if (says(Word::loaded_runners, "msg=\"loaded runners\""))
    return keep(number_behind(line, " count=").value_or(0));
  if (says(Word::n_ctx_slot, "n_ctx_slot = ")) return initialize(line, port);
  if (says(Word::template_selection, "msg=\"template selection\"")) return name(line);
  if (says(Word::embed, "embeddings enabled with")) {
    add({.embeds = true});
    return;
  }
  const bool cleans_up = says(Word::cleaning_up, "cleaning up");
  if (says(Word::listening, "msg=\"Listening on ") || (cleans_up && has(line, "cleaning up before exit"))) {
    const bool are_all = !port && (!starts_are_told_ || !cleans_up);
    if (are_all) stop([](const Load&) { return true; });
  }
}

// Ollama starts a server, and ends the one that it has for the same weights.
void Loads::start(std::string_view line) {
  starts_are_told_ = true;
  Load load{.weights = weights_of(word_behind(line, " --model ")),
            .port = number_behind(line, " --port "),
            .slots = number_behind(line, " -np "),
            .embeds = has(line, " --embedding"),
            .known = true};
  stop([&](const Load& other) { return other.weights == load.weights; });
  add(std::move(load));
}

// So many are left when one was started. Which of several went is not said.
void Loads::keep(Tokens count) {
  if (count != 1 || live_.empty()) return;
  const LoadPtr newest = live_.back();
  stop([&](const Load& load) { return &load != newest.get(); });
}

void Loads::load(std::string_view line, std::optional<Tokens> port) {
  const std::string_view path = behind(line, "loading model '");
  const std::string weights = weights_of(path.substr(0, path.find('\'')));
  if (const LoadPtr named = at_port(port)) {
    named->weights = weights;
    named->known = true;
    return;
  }
  if (!live_.empty() && !live_.back()->window) {  // it was announced
    live_.back()->weights = weights;
    live_.back()->known = true;
    return;
  }
  // A server alone that starts anew: the one before is gone.
  if (!starts_are_told_ && !port) stop([](const Load&) { return true; });
  add({.weights = weights, .port = port, .known = true});
}

void Loads::initialize(std::string_view line, std::optional<Tokens> port) {
  LoadPtr load = at_port(port);
  if (!load && !live_.empty() && !live_.back()->window) load = live_.back();
  if (!load) {
    if (!live_.empty() && !has(line, "n_slots = ")) return;  // a slot says what its server said
    load = add({.port = port, .known = true});
  }
  if (!load->window) load->ready = ++ready_;
  load->window = number_behind(line, "n_ctx_slot = ");
  if (const auto slots = number_behind(line, "n_slots = ")) load->slots = slots;
}

// Once for a load, when it is there, and before the next one starts.
void Loads::name(std::string_view line) {
  if (live_.empty() || !live_.back()->known) return;
  if (live_.back()->name.empty()) live_.back()->name = short_name(word_behind(line, " model="));
}

LoadPtr Loads::only(std::optional<Tokens> window) const {
  LoadPtr found;
  for (const LoadPtr& load : live_) {
    if (live_.size() > 1 && window && load->window && *load->window != *window) continue;
    if (found) return nullptr;
    found = load;
  }
  return found;
}

LoadPtr Loads::chosen(const Asks& asks, const std::vector<Tokens>& saved,
                      const std::vector<LoadPtr>& candidates) {
  const auto put_away = [&](const Load& load) {
    return std::any_of(load.held.begin(), load.held.end(), [&](const auto& slot) {
      return std::find(saved.begin(), saved.end(), slot.second) != saved.end();
    });
  };
  // Smaller is likelier.
  const auto distance = [&](const Load& load) {
    constexpr Tokens kFar = Tokens{1} << 40;
    Tokens far = std::abs(asks.task - load.next_task);
    if (!put_away(load) && !saved.empty()) far += kFar;
    if (asks.embeds != load.embeds) far += 2 * kFar;
    return far;
  };
  LoadPtr best;
  bool is_tied = false;
  for (const LoadPtr& load : candidates) {
    if (best && distance(*load) > distance(*best)) continue;
    // Of servers without a call the newest: whoever it was started for waits.
    is_tied =
        best && distance(*load) == distance(*best) && load->model() != best->model() && !load->tasks.empty();
    best = load;
  }
  if (is_tied) return nullptr;
  if (!best) best = add({.port = asks.port, .window = asks.window});
  if (!best->window) best->window = asks.window;
  best->started(asks.task);
  return best;
}

}  // namespace ctxcap::ingest::server_log
