#pragma once
// Where strings, objects and arrays end that are longer than a glance, in steps of sixty-four bytes: by the widest
// instructions that the machine has.

namespace ctxcap::ingest {

struct Reach {
  const char* behind = nullptr;  // what was looked for; nullptr: it has no end, or what no program writes before it
  bool has_escape = false;
  bool has_high = false;  // some character in it or near it may take more than one byte
};

// What begins or goes on at `at` is text before `end`, and 64 bytes behind that can be read.
struct LongText {
  // Behind the closing quote.
  Reach (*string)(const char* at, const char* end);
  // From inside of an object or array behind the bracket that closes it, since as many are closed as were opened. Which
  // closes which is not asked, nor what stands between them, but for control characters, and backslashes outside of
  // strings.
  Reach (*nested)(const char* at, const char* end);
};

// On any machine, and on this one.
const LongText& long_text_anywhere();
const LongText& long_text();

}  // namespace ctxcap::ingest
