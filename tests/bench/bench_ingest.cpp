// Times the way from a file to its demand, and checks the answer against the generator's truth.
//
// usage: bench_ingest FILE [--threads N] [--repeat N] [--truth TRUTH.json] [--batch BYTES] [--stream |
// --scan]
//
// Prints seconds, GB/s and rows/s of the best run, and the peak memory. --stream feeds the file through
// read() as if it came from a pipe. --scan only counts line ends, on as many threads: the floor.

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/json.hpp"
#include "ingest/ingest.hpp"
#include "io/io.hpp"
#include "sources/files/open.hpp"

using namespace ctxcap;

namespace {

enum class Way { whole, stream, scan };

struct Options {
  std::string file, truth;
  int threads = 0, repeat = 3;
  std::size_t batch = 0;
  Way way = Way::whole;
};

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "bench_ingest: {}\n", why);
  std::exit(1);
}

template <typename T>
T must(Result<T> result) {
  if (!result) give_up(result.error().what + ": " + result.error().why);
  return std::move(*result);
}
void must(const Status& status) {
  if (!status) give_up(status.error().what + ": " + status.error().why);
}

i64 scan(std::string_view text, int threads) {
  std::vector<i64> counts(static_cast<std::size_t>(threads));
  std::vector<std::thread> workers;
  const std::size_t share = text.size() / counts.size() + 1;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::string_view mine = text.substr(std::min(i * share, text.size()), share);
    workers.emplace_back([&counts, i, mine] {
      for (std::size_t at = mine.find('\n'); at != mine.npos; at = mine.find('\n', at + 1)) ++counts[i];
    });
  }
  for (std::thread& worker : workers) worker.join();
  i64 lines = 0;
  for (const i64 count : counts) lines += count;
  return lines;
}

TraceSummary ingest_once(const Options& options, Files& files) {
  ingest::Ingestor ingestor({.threads = options.threads, .batch = options.batch});
  if (options.way == Way::whole) {
    const sources::Source source = must(sources::open_source(options.file, files));
    must(ingestor.whole(options.file, source.mapped->bytes()));
    return must(std::move(ingestor).finish());
  }
  const std::unique_ptr<ByteReader> reader = must(files.open(options.file));
  must(ingestor.stream(options.file, [&](char* into, std::size_t size) { return reader->read(into, size); }));
  return must(std::move(ingestor).finish());
}

void same(const std::string& what, const nlohmann::json& want, const nlohmann::json& got) {
  if (want == got) return;
  give_up(
      fmt::format("{} is wrong: {}, not {}", what, got.dump().substr(0, 200), want.dump().substr(0, 200)));
}

void check_against(const std::string& truth_file, const TraceSummary& summary) {
  std::ifstream file(truth_file);
  const nlohmann::json truth = nlohmann::json::parse(file);
  same("rows", truth["rows"], summary.inputs[0].rows);
  same("used", truth["used"], summary.inputs[0].used);
  nlohmann::json skipped = nlohmann::json::object();
  for (const Skip& skip : summary.skipped) skipped[skip.reason] = skip.count;
  same("skipped", truth["skipped"], skipped);
  same("number of groups", truth["groups"].size(), summary.demands.size());
  for (const Demand& demand : summary.demands) {
    const nlohmann::json& group = truth["groups"][demand.job + "\t" + demand.model];
    const DayDemand all = demand.pooled();
    const auto check = [&](const char* part, const Histogram& histogram) {
      nlohmann::json bins = nlohmann::json::array();
      for (const Bin& bin : histogram.bins) bins.push_back({bin.tokens, bin.count});
      same(demand.job + " " + part, group[part], bins);
    };
    check("prompt", all.prompt);
    check("generation", all.generation);
    check("total", all.total);
  }
}

Options parse(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    const auto next = [&] { return i + 1 < count ? std::string(arguments[++i]) : std::string(); };
    if (argument == "--threads") {
      options.threads = std::stoi(next());
    } else if (argument == "--repeat") {
      options.repeat = std::stoi(next());
    } else if (argument == "--batch") {
      options.batch = std::stoul(next());
    } else if (argument == "--truth") {
      options.truth = next();
    } else if (argument == "--stream") {
      options.way = Way::stream;
    } else if (argument == "--scan") {
      options.way = Way::scan;
    } else {
      options.file = argument;
    }
  }
  if (options.file.empty()) give_up("no FILE");
  if (options.threads <= 0)
    options.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return options;
}

}  // namespace

int main(int count, char** arguments) {
  const Options options = parse(count, arguments);
  io::RealWorld real;
  Files& files = real.world().files;
  double best = 1e9;
  i64 rows = 0;
  for (int i = 0; i < options.repeat; ++i) {
    const auto start = std::chrono::steady_clock::now();
    std::optional<TraceSummary> summary;
    if (options.way == Way::scan) {
      const sources::Source source = must(sources::open_source(options.file, files));
      rows = scan(source.mapped->bytes(), options.threads);
    } else {
      summary = ingest_once(options, files);
      rows = summary->inputs[0].rows;
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count());
    if (summary && !options.truth.empty()) check_against(options.truth, *summary);
  }
  const Bytes bytes = *must(sources::open_source(options.file, files)).size();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("{:.3f} s  {:.2f} GB/s  {:.0f} rows/s  {} rows  {} MB peak\n", best,
             static_cast<double>(bytes) / best / 1e9, static_cast<double>(rows) / best, rows,
             usage.ru_maxrss / 1000);
}
