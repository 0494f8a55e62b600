#include "sources/langfuse_journal.hpp"

namespace ctxcap::sources {

Result<std::optional<Journal::Found>> Journal::find(const std::string& path, Files& files) {
  if (files.kind(path) == PathKind::missing) return std::nullopt;
  TRY_ASSIGN(const std::unique_ptr<MappedFile> file, files.map(path));
  const std::string_view bytes = file->bytes();
  if (!bytes.starts_with('p')) return std::nullopt;
  Found found;
  found.header = bytes.substr(1, std::min(bytes.find('\n'), bytes.size()) - 1);
  const std::size_t mark =
      bytes.rfind("\n=", bytes.rfind('\n') - 1);  // a mark without a line end was cut short
  if (bytes.find('\n') == std::string_view::npos || mark == std::string_view::npos) return std::nullopt;
  const std::size_t end = bytes.find('\n', mark + 1);
  found.state = bytes.substr(mark + 2, end - mark - 2);
  found.size = end + 1;
  return found;
}

Result<Journal> Journal::open(const std::string& path, const std::optional<Found>& found,
                              const std::string& header, Files& files) {
  TRY_ASSIGN(auto writer, files.append(path, found ? found->size : 0));
  Journal journal(std::move(writer));
  if (!found) journal.add('p', header);
  return journal;
}

void Journal::add(char kind, std::string_view line) {
  waiting_ += kind;
  waiting_ += line;
  waiting_ += '\n';
}

void Journal::add(char kind, const LangfuseRow& row) {
  waiting_ += kind;
  append_indexed(waiting_, row);
  waiting_ += '\n';
}

Status Journal::mark(std::string_view state) {
  add('=', state);
  TRY(writer_->write(waiting_));
  waiting_.clear();
  return writer_->flush();
}

}  // namespace ctxcap::sources
