#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "sources/containers/containers.hpp"
#include "unit/sources/sources_support.hpp"

using namespace ctxcap;
using namespace ctxcap::test;

namespace {

const std::vector<std::string> kReadable{"one_member.gz", "members.gz", "padded.gz",   "trailing.gz",
                                         "one_frame.zst", "frames.zst", "trailing.zst"};

// What a decoder makes of bytes given in pieces, with so much room for what it writes.
struct Decoding {
  std::string text;
  bool damaged = false;
  sources::Place place = sources::Place::inside;
};
Decoding decode(const std::string& bytes, std::size_t piece, std::size_t room) {
  const auto decoder = sources::container_of(bytes)->decoder();
  Decoding result;
  std::string out(room, '\0');
  for (std::size_t at = 0; at <= bytes.size(); at += piece) {
    std::string_view in = std::string_view(bytes).substr(at, piece);
    for (std::size_t got = room; got == room || !in.empty();) {
      const auto written = decoder->decode(in, out);
      if (!written) return {.text = result.text, .damaged = true, .place = decoder->place()};
      got = *written;
      result.text.append(out, 0, got);
      if (decoder->place() == sources::Place::behind) break;
    }
  }
  result.place = decoder->place();
  return result;
}

}  // namespace

TEST_CASE("compressed rows are the rows, from a file and from a pipe") {
  const std::string rows = container("rows.jsonl");
  for (const std::string& name : kReadable) {
    for (const std::size_t step : std::initializer_list<std::size_t>{0, 1, 7, 1000000}) {
      CAPTURE(name);
      CAPTURE(step);
      const Read read = read_back(container(name), step);
      CHECK(read.error == "");
      CHECK(read.text == rows);
      CHECK((read.remark != "") == name.starts_with("trailing"));
    }
  }
  CHECK(read_back(container("trailing.gz")).remark ==
        "what follows the compressed data of f was not read, from byte 375 on");
  CHECK(read_back(container("trailing.zst")).remark ==
        "what follows the compressed data of f was not read, from byte 362 on");
}

TEST_CASE("how the bytes are cut does not matter") {
  const std::string rows = container("rows.jsonl");
  for (const std::string& name : kReadable) {
    const std::string bytes = container(name);
    for (const std::size_t piece : std::initializer_list<std::size_t>{1, 2, 3, 11, 100000}) {
      for (const std::size_t room : std::initializer_list<std::size_t>{1, 2, 100, 100000}) {
        CAPTURE(name);
        CAPTURE(piece);
        CAPTURE(room);
        const Decoding decoding = decode(bytes, piece, room);
        CHECK(decoding.text == rows);
        CHECK_FALSE(decoding.damaged);
        CHECK(decoding.place != sources::Place::inside);
      }
    }
  }
}

TEST_CASE("an input that ends early is an error at every length but between its streams") {
  const std::string rows = container("rows.jsonl");
  for (const std::string name : {"one_member.gz", "members.gz", "one_frame.zst", "frames.zst"}) {
    const std::string bytes = container(name);
    std::vector<std::string> whole;  // what was read without an error
    for (std::size_t size = 5; size <= bytes.size(); ++size) {
      const Read read = read_back(bytes.substr(0, size));
      CAPTURE(size);
      CHECK(rows.starts_with(read.text));
      if (!read.error.empty()) {
        CHECK(read.error ==
              fmt::format("its {} data end too early, behind byte {}: the file was cut short",
                          name.ends_with("gz") ? "gzip" : "zstd",
                          size >= 1000 ? fmt::format("1,{:03}", size - 1000) : std::to_string(size)));
      } else {
        whole.push_back(read.text);
      }
    }
    CAPTURE(name);
    CHECK(whole.size() == (name == "members.gz" ? 3 : name == "frames.zst" ? 6 : 1));
    CHECK(whole.back() == rows);
  }
}

TEST_CASE("no byte can be wrong without an error, a remark, or all rows") {
  const std::string rows = container("rows.jsonl");
  for (const std::string name : {"one_member.gz", "members.gz", "one_frame.zst"}) {
    const std::string bytes = container(name);
    int errors = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (const int flip : {1, 0x40, 0xff}) {
        std::string wrong = bytes;
        wrong[at] = static_cast<char>(wrong[at] ^ flip);
        CAPTURE(name);
        CAPTURE(at);
        CAPTURE(flip);
        const Read read = read_back(wrong);
        if (read.text == wrong) continue;  // no longer begins as a container
        errors += read.error.empty() ? 0 : 1;
        CHECK((read.text == rows || read.error != "" || read.remark != ""));
      }
    }
    CHECK(errors > 500);
  }
}

TEST_CASE("damage is told with its byte and a command that checks") {
  std::string bytes = container("one_member.gz");
  bytes[bytes.size() - 5] ^= 1;
  Read read = read_back(bytes, 0, "my logs.gz");
  CHECK(read.error == "its gzip data are damaged at byte 385: the checksum is wrong");
  CHECK(read.hint == "check it with: gzip -t 'my logs.gz'");
  bytes = container("one_frame.zst");
  bytes[4] = static_cast<char>(bytes[4] | 8);  // a reserved bit of the frame's header
  read = read_back(bytes, 100, "-");
  CHECK(read.error == "its zstd data are damaged at byte 5: they make no sense");
  CHECK(read.hint == "check what writes into the pipe");
}

TEST_CASE("a window above 128 MiB is left to zstd, which asks for leave too") {
  // Magic, a descriptor without size, a window of 1 GiB, one empty last block.
  const Read read = read_back(std::string("\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00", 9), 0, "big.zst");
  CHECK(read.error ==
        "its zstd data need more than ctxcap gives: they were compressed with a window above 128 MiB");
  CHECK(read.hint == "zstd -dc --long=31 big.zst | ctxcap analyze --traces -");
}

TEST_CASE("other containers are named, with the command that unpacks them") {
  struct Row {
    std::string file, why, hint, hint_of_pipe;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"rows.tar", "it is a tar archive", "tar -xOf f | ctxcap analyze --traces -",
            "tar -xOf - | ctxcap analyze --traces -"},
           {"rows.tar.gz", "it is a tar archive, compressed with gzip",
            "gzip -dc f | tar -xOf - | ctxcap analyze --traces -",
            "gzip -dc - | tar -xOf - | ctxcap analyze --traces -"},
           {"rows.tar.zst", "it is a tar archive, compressed with zstd",
            "zstd -dc f | tar -xOf - | ctxcap analyze --traces -",
            "zstd -dc - | tar -xOf - | ctxcap analyze --traces -"},
           {"twice.gz", "it is compressed with gzip, compressed with gzip",
            "gzip -dc f | gzip -dc - | ctxcap analyze --traces -",
            "gzip -dc - | gzip -dc - | ctxcap analyze --traces -"},
           {"rows.zip", "it is a zip archive", "unzip -p f | ctxcap analyze --traces -",
            "save it as FILE; unzip -p FILE | ctxcap analyze --traces -"},
           {"rows.bz2", "it is compressed with bzip2", "bzip2 -dc f | ctxcap analyze --traces -",
            "bzip2 -dc - | ctxcap analyze --traces -"},
           {"rows.xz", "it is compressed with xz", "xz -dc f | ctxcap analyze --traces -",
            "xz -dc - | ctxcap analyze --traces -"},
           {"rows.lz4", "it is compressed with lz4", "lz4 -dc f | ctxcap analyze --traces -",
            "lz4 -dc - | ctxcap analyze --traces -"},
       }) {
    CAPTURE(row.file);
    const Read file = read_back(container(row.file)), pipe = read_back(container(row.file), 100, "-");
    CHECK(file.error == row.why);
    CHECK(file.hint == row.hint);
    CHECK(pipe.error == row.why);
    CHECK(pipe.hint == row.hint_of_pipe);
  }
  CHECK(read_back("7z\xbc\xaf\x27\x1c and so on").error == "it is a 7z archive");
  CHECK(read_back("PAR1 and so on").hint ==
        "duckdb -c \"COPY (FROM 'f') TO '/dev/stdout' (FORMAT json)\" | ctxcap analyze --traces -");
  for (const std::string text : {"", "B", "BZh9 is how a CSV may begin\n", "{\"a\":1}\n", "PK\n"}) {
    CHECK(read_back(text).text == text);
    CHECK(read_back(text, 2).text == text);
  }
}

TEST_CASE("a word of a command is quoted where a shell would take it apart") {
  CHECK(sources::shell_word("logs/a-1.jsonl") == "logs/a-1.jsonl");
  CHECK(sources::shell_word("a b") == "'a b'");
  CHECK(sources::shell_word("it's") == "'it'\\''s'");
  CHECK(sources::shell_word("") == "''");
}

TEST_CASE("UTF-16 of either order is text, however it is cut") {
  const std::string text = "{\"a\":\"ä€\xf0\x9f\x98\x80\"}\n";
  const std::u16string wide = u"\ufeff{\"a\":\"ä€😀\"}\n";
  for (const bool is_little : {true, false}) {
    std::string bytes;
    for (const char16_t unit : wide) {
      const auto high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xFF);
      bytes += is_little ? std::string{low, high} : std::string{high, low};
    }
    CHECK(read_back(bytes).text == text);
    for (const std::size_t piece : std::initializer_list<std::size_t>{1, 2, 3, 100}) {
      for (const std::size_t room : std::initializer_list<std::size_t>{1, 2, 3, 100}) {
        const Decoding decoding = decode(bytes, piece, room);
        CHECK(decoding.text == text);
        CHECK(decoding.place == sources::Place::between);
      }
    }
    CHECK(read_back(bytes.substr(0, bytes.size() - 1)).error.find("cut short") != std::string::npos);
  }
  CHECK(decode("\xff\xfe\x3d\xd8\x41", 1, 1).place == sources::Place::inside);
  CHECK(decode(std::string("\xff\xfe\x3d\xd8\x41\x00", 6), 1, 1).text ==
        "\xef\xbf\xbd"
        "A");
}
