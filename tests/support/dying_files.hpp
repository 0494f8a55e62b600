#pragma once
// Real files whose owner may be killed before and after each of its changes.

#include "ports/files.hpp"
#include "support/fake_served.hpp"

namespace ctxcap::test {

class DyingFiles final : public Files {
 public:
  DyingFiles(Files& real, Fuse& fuse) : real_(real), fuse_(fuse) {}

  Status write_atomic(const std::string& path, std::string_view content) override {
    return around([&] { return real_.write_atomic(path, content); });
  }
  Status remove(const std::string& path) override {
    return around([&] { return real_.remove(path); });
  }
  std::string working_directory() override { return real_.working_directory(); }
  PathKind kind(const std::string& path) override { return real_.kind(path); }
  std::optional<FileId> id(const std::string& path) override { return real_.id(path); }
  Result<std::vector<std::string>> list(const std::string& path) override { return real_.list(path); }
  Result<std::vector<std::string>> glob(const std::string& pattern) override { return real_.glob(pattern); }
  Result<std::unique_ptr<MappedFile>> map(const std::string& path) override { return real_.map(path); }
  Result<std::unique_ptr<ByteReader>> open(const std::string& path) override { return real_.open(path); }
  Result<std::string> read_all(const std::string& path) override { return real_.read_all(path); }
  Result<std::unique_ptr<Replacement>> replace(const std::string& path) override {
    return real_.replace(path);
  }
  Result<std::unique_ptr<ByteWriter>> append(const std::string& path, std::size_t keep) override {
    return real_.append(path, keep);
  }
  Status move(const std::string& from, const std::string& to) override { return real_.move(from, to); }
  Status make_directories(const std::string& path) override { return real_.make_directories(path); }
  Result<std::unique_ptr<Lock>> lock(const std::string& path) override { return real_.lock(path); }
  Result<std::unique_ptr<PrivateDirectory>> make_private_directory() override {
    return real_.make_private_directory();
  }
  Result<std::unique_ptr<ScratchFile>> make_scratch_file() override { return real_.make_scratch_file(); }

 private:
  template <typename Change>
  Status around(Change change) {
    fuse_.burn();
    const Status done = change();
    fuse_.burn();
    return done;
  }
  Files& real_;
  Fuse& fuse_;
};

}  // namespace ctxcap::test
