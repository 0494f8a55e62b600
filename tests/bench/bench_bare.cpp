// The mark of the parser: the same rows by simdjson's On-Demand alone, as fast as we can write it. Sums three
// fields, on so many threads, and prints the rows and the sums. It keeps nothing, forgives nothing, and knows
// what the rows look like.
//     bench_bare FILE THREADS mapped|read
// mapped: the file as memory; read: by pieces into a buffer that stays in the cache. Take the faster of both.

#include <fcntl.h>
#include <simdjson.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace ondemand = simdjson::ondemand;
constexpr std::size_t kPiece = std::size_t{1} << 19;  // of a file that is read
constexpr std::size_t kBehind = simdjson::SIMDJSON_PADDING;

struct Sums {
  long rows = 0, input = 0, output = 0, total = 0;
};

// One row, with at least kBehind bytes that can be read behind it.
void add(ondemand::parser& parser, const char* row, std::size_t size, Sums& sums) {
  ondemand::document document;
  ondemand::object usage;
  std::int64_t input = 0, output = 0, total = 0;
  ++sums.rows;
  if (parser.iterate(row, size, size + kBehind).get(document) ||
      document.find_field("usageDetails").get_object().get(usage) || usage.find_field("input").get(input) ||
      usage.find_field("output").get(output) || usage.find_field("total").get(total)) {
    return;  // a row of something else
  }
  sums.input += input;
  sums.output += output;
  sums.total += total;
}

// Rows that begin in [begin, end) of a file.
struct Share {
  int fd = -1;
  std::size_t begin = 0, end = 0, size = 0;  // size: of the file
};

Sums sums_of_mapped(const char* text, const Share& share) {
  ondemand::parser parser;
  Sums sums;
  const char* from = text + share.begin;
  if (share.begin > 0) {  // the row that reaches in belongs to the share before
    from = static_cast<const char*>(std::memchr(from - 1, '\n', share.size - share.begin + 1)) + 1;
  }
  const char* const stop = text + share.end;
  // The last rows of the file have nothing to read behind them.
  const char* const safe = std::min(stop, text + share.size - std::min(share.size, std::size_t{1} << 20));
  while (from < stop) {
    const char* const end =
        static_cast<const char*>(std::memchr(from, '\n', share.size - static_cast<std::size_t>(from - text)));
    if (end == nullptr) break;
    const auto length = static_cast<std::size_t>(end - from);
    if (from < safe) {
      add(parser, from, length, sums);
    } else {
      const simdjson::padded_string copy(from, length);
      add(parser, copy.data(), length, sums);
    }
    from = end + 1;
  }
  return sums;
}

Sums sums_of_read(const Share& share) {
  ondemand::parser parser;
  Sums sums;
  std::vector<char> buffer(kPiece + kBehind);
  std::size_t held = 0, at = share.begin > 0 ? share.begin - 1 : 0;
  bool begins = share.begin > 0;  // the first row is of the share before
  std::size_t done = at;          // what of the file is counted
  while (done < share.end && at < share.size) {
    if (held == buffer.size() - kBehind) buffer.resize(2 * buffer.size());
    const ssize_t got =
        ::pread(share.fd, buffer.data() + held, buffer.size() - kBehind - held, static_cast<off_t>(at));
    if (got <= 0) break;
    at += static_cast<std::size_t>(got);
    held += static_cast<std::size_t>(got);
    std::size_t taken = 0;
    if (begins) {
      const void* end = std::memchr(buffer.data(), '\n', held);
      if (end == nullptr) continue;
      taken = static_cast<std::size_t>(static_cast<const char*>(end) - buffer.data()) + 1;
      begins = false;
    }
    // Rows that begin behind the share are of the next.
    while (done + taken < share.end) {
      const void* end = std::memchr(buffer.data() + taken, '\n', held - taken);
      if (end == nullptr) break;
      const auto length = static_cast<std::size_t>(static_cast<const char*>(end) - (buffer.data() + taken));
      add(parser, buffer.data() + taken, length, sums);
      taken += length + 1;
    }
    std::memmove(buffer.data(), buffer.data() + taken, held - taken);
    held -= taken;
    done += taken;
  }
  return sums;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const int fd = ::open(arguments[1], O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (fd < 0 || ::fstat(fd, &info) != 0 || info.st_size == 0) return 1;
  const auto size = static_cast<std::size_t>(info.st_size);
  const auto threads = static_cast<std::size_t>(std::max(1, std::atoi(arguments[2])));
  const bool mapped = std::string(arguments[3]) == "mapped";
  const char* text = nullptr;
  if (mapped) {
    void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (memory == MAP_FAILED) return 1;
    text = static_cast<const char*>(memory);
  }
  std::vector<Sums> sums(threads);
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < threads; ++i) {
    const Share share{.fd = fd,
                      .begin = size / threads * i,
                      .end = i + 1 < threads ? size / threads * (i + 1) : size,
                      .size = size};
    workers.emplace_back([&sums, i, share, mapped, text] {
      sums[i] = mapped ? sums_of_mapped(text, share) : sums_of_read(share);
    });
  }
  Sums all;
  for (std::size_t i = 0; i < threads; ++i) {
    workers[i].join();
    all.rows += sums[i].rows;
    all.input += sums[i].input;
    all.output += sums[i].output;
    all.total += sums[i].total;
  }
  std::printf("%ld %ld %ld %ld\n", all.rows, all.input, all.output, all.total);
}
