// Any bytes as an answer of Langfuse. A JSON tree is the oracle: what it sees as a page is one, with the same
// rows, and a row keeps all its members however it is noted down and named.

#include <cstdint>
#include <string>

#include "base/json.hpp"
#include "fuzz/properties.hpp"
#include "sources/langfuse/index.hpp"
#include "sources/langfuse/reader.hpp"

using namespace ctxcap;
using nlohmann::json;
using sources::langfuse::Row;

namespace {

// Of members that come twice a tree keeps the last, and the reader of pages looks at both.
bool has_one(std::string_view text, std::string_view word) {
  const auto first = text.find(word);
  return first != std::string_view::npos && text.find(word, first + 1) == std::string_view::npos;
}

bool is_page(const json& tree) {
  if (!tree.is_object() || !tree.contains("data") || !tree.contains("meta")) return false;
  const json& rows = tree["data"];
  return rows.is_array() && tree["meta"].is_object() &&
         std::all_of(rows.begin(), rows.end(), [](const json& row) { return row.is_object(); });
}

void check_index(const Row& row) {
  std::string bytes;
  sources::langfuse::append_indexed(bytes, row);
  const auto again = sources::langfuse::read_indexed(bytes);
  fuzz::require(again.has_value(), "a row with an id is found again");
  fuzz::require(again->text == row.text && again->id == row.id && again->trace == row.trace &&
                    again->parent == row.parent && again->name == row.name && again->tags == row.tags &&
                    again->trace_name == row.trace_name && again->model_id == row.model_id &&
                    again->tokenizer == row.tokenizer && again->start == row.start &&
                    again->updated == row.updated,
                "with all its parts");
}

void check_members(const Row& row) {
  json wanted = json::parse(row.text, nullptr, false);
  if (wanted.is_discarded()) return;
  wanted["traceName"] = "job";
  wanted["tags"] = json::array({"a"});
  wanted["tokenizerId"] = nullptr;
  std::string changed;
  sources::langfuse::append_with_members(changed, row, {"\"job\"", "[\"a\"]", "null"});
  fuzz::require(json::parse(changed, nullptr, false) == wanted, "new members, and all the others");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  std::string body = bytes;
  const auto page = sources::langfuse::Reader().page(body);
  const bool plain_keys = bytes.find("\\u") == std::string::npos;
  if (bytes.find('\0') != std::string::npos) return 0;  // which ends the tree, and is no JSON
  const json tree = json::parse(bytes, nullptr, false);
  if (plain_keys && is_page(tree) && has_one(bytes, "\"data\"") && has_one(bytes, "\"meta\"")) {
    fuzz::require(page.has_value(), "a page is a page");
    fuzz::require(page->rows.size() == tree["data"].size(), "with all its rows");
    for (std::size_t i = 0; i < page->rows.size(); ++i)
      fuzz::require(json::parse(page->rows[i].text) == tree["data"][i], "as they were sent");
  }
  if (!page) return 0;
  for (const Row& row : page->rows) {
    fuzz::require(
        row.text.data() >= body.data() && row.text.data() + row.text.size() <= body.data() + body.size(),
        "rows are in the page");
    if (row.id.empty()) continue;
    check_index(row);
    if (plain_keys) check_members(row);
    (void)sources::langfuse::may_be_estimated(row);
    (void)sources::langfuse::needed_of(row.text, true);
    (void)sources::langfuse::trace_as_root(row.text);
  }
  return 0;
}
