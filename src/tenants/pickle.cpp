#include "tenants/pickle.hpp"

#include <fmt/format.h>

#include <array>

namespace ctxcap::tenants {
namespace {

constexpr std::uint64_t kPiece = std::uint64_t{8} << 20;  // after which the bytes before are let go
constexpr std::uint64_t kLongest = 9;  // bytes of a number: eight, and one more for its sign

// What plain data never has, by the names that Python has for it.
struct Named {
  std::uint8_t code;
  std::string_view name;
};
constexpr std::array kRefused = {
    Named{'c', "GLOBAL"},     Named{0x93, "STACK_GLOBAL"}, Named{'R', "REDUCE"},
    Named{'b', "BUILD"},      Named{0x81, "NEWOBJ"},       Named{0x92, "NEWOBJ_EX"},
    Named{'i', "INST"},       Named{'o', "OBJ"},           Named{'P', "PERSID"},
    Named{'Q', "BINPERSID"},  Named{0x82, "EXT1"},         Named{0x83, "EXT2"},
    Named{0x84, "EXT4"},      Named{0x97, "NEXT_BUFFER"},  Named{0x98, "READONLY_BUFFER"},
    Named{0x8f, "EMPTY_SET"}, Named{0x91, "FROZENSET"},    Named{0x96, "BYTEARRAY8"},
    Named{'I', "INT"},        Named{'S', "STRING"},        Named{'V', "UNICODE"},
    Named{'g', "GET"},        Named{'p', "PUT"},           Named{'l', "LIST"},
    Named{'d', "DICT"}};

// Bytes of an operand of fixed size; -1: it has another, or is none of ours.
int operand_size(std::uint8_t code) {
  using namespace op;
  switch (code) {
    case kMark:
    case kStop:
    case kMemoize:
    case kEmptyDict:
    case kEmptyList:
    case kEmptyTuple:
    case kNone:
    case kTrue:
    case kFalse:
    case kTuple:
    case kTuple1:
    case kTuple2:
    case kTuple3:
    case kSetItem:
    case kSetItems:
    case kAppend:
    case kAppends:
      return 0;
    case kProto:
    case kBinInt1:
    case kBinPut:
    case kBinGet:
      return 1;
    case kBinInt2:
      return 2;
    case kBinInt:
    case kLongBinPut:
    case kLongBinGet:
      return 4;
    case kFrame:
    case kBinFloat:
      return 8;
    default:
      return -1;
  }
}

}  // namespace

Error broken_pickle(std::uint64_t offset, std::string why) {
  return {.kind = ErrorKind::usage,
          .what = "this pickle is not a memory snapshot that can be read",
          .why = fmt::format("byte {}: {}", offset, why),
          .hint = "write it again: torch.cuda.memory._dump_snapshot(\"snapshot.pickle\")"};
}

bool PickleSteps::wrong(std::uint64_t offset, std::string why) {
  error_ = broken_pickle(offset, std::move(why));
  return false;
}

bool PickleSteps::refused(const PickleStep& step) {
  for (const Named& one : kRefused) {
    if (one.code == step.code)
      return wrong(step.offset, fmt::format("{}: a snapshot names no class and calls nothing", one.name));
  }
  return wrong(step.offset, fmt::format("0x{:02x} is not an operation of plain data", step.code));
}

bool PickleSteps::take(std::uint64_t size, std::string_view& into) {
  if (size > bytes_.size() - at_) return wrong(bytes_.size(), "it ends in the middle");
  into = bytes_.substr(at_, size);
  at_ += size;
  return true;
}

// Little endian, two's complement. A ninth byte may say that the eighth has no sign.
bool PickleSteps::take_number(std::uint64_t size, bool is_signed, i64& into) {
  const std::uint64_t start = at_;
  std::string_view bytes;
  if (!take(size, bytes)) return false;
  if (size == kLongest && bytes.back() != 0) return wrong(start, "a number has more than 64 bits");
  const bool negative = is_signed && size > 0 && size < 8 && (bytes.back() & 0x80) != 0;
  std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t i = std::min<std::size_t>(size, 8); i-- > 0;)
    value = (value << 8) | static_cast<std::uint8_t>(bytes[i]);
  into = static_cast<i64>(value);
  return true;
}

bool PickleSteps::take_operand(PickleStep& step) {
  if (const int size = operand_size(step.code); size >= 0)
    return take_number(static_cast<std::uint64_t>(size), step.code == op::kBinInt, step.number);
  const std::uint64_t width = step.code == op::kShortText || step.code == op::kLong1 ? 1
                              : step.code == op::kText                               ? 4
                              : step.code == op::kText8                              ? 8
                                                                                     : 0;
  if (width == 0) return refused(step);
  i64 told = 0;
  if (!take_number(width, false, told)) return false;
  const auto length = static_cast<std::uint64_t>(told);
  if (step.code != op::kLong1) return take(length, step.text);
  if (length > kLongest) return wrong(step.offset, "a number has more than 64 bits");
  return take_number(length, true, step.number);
}

bool PickleSteps::next(PickleStep& step) {
  step = {.offset = at_};
  std::string_view code;
  if (!take(1, code)) return false;
  step.code = static_cast<std::uint8_t>(code.front());
  if (!take_operand(step)) return false;
  if (at_ - told_ > kPiece) {
    if (on_read_) on_read_(bytes_.substr(told_, at_ - told_));
    told_ = at_;
  }
  return true;
}

Result<std::vector<bool>> used_again(std::string_view bytes, const OnRead& on_read) {
  PickleSteps steps(bytes, on_read);
  std::vector<bool> used;
  for (PickleStep step; steps.next(step);) {
    if (step.code == op::kStop) return used;
    if (step.code != op::kBinGet && step.code != op::kLongBinGet) continue;
    const auto index = static_cast<std::uint64_t>(step.number);
    // Every number was given out by a byte at least.
    if (index >= bytes.size())
      return fail(broken_pickle(step.offset, "it refers to a value that is not there"));
    if (index >= used.size()) used.resize(index + 1);
    used[index] = true;
  }
  return fail(steps.error());
}

}  // namespace ctxcap::tenants
