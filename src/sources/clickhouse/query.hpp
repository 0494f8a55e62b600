#pragma once
// One query over ClickHouse's HTTP interface, and what went wrong with it. Inside sources/clickhouse/.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sources/clickhouse/clickhouse.hpp"

namespace ctxcap::sources {

// What to do about a query that failed.
enum class Remedy {
  narrow,  // it was too much: ask for less
  retry,   // the server or the way to it was busy or went away
  none,    // it would fail again
};

struct QueryFailure {
  Remedy remedy = Remedy::none;
  Error error;
};

struct ClickHouseAddress {
  std::string base;      // scheme, host, port, path
  std::string database;  // empty: the user's default
};
// Errors (ErrorKind::usage): no http(s) address, or one that carries user, password or settings.
Result<ClickHouseAddress> clickhouse_address(const std::string& url, const std::string& database);

// Lines as they pass by: each must be an object that begins as a row does. ClickHouse writes an error that
// comes after the first rows into the stream, behind or inside of a row.
class RowStream {
 public:
  explicit RowStream(std::string begin) : begin_(std::move(begin)) {}
  void feed(std::string_view bytes);
  // Nothing but rows so far.
  bool is_good() const { return good_; }
  bool is_whole() const { return good_ && last_ == '\n'; }  // and the last one has ended
  std::string_view tail() const { return tail_; }           // the end of what passed by

 private:
  std::string begin_, tail_;
  std::size_t at_ = 0;  // bytes of the line at hand that were compared with begin_, at most its length
  bool good_ = true;
  char last_ = '\n';
};

using Settings = std::map<std::string, std::string>;
using Parameters = std::map<std::string, std::string>;  // as ClickHouse reads them; see array_text()

// ['a','b'], quoted as ClickHouse reads an Array(String).
std::string array_text(const std::vector<std::string>& values);

class ClickHouseClient {
 public:
  ClickHouseClient(ClickHouseAddress address, const ClickHouseOptions& options, Http& http)
      : address_(std::move(address)), user_(options.user), password_(options.password), http_(http) {}

  void set(Settings settings) { settings_ = std::move(settings); }
  const std::string& base() const { return address_.base; }

  // The answer's rows (JSONEachRow), each of which begins so, as a whole; for the small ones.
  tl::expected<std::string, QueryFailure> ask(const std::string& sql, const Parameters& parameters,
                                              const std::string& begin) const;
  // Each piece of the answer goes to `take`; its error is returned as it is.
  tl::expected<void, QueryFailure> stream(const std::string& sql, const Parameters& parameters,
                                          const std::string& begin,
                                          const std::function<Status(std::string_view)>& take) const;

 private:
  HttpRequest request(const std::string& sql, const Parameters& parameters) const;
  QueryFailure refusal(const HttpResponse& response) const;
  QueryFailure lost(Error error) const;

  ClickHouseAddress address_;
  std::string user_, password_;
  Settings settings_;
  Http& http_;
};

// The failure that an exception's text stands for: "Code: 241. DB::Exception: Memory limit ... ". Without a
// code the answer just broke off; then the text is not shown, as it may be part of a row.
QueryFailure failure_of(std::string_view text, int code, const std::string& base);

}  // namespace ctxcap::sources
