#pragma once
// Inside settings/: keys that take something of their own, read and shown.

#include "settings/tables.hpp"

namespace ctxcap::settings {

Complaint take_host(const Value& value, Ollama& into);
std::optional<Value> show_host(const Ollama& from);
Complaint take_kv_type(const Value& value, Ollama& into);
std::optional<Value> show_kv_type(const Ollama& from);
Complaint take_flash_attention(const Value& value, Ollama& into);
std::optional<Value> show_flash_attention(const Ollama& from);
Complaint take_num_batch(const Value& value, Ollama& into);
std::optional<Value> show_num_batch(const Ollama& from);

Complaint take_tenants(const Value& value, Card& into);
std::optional<Value> show_tenants(const Card& from);
Complaint take_quiet_hours(const Value& value, Policy& into);
std::optional<Value> show_quiet_hours(const Policy& from);

Complaint take_keys(const Value& value, SourceSettings& into);
std::optional<Value> show_keys(const SourceSettings& from);
Complaint take_from(const Value& value, SourceSettings& into);
std::optional<Value> show_from(const SourceSettings& from);
Complaint take_job_rule(const Value& value, SourceSettings& into);
std::optional<Value> show_job_rule(const SourceSettings& from);
Complaint take_map(const Value& value, SourceSettings& into);
std::optional<Value> show_map(const SourceSettings& from);

Complaint take_variant_name(const Value& value, Variant& into);
std::optional<Value> show_variant_name(const Variant& from);
Complaint take_base(const Value& value, Variant& into);
std::optional<Value> show_base(const Variant& from);
Complaint take_parameters(const Value& value, Variant& into);
std::optional<Value> show_parameters(const Variant& from);
Complaint take_num_ctx(const Value& value, Variant& into);
std::optional<Value> show_num_ctx(const Variant& from);

}  // namespace ctxcap::settings
