#include "sources/containers/decoding_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"

namespace ctxcap::sources {
namespace {

constexpr std::size_t kPiece = 1 << 20;  // bytes of compressed input at a time

}  // namespace

DecodingReader::DecodingReader(RawBytes raw, const Container& container, std::shared_ptr<Decoded> seen)
    : raw_(std::move(raw)), container_(container), seen_(std::move(seen)), decoder_(container.decoder()) {
  if (raw_.stream) buffer_.resize(kPiece);
}

Result<std::size_t> DecodingReader::read(char* buffer, std::size_t size) {
  std::size_t filled = 0;
  while (filled < size) {
    if (input_.empty() && !ended_) TRY(refill());
    const auto got = decoder_->decode(input_, {buffer + filled, size - filled});
    seen_->taken = read_ - static_cast<Bytes>(input_.size());
    if (!got) return damaged(got.error());
    filled += *got;
    if (decoder_->place() == Place::behind || (ended_ && *got == 0)) break;
  }
  if (filled == 0 && size > 0) TRY(check_end());
  return filled;
}

Status DecodingReader::refill() {
  if (raw_.mapped) {
    const std::string_view all = raw_.mapped->bytes();
    input_ = all.substr(static_cast<std::size_t>(read_), kPiece);
  } else if (!raw_.head.empty()) {
    buffer_.replace(0, raw_.head.size(), raw_.head);
    input_ = std::string_view(buffer_).substr(0, raw_.head.size());
    raw_.head.clear();
  } else {
    TRY_ASSIGN(const std::size_t got, raw_.stream->read(buffer_.data(), buffer_.size()));
    input_ = std::string_view(buffer_).substr(0, got);
  }
  read_ += static_cast<Bytes>(input_.size());
  ended_ = input_.empty();
  return {};
}

tl::unexpected<Error> DecodingReader::damaged(const Damage& damage) const {
  const std::string file = shell_word(raw_.name);
  std::string hint = raw_.name == "-" ? "check what writes into the pipe"
                                      : fmt::format("check it with: {} -t {}", container_.name, file);
  std::string why = fmt::format("its {} data are damaged at byte {}: {}", container_.name,
                                with_commas(std::max<Bytes>(seen_->taken, 1)), damage.what);
  if (!damage.command.empty()) {
    why = fmt::format("its {} data need more than ctxcap gives: {}", container_.name, damage.what);
    hint = piped(damage.command, raw_.name);
  }
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("could not read '{}'", raw_.name),
               .why = std::move(why),
               .hint = std::move(hint)});
}

Status DecodingReader::check_end() const {
  if (decoder_->place() == Place::inside) {
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("could not read '{}'", raw_.name),
                 .why = fmt::format("its {} data end too early, behind byte {}: the file was cut short",
                                    container_.name, with_commas(read_)),
                 .hint = "copy or export it again; nothing was counted, because rows are missing"});
  }
  if (decoder_->place() == Place::behind) {
    const Bytes size = raw_.mapped ? static_cast<Bytes>(raw_.mapped->bytes().size()) : read_;
    seen_->ignored = size - seen_->taken;
  }
  return {};
}

}  // namespace ctxcap::sources
