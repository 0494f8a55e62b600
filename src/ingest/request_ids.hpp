#pragma once
// Names in the ids that clients give to their requests.

#include <string_view>

namespace ctxcap::ingest {

// "chatcmpl-job-triage-17" -> "job-triage": what stands before the first part that is a number or random.
// Empty: the server made the id itself.
std::string_view job_of_request_id(std::string_view id);

}  // namespace ctxcap::ingest
