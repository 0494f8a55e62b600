#pragma once
// Files in memory, with a diary of what was asked and a switch for each way in which reading can fail.

#include <fnmatch.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "ports/files.hpp"

namespace ctxcap::test {

class FakeFiles final : public Files {
 public:
  std::map<std::string, std::string> files;  // regular files
  std::map<std::string, std::string> pipes;  // what has no size; "-" is stdin
  std::set<std::string> directories;
  std::map<std::string, std::string> links;  // further names of files and directories: name -> the first one
  std::set<std::string> forbidden;           // there, but not to be read
  std::size_t read_size = 7;                 // a stream yields at most so many bytes at once
  std::optional<std::size_t> breaks_after;   // a stream fails when it has yielded so many bytes
  std::optional<std::size_t> dies_after;  // as a killed program: so many bytes are written, then nothing more
  std::vector<std::string> diary;         // "map x", "open x", ...

  std::string working_directory() override { return "/here"; }
  PathKind kind(const std::string& path) override {
    if (directories.contains(path)) return PathKind::directory;
    if (pipes.contains(path)) return PathKind::other;
    return files.contains(path) || forbidden.contains(path) ? PathKind::file : PathKind::missing;
  }
  std::optional<FileId> id(const std::string& path) override {
    if (!files.contains(path) && !directories.contains(path)) return std::nullopt;
    const auto link = links.find(path);
    return FileId{.device = 0, .inode = std::hash<std::string>()(link == links.end() ? path : link->second)};
  }
  Result<std::vector<std::string>> list(const std::string& directory) override {
    if (forbidden.contains(directory)) return content_of(directory, {}).map([](auto) { return Paths(); });
    std::set<std::string> names;
    for (const std::string& path : all()) {
      if (path.starts_with(directory + "/")) names.insert(path.substr(directory.size() + 1));
    }
    std::erase_if(names, [](const std::string& name) { return name.find('/') != name.npos; });
    return Paths(names.begin(), names.end());
  }
  Result<std::vector<std::string>> glob(const std::string& pattern) override {
    Paths paths = all();
    std::erase_if(paths, [&](const std::string& path) {
      return ::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME | FNM_PERIOD) != 0;
    });
    return paths;
  }
  Result<std::unique_ptr<MappedFile>> map(const std::string& path) override {
    diary.push_back("map " + path);
    TRY_ASSIGN(std::string content, content_of(path, files));
    return std::make_unique<Mapped>(std::move(content));
  }
  Result<std::unique_ptr<ByteReader>> open(const std::string& path) override {
    diary.push_back("open " + path);
    TRY_ASSIGN(std::string content, content_of(path, files.contains(path) ? files : pipes));
    return std::make_unique<Reader>(std::move(content), read_size, breaks_after);
  }
  Result<std::string> read_all(const std::string& path) override {
    diary.push_back("read " + path);
    return content_of(path, files.contains(path) ? files : pipes);
  }
  Status write_atomic(const std::string& path, std::string_view content) override {
    diary.push_back("write " + path);
    TRY(spend(content.size() + 1));
    files[path] = content;
    return {};
  }
  Result<std::unique_ptr<Replacement>> replace(const std::string& path) override {
    diary.push_back("replace " + path);
    return std::make_unique<Pending>(*this, path);
  }
  Result<std::unique_ptr<ByteWriter>> append(const std::string& path, std::size_t keep) override {
    diary.push_back("append " + path);
    TRY(spend(1));
    files[path].resize(keep);
    return std::make_unique<Appended>(*this, path);
  }
  Status remove(const std::string& path) override {
    diary.push_back("remove " + path);
    TRY(spend(1));
    files.erase(path);
    return {};
  }
  Status move(const std::string& from, const std::string& to) override {
    diary.push_back("move " + from + " " + to);
    auto node = files.extract(from);
    if (node.empty())
      return fail({.what = "could not move " + from, .why = "No such file or directory", .hint = ""});
    files[to] = std::move(node.mapped());
    return {};
  }
  Result<std::unique_ptr<Lock>> lock(const std::string&) override { return std::make_unique<Lock>(); }
  Status make_directories(const std::string& path) override {
    directories.insert(path);
    return {};
  }
  Result<std::unique_ptr<PrivateDirectory>> make_private_directory() override {
    return fail({.what = "no private directories in this fake", .why = "", .hint = ""});
  }
  Result<std::unique_ptr<ScratchFile>> make_scratch_file() override {
    return fail({.what = "no scratch files in this fake", .why = "", .hint = ""});
  }

 private:
  class Mapped final : public MappedFile {
   public:
    explicit Mapped(std::string content) : size_(content.size()), padded_(std::move(content)) {
      padded_.append(kReadPadding, '\0');
    }
    std::string_view bytes() const override { return std::string_view(padded_).substr(0, size_); }

   private:
    std::size_t size_;
    std::string padded_;
  };

  class Reader final : public ByteReader {
   public:
    Reader(std::string content, std::size_t most, std::optional<std::size_t> breaks_after)
        : content_(std::move(content)), most_(most), breaks_after_(breaks_after) {}
    Result<std::size_t> read(char* buffer, std::size_t size) override {
      if (breaks_after_ && at_ >= *breaks_after_) {
        return fail({.what = "could not read", .why = "Input/output error", .hint = "try again"});
      }
      const std::size_t got = std::min({size, most_, content_.size() - at_});
      std::memcpy(buffer, content_.data() + at_, got);
      at_ += got;
      return got;
    }

   private:
    std::string content_;
    std::size_t most_, at_ = 0;
    std::optional<std::size_t> breaks_after_;
  };

  class Appended final : public ByteWriter {
   public:
    Appended(FakeFiles& files, std::string path) : files_(files), path_(std::move(path)) {}
    Status write(std::string_view bytes) override {
      const std::size_t fits = std::min(bytes.size(), files_.dies_after.value_or(bytes.size()));
      files_.files[path_] += bytes.substr(0, fits);
      return files_.spend(bytes.size());
    }
    Status flush() override { return {}; }

   private:
    FakeFiles& files_;
    std::string path_;
  };

  class Pending final : public Replacement {
   public:
    Pending(FakeFiles& files, std::string path) : files_(files), path_(std::move(path)) {}
    Status write(std::string_view bytes) override {
      content_ += bytes;
      return files_.spend(bytes.size());
    }
    Status flush() override { return {}; }
    Status commit() override {
      TRY(files_.spend(1));
      files_.files[path_] = std::move(content_);
      return {};
    }

   private:
    FakeFiles& files_;
    std::string path_, content_;
  };

  Status spend(std::size_t bytes) {
    if (!dies_after) return {};
    if (bytes > *dies_after) {
      dies_after = 0;
      return fail({.what = "killed", .why = "", .hint = ""});
    }
    *dies_after -= bytes;
    return {};
  }

  using Paths = std::vector<std::string>;
  Paths all() const {
    std::set<std::string> paths = directories;
    for (const auto* named : {&files, &pipes}) {
      for (const auto& [name, content] : *named) paths.insert(name);
    }
    return Paths(paths.begin(), paths.end());
  }

  Result<std::string> content_of(const std::string& path, const std::map<std::string, std::string>& from) {
    const auto found = from.find(path);
    if (forbidden.contains(path) || found == from.end()) {
      return fail({.kind = ErrorKind::usage,
                   .what = "could not read " + path,
                   .why = forbidden.contains(path) ? "Permission denied" : "No such file or directory",
                   .hint = "check the path and its permissions"});
    }
    return found->second;
  }
};

}  // namespace ctxcap::test
