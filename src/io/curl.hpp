#pragma once
// Inside io/: libcurl, loaded when somebody is asked. Most runs ask nobody, and it brings some thirty
// libraries: two thirds of the time that such a run would take to start.

#include <curl/curl.h>

namespace ctxcap::io {

// Its functions, as its header declares them. What asks has loaded them by load_curl(), and may use them all.
struct Curl {
#define CTXCAP_CURL_FUNCTIONS(FUNCTION)                                                                     \
  FUNCTION(easy_cleanup)                                                                                    \
  FUNCTION(easy_getinfo) FUNCTION(easy_init) FUNCTION(easy_perform) FUNCTION(easy_reset)                    \
      FUNCTION(easy_setopt) FUNCTION(easy_strerror) FUNCTION(free) FUNCTION(global_init)                    \
          FUNCTION(multi_add_handle) FUNCTION(multi_cleanup) FUNCTION(multi_info_read) FUNCTION(multi_init) \
              FUNCTION(multi_perform) FUNCTION(multi_poll) FUNCTION(multi_remove_handle)                    \
                  FUNCTION(slist_append) FUNCTION(slist_free_all) FUNCTION(url) FUNCTION(url_cleanup)       \
                      FUNCTION(url_get) FUNCTION(url_set)
#define CTXCAP_CURL_MEMBER(NAME) decltype(&::curl_##NAME) NAME = nullptr;
  CTXCAP_CURL_FUNCTIONS(CTXCAP_CURL_MEMBER)
#undef CTXCAP_CURL_MEMBER
};

// Loaded and initialised once, and never unloaded; nullptr: it is not there, or lacks a function. From any
// thread.
const Curl* load_curl();

// Where load_curl() has not failed.
const Curl& curl();

}  // namespace ctxcap::io
