#include "sources/containers/zstd_writer.hpp"

#include <zstd.h>

#include <string>

namespace ctxcap::sources {
namespace {

class ZstdReplacement final : public Replacement {
 public:
  explicit ZstdReplacement(std::unique_ptr<Replacement> file)
      : file_(std::move(file)), context_(ZSTD_createCCtx()), out_(ZSTD_CStreamOutSize(), '\0') {
    ZSTD_CCtx_setParameter(context_, ZSTD_c_checksumFlag, 1);
  }
  ~ZstdReplacement() override { ZSTD_freeCCtx(context_); }
  ZstdReplacement(const ZstdReplacement&) = delete;
  ZstdReplacement& operator=(const ZstdReplacement&) = delete;

  Status write(std::string_view bytes) override { return compress(bytes, ZSTD_e_continue); }
  Status flush() override {
    TRY(compress({}, ZSTD_e_flush));
    return file_->flush();
  }
  Status commit() override {
    TRY(compress({}, ZSTD_e_end));
    return file_->commit();
  }

 private:
  Status compress(std::string_view bytes, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    for (;;) {
      ZSTD_outBuffer out{out_.data(), out_.size(), 0};
      const std::size_t left = ZSTD_compressStream2(context_, &out, &in, directive);
      if (ZSTD_isError(left)) {
        return fail(
            {.what = "could not compress", .why = ZSTD_getErrorName(left), .hint = "write a plain file"});
      }
      TRY(file_->write(std::string_view(out_).substr(0, out.pos)));
      if (directive == ZSTD_e_continue ? in.pos == in.size : left == 0) return {};
    }
  }

  std::unique_ptr<Replacement> file_;
  ZSTD_CCtx* context_;
  std::string out_;
};

}  // namespace

std::unique_ptr<Replacement> zstd_compressed(std::unique_ptr<Replacement> file) {
  return std::make_unique<ZstdReplacement>(std::move(file));
}

}  // namespace ctxcap::sources
