// The disk.

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "io/io.hpp"

using namespace ctxcap;
namespace fs = std::filesystem;

namespace {

unsigned mode_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777u : 0;
}

i64 entries(const std::string& directory) {
  return std::distance(fs::directory_iterator(directory), fs::directory_iterator());
}

// A real Files and a directory to play in.
struct Disk {
  io::RealWorld real;
  Files& files = real.world().files;
  std::unique_ptr<Files::PrivateDirectory> directory = std::move(*files.make_private_directory());
  std::string path(const std::string& name) const { return directory->path() + "/" + name; }
};

}  // namespace

TEST_CASE("a mapped file is followed by readable zeros, whatever its size") {
  Disk disk;
  const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, page - kReadPadding - 1, page - kReadPadding,
                                 page - kReadPadding + 1, page - 1, page, page + 1, 3 * page}) {
    CAPTURE(size);
    const std::string content(size, 'x');
    REQUIRE(disk.files.write_atomic(disk.path("file"), content));
    const auto file = disk.files.map(disk.path("file"));
    REQUIRE(file);
    CHECK((*file)->bytes() == content);
    const char* end = (*file)->bytes().data() + size;
    CHECK(std::all_of(end, end + kReadPadding, [](char c) { return c == 0; }));
    CHECK(*disk.files.read_all(disk.path("file")) == content);
    for (const std::size_t begin : {std::size_t{0}, size / 2})
      (*file)->done_with((*file)->bytes().substr(begin));
    CHECK((*file)->bytes() == content);
    CHECK(std::all_of(end, end + kReadPadding, [](char c) { return c == 0; }));
  }
}

TEST_CASE("a file that is cut while it is mapped reads as zeros from there on, says so, and kills nobody") {
  Disk disk;
  const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t size = 100 * page + 5;
  for (const std::size_t left : {std::size_t{0}, std::size_t{1}, page, page + 1, 50 * page, size - 1}) {
    CAPTURE(left);
    REQUIRE(disk.files.write_atomic(disk.path("file"), std::string(size, 'x')));
    const auto file = disk.files.map(disk.path("file"));
    REQUIRE(file);
    const std::string_view bytes = (*file)->bytes();
    CHECK((*file)->left() == size);
    CHECK(bytes[size / 2] == 'x');
    REQUIRE(::truncate(disk.path("file").c_str(), static_cast<off_t>(left)) == 0);
    const auto zeros = [&] { return std::count(bytes.begin(), bytes.end(), '\0'); };
    std::thread other(zeros);
    CHECK(zeros() == static_cast<std::ptrdiff_t>(size - left));
    other.join();
    CHECK((*file)->left() == left);
    (*file)->done_with(bytes);
    CHECK(zeros() == static_cast<std::ptrdiff_t>(size - left));
    // Somebody writes on: what was gone stays gone.
    REQUIRE(::truncate(disk.path("file").c_str(), static_cast<off_t>(2 * size)) == 0);
    CHECK((*file)->left() <= (left / page + 1) * page);
  }
}

TEST_CASE("what cannot be read is a usage error that names the path") {
  Disk disk;
  REQUIRE(::mkfifo(disk.path("fifo").c_str(), 0600) == 0);
  for (const std::string& path : {disk.path("missing"), disk.directory->path(), disk.path("fifo")}) {
    CAPTURE(path);
    const auto mapped = disk.files.map(path);  // must not wait for a writer of the pipe
    REQUIRE_FALSE(mapped);
    CHECK(mapped.error().kind == ErrorKind::usage);
    CHECK(mapped.error().what.find(path) != std::string::npos);
    CHECK_FALSE(mapped.error().hint.empty());
    if (path == disk.path("fifo")) continue;
    CHECK_FALSE(disk.files.open(path));
    CHECK_FALSE(disk.files.read_all(path));
  }
}

TEST_CASE("a file that may not be read is said to be one") {
  Disk disk;
  REQUIRE(disk.files.write_atomic(disk.path("private"), "x"));
  fs::permissions(disk.path("private"), fs::perms::none);
  const bool root = ::geteuid() == 0;  // who may read everything, so it becomes nobody for a moment
  if (root) REQUIRE(::seteuid(65534) == 0);
  const auto mapped = disk.files.map(disk.path("private"));
  if (root) REQUIRE(::seteuid(0) == 0);
  REQUIRE_FALSE(mapped);
  CHECK(mapped.error().why == "Permission denied");
}

TEST_CASE("what has no end is not read to it") {
  Disk disk;
  const auto read = disk.files.read_all("/dev/zero");
  REQUIRE_FALSE(read);
  CHECK(read.error().kind == ErrorKind::usage);
  CHECK(read.error().what.find("/dev/zero") != std::string::npos);
}

TEST_CASE("the kind of a path is seen, also through a link") {
  Disk disk;
  REQUIRE(disk.files.write_atomic(disk.path("file"), "x"));
  fs::create_symlink("file", disk.path("link"));
  fs::create_symlink("nowhere", disk.path("broken"));
  CHECK(disk.files.kind(disk.path("file")) == PathKind::file);
  CHECK(disk.files.kind(disk.path("link")) == PathKind::file);
  CHECK(disk.files.kind(disk.path("broken")) == PathKind::missing);
  CHECK(disk.files.kind(disk.directory->path()) == PathKind::directory);
  CHECK(disk.files.kind("/dev/null") == PathKind::other);
}

TEST_CASE("links to one file have one identity, and a pipe has none") {
  Disk disk;
  REQUIRE(disk.files.write_atomic(disk.path("file"), "x"));
  REQUIRE(disk.files.write_atomic(disk.path("other"), "x"));
  fs::create_symlink("file", disk.path("link"));
  fs::create_hard_link(disk.path("file"), disk.path("hard"));
  for (const char* name : {"link", "hard", "./file"}) {
    CHECK(disk.files.id(disk.path(name)) == disk.files.id(disk.path("file")));
  }
  CHECK(disk.files.id(disk.path("other")) != disk.files.id(disk.path("file")));
  CHECK_FALSE(disk.files.id("/dev/null"));
  const auto missing = disk.files.list(disk.path("missing"));
  REQUIRE_FALSE(missing);
  CHECK(missing.error().why == "No such file or directory");
}

TEST_CASE("writing replaces the whole file, keeps its mode and its links, and leaves nothing beside it") {
  Disk disk;
  const auto old_mask = ::umask(027);
  REQUIRE(disk.files.write_atomic(disk.path("new"), "1"));
  ::umask(old_mask);
  CHECK(mode_of(disk.path("new")) == 0640);

  fs::permissions(disk.path("new"), fs::perms(0600));
  fs::create_symlink("new", disk.path("link"));
  REQUIRE(disk.files.write_atomic(disk.path("link"), "22"));
  CHECK(fs::is_symlink(disk.path("link")));
  CHECK(*disk.files.read_all(disk.path("new")) == "22");
  CHECK(mode_of(disk.path("new")) == 0600);
  CHECK(entries(disk.directory->path()) == 2);
}

TEST_CASE("a write that fails leaves the old content and no temporary file") {
  Disk disk;
  CHECK_FALSE(disk.files.write_atomic(disk.path("missing/file"), "x"));
  CHECK_FALSE(disk.files.write_atomic(disk.directory->path(), "x"));
  CHECK_FALSE(disk.files.write_atomic("", "x"));
  CHECK(entries(disk.directory->path()) == 0);
  const auto full = disk.files.write_atomic("/dev/full", "x");
  REQUIRE_FALSE(full);
  CHECK(full.error().why == "No space left on device");
}

TEST_CASE("a device is written to, not replaced") {
  Disk disk;
  fs::create_symlink("/dev/null", disk.path("null"));
  CHECK(disk.files.write_atomic(disk.path("null"), "x"));
  CHECK(disk.files.kind("/dev/null") == PathKind::other);
  CHECK(fs::is_symlink(disk.path("null")));
}

TEST_CASE("directories are created for this user alone, and those that are there are left as they are") {
  Disk disk;
  fs::create_directory(disk.path("old"));
  fs::permissions(disk.path("old"), fs::perms(0755));
  for (int times = 0; times < 2; ++times) REQUIRE(disk.files.make_directories(disk.path("old/a//b/")));
  CHECK(mode_of(disk.path("old")) == 0755);
  CHECK(mode_of(disk.path("old/a")) == 0700);
  CHECK(mode_of(disk.path("old/a/b")) == 0700);
  REQUIRE(disk.files.write_atomic(disk.path("file"), "x"));
  for (const char* name : {"file", "file/below"}) {
    const auto status = disk.files.make_directories(disk.path(name));
    REQUIRE_FALSE(status);
    CHECK(status.error().what.find(disk.path(name)) != std::string::npos);
  }
}

TEST_CASE("a scratch file gives back what was written, by its place") {
  io::RealWorld real;
  const auto file = real.world().files.make_scratch_file();
  REQUIRE(file.has_value());
  REQUIRE((*file)->write(0, "first").has_value());
  REQUIRE((*file)->write(5, std::string(100'000, 'x') + "last").has_value());
  std::string text(7, '?');
  REQUIRE((*file)->read(2, text.data(), text.size()).has_value());
  CHECK(text == "rstxxxx");
  REQUIRE((*file)->read(100'005, text.data(), 4).has_value());
  CHECK(text.substr(0, 4) == "last");
  CHECK_FALSE((*file)->read(100'005, text.data(), 5).has_value());  // one byte more than there is
}

TEST_CASE("a private directory is ours alone and goes with all that is in it") {
  io::RealWorld real;
  std::string path;
  {
    const auto directory = real.world().files.make_private_directory();
    REQUIRE(directory);
    path = (*directory)->path();
    CHECK(mode_of(path) == 0700);
    fs::create_directories(path + "/a/b");
    REQUIRE(real.world().files.write_atomic(path + "/a/b/file", "x"));
  }
  CHECK(real.world().files.kind(path) == PathKind::missing);
}

TEST_CASE("a replacement in pieces takes effect at its commit, and leaves nothing behind without one") {
  Disk disk;
  REQUIRE(disk.files.write_atomic(disk.path("file"), "old"));
  {
    const auto dropped = disk.files.replace(disk.path("file"));
    REQUIRE(dropped);
    REQUIRE((*dropped)->write("half"));
  }
  CHECK(entries(disk.directory->path()) == 1);
  const auto replacement = disk.files.replace(disk.path("file"));
  REQUIRE(replacement);
  REQUIRE((*replacement)->write("new "));
  CHECK(*disk.files.read_all(disk.path("file")) == "old");
  REQUIRE((*replacement)->write("content"));
  REQUIRE((*replacement)->commit());
  CHECK(*disk.files.read_all(disk.path("file")) == "new content");
  CHECK(entries(disk.directory->path()) == 1);
}

TEST_CASE("appending keeps what it is told to keep") {
  Disk disk;
  for (const std::size_t keep : {0U, 3U, 6U}) {
    const auto writer = disk.files.append(disk.path("file"), keep);
    REQUIRE(writer);
    REQUIRE((*writer)->write("abc"));
    REQUIRE((*writer)->write("def"));
    REQUIRE((*writer)->flush());
  }
  CHECK(*disk.files.read_all(disk.path("file")) == "abcabcabcdef");
  CHECK_FALSE(disk.files.append(disk.path("none/file"), 0));
}

TEST_CASE("removing what is not there is no error") {
  Disk disk;
  REQUIRE(disk.files.write_atomic(disk.path("file"), "x"));
  CHECK(disk.files.remove(disk.path("file")));
  CHECK(disk.files.kind(disk.path("file")) == PathKind::missing);
  CHECK(disk.files.remove(disk.path("file")));
  CHECK_FALSE(disk.files.remove(disk.directory->path()));
}

TEST_CASE("only a lock that is held says that somebody holds it") {
  Disk disk;
  const std::string path = disk.path("lock");
  const auto held = disk.files.lock(path);
  REQUIRE(held.has_value());
  const auto second = disk.files.lock(path);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().what == "another ctxcap is changing things");
  const auto nowhere = disk.files.lock(disk.path("none/lock"));
  REQUIRE_FALSE(nowhere.has_value());
  CHECK(nowhere.error().what == "could not lock " + disk.path("none/lock"));
  CHECK(nowhere.error().why == "No such file or directory");
  const auto directory = disk.files.lock(disk.directory->path());
  REQUIRE_FALSE(directory.has_value());
  CHECK(directory.error().why == "Is a directory");
}

namespace {

// The number of a process that is no more.
pid_t dead_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return child;
}

void touch(const std::string& path) {
  std::ofstream(path) << "half of it";
}

}  // namespace

TEST_CASE("what a killed write has left goes with the next write, and what lives or is no leftover stays") {
  Disk disk;
  const std::string dead = std::to_string(dead_process()), us = std::to_string(::getpid());
  const std::string stays[] = {disk.path("file.ctxcap-" + us + "-9"),
                               disk.path("other.ctxcap-" + dead + "-0"), disk.path("file.ctxcap-notes"),
                               disk.path("file.ctxcap-" + dead), disk.path("file.ctxcap-" + dead + "-1")};
  for (const std::string& path : stays) touch(path);
  const std::string gone = disk.path("file.ctxcap-" + dead + "-0");
  touch(gone);
  // Its process is not seen from here, as in another container, but it lives: it holds the file.
  const int held = ::open(stays[4].c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(::flock(held, LOCK_SH | LOCK_NB) == 0);
  REQUIRE(disk.files.write_atomic(disk.path("file"), "new"));
  CHECK_FALSE(fs::exists(gone));
  for (const std::string& path : stays) {
    CAPTURE(path);
    CHECK(fs::exists(path));
  }
  ::close(held);
}

TEST_CASE("private directories of processes that are no more are swept, whatever is in them") {
  Disk disk;
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("TMPDIR", disk.directory->path().c_str(), 1);
  const std::string gone = disk.path("ctxcap-" + std::to_string(dead_process()) + "-abcdef");
  fs::create_directory(gone);
  touch(gone + "/Modelfile");
  const auto one = disk.files.make_private_directory(), two = disk.files.make_private_directory();
  CHECK_FALSE(fs::exists(gone));
  CHECK((fs::exists((*one)->path()) && fs::exists((*two)->path())));
  before == nullptr ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", kept.c_str(), 1);
}

TEST_CASE("new files that come in pieces are for this user alone") {
  Disk disk;
  REQUIRE((*disk.files.replace(disk.path("replaced")))->commit());
  REQUIRE((*disk.files.append(disk.path("appended"), 0))->flush());
  CHECK(mode_of(disk.path("replaced")) == 0600);
  CHECK(mode_of(disk.path("appended")) == 0600);
}

TEST_CASE("a file that nobody would read as a whole is refused before it fills the memory") {
  Disk disk;
  touch(disk.path("huge"));
  REQUIRE(::truncate(disk.path("huge").c_str(), off_t{1} << 40) == 0);
  const auto read = disk.files.read_all(disk.path("huge"));
  REQUIRE_FALSE(read);
  CHECK(read.error().why == "it is larger than 64 MiB, more than anybody would read as a whole");
}
