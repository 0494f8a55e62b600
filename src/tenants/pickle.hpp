#pragma once
// Inside tenants/: a reader of plain pickles, as PyTorch writes its memory snapshots: protocol 4 or 5 from
// Python, protocol 2 from its own pickler. It knows numbers, texts, pairs, lists and dictionaries. Whatever
// would name a class or call something is refused by name and place; nothing is ever run.
//
// It is read twice. The first time finds which values are referred to again, since Python's writer gives
// every value a number and uses few; the second time keeps those, and hands over what is complete. So its
// memory is that of what is referred to and of one list's next piece.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "tenants/tenants.hpp"

namespace ctxcap::tenants {

// One operation: its code, the bytes that follow it, a number or text among them.
struct PickleStep {
  std::uint8_t code = 0;
  std::uint64_t offset = 0;
  i64 number = 0;         // an integer, an index of the memo, or the bits of a float
  std::string_view text;  // of texts
};

class PickleSteps {
 public:
  explicit PickleSteps(std::string_view bytes, const OnRead& on_read) : bytes_(bytes), on_read_(on_read) {}
  // The next one, into `step`; false: it ends in the middle, or holds what is no plain data.
  bool next(PickleStep& step);
  // Then: what is wrong (ErrorKind::usage), with its place.
  const Error& error() const { return error_; }

 private:
  bool wrong(std::uint64_t offset, std::string why);
  bool refused(const PickleStep& step);
  bool take(std::uint64_t size, std::string_view& into);
  bool take_number(std::uint64_t size, bool is_signed, i64& into);
  bool take_operand(PickleStep& step);

  std::string_view bytes_;
  const OnRead& on_read_;
  std::uint64_t at_ = 0, told_ = 0;
  Error error_;
};

// Which numbers of the memo are asked for again.
Result<std::vector<bool>> used_again(std::string_view bytes, const OnRead& on_read);

Error broken_pickle(std::uint64_t offset, std::string why);

// Codes of operations.
namespace op {
inline constexpr std::uint8_t kMark = '(', kStop = '.', kProto = 0x80, kFrame = 0x95, kMemoize = 0x94,
                              kEmptyDict = '}', kEmptyList = ']', kEmptyTuple = ')', kBinInt = 'J',
                              kBinInt1 = 'K', kBinInt2 = 'M', kLong1 = 0x8a, kBinFloat = 'G', kNone = 'N',
                              kTrue = 0x88, kFalse = 0x89, kTuple = 't', kTuple1 = 0x85, kTuple2 = 0x86,
                              kTuple3 = 0x87, kSetItem = 's', kSetItems = 'u', kAppend = 'a', kAppends = 'e',
                              kBinPut = 'q', kLongBinPut = 'r', kBinGet = 'h', kLongBinGet = 'j',
                              kShortText = 0x8c, kText = 'X', kText8 = 0x8d;
}  // namespace op

}  // namespace ctxcap::tenants
