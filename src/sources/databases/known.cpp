#include "sources/databases/known.hpp"

#include <array>

namespace ctxcap::sources {
namespace {

// Of an answer only the word that says why it ended leaves the database.
constexpr std::string_view kLlmResponses = R"sql(
select json_object('id', id, 'model', model, 'options_json', options_json,
    'input_tokens', @responses.input_tokens, 'output_tokens', @responses.output_tokens,
    'datetime_utc', datetime_utc,
    'done_reason', iif(json_valid(@responses.response_json),
        coalesce(json_extract(@responses.response_json, '$.done_reason'),
                 json_extract(@responses.response_json, '$.finish_reason'),
                 json_extract(@responses.response_json, '$.choices[0].finish_reason')), null))
from responses order by rowid)sql";

constexpr std::string_view kLlmTurns = R"sql(
select json_object('id', id, 'model', model, 'options_json', options_json,
    'input_tokens', @turns.input_tokens, 'output_tokens', @turns.output_tokens, 'datetime_utc', datetime_utc,
    'done_reason', iif(json_valid(@turns.response_json),
        coalesce(json_extract(@turns.response_json, '$.done_reason'),
                 json_extract(@turns.response_json, '$.finish_reason'),
                 json_extract(@turns.response_json, '$.choices[0].finish_reason')), null))
from turns order by rowid)sql";

// A message as the chat of its own that its page would export, so that both generations are read alike.
constexpr std::string_view kWebUiMessages = R"sql(
select json_object('id', chat_id, 'chat', json_object(
    'params', iif(json_valid(@chat.chat), json_extract(@chat.chat, '$.params'), null),
    'history', json_object('messages', json_object('0', json_object(
        'id', iif(substr(chat_message.id, 1, length(chat_id) + 1) = chat_id || '-',
                  substr(chat_message.id, length(chat_id) + 2), chat_message.id),
        'role', role, 'model', model_id, 'timestamp', @chat_message.created_at,
        'usage', iif(json_valid(usage), json(usage), null),
        'error', iif(json_valid(@chat_message.error), json(@chat_message.error), @chat_message.error))))))
from chat_message left join chat on chat.id = chat_id
where role = 'assistant' order by chat_message.rowid)sql";

constexpr std::string_view kWebUiChats = R"sql(
select json_object('id', chat.id, 'chat', json_object(
    'params', json_extract(chat.chat, '$.params'),
    'history', json_object('messages', json_object('0', json_object(
        'id', message.key, 'role', json_extract(message.value, '$.role'),
        'model', json_extract(message.value, '$.model'),
        'timestamp', json_extract(message.value, '$.timestamp'),
        'usage', coalesce(json_extract(message.value, '$.usage'), json_extract(message.value, '$.info.usage')),
        'error', json_extract(message.value, '$.error'))))))
from chat, json_each(iif(json_valid(chat.chat), chat.chat, '{}'), '$.history.messages') as message
where message.type = 'object' and json_extract(message.value, '$.role') = 'assistant')sql";

// A chat that was there before its messages got a table has them in both, or here alone.
constexpr std::string_view kNotThere =
    " and not exists (select 1 from chat_message where chat_message.id = chat.id || '-' || message.key)";

constexpr std::string_view kWebUiBroken =
    "select json_object('id', id, 'chat', '{') from chat where not json_valid(chat.chat)";

constexpr std::string_view kLlamaSwap = R"sql(
select json_object('timestamp', ts_created, 'model', model_id, 'path', @activity.req_path,
    'status', iif(@activity.resp_status_code >= 400, 'failed', null),
    'cache_tokens', cache_tokens, 'input_tokens', input_tokens, 'output_tokens', output_tokens,
    'prompt_per_second', @activity.prompt_per_second, 'error', nullif(@activity.error_msg, ''))
from activity order by rowid)sql";

// Of the parts of a message those that end a step have its counts.
constexpr std::string_view kOpenCode = R"sql(
select json_object('id', message.id, 'time_created', @message.time_created,
    'data', json_object(
        'role', json_extract(message.data, '$.role'), 'tokens', json_extract(message.data, '$.tokens'),
        'modelID', json_extract(message.data, '$.modelID'), 'model', json_extract(message.data, '$.model'),
        'time', json_extract(message.data, '$.time')),
    'parts', (select json_group_array(json_object('id', step.id, 'type', 'step-finish', 'tokens', json(step.tokens)))
        from (select part.id, json_extract(part.data, '$.tokens') as tokens from part
              where message_id = message.id
                  and json_extract(iif(json_valid(part.data), part.data, '{}'), '$.type') = 'step-finish'
              order by part.id) as step))
from message where json_extract(iif(json_valid(message.data), message.data, '{}'), '$.role') = 'assistant'
order by message.id)sql";

using Has = std::string_view[];
constexpr Has kResponses{"responses.model", "responses.options_json", "responses.datetime_utc"};
constexpr Has kTurns{"turns.model", "turns.options_json", "turns.datetime_utc"};
constexpr Has kMessages{"chat_message.chat_id", "chat_message.model_id", "chat_message.usage",
                        "chat_message.role", "chat.id"};
constexpr Has kBoth{"chat_message.chat_id", "chat.chat", "chat.created_at"};
constexpr Has kChats{"chat.chat", "chat.created_at", "chat.user_id"};
constexpr Has kActivity{"activity.model_id", "activity.ts_created", "activity.cache_tokens",
                        "activity.input_tokens", "activity.output_tokens"};
constexpr Has kParts{"message.data", "part.data", "part.message_id"};

constexpr auto kTable = std::to_array<KnownTable>({
    {.program = "llm", .has = kResponses, .query = kLlmResponses},
    {.program = "llm", .has = kTurns, .query = kLlmTurns},
    {.program = "Open WebUI", .has = kMessages, .query = kWebUiMessages},
    {.program = "Open WebUI", .has = kBoth, .query = kWebUiChats, .rest = kNotThere},
    {.program = "Open WebUI", .has = kChats, .lacks = "chat_message.chat_id", .query = kWebUiChats},
    {.program = "Open WebUI", .has = kChats, .query = kWebUiBroken},
    {.program = "llama-swap", .has = kActivity, .query = kLlamaSwap},
    {.program = "opencode", .has = kParts, .query = kOpenCode},
});

}  // namespace

std::span<const KnownTable> known_tables() {
  return kTable;
}

}  // namespace ctxcap::sources
