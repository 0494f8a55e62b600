#include "sources/files/open.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/units.hpp"
#include "sources/containers/containers.hpp"
#include "sources/containers/decoding_reader.hpp"
#include "sources/containers/read_ahead.hpp"

namespace ctxcap::sources {
namespace {

tl::unexpected<Error> cannot_open(const std::string& name, std::string why, std::string hint) {
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("cannot read traces from '{}'", name),
               .why = std::move(why),
               .hint = std::move(hint)});
}

// A stream whose beginning was read already.
class Rejoined final : public ByteReader {
 public:
  Rejoined(std::string head, std::unique_ptr<ByteReader> rest)
      : head_(std::move(head)), rest_(std::move(rest)) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    if (at_ == head_.size()) return rest_->read(buffer, size);
    const std::size_t got = std::min(size, head_.size() - at_);
    std::memcpy(buffer, head_.data() + at_, got);
    at_ += got;
    return got;
  }

 private:
  std::string head_;
  std::size_t at_ = 0;
  std::unique_ptr<ByteReader> rest_;
};

// As many bytes as it takes to tell a container, fewer only at the end.
Result<std::string> head_of(ByteReader& stream) {
  std::string head(kHeadSize, '\0');
  std::size_t filled = 0;
  while (filled < head.size()) {
    TRY_ASSIGN(const std::size_t got, stream.read(head.data() + filled, head.size() - filled));
    if (got == 0) break;
    filled += got;
  }
  head.resize(filled);
  return head;
}

tl::unexpected<Error> refused(const std::string& name, const Container* outer, const Container& inner) {
  const bool is_a_thing = inner.name.starts_with("a ");
  std::string why = fmt::format("it is {}{}", is_a_thing ? "" : inner.made, inner.name);
  if (outer != nullptr) why += fmt::format(", compressed with {}", outer->name);
  return cannot_open(name, std::move(why), unpacking_hint(name, outer, inner));
}

Status decompress(RawBytes raw, const Container& container, Source& source) {
  if (raw.mapped) source.compressed = static_cast<Bytes>(raw.mapped->bytes().size());
  source.decoded = std::make_shared<Decoded>();
  auto ahead = std::make_unique<ReadAhead>(
      std::make_unique<DecodingReader>(std::move(raw), container, source.decoded));
  TRY_ASSIGN(std::string head, head_of(*ahead));
  if (const Container* inner = container_of(head)) return refused(source.name, &container, *inner);
  source.stream = std::make_unique<Rejoined>(std::move(head), std::move(ahead));
  return {};
}

}  // namespace

std::optional<Bytes> Source::size() const {
  if (!mapped) return std::nullopt;
  return static_cast<Bytes>(mapped->bytes().size());
}

std::optional<Bytes> Source::expected(Bytes given) const {
  if (!compressed) return size();
  const Bytes taken = decoded->taken;
  if (taken == 0 || given == 0) return std::nullopt;
  const double ratio = static_cast<double>(given) / static_cast<double>(taken);
  return std::max(given, static_cast<Bytes>(ratio * static_cast<double>(*compressed)));
}

std::string Source::remark() const {
  if (!decoded || decoded->ignored == 0) return "";
  return fmt::format("what follows the compressed data of {} was not read, from byte {} on", name,
                     with_commas(decoded->taken + 1));
}

Result<Source> open_source(const std::string& name, Files& files) {
  Source source{.name = name};
  RawBytes raw{.name = name};
  switch (name == "-" ? PathKind::other : files.kind(name)) {
    case PathKind::missing:
      return cannot_open(name, "there is no such file",
                         "check the spelling; a shell pattern that matches nothing is passed on as it is");
    case PathKind::directory:
      return cannot_open(name, "it is a directory",
                         fmt::format("name the files in it: --traces {}/*.jsonl", name));
    case PathKind::file: {
      TRY_ASSIGN(raw.mapped, files.map(name));
      raw.head = raw.mapped->bytes().substr(0, kHeadSize);
      break;
    }
    case PathKind::other: {
      TRY_ASSIGN(raw.stream, files.open(name));
      TRY_ASSIGN(raw.head, head_of(*raw.stream));
      break;
    }
  }
  if (const Container* container = container_of(raw.head)) {
    if (container->decoder == nullptr) return refused(name, nullptr, *container);
    TRY(decompress(std::move(raw), *container, source));
  } else if (raw.mapped) {
    source.mapped = std::move(raw.mapped);
  } else {
    source.stream = std::make_unique<Rejoined>(std::move(raw.head), std::move(raw.stream));
  }
  return source;
}

}  // namespace ctxcap::sources
