#include "io/curl.hpp"

#include <dlfcn.h>

namespace ctxcap::io {
namespace {

// The name of the interface that the header is of; no other has had it since 2006.
constexpr const char* kLibrary = "libcurl.so.4";

const Curl* loaded() {
  static Curl curl;
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return nullptr;
#define CTXCAP_CURL_LOAD(NAME)                                                        \
  curl.NAME = reinterpret_cast<decltype(curl.NAME)>(::dlsym(library, "curl_" #NAME)); \
  if (curl.NAME == nullptr) return nullptr;
  CTXCAP_CURL_FUNCTIONS(CTXCAP_CURL_LOAD)
#undef CTXCAP_CURL_LOAD
  return curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? &curl : nullptr;
}

}  // namespace

const Curl* load_curl() {
  static const Curl* const kCurl = loaded();
  return kCurl;
}

const Curl& curl() {
  return *load_curl();
}

}  // namespace ctxcap::io
