#pragma once
// Inside sources/: what can be told of settings alone, of any kind.

#include <optional>
#include <span>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"
#include "data/source.hpp"

namespace ctxcap::sources {

// Whatever was asked for must be answered by one of the kinds that are read: a filter that all of them ignore
// would make numbers of what nobody wanted. Errors (ErrorKind::usage) say which of `kinds` would answer it.
Status check_together(std::span<const SourceSettings> sources, SourceKinds kinds);

// What `from` or `to` names ("7d" is an age); unset: not given. Errors: ErrorKind::usage, with the flag.
Result<std::optional<Instant>> moment(const std::string& text, const char* flag, Instant now);

// Ages in `from` and `to` become times, so that all sources mean the same.
Status settle_period(SourceSettings& source, Instant now);

}  // namespace ctxcap::sources
