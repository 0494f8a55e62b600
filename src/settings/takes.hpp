#pragma once
// Inside settings/: values that only one key has, read and shown.

#include "settings/key.hpp"

namespace ctxcap::settings {

Complaint take_host(const Value& value, std::string& into, const From& from);
Complaint take_kv_type(const Value& value, RuntimeSettings& into, const From& from);
std::optional<Value> show_kv_type(const RuntimeSettings& of);
Complaint take_flash_attention(const Value& value, FlashAttention& into, const From& from);
std::optional<Value> show_flash_attention(FlashAttention of);
Complaint take_num_batch(const Value& value, std::optional<i64>& into, const From& from);
std::optional<Value> show_num_batch(const std::optional<i64>& of);
Complaint take_shows(const Value& value, Pairs& into, const From& from);
std::optional<Value> show_shows(const Pairs& of);

Complaint take_tenants(const Value& value, std::vector<Tenant>& into, const From& from);
std::optional<Value> show_tenants(const std::vector<Tenant>& of);
using QuietHours = decltype(policy::HysteresisOptions::quiet_hours);
Complaint take_quiet_hours(const Value& value, QuietHours& into, const From& from);
std::optional<Value> show_quiet_hours(const QuietHours& of);

Complaint take_keys(const Value& value, std::string& into, const From& from);
Complaint take_moment(const Value& value, std::string& into, const From& from);
Complaint take_job_rule(const Value& value, std::string& into, const From& from);
Complaint take_jobs(const Value& value, SourceSettings& into, const From& from);
Complaint take_map(const Value& value, Pairs& into, const From& from);
Complaint take_parameters(const Value& value, Pairs& into, const From& from);
std::optional<Value> show_parameters(const Pairs& of);
Complaint take_model(const Value& value, std::string& into, const From& from);
Complaint take_limit(const Value& value, Variant& into, const From& from);
std::optional<Value> show_limit(const Variant& of);
Complaint take_prom(const Value& value, std::string& into, const From& from);
Complaint take_name(const Value& value, std::string& into, const From& from);
Complaint take_tokens(const Value& value, std::optional<Tokens>& into, const From& from);

}  // namespace ctxcap::settings
