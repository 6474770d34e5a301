#!/usr/bin/env python3
"""Times this project's matrix product and OpenBLAS's in turn, on one thread.

Usage: benchmarks/openblas.py [rounds=5]

Needs Go and a python3 with numpy and threadpoolctl (numpy from PyPI brings
OpenBLAS). The shapes are those of BenchmarkGemm in internal/simd with at least
128 columns and 32 steps. Each round times ours, then OpenBLAS's cblas_sgemm on
operands of the same layout, less what the call from Python costs. Figures are
medians over the rounds, in GFLOP/s; a ratio is the median of the rounds'
ratios.
"""
import ctypes
import math
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

# Both choose their kernels by the processor, and run on one core.
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    if name in os.environ:
        del os.environ[name]
        os.execv(sys.executable, [sys.executable, *sys.argv])
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy
import threadpoolctl

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
HERE = pathlib.Path(__file__).resolve().parent
LINE = re.compile(r"^BenchmarkGemm/(\S+?/(forward|dW|dX)/(\d+)x(\d+)x(\d+))(?:-\d+)?\s.*?([\d.]+) %peak\s+([\d.]+) GFLOP/s")
ROW_MAJOR, NO_TRANS, TRANS = 101, 111, 112

blas = next(lib for lib in threadpoolctl.threadpool_info() if lib["internal_api"] == "openblas")
sgemm = ctypes.CDLL(blas["filepath"]).scipy_cblas_sgemm64_
sgemm.restype = None
sgemm.argtypes = [ctypes.c_int] * 3 + [ctypes.c_int64] * 3 + [ctypes.c_float, ctypes.c_void_p, ctypes.c_int64,
                  ctypes.c_void_p, ctypes.c_int64, ctypes.c_float, ctypes.c_void_p, ctypes.c_int64]


def ours(binary):
    out = subprocess.run([binary, "-test.run=^$", "-test.bench=^BenchmarkGemm$", "-test.benchtime=0.2s"],
                         env={**os.environ, "GOMAXPROCS": "1"}, check=True, capture_output=True, text=True).stdout
    found = {}
    for m in map(LINE.match, out.splitlines()):
        if m and int(m[5]) >= 128 and int(m[4]) >= 32:
            found[m[1]] = (m[2], int(m[3]), int(m[5]), int(m[4]), float(m[6]), float(m[7]))
    return found


def seconds(kind, m, n, k, at_least=0.2):
    """The time of one product, by the best of many short runs of calls."""
    a, b, c = (numpy.random.rand(size).astype(numpy.float32) - 0.5 for size in (m * k, k * n, m * n))
    trans_a, trans_b = kind == "dW", kind == "forward"
    pointers = a.ctypes.data, b.ctypes.data, c.ctypes.data
    call = lambda pa=pointers[0], pb=pointers[1], pc=pointers[2]: sgemm(
        ROW_MAJOR, TRANS if trans_a else NO_TRANS, TRANS if trans_b else NO_TRANS, m, n, k, 1,
        pa, m if trans_a else k, pb, k if trans_b else n, 0, pc, n)
    call()
    calls, start = 0, time.perf_counter()
    while time.perf_counter() - start < at_least:
        for _ in range(10):
            call()
        calls += 10
    return (time.perf_counter() - start) / calls


def theirs(shapes):
    overhead = seconds("dX", 1, 1, 1)
    return {name: 2 * m * n * k / (seconds(kind, m, n, k) - overhead) / 1e9
            for name, (kind, m, n, k, _, _) in shapes.items()}


with tempfile.TemporaryDirectory() as work:
    binary = os.path.join(work, "simd.test")
    subprocess.run(["go", "test", "-c", "-o", binary, "./internal/simd"], cwd=HERE.parent, check=True)
    rounds = []
    for round_ in range(ROUNDS):
        print(f"round {round_ + 1} of {ROUNDS}", file=sys.stderr)
        mine = ours(binary)
        rounds.append((mine, theirs(mine)))

print(f"OpenBLAS {blas['version']}, {blas['architecture']} kernels, one thread, medians of {ROUNDS} rounds\n")
print("| product | ours, GFLOP/s | of the peak | OpenBLAS, GFLOP/s | times faster |\n|---|---|---|---|---|")
ratios = []
for name in rounds[0][0]:
    rate = statistics.median(mine[name][5] for mine, _ in rounds)
    share = statistics.median(mine[name][4] for mine, _ in rounds)
    other = statistics.median(their[name] for _, their in rounds)
    ratio = statistics.median(mine[name][5] / their[name] for mine, their in rounds)
    ratios.append(ratio)
    print(f"| {name} | {rate:.1f} | {share:.0f} % | {other:.1f} | {ratio:.2f} |")
print(f"\ngeometric mean: {math.exp(statistics.fmean(map(math.log, ratios))):.3f} times faster")
