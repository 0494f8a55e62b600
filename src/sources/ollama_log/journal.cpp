#include <fmt/format.h>

#include "base/text.hpp"
#include "sources/ollama_log/flow.hpp"
#include "sources/ollama_log/places.hpp"

namespace ctxcap::sources {
namespace {

constexpr const char* kCannot = "the journal of ollama cannot be read";
constexpr const char* kNameFile = "name the file of its log: ctxcap analyze --ollama-log FILE";

// What tells of servers that start and stop, as journalctl searches for it. One that was built without a
// search leaves the models of old loads without names.
constexpr const char* kLoads =
    "starting llama-server|loading model|initializing, n_slots|template selection|loaded runners|"
    "embeddings enabled with|Listening on|cleaning up before exit";

tl::unexpected<Error> no_journal(ErrorKind kind, std::string what, std::string why, std::string hint) {
  return fail({.kind = kind, .what = std::move(what), .why = std::move(why), .hint = std::move(hint)});
}

std::string first_line(const std::string& text) {
  return printable(text.substr(0, text.find('\n')), 160);
}

// journalctl says so in words, and ends with 0 or 1.
bool is_forbidden(const std::string& talk) {
  return talk.find("insufficient permissions") != talk.npos ||
         talk.find("not seeing messages") != talk.npos || talk.find("Permission denied") != talk.npos;
}

// Of the unit alone, of the system's manager and of this user's.
ProcessRequest journalctl(std::vector<std::string> further) {
  ProcessRequest request{.argv = {"journalctl", "-o", "json", "-u", "ollama", "--user-unit", "ollama",
                                  "--no-pager", "--output-fields=MESSAGE"},
                         .timeout = {}};
  request.argv.insert(request.argv.end(), further.begin(), further.end());
  return request;
}

std::string at(const char* option, i64 micros) {
  return fmt::format("{}=@{}", option, micros / 1'000'000);
}

Status missing(const ProcessResult& done, bool of_period) {
  if (is_forbidden(done.err)) {
    return no_journal(
        ErrorKind::usage, kCannot,
        "its entries are for members of the groups systemd-journal and adm, and this user is in neither",
        "sudo usermod -aG systemd-journal $USER, and log in again");
  }
  if (done.exit_code != 0) {
    return no_journal(ErrorKind::usage, kCannot, "journalctl: " + first_line(done.err),
                      "look at: journalctl -u ollama");
  }
  if (of_period) {
    return no_journal(ErrorKind::withheld, "the journal has no entry of ollama in this time",
                      "its unit wrote nothing then", "look at: journalctl -u ollama");
  }
  return no_journal(ErrorKind::usage, "the journal has no entry of ollama", "no unit of that name wrote one",
                    kNameFile);
}

Status there_is_one(World& world) {
  if (world.processes.find("journalctl")) return {};
  return no_journal(ErrorKind::usage, kCannot, "there is no journalctl on this host", kNameFile);
}

// Gives the entries, or the error that says why there are none.
Status run(const Period& period, World& world, const Flow::Give& give) {
  std::vector<std::string> further;
  if (period.from) {
    const i64 begin = period.from->micros - kLongestRequest;
    ProcessRequest loads =
        journalctl({at("--since", begin - kLongestLoad), at("--until", begin), "--grep", kLoads});
    loads.on_out = give;
    TRY(world.processes.run(loads));
    further.push_back(at("--since", begin));
  }
  if (period.to) further.push_back(at("--until", period.to->micros + kLongestRequest));
  ProcessRequest request = journalctl(further);
  bool is_wanted = true, has_any = false;
  request.on_out = [&](std::string_view piece) {
    has_any = true;
    return is_wanted = give(piece);
  };
  TRY_ASSIGN(const ProcessResult done, world.processes.run(request));
  if (!has_any) return missing(done, !further.empty());
  if (!is_wanted || done.exit_code == 0) return {};
  return no_journal(ErrorKind::failure, "the journal of ollama broke off",
                    "journalctl: " + first_line(done.err), "look at: journalctl -u ollama");
}

}  // namespace

Status look_for_journal(World& world) {
  TRY(there_is_one(world));
  ProcessRequest one = journalctl({"-n", "1"});
  one.timeout = std::chrono::seconds(20);
  TRY_ASSIGN(const ProcessResult done, world.processes.run(one));
  return done.out.empty() ? missing(done, false) : Status();
}

Result<Log> read_journal(const Period& period, World& world) {
  TRY(there_is_one(world));
  auto flow =
      std::make_unique<Flow>([period, &world](const Flow::Give& give) { return run(period, world, give); });
  TRY(flow->begins());
  return Log{"journal of ollama", std::move(flow)};
}

}  // namespace ctxcap::sources
