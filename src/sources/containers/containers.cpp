#include "sources/containers/containers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ctxcap::sources {
namespace {

using namespace std::string_view_literals;

bool begins_bzip2(std::string_view head) {  // the level, then pi for a block or its square root for no block
  return head.size() >= 10 && head.starts_with("BZh") && head[3] >= '1' && head[3] <= '9' &&
         (head.substr(4, 6) == "1AY&SY" || head.substr(4, 6) == "\x17\x72\x45\x38\x50\x90"sv);
}
bool begins_xz(std::string_view head) {
  return head.starts_with("\xfd\x37zXZ\0"sv);
}
bool begins_lz4(std::string_view head) {
  return head.starts_with("\x04\x22\x4d\x18"sv);
}
bool begins_compress(std::string_view head) {
  return head.starts_with("\x1f\x9d"sv);
}
bool begins_tar(std::string_view head) {
  return head.size() >= kHeadSize && head.substr(257, 5) == "ustar";
}
bool begins_zip(std::string_view head) {
  return head.starts_with("PK\x03\x04"sv) || head.starts_with("PK\x05\x06"sv);
}
// A zip archive whose first entry is one of a workbook's; the name stands at a fixed place.
bool begins_workbook(std::string_view head) {
  const std::string_view name = begins_zip(head) && head.size() > 30 ? head.substr(30) : std::string_view();
  return name.starts_with("[Content_Types].xml") || name.starts_with("_rels/") ||
         name.starts_with("docProps/") || name.starts_with("xl/");
}
bool begins_7z(std::string_view head) {
  return head.starts_with("7z\xbc\xaf\x27\x1c"sv);
}
bool begins_parquet(std::string_view head) {
  return head.starts_with("PAR1");
}

constexpr std::array kContainers{
    Container{"gzip", begins_gzip, make_gzip_decoder, "gzip -dc {}"},
    Container{"zstd", begins_zstd, make_zstd_decoder, "zstd -dc {}"},
    Container{"UTF-16", begins_utf16, make_utf16_decoder, "iconv -f UTF-16 -t UTF-8 {}", true, "written as "},
    Container{"bzip2", begins_bzip2, nullptr, "bzip2 -dc {}"},
    Container{"xz", begins_xz, nullptr, "xz -dc {}"},
    Container{"lz4", begins_lz4, nullptr, "lz4 -dc {}"},
    Container{"compress (.Z)", begins_compress, nullptr, "gzip -dc {}"},
    Container{"a tar archive", begins_tar, nullptr, "tar -xOf {}"},
    Container{"a spreadsheet (a workbook of Excel)", begins_workbook, nullptr, "xlsx2csv {}", false},
    Container{"a zip archive", begins_zip, nullptr, "unzip -p {}", false},
    Container{"a 7z archive", begins_7z, nullptr, "7z x -so {}", false},
    Container{"a Parquet file", begins_parquet, nullptr,
              "duckdb -c \"COPY (FROM '{}') TO '/dev/stdout' (FORMAT json)\"", false},
};

std::string filled(std::string_view command, const std::string& file) {
  std::string text(command);
  const bool twice_quoted = command.find("'{}'") != std::string_view::npos && file.starts_with('\'');
  return text.replace(text.find("{}"), 2, twice_quoted ? "FILE" : file);
}

}  // namespace

const Container* container_of(std::string_view head) {
  const auto found = std::find_if(kContainers.begin(), kContainers.end(),
                                  [&](const Container& c) { return c.begins(head); });
  return found == kContainers.end() ? nullptr : &*found;
}

std::string unpacking_hint(const std::string& name, const Container* outer, const Container& inner) {
  if (outer == nullptr && (name != "-" || inner.from_pipe)) return piped(inner.unpack, name);
  if (outer == nullptr) return "save it as FILE; " + piped(inner.unpack, "FILE");
  const std::string unwrap = filled(outer->unpack, shell_word(name));
  return inner.from_pipe ? unwrap + " | " + piped(inner.unpack, "-")
                         : unwrap + " > FILE; " + piped(inner.unpack, "FILE");
}

std::string piped(std::string_view command, const std::string& name) {
  return filled(command, shell_word(name)) + " | ctxcap analyze --traces -";
}

std::string shell_word(const std::string& text) {
  const bool plain = !text.empty() && text.find_first_not_of(
                                          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789_./-+:,@%=") == std::string::npos;
  if (plain) return text;
  std::string word = "'";
  for (const char c : text) c == '\'' ? word += "'\\''" : word += c;
  return word + "'";
}

}  // namespace ctxcap::sources
