// UTF-16 with a byte order mark, as PowerShell's > and Windows' editors write it, turned into UTF-8.

#include <array>
#include <cstdint>

#include "sources/containers/containers.hpp"

namespace ctxcap::sources {
namespace {

class Utf16Decoder final : public Decoder {
 public:
  tl::expected<std::size_t, Damage> decode(std::string_view& in, std::span<char> out) override {
    std::size_t written = 0;
    while (true) {
      while (pending_size_ > 0 && written < out.size()) out[written++] = take_pending();
      if (pending_size_ > 0 || in.empty()) return written;
      take_byte(static_cast<unsigned char>(in.front()));
      in.remove_prefix(1);
    }
  }

  // Text may end behind any character.
  Place place() const override {
    return has_half_ || high_ != 0 || !is_begun_ ? Place::inside : Place::between;
  }

 private:
  void take_byte(std::uint32_t byte) {
    has_half_ = !has_half_;
    if (has_half_) {
      half_ = byte;
      return;
    }
    const std::uint32_t unit = is_little_ ? byte << 8 | half_ : half_ << 8 | byte;
    if (is_begun_) return take_unit(unit);
    is_begun_ = true;
    is_little_ = unit == 0xFFFE;  // the mark, read as if the high byte came first
  }

  void take_unit(std::uint32_t unit) {
    const bool is_high = unit >= 0xD800 && unit < 0xDC00, is_low = unit >= 0xDC00 && unit < 0xE000;
    if (high_ != 0) {
      const std::uint32_t high = high_;
      high_ = 0;
      if (is_low) return put(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
      put(kReplacement);  // a half without its other half
    }
    if (is_high) {
      high_ = unit;
    } else {
      put(is_low ? kReplacement : unit);
    }
  }

  void put(std::uint32_t code) {
    const auto add = [&](std::uint32_t byte) { pending_[pending_end_++] = static_cast<char>(byte); };
    if (pending_size_ == 0) pending_at_ = pending_end_ = 0;
    const std::size_t before = pending_end_;
    if (code < 0x80) {
      add(code);
    } else if (code < 0x800) {
      add(0xC0 | code >> 6);
      add(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      add(0xE0 | code >> 12);
      add(0x80 | (code >> 6 & 0x3F));
      add(0x80 | (code & 0x3F));
    } else {
      add(0xF0 | code >> 18);
      add(0x80 | (code >> 12 & 0x3F));
      add(0x80 | (code >> 6 & 0x3F));
      add(0x80 | (code & 0x3F));
    }
    pending_size_ += pending_end_ - before;
  }

  char take_pending() {
    --pending_size_;
    return pending_[pending_at_++];
  }

  static constexpr std::uint32_t kReplacement = 0xFFFD;
  bool is_begun_ = false, is_little_ = false, has_half_ = false;
  std::uint32_t half_ = 0, high_ = 0;  // of a unit, of a pair
  std::array<char, 8> pending_{};      // two characters at most: a lost half and what follows it
  std::size_t pending_at_ = 0, pending_end_ = 0, pending_size_ = 0;
};

}  // namespace

bool begins_utf16(std::string_view head) {
  return head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff");
}

std::unique_ptr<Decoder> make_utf16_decoder() {
  return std::make_unique<Utf16Decoder>();
}

}  // namespace ctxcap::sources
