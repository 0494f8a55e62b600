#include "data/words.hpp"
#include "state/store.hpp"

namespace ctxcap::state {

Result<std::vector<Calibration>> State::calibrations() {
  constexpr FlashAttention kAll[] = {FlashAttention::on, FlashAttention::off, FlashAttention::automatic};
  std::vector<Calibration> calibrations;
  TRY(store_->each(
      "select host, digest, measured, parallel, kv_type_k, kv_type_v, backend, num_batch, "
      "flash_attention, low_ctx, high_ctx, low_bytes, high_bytes, overhead_bytes from calibrations "
      "order by id",
      [&](const Statement& row) {
        calibrations.push_back({.host = text_at(row, 0),
                                .digest = text_at(row, 1),
                                .measured = instant_at(row, 2),
                                .parallel = integer_at(row, 3),
                                .kv_type_k = text_at(row, 4),
                                .kv_type_v = text_at(row, 5),
                                .backend = text_at(row, 6),
                                .num_batch = row.integer(7),
                                .flash_attention = enumerator(text_at(row, 8), kAll),
                                .low_ctx = integer_at(row, 9),
                                .high_ctx = integer_at(row, 10),
                                .low_bytes = integer_at(row, 11),
                                .high_bytes = integer_at(row, 12),
                                .overhead_bytes = row.integer(13)});
      }));
  return calibrations;
}

Status State::record(const Calibration& entry) {
  TRY_ASSIGN(Transaction transaction, store_->begin());
  TRY(store_->run(
      "delete from calibrations where host = ? and digest = ? and parallel = ? and kv_type_k = ? and "
      "kv_type_v = ? and backend = ? and num_batch is ? and flash_attention = ?",
      entry.host, entry.digest, entry.parallel, entry.kv_type_k, entry.kv_type_v, entry.backend,
      entry.num_batch, word(entry.flash_attention)));
  TRY(store_->run(
      "insert into calibrations (host, digest, measured, parallel, kv_type_k, kv_type_v, backend, "
      "num_batch, flash_attention, low_ctx, high_ctx, low_bytes, high_bytes, overhead_bytes) "
      "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      entry.host, entry.digest, entry.measured, entry.parallel, entry.kv_type_k, entry.kv_type_v,
      entry.backend, entry.num_batch, word(entry.flash_attention), entry.low_ctx, entry.high_ctx,
      entry.low_bytes, entry.high_bytes, entry.overhead_bytes));
  return store_->commit(transaction);
}

}  // namespace ctxcap::state
