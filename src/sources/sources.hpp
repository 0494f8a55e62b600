#pragma once
// Where trace bytes come from. The door of this room: one header per kind of source.

#include "sources/clickhouse.hpp"
#include "sources/files.hpp"
#include "sources/langfuse.hpp"
#include "sources/llm_database.hpp"
#include "sources/names.hpp"
