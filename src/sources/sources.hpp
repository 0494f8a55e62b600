#pragma once
// Where trace bytes come from. The door of this room: one header per kind of source.

#include "data/source.hpp"
#include "sources/clickhouse.hpp"
#include "sources/files.hpp"
#include "sources/langfuse.hpp"
#include "sources/llm_database.hpp"
#include "sources/names.hpp"

namespace ctxcap::sources {

// Every kind of source there is, as settings list them.
SourceKinds kinds();

}  // namespace ctxcap::sources
