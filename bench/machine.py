"""What the machine can do: its sgemm peak and copy bandwidth, with the libraries that hocket-run uses."""

from __future__ import annotations

import ctypes
import ctypes.util
import time

# The last is small enough for what OpenBLAS does not pack.
SHAPES = [(2048, 2048, 2048), (2048, 2048, 512), (2048, 512, 2048), (64, 192, 64)]


def best(function, seconds: float) -> float:
    """The shortest time of a call, of as many as fit in `seconds`."""
    function()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def sgemm_peak(seconds: float) -> tuple[float, dict[str, float]]:
    """(rate of the first shape, rate of each shape) of OpenBLAS's sgemm on one thread, in flops a second."""
    path = ctypes.util.find_library("openblas")
    if path is None:
        raise SystemExit("no OpenBLAS found")
    blas = ctypes.CDLL(path)
    blas.openblas_set_num_threads(1)
    size = max(m * k + k * n + m * n for m, n, k in SHAPES)
    memory = (ctypes.c_float * size)(*([0.5] * 1024))
    base, width = ctypes.addressof(memory), 4
    one, zero = ctypes.c_float(1), ctypes.c_float(0)
    rates = {}
    for m, n, k in SHAPES:
        a, b = base, base + width * m * k
        c = b + width * k * n
        arguments = (101, 111, 111, m, n, k, one, ctypes.c_void_p(a), k, ctypes.c_void_p(b), n, zero)
        calls = max(1, int(1e8 / (m * n * k)))

        def multiply():
            for _ in range(calls):
                blas.cblas_sgemm(*arguments, ctypes.c_void_p(c), n)

        rates[f"{m} x {n} x {k}"] = 2.0 * m * n * k * calls / best(multiply, seconds / len(SHAPES))
    return rates[f"{SHAPES[0][0]} x {SHAPES[0][1]} x {SHAPES[0][2]}"], rates


def copy_bandwidth(seconds: float) -> float:
    """Bytes read and written a second by one thread's memcpy between buffers larger than the caches."""
    size = 1 << 27
    source, target = (ctypes.create_string_buffer(size) for _ in range(2))
    ctypes.memset(source, 1, size)
    return 2 * size / best(lambda: ctypes.memmove(target, source, size), seconds)
