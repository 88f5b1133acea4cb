//===- ReportPage.h - The unchanging parts of a report ----------*- C++ -*-===//

#ifndef HOCKET_RUNTIME_EXECUTOR_REPORTPAGE_H
#define HOCKET_RUNTIME_EXECUTOR_REPORTPAGE_H

namespace hocket::runtime {

/// What the elements look like, and the script that draws the large chart out
/// of the page's data.
extern const char *const kReportStyle;
extern const char *const kReportScript;

} // namespace hocket::runtime

#endif // HOCKET_RUNTIME_EXECUTOR_REPORTPAGE_H
