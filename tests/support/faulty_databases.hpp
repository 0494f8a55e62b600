#pragma once
// Real databases behind a switch: from a chosen moment on every call fails the way a disk does.

#include <memory>

#include "ports/database.hpp"

namespace ctxcap::test {

class FaultyDatabases final : public Databases {
 public:
  explicit FaultyDatabases(Databases& real) : real_(real) {}

  DatabaseFault fault = DatabaseFault::none;  // none: everything works
  int calls_left = 0;                         // open, prepare, run and step calls that still work

  Result<std::unique_ptr<Database>> open(const std::string& path, DatabaseMode mode,
                                         DatabaseFault* told) override {
    if (broken()) {
      if (told != nullptr) *told = fault;
      return fail(error());
    }
    TRY_ASSIGN(auto real, real_.open(path, mode, told));
    return std::make_unique<Broken>(*this, std::move(real));
  }

 private:
  bool broken() { return fault != DatabaseFault::none && calls_left-- <= 0; }
  static Error error() { return {.what = "could not write", .why = "the fault of this test", .hint = ""}; }

  class BrokenStatement final : public Statement {
   public:
    BrokenStatement(FaultyDatabases& owner, bool& struck, std::unique_ptr<Statement> real)
        : owner_(owner), struck_(struck), real_(std::move(real)) {}
    Status bind(int at, i64 value) override { return real_->bind(at, value); }
    Status bind(int at, double value) override { return real_->bind(at, value); }
    Status bind(int at, std::string_view value) override { return real_->bind(at, value); }
    Status bind_blob(int at, std::string_view bytes) override { return real_->bind_blob(at, bytes); }
    Status bind_null(int at) override { return real_->bind_null(at); }
    Result<bool> step() override {
      if ((struck_ = owner_.broken())) return fail(error());
      return real_->step();
    }
    void reset() override { real_->reset(); }
    std::optional<i64> integer(int column) const override { return real_->integer(column); }
    std::optional<double> real(int column) const override { return real_->real(column); }
    std::optional<std::string_view> text(int column) const override { return real_->text(column); }
    std::optional<std::string_view> blob(int column) const override { return real_->blob(column); }

   private:
    FaultyDatabases& owner_;
    bool& struck_;
    std::unique_ptr<Statement> real_;
  };

  class Broken final : public Database {
   public:
    Broken(FaultyDatabases& owner, std::unique_ptr<Database> real) : owner_(owner), real_(std::move(real)) {}
    Result<std::unique_ptr<Statement>> prepare(std::string_view sql) override {
      if ((struck_ = owner_.broken())) return fail(error());
      TRY_ASSIGN(auto statement, real_->prepare(sql));
      return std::make_unique<BrokenStatement>(owner_, struck_, std::move(statement));
    }
    Status run(const std::string& sql) override {
      // What a full disk stops, SQLite itself rolls back: that much still works.
      if (sql != "rollback" && (struck_ = owner_.broken())) return fail(error());
      return real_->run(sql);
    }
    i64 changes() const override { return real_->changes(); }
    DatabaseFault fault() const override { return struck_ ? owner_.fault : real_->fault(); }

   private:
    FaultyDatabases& owner_;
    std::unique_ptr<Database> real_;
    bool struck_ = false;
  };

  Databases& real_;
};

}  // namespace ctxcap::test
