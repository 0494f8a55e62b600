#pragma once
// Inside report/: one row for each file of this folder.

#include "report/report.hpp"

namespace ctxcap::report {

extern const Format kModelfileFormat;
extern const Format kTableFormat;
extern const Format kJsonFormat;
extern const Format kCsvFormat;
extern const Format kMarkdownFormat;
extern const Format kHtmlFormat;
extern const Format kPrometheusFormat;

}  // namespace ctxcap::report
