#include "sources/files/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

#include "base/text.hpp"
#include "sources/containers/containers.hpp"

namespace ctxcap::sources {
namespace {

constexpr std::size_t kNamesInNote = 4;

tl::unexpected<Error> nothing_found(const std::string& name, std::string why, std::string hint) {
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("cannot read traces from '{}'", name),
               .why = std::move(why),
               .hint = std::move(hint)});
}

bool drop_suffix(std::string_view& name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return false;
  name.remove_suffix(suffix.size());
  return true;
}

// "app.log.2.gz" and "app.log-20261120" are rotated.
bool is_like_traces(std::string_view name) {
  drop_suffix(name, ".gz") || drop_suffix(name, ".zst");
  const std::size_t last = name.find_last_not_of("0123456789");
  if (last != name.npos && last + 1 < name.size() && (name[last] == '.' || name[last] == '-')) {
    name = name.substr(0, last);
  }
  constexpr std::array<std::string_view, 7> kSuffixes{".jsonl", ".json", ".ndjson", ".csv",
                                                      ".log",   ".txt",  ".sse"};
  return std::any_of(kSuffixes.begin(), kSuffixes.end(),
                     [&](auto suffix) { return drop_suffix(name, suffix); });
}

class Finder {
 public:
  explicit Finder(Files& files) : files_(files) {}

  Status add(const std::string& name) {
    const PathKind kind = name == "-" ? PathKind::other : files_.kind(name);
    if (kind == PathKind::missing && name.find_first_of("*?[") != name.npos) return add_pattern(name);
    if (const std::string* first = seen_before(name)) {
      if (!given_.contains(*first)) return {};  // it was in a directory, or matched
      return fail(
          {.kind = ErrorKind::usage,
           .what = fmt::format("the traces name {} twice, also as {}", printable(*first), printable(name)),
           .why = "its requests would count twice, and look like more data than there is",
           .hint = "name every file once"});
    }
    given_.insert(name);
    if (kind == PathKind::directory) return add_directory(name);
    names_.files.push_back(name);
    return {};
  }

  Names take() && { return std::move(names_); }

 private:
  Status add_pattern(const std::string& pattern) {
    TRY_ASSIGN(const std::vector<std::string> matches, files_.glob(pattern));
    if (matches.empty()) {
      const std::size_t slash = pattern.find_last_of('/', pattern.find_first_of("*?["));
      const std::string directory = slash == pattern.npos ? "." : pattern.substr(0, slash + 1);
      return nothing_found(pattern, "no file matches this pattern", "ls " + shell_word(directory));
    }
    std::vector<std::string> left_out;
    for (const std::string& match : matches) {
      if (files_.kind(match) != PathKind::directory) {
        add_once(match, match, left_out);
      } else if (seen_before(match) == nullptr) {
        TRY(add_directory(match));
      }
    }
    note(pattern, left_out);
    return {};
  }

  Status add_directory(const std::string& directory) {
    std::vector<std::string> left_out;
    const std::size_t before = met_;
    TRY(walk(directory, "", left_out));
    if (met_ == before) {
      if (left_out.empty()) {
        return nothing_found(directory, "there is no file in this directory",
                             "ls -a " + shell_word(directory));
      }
      return nothing_found(
          directory, fmt::format("no file in this directory is to be read; left out: {}", some(left_out)),
          "name files one by one; of a directory those that end in .jsonl, .json, .ndjson, .csv, "
          ".log, .txt or .sse are read, also with .gz or .zst");
    }
    note(directory, left_out);
    return {};
  }

  // `below` is where in `root` we are: "" or "2026/11/".
  Status walk(const std::string& root, const std::string& below, std::vector<std::string>& left_out) {
    const std::string inside = root.ends_with('/') ? root : root + "/";
    const std::string here = below.empty() ? root : inside + below.substr(0, below.size() - 1);
    TRY_ASSIGN(const std::vector<std::string> names, files_.list(here));
    for (const std::string& name : names) {
      if (name.starts_with('.')) continue;
      const std::string path = inside + below + name;
      const PathKind kind = files_.kind(path);
      if (kind == PathKind::directory) {
        if (seen_before(path) == nullptr)
          TRY(walk(root, below + name + "/", left_out));  // no link leads back
      } else if (kind == PathKind::file && is_like_traces(name)) {
        add_once(path, below + name, left_out);
      } else {
        left_out.push_back(below + name);
      }
    }
    return {};
  }

  void add_once(const std::string& path, const std::string& shown, std::vector<std::string>& left_out) {
    ++met_;
    if (const std::string* first = seen_before(path)) {
      left_out.push_back(fmt::format("{} (it is {})", shown, *first));
    } else {
      names_.files.push_back(path);
    }
  }

  // The name under which the same file or directory came before; nullptr: it is new, and now known by this
  // one.
  const std::string* seen_before(const std::string& path) {
    const std::optional<FileId> id = files_.id(path);
    if (!id) return nullptr;
    const auto [entry, is_new] = seen_.try_emplace(*id, path);
    return is_new ? nullptr : &entry->second;
  }

  static std::string some(const std::vector<std::string>& names) {
    const std::size_t shown = std::min(names.size(), kNamesInNote);
    std::string text = join(std::span(names).first(shown), ", ");
    if (shown < names.size()) text += fmt::format(" and {} more", names.size() - shown);
    return printable(text, 400);
  }

  void note(const std::string& where, const std::vector<std::string>& left_out) {
    if (!left_out.empty())
      names_.notes.push_back(fmt::format("left out of {}: {}", printable(where), some(left_out)));
  }

  Files& files_;
  Names names_;
  std::size_t met_ = 0;  // files that are to be read, once or again
  std::set<std::string> given_;
  std::map<FileId, std::string> seen_;
};

}  // namespace

Result<Names> find_traces(std::span<const std::string> given, Files& files) {
  std::set<std::string_view> names;
  for (const std::string& name : given) {
    if (names.insert(name).second) continue;
    return fail({.kind = ErrorKind::usage,
                 .what = "the traces name " + printable(name, 120) + " twice",
                 .why = "its requests would count twice, and look like more data than there is",
                 .hint = "name every file once"});
  }
  Finder finder(files);
  for (const std::string& name : given) TRY(finder.add(name));
  return std::move(finder).take();
}

}  // namespace ctxcap::sources
