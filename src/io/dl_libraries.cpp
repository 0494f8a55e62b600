#include <dlfcn.h>

#include "io/parts.hpp"
#include "ports/libraries.hpp"

namespace ctxcap::io {
namespace {

class DlLibrary final : public Library {
 public:
  explicit DlLibrary(void* handle) : handle_(handle) {}
  ~DlLibrary() override { ::dlclose(handle_); }
  void* symbol(const std::string& name) override { return ::dlsym(handle_, name.c_str()); }

 private:
  void* handle_;
};

class DlLibraries final : public Libraries {
 public:
  std::unique_ptr<Library> open(const std::string& name) override {
    void* handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    return handle == nullptr ? nullptr : std::make_unique<DlLibrary>(handle);
  }
};

}  // namespace

std::unique_ptr<Libraries> make_dl_libraries() {
  return std::make_unique<DlLibraries>();
}

}  // namespace ctxcap::io
