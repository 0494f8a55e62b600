#include "sources/containers/content_coding.hpp"

#include <doctest/doctest.h>
#include <zlib.h>
#include <zstd.h>

using namespace ctxcap;

namespace {

std::string gzipped(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string zstd_packed(const std::string& text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 1));
  return packed;
}

tl::expected<std::string, std::string> decoded(const std::string& coding, const std::string& body,
                                               std::string room = {}) {
  HttpResponse response{.status = 200, .headers = {}, .body = body};
  if (!coding.empty()) response.headers["content-encoding"] = coding;
  return sources::decoded_body(response, std::move(room));
}

std::string some_text(std::size_t size) {
  std::string text;
  while (text.size() < size) text += std::to_string(text.size() * 7919) + ",";
  text.resize(size);
  return text;
}

}  // namespace

TEST_CASE("a body comes back whole, whatever its coding, its size and the room that is given") {
  for (const std::size_t size : {0U, 1U, 100U, 65'535U, 65'536U, 65'537U, 400'000U}) {
    const std::string text = some_text(size);
    for (const std::size_t room : {0U, 1U, 65'536U, 1'000'000U}) {
      CAPTURE(size);
      CAPTURE(room);
      const std::string space(room, '!');
      CHECK(decoded("gzip", gzipped(text), space) == text);
      CHECK(decoded("X-GZip", gzipped(text), space) == text);
      CHECK(decoded("zstd", zstd_packed(text), space) == text);
      CHECK(decoded("", text, space) == text);
      CHECK(decoded("identity", text, space) == text);
    }
  }
}

TEST_CASE("a body that is cut short, damaged or in another coding is none") {
  const std::string text = some_text(100'000), packed = gzipped(text);
  CHECK(decoded("gzip", "") == "");  // of a refusal, say
  for (std::size_t size = 1; size < packed.size(); size += 1 + size / 10) {
    CAPTURE(size);
    CHECK(decoded("gzip", packed.substr(0, size)).error() == "its gzip data end too early");
  }
  CHECK(decoded("zstd", zstd_packed(text).substr(0, 1'000)).error() == "its zstd data end too early");
  std::string wrong = packed;
  wrong[wrong.size() - 6] ^= 1;
  CHECK(decoded("gzip", wrong).error() == "its gzip data are damaged: the checksum is wrong");
  CHECK(decoded("gzip", packed + "x").error() == "something follows its gzip data");
  CHECK_FALSE(decoded("gzip", text));
  CHECK(decoded("br", text).error() == "its coding was not asked for: br");
}
