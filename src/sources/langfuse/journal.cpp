#include "sources/langfuse/journal.hpp"

#include <isa-l/crc.h>

namespace ctxcap::sources::langfuse {
namespace {

using Checksum = std::uint32_t;

// Of what stands behind the mark before, and of the state that follows it.
Checksum checksum_of(std::string_view records, std::string_view state) {
  Checksum sum = 0;
  for (const std::string_view part : {records, state})
    sum = crc32_gzip_refl(sum, reinterpret_cast<const std::uint8_t*>(part.data()), part.size());
  return sum;
}

}  // namespace

Result<std::optional<Journal::Found>> Journal::find(const std::string& path, Files& files) {
  if (files.kind(path) == PathKind::missing) return std::nullopt;
  TRY_ASSIGN(const std::unique_ptr<MappedFile> file, files.map(path));
  const std::string_view bytes = file->bytes();
  Found found;
  bool good = true;
  each_record(bytes, [&](char kind, std::string_view content, std::size_t end) {
    if (kind == 'p' && found.size == 0) found.header = content;
    if (kind != '=' || !good) return;
    const std::size_t begin = end - content.size() - kRecordHead;
    Checksum sum = 0;
    std::memcpy(&sum, content.data(), std::min(sizeof sum, content.size()));
    content.remove_prefix(std::min(sizeof sum, content.size()));
    good = sum == checksum_of(bytes.substr(found.size, begin - found.size), content);
    if (!good) return;
    found.state = content;
    found.size = end;
  });
  if (found.size == 0 || found.header.empty()) return std::nullopt;
  return found;
}

Result<Journal> Journal::open(const std::string& path, const std::optional<Found>& found,
                              const std::string& header, Files& files) {
  TRY_ASSIGN(auto writer, files.append(path, found ? found->size : 0));
  Journal journal(std::move(writer));
  if (!found) journal.add('p', header);
  return journal;
}

template <typename Append>
void Journal::add_record(char kind, Append append) {
  waiting_ += kind;
  const std::size_t at = waiting_.size();
  std::uint32_t size = 0;
  waiting_.append(sizeof size, '\0');
  append(waiting_);
  size = static_cast<std::uint32_t>(waiting_.size() - at - sizeof size);
  std::memcpy(waiting_.data() + at, &size, sizeof size);
}

void Journal::add(char kind, std::string_view content) {
  add_record(kind, [&](std::string& bytes) { bytes += content; });
}

void Journal::add(char kind, const Row& row) {
  add_record(kind, [&](std::string& bytes) { append_indexed(bytes, row); });
}

Status Journal::mark(std::string_view state) {
  const Checksum sum = checksum_of(waiting_, state);
  add_record('=', [&](std::string& bytes) {
    bytes.append(reinterpret_cast<const char*>(&sum), sizeof sum).append(state);
  });
  TRY(writer_->write(waiting_));
  waiting_.clear();
  return writer_->flush();
}

}  // namespace ctxcap::sources::langfuse
