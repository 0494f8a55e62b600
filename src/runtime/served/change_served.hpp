#pragma once
// A window in a file that a server reads, changed with everything that must be written down on the way:
// journal, edit, proof, recorded as ours. What is killed in between is put in order by recover_served().

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/owned.hpp"
#include "runtime/change.hpp"
#include "runtime/served/change_file.hpp"
#include "state/state.hpp"

namespace ctxcap::runtime {

// Where such a server is, as the state names it: the whole path of its file, else its address.
std::string host_of(const ServedPlace& place, const std::string& directory);
// The same, kept with a variant, so that it can be rolled back whatever the configuration says by then.
std::vector<std::pair<std::string, std::string>> words_of(Target target, const ServedPlace& place,
                                                          const std::string& directory);
// nullopt: it is a variant of Ollama.
std::optional<std::pair<Target, ServedPlace>> place_of(const Variant& variant);

struct ServedOptions {
  i64 run = 0;  // of the state; 0: none
  std::chrono::seconds patience{120};
  std::function<void(const std::string&)> say = {};  // may be empty
};

// `variant`: name, base, num_ctx, jobs, and where it is (words_of). `slots`: nullopt: as they are. Where the
// server cannot be asked, the file is written and nothing proved, and a note of the receipt says so. Errors
// as change_file(), and of the state.
Result<Receipt> change_served(const World& world, state::State& state, FileServer& server,
                              const std::string& host, const Variant& variant, std::optional<i64> slots,
                              const ServedOptions& options);

// It was rendered and started by hand, and runs like that: recorded as ours, as any other.
Status record_rendered(const World& world, state::State& state, const std::string& host,
                       const Variant& variant, const ServedVerification& seen, i64 run);

// What earlier runs left half-way under that name: as runtime::recover_unfinished().
Result<std::optional<Recovered>> recover_served(const World& world, state::State& state, FileServer& server,
                                                const std::string& host, const std::string& name,
                                                const std::function<void(const std::string&)>& say);

// What the file said before the variant of ours is there again, loaded where it was, and the state knows it.
// Errors: usage where it is none of ours, or somebody changed it since.
Result<WayBack> served_way_back(const World& world, state::State& state, FileServer& server,
                                const OwnedVariant& now);
Status roll_back_served(const World& world, state::State& state, FileServer& server, const WayBack& way,
                        const ServedOptions& options);

}  // namespace ctxcap::runtime
