// A memory snapshot's pickle, value by value. What is complete becomes what it stands for at once: an event
// of the history is counted and forgotten, a frame is a number, and only lists and dictionaries that are
// still being filled, or are referred to again, are kept.

#include <algorithm>
#include <map>

#include "tenants/pickle.hpp"
#include "tenants/snapshot_parts.hpp"
#include "tenants/tenants.hpp"

namespace ctxcap::tenants {
namespace {

constexpr std::size_t kMostValues = 1'500'000;  // on the stack, or referred to
constexpr std::size_t kMostParts = 400'000;     // lists and dictionaries at once

using PartPtr = std::shared_ptr<Part>;

// An event or a frame is no part any more once it is complete.
struct Held {
  enum class Kind : std::uint8_t { other, number, text, part, event, frame, mark } kind = Kind::other;
  i64 number = 0;
  std::string_view text = {};
  PartPtr part = {};
  std::unique_ptr<TraceEvent> event = {};
};

class SnapshotReader {
 public:
  SnapshotReader(std::string_view bytes, const OnRead& on_read, std::vector<bool> used)
      : bytes_(bytes), on_read_(on_read), used_(std::move(used)) {}

  Result<std::vector<Snapshot>> read() {
    PickleSteps steps(bytes_, on_read_);
    for (PickleStep step;;) {
      if (!steps.next(step)) return fail(steps.error());
      at_ = step.offset;
      if (step.code == op::kStop) break;
      TRY(take(step));
      if (stack_.size() + memo_.size() > kMostValues || parts_ > kMostParts)
        return fail(broken_pickle(at_, "it holds more values at once than a snapshot does"));
    }
    if (stack_.size() != 1 || stack_.back().kind != Held::Kind::part)
      return fail(broken_pickle(at_, "it ends with something else than a snapshot"));
    return snapshots(*stack_.back().part);
  }

 private:
  PartPtr new_part(bool is_list) {
    ++parts_;
    PartPtr part(new Part, [this](Part* gone) {
      --parts_;
      delete gone;
    });
    part->is_list = is_list;
    return part;
  }

  void push(Held::Kind kind, i64 number = 0, std::string_view text = {}) {
    stack_.push_back({.kind = kind, .number = number, .text = text});
  }
  void push_part(bool is_list) { stack_.push_back({.kind = Held::Kind::part, .part = new_part(is_list)}); }

  Status take(const PickleStep& step) {
    using namespace op;
    switch (step.code) {
      case kProto:
      case kFrame:
        return {};
      case kMark:
        return push(Held::Kind::mark), Status();
      case kEmptyDict:
      case kEmptyList:
        return push_part(step.code == kEmptyList), Status();
      case kBinInt:
      case kBinInt1:
      case kBinInt2:
      case kLong1:
        return push(Held::Kind::number, step.number), Status();
      case kTrue:
      case kFalse:
        return push(Held::Kind::number, step.code == kTrue ? 1 : 0), Status();
      case kBinFloat:
      case kNone:
      case kEmptyTuple:
        return push(Held::Kind::other), Status();
      case kShortText:
      case kText:
      case kText8:
        return push(Held::Kind::text, 0, step.text), Status();
      case kTuple:
      case kTuple1:
      case kTuple2:
      case kTuple3:
        return tuple(step.code);
      case kMemoize:
        return remember(given_);
      case kBinPut:
      case kLongBinPut:
        return remember(static_cast<std::uint64_t>(step.number));
      case kBinGet:
      case kLongBinGet:
        return recall(static_cast<std::uint64_t>(step.number));
      case kSetItem:
      case kSetItems:
        return fill(step.code == kSetItems, false);
      case kAppend:
      case kAppends:
        return fill(step.code == kAppends, true);
      default:
        return fail(broken_pickle(at_, "an operation that was not expected"));
    }
  }

  // Pairs of numbers alone occur, and of those only whether they are both 0 is of use.
  Status tuple(std::uint8_t code) {
    std::size_t count = code == op::kTuple1 ? 1 : code == op::kTuple2 ? 2 : 3;
    if (code == op::kTuple) {
      TRY_ASSIGN(const std::size_t mark, last_mark());
      count = stack_.size() - mark - 1;
    }
    if (count > stack_.size()) return fail(too_few());
    bool any = false;
    for (; count > 0; --count) {
      if (stack_.back().kind == Held::Kind::mark) return fail(too_few());
      any = any || stack_.back().number != 0;
      stack_.pop_back();
    }
    if (code == op::kTuple) stack_.pop_back();
    return push(Held::Kind::number, any ? 1 : 0), Status();
  }

  Status remember(std::uint64_t index) {
    if (stack_.empty() || stack_.back().kind == Held::Kind::mark) return fail(too_few());
    ++given_;
    if (index >= used_.size() || !used_[index]) return {};
    const Held& top = stack_.back();
    if (top.kind == Held::Kind::event) return {};
    memo_.insert_or_assign(index,
                           Held{.kind = top.kind, .number = top.number, .text = top.text, .part = top.part});
    return {};
  }

  Status recall(std::uint64_t index) {
    const auto known = memo_.find(index);
    if (known == memo_.end()) return fail(broken_pickle(at_, "it refers to a value that is not there"));
    const Held& one = known->second;
    stack_.push_back({.kind = one.kind, .number = one.number, .text = one.text, .part = one.part});
    return {};
  }

  Error too_few() const { return broken_pickle(at_, "it takes a value that is not there"); }

  Result<std::size_t> last_mark() const {
    for (std::size_t at = stack_.size(); at-- > 0;) {
      if (stack_[at].kind == Held::Kind::mark) return at;
    }
    return fail(too_few());
  }

  // SETITEM and APPEND take what is on top, their plural all since the mark.
  Status fill(bool many, bool list) {
    std::size_t first = 0;
    if (many) {
      TRY_ASSIGN(const std::size_t mark, last_mark());
      if (mark == 0) return fail(too_few());
      first = mark + 1;
    } else {
      const std::size_t count = list ? 1 : 2;
      if (stack_.size() <= count) return fail(too_few());
      first = stack_.size() - count;
    }
    const std::size_t target = many ? first - 2 : first - 1;
    const PartPtr part = stack_[target].kind == Held::Kind::part ? stack_[target].part : nullptr;
    // An event that goes on after it was told is none that a writer makes.
    if (!part || part->is_list != list)
      return fail(broken_pickle(
          at_, list ? "it appends to what is not a list" : "it sets what is not a dictionary's"));
    if (!list && (stack_.size() - first) % 2 != 0) return fail(too_few());
    for (std::size_t i = first; i < stack_.size(); i += list ? 1 : 2) {
      if (list) {
        const std::string_view wrong = append(*part, stack_[i]);
        if (!wrong.empty()) return fail(broken_pickle(at_, std::string(wrong)));
      } else if (stack_[i].kind == Held::Kind::text) {
        set_key(*part, stack_[i].text, told(stack_[i + 1]));
      }
    }
    stack_.resize(target + 1);
    return list ? Status() : settle(stack_.back());
  }

  // A dictionary that is complete becomes what it stands for.
  Status settle(Held& held) {
    const Part& part = *held.part;
    if (part.is_event()) {
      held.event = std::make_unique<TraceEvent>(part.event);
      held.kind = Held::Kind::event;
      held.part = nullptr;
      return {};
    }
    if (!part.is_frame()) return {};
    const auto frame = lists_.frame_of(part);
    if (!frame) return fail(broken_pickle(at_, "it has more frames than can be kept"));
    held.number = static_cast<i64>(*frame);
    held.kind = Held::Kind::frame;
    held.part = nullptr;
    return {};
  }

  static ToldValue told(const Held& held) { return {held.number, held.text, held.part.get()}; }

  std::string_view append(Part& list, Held& item) {
    if (item.kind == Held::Kind::event) return lists_.append_event(list, *item.event);
    if (item.kind == Held::Kind::frame) lists_.append_frame(list, static_cast<FrameId>(item.number));
    return item.kind == Held::Kind::part ? lists_.append(list, *item.part) : "";
  }

  // Up to PyTorch 1.13 the list of segments is all there is.
  Result<std::vector<Snapshot>> snapshots(Part& root) const {
    const bool is_snapshot = root.is_list ? !root.segments.empty() : root.has_segments;
    if (!is_snapshot) return fail(broken_pickle(at_, "it holds no segments"));
    std::map<i64, std::vector<EndSegment>> of_device;
    for (EndSegment& segment : root.segments) of_device[segment.device].push_back(std::move(segment));
    for (std::size_t i = 0; i < root.traces.size(); ++i) {
      if (!root.traces[i]->empty()) of_device[static_cast<i64>(i)];
    }
    std::vector<Snapshot> all;
    const Trace none;
    for (const auto& [device, segments] : of_device) {
      const auto index = static_cast<std::size_t>(device);
      const Trace& trace = device >= 0 && index < root.traces.size() ? *root.traces[index] : none;
      all.push_back(trace.at_end(segments, lists_.frames()));
      all.back().device = device;
      all.back().expandable = root.expandable || std::any_of(segments.begin(), segments.end(),
                                                             [](const auto& one) { return one.expandable; });
    }
    if (all.empty()) all.emplace_back();
    return all;
  }

  std::string_view bytes_;
  const OnRead& on_read_;
  std::vector<bool> used_;
  std::size_t parts_ = 0;
  std::uint64_t at_ = 0, given_ = 0;
  PartLists lists_;
  std::vector<Held> stack_;
  std::unordered_map<std::uint64_t, Held> memo_;
};

}  // namespace

bool is_pickle(std::string_view bytes, std::string_view name) {
  return bytes.starts_with('\x80') || name.ends_with(".pickle") || name.ends_with(".pkl");
}

Result<std::vector<Snapshot>> read_snapshot(std::string_view bytes, const OnRead& on_read) {
  TRY_ASSIGN(std::vector<bool> used, used_again(bytes, on_read));
  return SnapshotReader(bytes, on_read, std::move(used)).read();
}

}  // namespace ctxcap::tenants
