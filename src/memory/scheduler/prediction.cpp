#include "memory/scheduler/prediction.hpp"

#include <algorithm>

namespace ctxcap::memory {
namespace {

constexpr i64 kSmallBatch = 512, kMediumBatch = 1024, kLargeBatch = 2048;
constexpr Bytes kSchedulerMiB = 1LL << 20;

// A batch above 512 is taken only while the card is far from full.
bool has_room(const BatchChoice& choice, i64 batch) {
  if (choice.predicted == 0 || choice.available == 0) return true;
  const i64 percent = batch == kLargeBatch ? 60 : 75;
  return choice.predicted <= choice.available * percent / 100 &&
         choice.predicted + batch_surcharge(true, batch) <= fitting(choice.available);
}

}  // namespace

Bytes predicted_bytes(const ScheduledModel& model, Tokens total_ctx) {
  const std::optional<i64> cache = checked_mul(model.bytes_per_token, total_ctx);
  return cache ? checked_add(model.file_bytes, *cache).value_or(INT64_MAX / 100) : INT64_MAX / 100;
}

Bytes batch_surcharge(bool completion, i64 num_batch) {
  if (!completion || num_batch < kMediumBatch) return 0;
  return (num_batch < kLargeBatch ? 768 : 2048) * kSchedulerMiB;
}

i64 chosen_batch(const BatchChoice& choice) {
  if (!choice.completion) return std::min<i64>(kLargeBatch, choice.asked_ctx);
  if (choice.cuda_without_flash_attention)
    return choice.small_card && choice.total_ctx > 4096 ? kSmallBatch / 2 : kSmallBatch;
  i64 batch = choice.total_ctx <= 4096 ? kSmallBatch : choice.total_ctx <= 32768 ? kMediumBatch : kLargeBatch;
  while (batch > kSmallBatch && !has_room(choice, batch)) batch /= 2;
  return batch;
}

}  // namespace ctxcap::memory
