// The libraries alone: decompresses a mapped file into one buffer that nobody reads, and prints the bytes.
//     bench_inflate FILE

#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <vector>

namespace {

constexpr std::size_t kBuffer = 1 << 20;

// One gzip member, with its checksum; up to 4 GB compressed. 0: damaged.
std::size_t inflate(std::uint8_t* bytes, std::size_t size, std::vector<std::uint8_t>& out) {
  const auto state = std::make_unique<inflate_state>();
  isal_inflate_init(state.get());
  state->crc_flag = ISAL_GZIP;
  state->next_in = bytes;
  state->avail_in = static_cast<std::uint32_t>(size);
  std::size_t all = 0;
  while (state->block_state != ISAL_BLOCK_FINISH) {
    state->next_out = out.data();
    state->avail_out = kBuffer;
    if (isal_inflate(state.get()) != ISAL_DECOMP_OK) return 0;
    if (state->avail_out == kBuffer && state->block_state != ISAL_BLOCK_FINISH) return 0;
    all += kBuffer - state->avail_out;
  }
  return all;
}

std::size_t unzstd(const std::uint8_t* bytes, std::size_t size, std::vector<std::uint8_t>& out) {
  ZSTD_DCtx* const context = ZSTD_createDCtx();
  ZSTD_inBuffer from{bytes, size, 0};
  std::size_t all = 0;
  while (from.pos < from.size) {
    ZSTD_outBuffer to{out.data(), kBuffer, 0};
    if (ZSTD_isError(ZSTD_decompressStream(context, &to, &from))) return 0;
    all += to.pos;
  }
  ZSTD_freeDCtx(context);
  return all;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const int fd = ::open(arguments[1], O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (fd < 0 || ::fstat(fd, &info) != 0 || info.st_size == 0) return 1;
  const auto size = static_cast<std::size_t>(info.st_size);
  void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (memory == MAP_FAILED) return 1;
  auto* const bytes = static_cast<std::uint8_t*>(memory);
  std::vector<std::uint8_t> out(kBuffer);
  const std::size_t all = bytes[0] == 0x1f ? inflate(bytes, size, out) : unzstd(bytes, size, out);
  std::printf("%zu\n", all);
  return all > 0 ? 0 : 1;
}
