// The floor: only looks for line ends in a mapped file, on so many threads, and prints how many there are.
//     bench_scan FILE THREADS

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const int fd = ::open(arguments[1], O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (fd < 0 || ::fstat(fd, &info) != 0 || info.st_size == 0) return 1;
  const auto size = static_cast<std::size_t>(info.st_size);
  void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (memory == MAP_FAILED) return 1;
  const std::string_view text(static_cast<const char*>(memory), size);
  std::vector<long> lines(static_cast<std::size_t>(std::max(1, std::atoi(arguments[2]))));
  const std::size_t share = size / lines.size() + 1;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    threads.emplace_back([&lines, i, mine = text.substr(std::min(i * share, size), share)] {
      long found = 0;
      for (std::size_t at = mine.find('\n'); at != mine.npos; at = mine.find('\n', at + 1)) ++found;
      lines[i] = found;
    });
  }
  long all = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    threads[i].join();
    all += lines[i];
  }
  std::printf("%ld\n", all);
}
