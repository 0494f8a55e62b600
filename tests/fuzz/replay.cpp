// replay TARGET FILE...: runs a fuzz target over files and folders, without a fuzzer; what was found once
// stays tested.
//
// All targets are one program, and one unit to the compiler: alone, each would take as long as all together.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

// The targets, each under its own name, and their table kTargets; made by CMake.
#include "targets.inc"

namespace {

using FuzzTarget = int (*)(const std::uint8_t* data, std::size_t size);

FuzzTarget target_of(std::string_view name) {
  for (const auto& [known, target] : kTargets) {
    if (name == known) return target;
  }
  return nullptr;
}

}  // namespace

int main(int count, char** arguments) {
  const FuzzTarget target = count > 1 ? target_of(arguments[1]) : nullptr;
  if (target == nullptr) {
    std::fprintf(stderr, "usage: replay TARGET FILE...\n");
    return 2;
  }
  int files = 0;
  const auto replay = [&](const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    const std::string bytes = content.str();
    std::fprintf(stderr, "%s\n", path.c_str());
    target(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    ++files;
  };
  for (int i = 2; i < count; ++i) {
    const std::filesystem::path path = arguments[i];
    if (!std::filesystem::is_directory(path)) {
      replay(path);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) replay(entry.path());
    }
  }
  std::printf("%d inputs replayed\n", files);
  return files > 0 ? 0 : 1;
}
