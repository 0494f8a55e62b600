#pragma once
// Inside ollama_log/: which files are one log, that was rotated:
//
//   server.log server-1.log server-2.log               Ollama's own application, when it starts
//   ollama.log ollama.log.1 ollama.log.2.gz            logrotate
//   ollama.log ollama.log-20261129 ollama.log-20261128.gz

#include <string>
#include <vector>

namespace ctxcap::sources {

// Logs in the order of their first file, the parts of each from the oldest to the newest. Of a part that is
// there twice, packed and not, one stays.
std::vector<std::vector<std::string>> logs_of(const std::vector<std::string>& files);

// Whether `file` is an older part of the log that ends with `newest`.
bool is_older_part(const std::string& file, const std::string& newest);

}  // namespace ctxcap::sources
