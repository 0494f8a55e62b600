#include <doctest/doctest.h>

#include <algorithm>

#include "io/io.hpp"
#include "support/fake_files.hpp"

using namespace ctxcap;

namespace {

std::string drained(ByteReader& reader) {
  std::string content;
  char buffer[5];
  while (true) {
    const auto got = reader.read(buffer, sizeof buffer);
    REQUIRE(got);
    if (*got == 0) return content;
    content.append(buffer, *got);
  }
}

// `directory` exists and nothing is in it.
void check_files(Files& files, const std::string& directory) {
  const std::string path = directory + "/file", missing = directory + "/missing";
  CHECK(files.kind(directory) == PathKind::directory);
  CHECK(files.kind(path) == PathKind::missing);
  for (const std::string& content : {std::string("first\n"), std::string(), std::string("b\0c\r\n", 5)}) {
    CAPTURE(content);
    REQUIRE(files.write_atomic(path, content));
    CHECK(files.kind(path) == PathKind::file);
    CHECK(*files.read_all(path) == content);
    CHECK(drained(**files.open(path)) == content);
    const auto mapped = files.map(path);
    REQUIRE(mapped);
    CHECK((*mapped)->bytes() == content);
    const char* end = (*mapped)->bytes().data() + content.size();
    CHECK(std::all_of(end, end + kReadPadding, [](char c) { return c == 0; }));
  }
  const auto failed = files.read_all(missing);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == ErrorKind::usage);
  CHECK(failed.error().what == "could not read " + missing);
  CHECK(failed.error().why == "No such file or directory");
  CHECK_FALSE(files.map(missing));
  CHECK_FALSE(files.open(missing));
  CHECK_FALSE(files.read_all(directory));
}

}  // namespace

TEST_CASE("what was written is read, whole, in pieces and mapped, and what is not there is an error") {
  SUBCASE("fake") {
    test::FakeFiles files;
    files.directories.insert("/play");
    check_files(files, "/play");
  }
  SUBCASE("real") {
    io::RealWorld real;
    const auto directory = std::move(*real.world().files.make_private_directory());
    check_files(real.world().files, directory->path());
  }
}
