#pragma once
// Inside ollama_log/: where a server's log may be. Each answers with a stream to read, or with why there is
// none.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/world.hpp"

namespace ctxcap::sources {

// Requests that began in [from, to); what is not set is open.
struct Period {
  std::optional<Instant> from, to;
};

// A request takes no longer than so: what was written so long around a period tells of its requests.
inline constexpr i64 kLongestRequest = i64{6} * 3'600'000'000;  // µs
// A server may have been started so long before its requests; its start says which model it runs.
inline constexpr i64 kLongestLoad = i64{30} * 86'400'000'000;  // µs

struct Log {
  std::string name;  // for people
  std::unique_ptr<ByteReader> text;
};

// A place where Ollama writes: how the setting names it, and what people call it.
struct LogPlace {
  std::string word, said;
};

// Those that there are, the best first: the journal, files, a container.
std::vector<LogPlace> places_of_ollama(World& world);

// "journal", "auto" and "docker:NAME" are words, all else is a path.
bool is_log_word(std::string_view where);

// The journal of the unit ollama, of the system and of this user, as JSON lines; where `period` begins, from
// then on, and before it what was said of servers that still run. Errors: there is no journal, it has none of
// its entries (ErrorKind::withheld where a period was asked for), or may not be read.
Result<Log> read_journal(const Period& period, World& world);
// The error that read_journal would give, found by looking for one entry.
Status look_for_journal(World& world);

// The files that Ollama's own application and its packages write, those that are there.
std::vector<std::string> usual_log_files(World& world);

// What a container wrote. Errors: Docker cannot be asked, or has no such container; both with what to do.
Result<Log> read_container(const std::string& name, const Period& period, World& world);
// A container that runs Ollama; "" where there is none. Errors: Docker cannot be asked.
Result<std::string> container_of_ollama(World& world);

}  // namespace ctxcap::sources
