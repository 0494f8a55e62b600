#pragma once
// One line per row of the table in formats.cpp; each is defined in the file named beside it.

#include "ingest/formats.hpp"

namespace ctxcap::ingest {

extern const Format kMapped;                // mapped.cpp
extern const Format kPage;                  // page.cpp
extern const Format kTrace;                 // page.cpp
extern const Format kRecording;             // recording.cpp
extern const Format kLangfuseV1;            // langfuse.cpp
extern const Format kLangfuseV2;            // langfuse.cpp
extern const Format kLangfuseEvents;        // langfuse.cpp
extern const Format kLangfuseObservations;  // langfuse.cpp
extern const Format kLangfuseBlob;          // langfuse.cpp
extern const Format kLangfuseBare;          // langfuse.cpp
extern const Format kPlain;                 // plain.cpp
extern const Format kNoCalls;               // no_calls.cpp

}  // namespace ctxcap::ingest
