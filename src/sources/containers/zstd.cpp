// Zstandard (RFC 8878): any number of frames, one after the other, some of them to be skipped.

#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "sources/containers/containers.hpp"

namespace ctxcap::sources {
namespace {

constexpr std::size_t kMagicSize = 4, kLongestHeader = 18;  // bytes; the header's contain the magic's

// Whether these bytes, 1 to 4, are the first of a frame.
bool begin_frame(std::string_view bytes) {
  constexpr std::string_view kFrame = "\x28\xb5\x2f\xfd", kSkippedBehindFirst = "\x2a\x4d\x18";
  const bool skipped = (bytes.front() & 0xf0) == 0x50 && kSkippedBehindFirst.starts_with(bytes.substr(1));
  return skipped || kFrame.starts_with(bytes);
}

class ZstdDecoder final : public Decoder {
 public:
  tl::expected<std::size_t, Damage> decode(std::string_view& in, std::span<char> out) override {
    std::size_t written = 0;
    for (;;) {
      if (part_ == Part::frame) {
        if (written == out.size()) return written;
        const auto got = decode_some(in, out.subspan(written));
        if (!got) return got;
        written += *got;
        if (*got == 0 && in.empty() && part_ == Part::frame) return written;
      } else if (in.empty() || part_ == Part::behind) {
        return written;
      } else {
        take_magic(in);
      }
    }
  }

  Place place() const override {
    if (part_ == Part::behind) return Place::behind;
    return part_ == Part::between && magic_size_ == 0 && !first_ ? Place::between : Place::inside;
  }

 private:
  enum class Part { between, frame, behind };

  // The first bytes of a frame are gathered, so that what is no frame is not taken for a damaged one.
  void take_magic(std::string_view& in) {
    if (magic_size_ == 0 && !first_) in.remove_prefix(std::min(in.size(), in.find_first_not_of('\0')));
    const std::size_t taken = std::min(in.size(), kMagicSize - magic_size_);
    std::memcpy(magic_.data() + magic_size_, in.data(), taken);
    const std::string_view magic(magic_.data(), magic_size_ + taken);
    if (magic.empty()) return;
    if (!begin_frame(magic)) {
      part_ = Part::behind;
      return;
    }
    in.remove_prefix(taken);
    magic_size_ += taken;
    if (magic_size_ < kMagicSize) return;
    part_ = Part::frame;
    header_left_ = kLongestHeader - kMagicSize;
    magic_size_ = 0;
    first_ = false;
    ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
    ZSTD_inBuffer from{magic.data(), kMagicSize, 0};
    ZSTD_outBuffer none{nullptr, 0, 0};
    ZSTD_decompressStream(context_.get(), &none, &from);
  }

  tl::expected<std::size_t, Damage> decode_some(std::string_view& in, std::span<char> out) {
    // A frame's header is given byte by byte: when it comes in two pieces, libzstd 1.5.4 takes the second for
    // the beginning of a frame, where it looks like one.
    const std::size_t given = header_left_ > 0 ? std::min<std::size_t>(in.size(), 1) : in.size();
    header_left_ -= std::min(header_left_, given);
    ZSTD_inBuffer from{in.data(), given, 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const std::size_t left = ZSTD_decompressStream(context_.get(), &to, &from);
    in.remove_prefix(from.pos);
    if (ZSTD_isError(left)) return tl::unexpected<Damage>(damage(ZSTD_getErrorCode(left)));
    if (left == 0) part_ = Part::between;
    return to.pos;
  }

  static Damage damage(ZSTD_ErrorCode code) {
    if (code == ZSTD_error_frameParameter_windowTooLarge) {
      return {"they were compressed with a window above 128 MiB", "zstd -dc --long=31 {}"};
    }
    if (code == ZSTD_error_dictionary_wrong) {
      return {"they were compressed with a dictionary", "zstd -dc -D DICTIONARY {}"};
    }
    if (code == ZSTD_error_checksum_wrong) return {"the checksum is wrong"};
    return {"they make no sense"};
  }

  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };

  // The library's own limit holds: windows up to 128 MiB (`zstd --long`).
  std::unique_ptr<ZSTD_DCtx, Free> context_{ZSTD_createDCtx()};
  Part part_ = Part::between;
  bool first_ = true;
  std::array<char, kMagicSize> magic_{};
  std::size_t magic_size_ = 0, header_left_ = 0;
};

}  // namespace

bool begins_zstd(std::string_view head) {
  return head.size() >= kMagicSize && begin_frame(head.substr(0, kMagicSize));
}

std::unique_ptr<Decoder> make_zstd_decoder() {
  return std::make_unique<ZstdDecoder>();
}

}  // namespace ctxcap::sources
