// gzip (RFC 1952): any number of members, one after the other, each with header, DEFLATE data, checksum and
// length. ISA-L decodes the DEFLATE data and computes checksums; what is around it is read here, because
// ISA-L forgets a header's flags when the header comes in two pieces.

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>

#include "sources/containers/containers.hpp"

namespace ctxcap::sources {
namespace {

constexpr const char* kNonsense = "they make no sense";

// A member's header, fed byte by byte.
class Header {
 public:
  enum class State { reading, done, wrong };

  State take(std::uint8_t byte) {
    switch (part_) {
      case Part::fixed:
        if (!fits(byte)) return State::wrong;
        if (count_ == 3) flags_ = byte;
        if (++count_ < 10) return State::reading;
        break;
      case Part::extra_size:
        extra_ |= static_cast<unsigned>(byte) << (8 * count_);
        if (++count_ < 2) return State::reading;
        break;
      case Part::extra:
        if (++count_ < extra_) return State::reading;
        break;
      case Part::name:
      case Part::comment:
        if (byte != 0) return State::reading;
        break;
      case Part::checksum:
        if (++count_ < 2) return State::reading;
        break;
      case Part::end:
        break;
    }
    do {
      part_ = static_cast<Part>(static_cast<int>(part_) + 1);
    } while (!is_there(part_));
    count_ = 0;
    return part_ == Part::end ? State::done : State::reading;
  }

 private:
  enum class Part { fixed, extra_size, extra, name, comment, checksum, end };

  bool fits(std::uint8_t byte) const {
    constexpr std::uint8_t kMethodDeflate = 8, kUnknownFlags = 0xe0;
    constexpr std::array<std::uint8_t, 3> kBegin{0x1f, 0x8b, kMethodDeflate};
    return count_ < 3 ? byte == kBegin[count_] : count_ > 3 || (byte & kUnknownFlags) == 0;
  }
  bool is_there(Part part) const {
    if (part == Part::extra_size) return (flags_ & 4) != 0;
    if (part == Part::extra) return (flags_ & 4) != 0 && extra_ > 0;
    if (part == Part::name) return (flags_ & 8) != 0;
    if (part == Part::comment) return (flags_ & 16) != 0;
    if (part == Part::checksum) return (flags_ & 2) != 0;
    return true;
  }

  Part part_ = Part::fixed;
  unsigned count_ = 0, extra_ = 0;
  std::uint8_t flags_ = 0;
};

class GzipDecoder final : public Decoder {
 public:
  GzipDecoder() { isal_inflate_init(&state_); }

  tl::expected<std::size_t, Damage> decode(std::string_view& in, std::span<char> out) override {
    std::size_t written = 0;
    for (;;) {
      if (part_ == Part::data) {
        if (written == out.size()) return written;
        const auto got = inflate_some(in, out.subspan(written));
        if (!got) return got;
        written += *got;
        if (*got == 0 && in.empty() && part_ == Part::data) return written;
      } else if (in.empty() || part_ == Part::behind) {
        return written;
      } else if (const auto wrong = part_ == Part::trailer ? take_trailer(in) : take_header(in)) {
        return tl::unexpected<Damage>(*wrong);
      }
    }
  }

  Place place() const override {
    if (part_ == Part::between) return Place::between;
    return part_ == Part::behind ? Place::behind : Place::inside;
  }

 private:
  enum class Part { header, data, trailer, between, behind };

  static std::uint8_t first(std::string_view in) { return static_cast<std::uint8_t>(in.front()); }

  std::optional<Damage> take_header(std::string_view& in) {
    if (part_ == Part::between) {  // tapes and disks pad with zeros
      in.remove_prefix(std::min(in.size(), in.find_first_not_of('\0')));
      if (in.empty()) return std::nullopt;
      part_ = first(in) == 0x1f ? Part::header : Part::behind;
      header_ = {};
    }
    while (part_ == Part::header && !in.empty()) {
      const Header::State state = header_.take(first(in));
      in.remove_prefix(1);
      if (state == Header::State::wrong) return Damage{"a header is wrong"};
      if (state == Header::State::done) begin_data();
    }
    return std::nullopt;
  }

  void begin_data() {
    isal_inflate_reset(&state_);
    checksum_ = size_ = 0;
    part_ = Part::data;
  }

  tl::expected<std::size_t, Damage> inflate_some(std::string_view& in, std::span<char> out) {
    constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();
    const auto* const from = reinterpret_cast<const std::uint8_t*>(in.data());
    auto* const to = reinterpret_cast<std::uint8_t*>(out.data());
    const std::size_t given = std::min(in.size(), kMost);
    // ISA-L's pointers are not const, but it only reads from this one.
    state_.next_in = const_cast<std::uint8_t*>(from);
    state_.avail_in = static_cast<std::uint32_t>(given);
    state_.next_out = to;
    state_.avail_out = static_cast<std::uint32_t>(std::min(out.size(), kMost));
    const int result = isal_inflate(&state_);
    const auto taken = static_cast<std::size_t>(state_.next_in - from);  // avail_in is wrong behind an error
    const auto written = static_cast<std::size_t>(state_.next_out - to);
    in.remove_prefix(taken);
    if (result < 0) return tl::unexpected<Damage>({kNonsense});
    checksum_ = crc32_gzip_refl(checksum_, to, written);
    size_ += static_cast<std::uint32_t>(written);
    if (state_.block_state == ISAL_BLOCK_FINISH) {
      if (const auto wrong = begin_trailer()) return tl::unexpected<Damage>(*wrong);
    } else if (given > 0 && taken == 0 && written == 0) {
      return tl::unexpected<Damage>({kNonsense});
    }
    return written;
  }

  // What ISA-L has read beyond the last bit, at most 8 bytes, is the beginning of the trailer.
  std::optional<Damage> begin_trailer() {
    part_ = Part::trailer;
    trailer_size_ = 0;
    int bits = state_.read_in_length;
    for (std::uint64_t ahead = state_.read_in >> (bits % 8); bits >= 8; bits -= 8, ahead >>= 8) {
      trailer_[trailer_size_++] = static_cast<std::uint8_t>(ahead);
    }
    return check_when_complete();
  }

  std::optional<Damage> take_trailer(std::string_view& in) {
    const std::size_t taken = std::min(in.size(), trailer_.size() - trailer_size_);
    std::memcpy(trailer_.data() + trailer_size_, in.data(), taken);
    trailer_size_ += taken;
    in.remove_prefix(taken);
    return check_when_complete();
  }

  std::optional<Damage> check_when_complete() {
    if (trailer_size_ < trailer_.size()) return std::nullopt;
    const auto number = [&](std::size_t at) {
      std::uint32_t value = 0;
      for (std::size_t i = 4; i-- > 0;) value = value << 8 | trailer_[at + i];
      return value;
    };
    part_ = Part::between;
    if (number(0) == checksum_ && number(4) == size_) return std::nullopt;
    return Damage{"the checksum is wrong"};
  }

  Part part_ = Part::header;
  Header header_;
  inflate_state state_{};
  std::uint32_t checksum_ = 0, size_ = 0;  // of the member's decompressed data; the size modulo 2^32
  std::array<std::uint8_t, 8> trailer_{};
  std::size_t trailer_size_ = 0;
};

}  // namespace

bool begins_gzip(std::string_view head) {
  return head.starts_with("\x1f\x8b");
}

std::unique_ptr<Decoder> make_gzip_decoder() {
  return std::make_unique<GzipDecoder>();
}

}  // namespace ctxcap::sources
