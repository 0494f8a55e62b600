#include "tenants/pickle.hpp"

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
          .what = "this pickle is no memory snapshot that can be read",
          .why = fmt::format("byte {}: {}", offset, why),
          .hint = "write it anew: torch.cuda.memory._dump_snapshot(\"snapshot.pickle\")"};
}

Error PickleSteps::refused(std::uint8_t code, std::uint64_t offset) const {
  for (const Named& one : kRefused) {
    if (one.code == code)
      return broken_pickle(offset, fmt::format("{}: a snapshot names no class and calls nothing", one.name));
  }
  return broken_pickle(offset, fmt::format("0x{:02x} is no operation of plain data", code));
}

Result<std::string_view> PickleSteps::take(std::uint64_t size) {
  if (size > bytes_.size() - at_) return fail(broken_pickle(bytes_.size(), "it ends in the middle"));
  const std::string_view taken = bytes_.substr(at_, size);
  at_ += size;
  return taken;
}

// Little endian, two's complement.
Result<i64> PickleSteps::number_of(std::uint64_t size) {
  const std::uint64_t start = at_;
  TRY_ASSIGN(const std::string_view bytes, take(size));
  if (size == kLongest && bytes.back() != 0)
    return fail(broken_pickle(start, "a number has more than 64 bits"));
  std::uint64_t value = size > 0 && size < 8 && (bytes.back() & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (std::size_t i = std::min<std::size_t>(size, 8); i-- > 0;)
    value = (value << 8) | static_cast<std::uint8_t>(bytes[i]);
  return static_cast<i64>(value);
}

Status PickleSteps::read_operand(PickleStep& step) {
  if (const int size = operand_size(step.code); size >= 0) {
    const bool is_signed = step.code == op::kBinInt;
    TRY_ASSIGN(step.number, number_of(static_cast<std::uint64_t>(size)));
    if (!is_signed && size < 8) step.number &= (i64{1} << (8 * size)) - 1;
    return {};
  }
  std::uint64_t width = 0;
  switch (step.code) {
    case op::kShortText:
    case op::kLong1:
      width = 1;
      break;
    case op::kText:
      width = 4;
      break;
    case op::kText8:
      width = 8;
      break;
    default:
      return fail(refused(step.code, step.offset));
  }
  TRY_ASSIGN(const i64 told, number_of(width));
  const std::uint64_t length =
      width < 8 ? static_cast<std::uint64_t>(told) & ((std::uint64_t{1} << (8 * width)) - 1)
                : static_cast<std::uint64_t>(told);
  if (step.code == op::kLong1) {
    if (length > kLongest) return fail(broken_pickle(step.offset, "a number has more than 64 bits"));
    TRY_ASSIGN(step.number, number_of(length));
    return {};
  }
  TRY_ASSIGN(step.text, take(length));
  return {};
}

Result<PickleStep> PickleSteps::next() {
  PickleStep step{.offset = at_};
  TRY_ASSIGN(const std::string_view code, take(1));
  step.code = static_cast<std::uint8_t>(code.front());
  TRY(read_operand(step));
  if (at_ - told_ > kPiece) {
    if (on_read_) on_read_(bytes_.substr(told_, at_ - told_));
    told_ = at_;
  }
  return step;
}

Result<std::vector<bool>> used_again(std::string_view bytes, const OnRead& on_read) {
  PickleSteps steps(bytes, on_read);
  std::vector<bool> used;
  for (;;) {
    TRY_ASSIGN(const PickleStep step, steps.next());
    if (step.code == op::kStop) return used;
    if (step.code != op::kBinGet && step.code != op::kLongBinGet) continue;
    const auto index = static_cast<std::uint64_t>(step.number);
    // Every number was given out by a byte at least.
    if (index >= bytes.size())
      return fail(broken_pickle(step.offset, "it refers to a value that is not there"));
    if (index >= used.size()) used.resize(index + 1);
    used[index] = true;
  }
}

}  // namespace ctxcap::tenants
