#include "sources/langfuse/reader.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "base/guessed_keys.hpp"
#include "base/simd_json.hpp"
#include "base/time.hpp"
#include "ports/files.hpp"
#include "sources/langfuse/json_scan.hpp"

namespace ctxcap::sources::langfuse {

static_assert(kReadPadding >= simdjson::SIMDJSON_PADDING && kReadPadding >= GuessedKeys<int>::kPadding);

namespace {

namespace simd = simdjson::ondemand;
using Error = simdjson::error_code;

#define TRY_SIMD(expression) \
  if (const auto error_ = (expression)) return error_

using Put = void (*)(Row& row, std::string_view value);

void put_model_id(Row& row, std::string_view value) {
  if (const std::string_view id = string_inside(value); !id.empty()) row.model_id = id;
}

void put_begins(Row& row, std::string_view value) {
  row.begins_trace = value == "true";
}

template <std::string_view Row::*member>
void put_string(Row& row, std::string_view value) {
  row.*member = string_inside(value);
}

template <std::string_view Row::*member>
void put_json(Row& row, std::string_view value) {
  row.*member = value;
}

template <i64 Row::*member>
void put_time(Row& row, std::string_view value) {
  const auto time = parse_time(string_inside(value));
  row.*member = time ? time->micros : 0;
}

struct Member {
  std::string_view key;
  Put put;
};
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

constexpr std::array kMembers = {
    Member{"id", put_string<&Row::id>},
    Member{"traceId", put_string<&Row::trace>},
    Member{"parentObservationId", put_string<&Row::parent>},
    Member{"isRootObservation", put_begins},
    Member{"projectId", put_string<&Row::project>},
    Member{"name", put_json<&Row::name>},
    Member{"traceName", put_json<&Row::trace_name>},
    Member{"tags", put_json<&Row::tags>},
    Member{"tokenizerId", put_json<&Row::tokenizer>},
    Member{"usageDetails", put_json<&Row::usage>},
    Member{"startTime", put_time<&Row::start>},
    Member{"timestamp", put_time<&Row::start>},
    Member{"updatedAt", put_time<&Row::updated>},
    Member{"modelId", put_model_id},
    Member{"internalModelId", put_model_id},
};

Put put_of(std::string_view key) {
  for (const Member& member : kMembers) {
    if (member.key == key) return member.put;
  }
  return nullptr;
}

std::string_view without_space_behind(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

i64 integer(std::string_view value) {
  i64 number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc() && end == value.data() + value.size() ? number : 0;
}

void put_meta(Page& page, std::string_view key, std::string_view value) {
  if (key == "cursor") page.cursor = unescaped(value);
  if (key == "totalPages") page.total_pages = integer(value);
  if (key == "totalItems") page.total_items = integer(value);
}

// For what is no JSON, as NaN is none: a row that cannot be used must not keep the others away.
bool row_by_hand(Row& row) {
  return each_member(row.text, [&](std::string_view key, std::string_view value) {
    if (const Put put = put_of(key)) put(row, value);
  });
}

std::optional<Page> page_by_hand(std::string_view body) {
  Page page;
  bool has_data = false, has_meta = false, objects = true;
  const auto add_row = [&](std::string_view text) {
    objects = objects && row_by_hand(page.rows.emplace_back(Row{.text = text}));
  };
  const bool whole = each_member(body, [&](std::string_view key, std::string_view value) {
    if (key == "data") has_data = each_element(value, add_row);
    if (key == "meta") {
      has_meta = each_member(
          value, [&](std::string_view name, std::string_view part) { put_meta(page, name, part); });
    }
  });
  if (!whole || !has_data || !has_meta || !objects) return std::nullopt;
  return page;
}

}  // namespace

struct Reader::Parts {
  simd::parser parser;
  GuessedKeys<Put> keys;

  Error open(std::string_view text, simd::document& document, simd::object& object) {
    const simdjson::padded_string_view padded(text.data(), text.size(), text.size() + kReadPadding);
    TRY_SIMD(parser.iterate(padded).get(document));
    return document.get_object().get(object);
  }

  Error read(simd::object& object, const char* end, Row& row) {
    std::size_t number = 0;
    for (auto item : object) {
      simd::field field;
      TRY_SIMD(std::move(item).get(field));
      const Put put = keys.at(number++, field.key().raw(), end, put_of).meaning;
      if (put == nullptr) continue;
      std::string_view value;
      TRY_SIMD(raw_of(field.value()).get(value));
      put(row, without_space_behind(value));
    }
    return simdjson::SUCCESS;
  }

  Error read(simd::array rows, simd::document& document, const char* end, std::vector<Row>& into) {
    for (auto item : rows) {
      simd::value value;
      simd::object object;
      TRY_SIMD(std::move(item).get(value));
      const char* const begin = value.raw_json_token().data();
      TRY_SIMD(value.get_object().get(object));
      Row& row = into.emplace_back();
      TRY_SIMD(read(object, end, row));
      const char* next = nullptr;  // what follows the row
      TRY_SIMD(document.current_location().get(next));
      row.text = without_space_behind({begin, static_cast<std::size_t>(next - begin)});
    }
    return simdjson::SUCCESS;
  }

  static Error read(simd::object meta, Page& page) {
    for (auto item : meta) {
      simd::field field;
      std::string_view key, value;
      TRY_SIMD(std::move(item).get(field));
      TRY_SIMD(field.unescaped_key().get(key));
      TRY_SIMD(raw_of(field.value()).get(value));
      put_meta(page, key, without_space_behind(value));
    }
    return simdjson::SUCCESS;
  }

  Error read(std::string_view body, Page& page) {
    simd::document document;
    simd::object object;
    TRY_SIMD(open(body, document, object));
    bool has_data = false, has_meta = false;
    for (auto item : object) {
      simd::field field;
      TRY_SIMD(std::move(item).get(field));
      if (field.key() == "data") {
        simd::array rows;
        TRY_SIMD(field.value().get_array().get(rows));
        TRY_SIMD(read(rows, document, body.data() + body.size(), page.rows));
        has_data = true;
      } else if (field.key() == "meta") {
        simd::object meta;
        TRY_SIMD(field.value().get_object().get(meta));
        TRY_SIMD(read(meta, page));
        has_meta = true;
      }
    }
    return has_data && has_meta && is_at_end(document) ? simdjson::SUCCESS : simdjson::TAPE_ERROR;
  }
};

Reader::Reader() : parts_(std::make_unique<Parts>()) {}
Reader::~Reader() = default;

std::optional<Page> Reader::page(std::string& body) {
  if (body.starts_with(kByteOrderMark)) body.erase(0, kByteOrderMark.size());
  body.reserve(body.size() + kReadPadding);
  Page page;
  Error error = parts_->read(body, page);
  if (error == simdjson::UTF8_ERROR) {
    body = unescaped(json_string(body));
    body.reserve(body.size() + kReadPadding);
    page = {};
    error = parts_->read(body, page);
  }
  if (error) return page_by_hand(body);
  return page;
}

std::optional<Row> Reader::row(std::string_view object) {
  Row row{.text = without_space_behind(object)};
  simd::document document;
  simd::object members;
  const bool is_json = !parts_->open(object, document, members) &&
                       !parts_->read(members, object.data() + object.size(), row) && is_at_end(document);
  if (!is_json) row = {.text = row.text};
  if (!is_json && !row_by_hand(row)) return std::nullopt;
  if (row.id.empty()) return std::nullopt;
  return row;
}

}  // namespace ctxcap::sources::langfuse
