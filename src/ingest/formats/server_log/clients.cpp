#include "ingest/formats/server_log/clients.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "ingest/formats/server_log/text.hpp"

namespace ctxcap::ingest::server_log {
namespace {

constexpr const char* kNobody = "unknown client";

// Those that generate.
constexpr std::array<std::string_view, 6> kRoutes = {
    "/api/chat", "/api/generate", "/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages"};

}  // namespace

void Clients::line(std::string_view text) {
  ++line_;
  const bool is_far = line_ > last_ + kNear || waiting_.size() + accesses_.size() >= kMost;
  if (is_far && !(waiting_.empty() && accesses_.empty())) settle();
  const std::string_view access = behind(text, "[GIN] ");
  if (access.empty()) return;
  const std::vector<std::string_view> parts = split(access, '|');
  if (parts.size() != 5 || !has(parts[4], "POST")) return;
  const std::string_view address = trimmed(parts[3]), status = trimmed(parts[1]);
  std::string_view route = behind(parts[4], "\"");
  route = route.substr(0, std::min(route.find('"'), route.find('?')));
  const bool is_known = std::find(kRoutes.begin(), kRoutes.end(), route) != kRoutes.end();
  if (!is_known || address.empty() || status == "404") return;
  accesses_.push_back({.client = std::string(address) + " " + std::string(route),
                       .failed = !status.starts_with('2'),
                       .line = line_});
  last_ = line_;
}

void Clients::add(const Call& call, i64 began) {
  waiting_.push_back(
      {.call = call, .model = std::string(call.model), .client = {}, .began = began, .ended = line_});
  last_ = line_;
}

// A client that gave up is answered with whatever Ollama likes; a refused one never with success.
bool Clients::may_belong(const Access& access, const Waiting& waiting) {
  const bool refused =
      waiting.call.usage.remarks.has(Remark::refused_prompt) || waiting.call.usage.reason == Reason::failed;
  return waiting.began < access.line && std::abs(access.line - waiting.ended) <= kNear &&
         (access.failed || !refused);
}

// Of the calls that wait: those that the same lines may belong to, as far as that reaches.
std::string Clients::client_of(std::size_t first) const {
  std::set<std::size_t> calls = {first}, lines;
  std::set<std::string_view> clients;
  for (std::size_t before = 0; before != calls.size() + lines.size();) {
    before = calls.size() + lines.size();
    for (std::size_t access = 0; access < accesses_.size(); ++access) {
      for (std::size_t call = 0; call < waiting_.size(); ++call) {
        if (!may_belong(accesses_[access], waiting_[call])) continue;
        if (calls.contains(call) && lines.insert(access).second) clients.insert(accesses_[access].client);
        if (lines.contains(access)) calls.insert(call);
      }
    }
  }
  const bool is_one = clients.size() == 1 && lines.size() == calls.size();
  return is_one ? std::string(*clients.begin()) : kNobody;
}

void Clients::settle() {
  const bool are_told_apart = waiting_.size() + accesses_.size() < kMost;
  std::vector<std::string> clients(waiting_.size(), kNobody);
  for (std::size_t i = 0; are_told_apart && i < waiting_.size(); ++i) clients[i] = client_of(i);
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    waiting_[i].client = std::move(clients[i]);
    known_.push_back(std::move(waiting_[i]));
  }
  waiting_.clear();
  accesses_.clear();
}

void Clients::take(std::vector<Call>& calls) {
  told_ = std::exchange(known_, {});
  for (Waiting& told : told_) {
    told.call.model = told.model;
    told.call.job.client = told.client;
    calls.push_back(told.call);
  }
}

void Clients::finish(std::vector<Call>& calls) {
  settle();
  take(calls);
}

}  // namespace ctxcap::ingest::server_log
