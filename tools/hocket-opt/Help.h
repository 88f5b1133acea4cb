//===- Help.h - What hocket-opt --help prints -------------------*- C++ -*-===//

#ifndef HOCKET_TOOLS_HOCKETOPT_HELP_H
#define HOCKET_TOOLS_HOCKETOPT_HELP_H

namespace hocket {

/// Our passes, the options that people use, and where to find the others. All
/// options have been registered.
void printHelp();

} // namespace hocket

#endif // HOCKET_TOOLS_HOCKETOPT_HELP_H
