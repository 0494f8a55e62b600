#pragma once
// Inside sources/langfuse/: which pages are asked for, and what each of them means for the rest.

#include <map>

#include "sources/langfuse/client.hpp"
#include "sources/langfuse/journal.hpp"
#include "sources/langfuse/state.hpp"
#include "sources/langfuse/task.hpp"

namespace ctxcap::sources::langfuse {

class Walker {
 public:
  // All must outlive this.
  Walker(const Options& options, const PullPorts& ports, PullState& state, Journal& journal, const Task& task,
         OnPullProgress on_progress);

  // Until nothing is left to do. Errors leave the journal as it is: the next run goes on from there.
  Status run();

  i64 pages() const { return pages_; }
  i64 requests() const { return client_.requests(); }
  i64 retries() const { return client_.retries(); }
  const std::vector<std::string>& notes() const { return notes_; }  // for people

 private:
  Status walk();
  Status take(const Answer& answer);
  Status take_page(OpenWindow open, const Page& page);
  void stop_here(const OpenWindow& open, const Page& page);
  void note_border(const Page& page);
  Status keep_rows(OpenWindow& open, const Page& page);
  void go_on_v1(OpenWindow open, const Page& page);
  void go_on_v2(OpenWindow open, const Page& page);
  void put_back(OpenWindow open, i64 pages_left);
  Status use_other_api(OpenWindow open, const Error& error);
  Status ask_for_less(OpenWindow open, const Answer& answer);
  void begin_stage(PullStage stage);
  void keep(char kind, const Row& row, bool lengths);
  void add_text(char kind, std::string row);
  enum class InV1 { rows, nothing, no_such_api };
  Result<InV1> look_into_v1(Period period);
  Status explain_nothing(InV1 v1);
  bool may_lack_old_calls() const;
  Status look_for_old_calls();
  Status check_project(std::string_view project);
  Status look_at_project();
  Result<Answer> ask_once(Api api, const Window& window);
  Status read_models();
  Status mark();
  void tell(std::chrono::seconds wait);
  bool enough() const;

  const Options& options_;
  PullState& state_;
  Journal& journal_;
  const Task& task_;
  OnPullProgress on_progress_;
  Client client_;
  Reader reader_;  // of rows that were changed
  std::map<std::size_t, OpenWindow> under_way_;
  std::size_t next_tag_ = 0;
  i64 pages_ = 0;
  std::vector<std::string> notes_;
  i64 without_id_ = 0;  // rows
};

// Of a window: what was not seen yet.
Period rest_of(const OpenWindow& open);

// `period` in as many windows.
std::vector<OpenWindow> windows_of(Period period, Walk walk, i64 limit, i64 count = 1);

}  // namespace ctxcap::sources::langfuse
