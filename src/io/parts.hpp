#pragma once
// The ports that RealWorld is made of. Private to this room.

#include <memory>

#include "io/fd.hpp"
#include "ports/world.hpp"

namespace ctxcap::io {

std::unique_ptr<Http> make_curl_http();
std::unique_ptr<Processes> make_posix_processes();
std::unique_ptr<Files> make_disk_files();
std::unique_ptr<Console> make_tty_console();
std::unique_ptr<Databases> make_sqlite_databases();
std::unique_ptr<Interrupts> make_signal_interrupts();
std::unique_ptr<Libraries> make_dl_libraries();

// A signal came during a hold, and what is being waited for must end; see Interrupts.
bool interrupted();

// A file in memory; nullptr, and errno, where that fails.
std::unique_ptr<MappedFile> map_file(Fd fd, std::size_t size);

// Old content or new, never half of it; see Files::write_atomic.
Status write_file_atomically(const std::string& path, std::string_view content);
// `mode` of a new file, less the umask.
Result<std::unique_ptr<Replacement>> replace_file(const std::string& path, unsigned mode);
Result<std::unique_ptr<ByteWriter>> append_file(const std::string& path, std::size_t keep);

}  // namespace ctxcap::io
