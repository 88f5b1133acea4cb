//===- PluginABI.h - What plugins of Hocket agree on ------------*- C++ -*-===//

#ifndef HOCKET_COMPILER_PLUGINABI_H
#define HOCKET_COMPILER_PLUGINABI_H

#include <cstdint>

namespace hocket {

/// Goes up whenever the layout of an op, an attribute or an interface that
/// passes of another file could use changes.
inline constexpr uint32_t kPluginABI = 1;

} // namespace hocket

/// Every plugin of Hocket exports its `hocket::kPluginABI` under this name.
extern "C" uint32_t hocketPluginABI();

#endif // HOCKET_COMPILER_PLUGINABI_H
