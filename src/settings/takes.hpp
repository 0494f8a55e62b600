#pragma once
// Inside settings/: values that only one key has, read and shown.

#include "settings/key.hpp"

namespace ctxcap::settings {

Complaint take_host(const Value& value, std::string& into, const From& from);
Complaint take_kv_type(const Value& value, RuntimeSettings& into, const From& from);
std::optional<Value> show_kv_type(const RuntimeSettings& of);
Complaint take_shows(const Value& value, Pairs& into, const From& from);
std::optional<Value> show_shows(const Pairs& of);

using Sets = std::vector<std::vector<std::string>>;
Complaint take_cards(const Value& value, Budget& into, const From& from);
std::optional<Value> show_cards(const Budget& of);
Complaint take_together(const Value& value, Sets& into, const From& from);
std::optional<Value> show_together(const Sets& of);
Complaint take_tenants(const Value& value, std::vector<Tenant>& into, const From& from);
std::optional<Value> show_tenants(const std::vector<Tenant>& of);
Complaint take_place(const Value& value, std::string& into, const From& from);   // a path, or an address
Complaint take_server(const Value& value, CardSources& into, const From& from);  // or its address alone
std::optional<Value> show_server(const CardSources& of);
Complaint take_rules(const Value& value, std::vector<TenantRule>& into, const From& from);
std::optional<Value> show_rules(const std::vector<TenantRule>& of);
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
