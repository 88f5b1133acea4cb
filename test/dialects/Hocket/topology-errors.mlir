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

// -----

// expected-error @+1 {{needs a finite positive number as its peak_flops_per_second, not 0}}
hocket.topology @t nodes(1) devices_per_node(1) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)
    peak_flops_per_second(0.0)

// -----

// expected-error @+1 {{needs a positive number as its matrix tile_rows, not 0}}
hocket.topology @t nodes(1) devices_per_node(1) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)
    matrix(flops_per_second = 1.0, processors = 1, tile_rows = 0, tile_columns = 1, ramp_depth = 0.0)

// -----

// expected-error @+1 {{needs a finite positive number as its collective_bytes_per_second inter_node, not 0}}
hocket.topology @t nodes(1) devices_per_node(1) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)
    collective_bytes_per_second(intra_node = 1.0, inter_node = 0.0)

// -----

// expected-error @+1 {{needs a finite positive number as its host bytes_per_second, not 0}}
hocket.topology @t nodes(1) devices_per_node(1) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)
    host(memory_bytes = 1, bytes_per_second = 0.0)

// -----

// expected-error @+1 {{needs all fields of its clause 'host' or none: 'bytes_per_second'}}
hocket.topology @t nodes(1) devices_per_node(1) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)
    {host_memory_bytes = 1 : i64}

// -----

// expected-error @+1 {{needs a number of at least 0 as its adapters_per_node intra_node, not -1}}
hocket.topology @t nodes(1) devices_per_node(1) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)
    adapters_per_node(intra_node = -1, inter_node = 0)

// -----

// expected-error @+1 {{needs all fields of its clause 'adapters_per_node' or none: 'inter_node'}}
hocket.topology @t nodes(1) devices_per_node(1) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)
    {intra_node_adapters = 1 : i64}

// -----

// expected-error @+1 {{needs a row and a column for each node in its node_latency_seconds, which are 'tensor<1x2xf64>' for 2 nodes}}
hocket.topology @t nodes(2) devices_per_node(1) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)
    node_latency_seconds([[0.0, 1.0]])

// -----

// expected-error @+1 {{needs a finite number that is not negative as its node_latency_seconds from node 1 to node 0, not -1}}
hocket.topology @t nodes(2) devices_per_node(1) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)
    node_latency_seconds([[0.0, 1.0], [-1.0, 0.0]])

// -----

// expected-error @+1 {{needs 0 as its node_latency_seconds from node 1 to node 1, not }}
hocket.topology @t nodes(2) devices_per_node(1) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)
    node_latency_seconds([[0.0, 1.0], [1.0, 0.5]])

// -----

hocket.topology @t nodes(2) devices_per_node(1) memory_bytes(1) flops_per_second(1.0) memory_bytes_per_second(1.0) launch_seconds(0.0)
    intra_node(latency_seconds = 0.0, bytes_per_second = 1.0) inter_node(latency_seconds = 0.0, bytes_per_second = 1.0)
    // expected-error @+1 {{this row has 1 numbers, the first one has 2}}
    node_latency_seconds([[0.0, 1.0], [1.0]])
