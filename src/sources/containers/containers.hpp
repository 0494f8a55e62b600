#pragma once
// Inside sources/: what wraps traces. It is found by its first bytes, never by a file's name.

#include <memory>
#include <string>
#include <string_view>

#include "sources/containers/decoder.hpp"

namespace ctxcap::sources {

struct Container {
  std::string_view name;  // "gzip"; with an article where it is said to be one: "a zip archive"
  bool (*begins)(std::string_view head);  // whether an input that begins so is one
  std::unique_ptr<Decoder> (*decoder)();  // nullptr: named, and left to another program
  std::string_view unpack;                // the command that writes its content to stdout; {} is the file
  bool from_pipe = true;                  // whether that command reads stdin, given "-" for {}
  std::string_view made = "compressed with ";  // how one says it of a name without an article
};

// Bytes that suffice to tell: the magic of tar ends there.
inline constexpr std::size_t kHeadSize = 262;

// nullptr: none of those that are known, so text as far as this room can tell.
const Container* container_of(std::string_view head);

// The commands that do by pipe what ctxcap does not: "tar -xOf logs.tar | ctxcap analyze --traces -".
// `outer`, where given, is what `name` has around `inner`.
std::string unpacking_hint(const std::string& name, const Container* outer, const Container& inner);

// "zstd -dc {}", "my logs.zst" -> "zstd -dc 'my logs.zst' | ctxcap analyze --traces -"
std::string piped(std::string_view command, const std::string& name);

// As a word for sh: in quotes where it must be.
std::string shell_word(const std::string& text);

std::unique_ptr<Decoder> make_gzip_decoder();
std::unique_ptr<Decoder> make_zstd_decoder();
bool begins_gzip(std::string_view head);
bool begins_zstd(std::string_view head);
std::unique_ptr<Decoder> make_utf16_decoder();
bool begins_utf16(std::string_view head);

}  // namespace ctxcap::sources
