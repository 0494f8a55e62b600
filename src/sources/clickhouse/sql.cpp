#include "sources/clickhouse/sql.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace ctxcap::sources {
namespace {

using Names = std::vector<std::pair<std::string_view, std::string>>;

// Replaces every $name$.
std::string filled(std::string_view text, const Names& names) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find('$', at);
    if (open == std::string_view::npos) return result.append(text.substr(at));
    const std::size_t close = text.find('$', open + 1);
    result.append(text.substr(at, open - at));
    const std::string_view name = text.substr(open + 1, close - open - 1);
    for (const auto& [known, value] : names) {
      if (known == name) result += value;
    }
    at = close + 1;
  }
  return result;
}

// Columns that a version of Langfuse has not got, or that may be NULL, are empty.
std::string text_column(const Table& table, const std::string& column) {
  return table.columns.contains(column) ? "ifNull(" + column + ", '')" : "''";
}

constexpr std::string_view kWanted = R"sql(
    (empty({projects:Array(String)}) OR project_id IN {projects:Array(String)})
    AND (empty({environments:Array(String)}) OR $environment$ IN {environments:Array(String)}))sql";

constexpr std::string_view kDays = R"sql(
SELECT project_id AS project, toString(toDate(start_time, 'UTC')) AS day, count() AS rows
FROM $table$
WHERE $wanted$
    AND start_time >= {from:DateTime64(6, 'UTC')} AND start_time < {to:DateTime64(6, 'UTC')}
GROUP BY project, day
ORDER BY project, day
FORMAT JSONEachRow
)sql";

// Every version of every row near the window, reduced to what matters. What only calls of a model need is
// empty for other rows, so that these fall into few groups.
constexpr std::string_view kRows = R"sql(
WITH
    type IN ('', 'GENERATION') AS is_call,
    is_call AND level = 'ERROR' AS is_error,
    $status_message$ AS said,
    $model_parameters$ AS asked,
    mapFilter((k, v) -> type != 'EMBEDDING' AND (position(k, 'input') > 0 OR position(k, 'output') > 0
        OR position(k, 'cache') > 0 OR position(lower(k), 'token') > 0
        OR k IN ('total', 'reasoning', 'prompt_eval_count', 'eval_count', 'prompt_n', 'predicted_n')),
        usage_details) AS usage
SELECT
    project_id AS project, $id$ AS row_id, event_ts AS version_at, is_deleted AS deleted,
    toDateTime64(start_time, 6, 'UTC') AS at,
    if(is_call, trace_id, '') AS trace, toUInt8($outermost$) AS root, type AS kind,
    if(is_call, $environment$, '') AS place, if(is_error, 'ERROR', '') AS severity,
    -- Of an error message only the words and numbers of a refusal; see refusal_of() in data.
    if(is_error, arrayStringConcat(extractAll(said, concat(
        'your prompt contains at least [0-9]+ input tokens|n_prompt_tokens["\'\\\\:= ]*[0-9]*|',
        'request \\([0-9]+ tokens\\) exceeds the available context size(?: \\([0-9]+)?|',
        'exceeds the (?:available context size|context length|maximum allowed length)(?: \\([0-9]+)?|',
        '[Pp]rompt contains (?:at least )?[0-9]+ (?:input )?tokens|',
        'parameter=input_tokens, value=[0-9]+|maximum context length (?:is|of) [0-9]+|',
        'model.s context length \\([0-9]+|context length is only [0-9]+|',
        'You passed [0-9]+ input (?:tokens|characters)|your request has [0-9]+ input tokens|',
        '[0-9]+ (?:tokens )?in (?:the messages|your prompt)|you requested [0-9]+|',
        'decoder prompt \\(length [0-9]+\\)|The input \\([0-9]+ tokens\\) is longer|',
        '[0-9]+ tokens from the input messages|Input length \\([0-9]+|',
        'n_keep: [0-9]+ >= n_ctx: [0-9]+|prompt is too long: [0-9]+ tokens > [0-9]+|',
        'exceed context limit: [0-9]+|input token count (?:of |\\()[0-9]+|',
        'the request contains [0-9]+ tokens|context_length_exceeded|ContextWindowExceededError|',
        'reduce the length of the (?:messages|input)|for embedding generation|is too large')), ' '), '') AS refusal,
    if(is_call, $provided_model_name$, '') AS model,
    if(is_call, $trace_name$, '') AS title, if(is_call, $name$, '') AS own_name,
    if(is_call, $prompt_name$, '') AS prompt,
    arrayFirst(t -> t != '' AND NOT startsWith(t, 'User-Agent:'), if(is_call, $tags$, [])) AS tag,
    -- Of the parameters only the limits, in their order; a value longer than any number is none.
    if(NOT is_call, '', if(asked != '' AND NOT isValidJSON(asked), if(length(asked) > 200, '', asked), concat('{',
        arrayStringConcat(arrayMap(x -> concat('"', x.1, '":', if(x.1 = 'options',
            concat('{', arrayStringConcat(arrayMap(y -> concat('"', y.1, '":', if(length(y.2) > 40, 'null', y.2)),
                arrayFilter(y -> y.1 IN ('num_ctx', 'num_predict'), JSONExtractKeysAndValuesRaw(
                    if(startsWith(x.2, '"'), JSONExtractString(asked, 'options'), x.2)))), ','), '}'),
            if(length(x.2) > 40, 'null', x.2))),
        arrayFilter(x -> x.1 IN ('num_ctx', 'num_predict', 'max_tokens', 'max_output_tokens', 'options'),
            JSONExtractKeysAndValuesRaw(asked))), ','), '}'))) AS parameters,
    toUInt8(notEmpty(provided_usage_details)) AS provided,
    mapKeys(usage) AS keys, mapValues(usage) AS counts
FROM $table$
WHERE $wanted$
    AND start_time >= {near_from:DateTime64(6, 'UTC')} AND start_time < {near_to:DateTime64(6, 'UTC')}$tagged$)sql";

// A trace's tags are on some of its rows, or in the table of traces.
constexpr std::string_view kTaggedRows = R"sql( AND trace_id GLOBAL IN
    (
        SELECT trace_id FROM $table$
        WHERE project_id IN {projects:Array(String)}
            AND start_time >= {roots_from:DateTime64(6, 'UTC')} AND start_time < {near_to:DateTime64(6, 'UTC')}
            AND hasAny($tags$, {tags:Array(String)})
    ))sql";
constexpr std::string_view kTaggedTraces = R"sql( AND trace_id GLOBAL IN
    (
        SELECT id FROM $traces$
        WHERE project_id IN {projects:Array(String)}
            AND timestamp >= {roots_from:DateTime64(6, 'UTC')} AND timestamp < {near_to:DateTime64(6, 'UTC')}
        GROUP BY id
        HAVING hasAny(argMax(tags, event_ts), {tags:Array(String)})
    ))sql";

// The newest version of each row; `counted`: it starts within the window.
constexpr std::string_view kNewest = R"sql(
SELECT
    project, versions, newest.1 AS trace, newest.2 AS at, newest.3 AS kind, newest.4 AS place,
    newest.5 AS severity, newest.6 AS refusal, newest.7 AS model, newest.8 AS title, newest.9 AS own_name,
    newest.10 AS prompt, newest.11 AS tag, newest.12 AS parameters, newest.13 AS provided, newest.14 AS root,
    newest.15 AS deleted, newest.16 AS keys, newest.17 AS counts,
    toUInt8(at >= {from:DateTime64(6, 'UTC')} AND at < {to:DateTime64(6, 'UTC')}$unseen$) AS counted
FROM
(
    SELECT
        project, row_id,
        countIf(at >= {from:DateTime64(6, 'UTC')} AND at < {to:DateTime64(6, 'UTC')}) AS versions,
        argMax(tuple(trace, at, kind, place, severity, refusal, model, title, own_name, prompt, tag, parameters,
                     provided, root, deleted, keys, counts), tuple(version_at, notEmpty(keys))) AS newest
    FROM ($rows$) AS every_version
    GROUP BY project, row_id
    HAVING versions > 0
))sql";

// In a server that was migrated: the row is in the newer table too, and counts there.
constexpr std::string_view kUnseen = R"sql( AND (project, row_id) GLOBAL NOT IN
        (
            SELECT project_id, span_id FROM $events$
            WHERE project_id IN {projects:Array(String)}
                AND start_time >= {near_from:DateTime64(6, 'UTC')} AND start_time < {near_to:DateTime64(6, 'UTC')}
        ))sql";

// What the traces of nested calls begin with, the earliest first.
constexpr std::string_view kRoots = R"sql(
GLOBAL LEFT JOIN
(
    SELECT
        project, trace, arraySlice(arrayDistinct(arrayMap(x -> x.2, arraySort(groupArray(newest)))), 1, 16) AS begun_by
    FROM
    (
        SELECT
            project_id AS project, trace_id AS trace,
            argMax(tuple(start_time, [$trace_name$, $name$, $provided_model_name$]), event_ts) AS newest
        FROM $table$
        WHERE project_id IN {projects:Array(String)}
            AND start_time >= {roots_from:DateTime64(6, 'UTC')} AND start_time < {near_to:DateTime64(6, 'UTC')}
            AND $outermost$ AND trace_id != '' AND trace_id GLOBAL IN
            (
                SELECT trace_id FROM $table$
                WHERE project_id IN {projects:Array(String)}
                    AND start_time >= {from:DateTime64(6, 'UTC')} AND start_time < {to:DateTime64(6, 'UTC')}
                    AND type IN ('', 'GENERATION') AND NOT $outermost$ AND $trace_name$ = ''
            )
        GROUP BY project, trace, $id$
    ) AS roots_of_traces
    GROUP BY project, trace
) AS roots USING (project, trace))sql";

// The names and tags of traces, which the older generation keeps in a table of their own.
constexpr std::string_view kTitles = R"sql(
GLOBAL LEFT JOIN
(
    SELECT
        project_id AS project, id AS trace, argMax(ifNull(name, ''), event_ts) AS trace_title,
        arrayFirst(t -> t != '' AND NOT startsWith(t, 'User-Agent:'), argMax(tags, event_ts)) AS trace_tag
    FROM $traces$
    WHERE project_id IN {projects:Array(String)}
        AND timestamp >= {roots_from:DateTime64(6, 'UTC')} AND timestamp < {near_to:DateTime64(6, 'UTC')}
        AND id GLOBAL IN
        (
            SELECT trace_id FROM $table$
            WHERE project_id IN {projects:Array(String)}
                AND start_time >= {from:DateTime64(6, 'UTC')} AND start_time < {to:DateTime64(6, 'UTC')}
                AND type IN ('', 'GENERATION') AND trace_id != ''
        )
    GROUP BY project, trace
) AS titles USING (project, trace))sql";

// One line per group of rows alike, cut by the first count so that a line stays short however many rows there
// are.
constexpr std::string_view kGroups = R"sql(
SELECT
    counted, kind AS type, place AS environment, severity AS level, refusal AS status_message,
    model AS provided_model_name, said_title AS trace_name, own_name AS name, prompt AS prompt_name,
    [said_tag] AS tags, parameters AS model_parameters,
    CAST(if(provided, map('given', 1), map()), 'Map(String, UInt8)') AS provided_usage_details,
    root AS is_root, nested_in AS roots, deleted AS is_deleted, keys AS usage_keys,
    toString(min(first_at)) AS start_time, toString(max(last_at)) AS last_start_time, sum(older) AS duplicates,
    groupArray(arrayPushBack(counts, requests)) AS groups
FROM
(
    SELECT
        counted, kind, place, severity, refusal, model, $title$ AS said_title, own_name, prompt, $tag$ AS said_tag,
        parameters, provided, root, if(root = 0 AND said_title = '', begun_by, []) AS nested_in, deleted, keys,
        counts, toDate(at, 'UTC') AS day,
        count() AS requests, min(at) AS first_at, max(at) AS last_at, sum(versions - counted) AS older
    FROM ($newest$) AS calls $titles$ $roots$
    GROUP BY counted, kind, place, severity, refusal, model, said_title, own_name, prompt, said_tag, parameters,
        provided, root, nested_in, deleted, keys, counts, day
) AS alike
GROUP BY counted, kind, place, severity, refusal, model, said_title, own_name, prompt, said_tag, parameters, provided,
    root, nested_in, deleted, keys, day, intDiv(counts[1], 64)
FORMAT JSONEachRow
)sql";

const Table& table_of(const Tables& tables, Generation generation) {
  return generation == Generation::events ? tables.events : tables.observations;
}

// The rows of a table with the times that are meant: milliseconds that were taken for seconds are no time
// that anybody has seen yet.
std::string rows_of(const Table& table, const std::string& time) {
  if (!table.has_far_times) return table.name;
  constexpr std::string_view kMeant =
      "(SELECT * REPLACE (fromUnixTimestamp64Milli(if(toUnixTimestamp64Milli($time$) < 7258118400000,"
      " toUnixTimestamp64Milli($time$), intDiv(toUnixTimestamp64Milli($time$), 1000)), 'UTC') AS $time$)"
      " FROM $table$)";  // 2200-01-01
  return filled(kMeant, {{"time", time}, {"table", table.name}});
}

// What differs between the generations.
Names names_of(const Tables& tables, Generation generation) {
  const Table& table = table_of(tables, generation);
  const bool events = generation == Generation::events;
  const std::string parent = text_column(table, events ? "parent_span_id" : "parent_observation_id");
  // The parent of a root may be a span that Langfuse never got, and newer versions know it for a root.
  const bool tells_roots = table.columns.contains("is_app_root");
  Names names{{"table", rows_of(table, "start_time")},
              {"events", tables.events.name},
              {"traces", rows_of(tables.traces, "timestamp")},
              {"id", events ? "span_id" : "id"},
              {"outermost", "(" + parent + " = ''" + (tells_roots ? " OR ifNull(is_app_root = 1, 0))" : ")")},
              {"tags", table.columns.contains("tags") ? "tags" : "CAST([], 'Array(String)')"}};
  for (const std::string_view column : {"environment", "status_message", "model_parameters",
                                        "provided_model_name", "trace_name", "name", "prompt_name"}) {
    names.emplace_back(column, text_column(table, std::string(column)));
  }
  names.emplace_back("wanted", filled(kWanted, names));
  return names;
}

}  // namespace

std::string columns_sql() {
  return R"sql(
SELECT table, name
FROM system.columns
WHERE database = currentDatabase() AND table IN ('events_core', 'events_full', 'observations', 'traces')
ORDER BY table, name
FORMAT JSONEachRow
)sql";
}

std::string settings_sql() {
  return R"sql(
SELECT name, value FROM system.settings
WHERE name IN ('readonly', 'max_memory_usage', 'max_execution_time')
ORDER BY name
FORMAT JSONEachRow
)sql";
}

std::string far_times_sql(const Tables& tables) {
  return filled(R"sql(
SELECT count() AS rows
FROM (SELECT 1 FROM $table$ WHERE start_time >= toDateTime64('2200-01-01 00:00:00', 3, 'UTC') LIMIT 1)
FORMAT JSONEachRow
)sql",
                {{"table", tables.observations.name}});
}

std::string days_sql(const Tables& tables, Generation generation) {
  return filled(kDays, names_of(tables, generation));
}

std::string groups_sql(const Tables& tables, Generation generation, bool tagged) {
  Names names = names_of(tables, generation);
  const bool both = generation == Generation::observations && !tables.events.name.empty();
  const bool titled = generation == Generation::observations && !tables.traces.name.empty();
  names.emplace_back("tagged", tagged ? filled(titled ? kTaggedTraces : kTaggedRows, names) : "");
  names.emplace_back("rows", filled(kRows, names));
  names.emplace_back("unseen", both ? filled(kUnseen, names) : "");
  names.emplace_back("newest", filled(kNewest, names));
  names.emplace_back("roots", filled(kRoots, names));
  names.emplace_back("titles", titled ? filled(kTitles, names) : "");
  names.emplace_back("title", titled ? "if(title != '', title, trace_title)" : "title");
  names.emplace_back("tag", titled ? "if(tag != '', tag, trace_tag)" : "tag");
  return filled(kGroups, names);
}

}  // namespace ctxcap::sources
