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

void check_names(Files& files, const std::string& directory) {
  for (const char* name : {"/b.gz", "/a.gz", "/.hidden.gz", "/c.txt"})
    REQUIRE(files.write_atomic(directory + name, "x"));
  REQUIRE(files.make_directories(directory + "/d.gz"));
  REQUIRE(files.write_atomic(directory + "/d.gz/e.gz", "x"));
  using Names = std::vector<std::string>;
  CHECK(*files.list(directory) == Names{".hidden.gz", "a.gz", "b.gz", "c.txt", "d.gz"});
  CHECK(*files.list(directory + "/d.gz") == Names{"e.gz"});
  CHECK(*files.glob(directory + "/*.gz") ==
        Names{directory + "/a.gz", directory + "/b.gz", directory + "/d.gz"});
  CHECK(*files.glob(directory + "/[bc].*") == Names{directory + "/b.gz", directory + "/c.txt"});
  CHECK(*files.glob(directory + "/*/?.gz") == Names{directory + "/d.gz/e.gz"});
  CHECK(files.glob(directory + "/*.zst")->empty());
  CHECK(files.id(directory + "/a.gz").has_value());
  CHECK(files.id(directory + "/a.gz") == files.id(directory + "/a.gz"));
  CHECK(files.id(directory + "/a.gz") != files.id(directory + "/b.gz"));
  CHECK(files.id(directory).has_value());
  CHECK_FALSE(files.id(directory + "/missing").has_value());
}

}  // namespace

TEST_CASE("names are found sorted, and a file is itself") {
  SUBCASE("fake") {
    test::FakeFiles files;
    files.directories.insert("/play");
    check_names(files, "/play");
  }
  SUBCASE("real") {
    io::RealWorld real;
    const auto directory = std::move(*real.world().files.make_private_directory());
    check_names(real.world().files, directory->path());
  }
}

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
