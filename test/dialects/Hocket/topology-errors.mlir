// RUN: hocket-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{'hocket.topology' op needs a finite positive number as its flops_per_second, not 0}}
hocket.topology @t nodes(1) devices_per_node(1) memory_bytes(1) flops_per_second(0.0) memory_bytes_per_second(1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)

// -----

// expected-error @+1 {{'hocket.topology' op needs a finite positive number as its memory_bytes_per_second, not -1}}
hocket.topology @t nodes(1) devices_per_node(1) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(-1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)

// -----

// expected-error @+1 {{'hocket.topology' op needs a finite number that is not negative as its launch_seconds, not -1}}
hocket.topology @t nodes(1) devices_per_node(1) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(1.0) launch_seconds(-1.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)

// -----

// expected-error @+1 {{'hocket.topology' op needs a finite number that is not negative as its intra_node latency_seconds, not +Inf}}
hocket.topology @t nodes(1) devices_per_node(1) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0x7FF0000000000000, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)

// -----

// expected-error @+1 {{'hocket.topology' op needs a finite positive number as its inter_node bytes_per_second, not NaN}}
hocket.topology @t nodes(1) devices_per_node(1) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 0x7FF8000000000000)

// -----

// expected-error @+1 {{'hocket.topology' op attribute 'nodes' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
hocket.topology @t nodes(0) devices_per_node(1) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)

// -----

// expected-error @+1 {{'hocket.topology' op has more devices than an i64 counts: 9223372036854775807 nodes of 2}}
hocket.topology @t nodes(9223372036854775807) devices_per_node(2) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)
