#pragma once
// Containers from fixtures, read through the room's door.

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "sources/files/open.hpp"
#include "support/fake_files.hpp"

namespace ctxcap::test {

inline std::string container(const std::string& name) {
  std::ifstream file(std::string(CTXCAP_ROOT) + "/fixtures/containers/" + name, std::ios::binary);
  REQUIRE(file);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

struct Read {
  std::string text, error, hint, remark;
};

// All that a source of these bytes gives, as a file or as a pipe that yields `pipe_step` bytes at once.
inline Read read_back(const std::string& bytes, std::size_t pipe_step = 0, const std::string& name = "f") {
  FakeFiles files;
  (pipe_step == 0 ? files.files : files.pipes)[name] = bytes;
  files.read_size = pipe_step;
  Read read;
  const auto source = sources::open_source(name, files);
  if (!source) return {.text = {}, .error = source.error().why, .hint = source.error().hint, .remark = {}};
  if (source->mapped)
    return {.text = std::string(source->mapped->bytes()), .error = {}, .hint = {}, .remark = {}};
  char buffer[1000];
  for (;;) {
    const auto got = source->stream->read(buffer, sizeof buffer);
    if (!got) read.error = got.error().why, read.hint = got.error().hint;
    if (!got || *got == 0) break;
    read.text.append(buffer, *got);
  }
  read.remark = source->remark();
  return read;
}

}  // namespace ctxcap::test
