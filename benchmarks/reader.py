#!/usr/bin/env python3
"""Times reading MNIST's training file, plain CSV, here and with pandas in turn.

Usage: benchmarks/reader.py [rounds=5]

Needs Go and a python3 with pandas. Each round times BenchmarkOpen of package
datasets/mnist, which checks every cell, and pandas.read_csv, both on one
processor and a file that is in the page cache. Figures are medians over the
rounds.
"""
import gzip
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import pandas

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
ROOT = pathlib.Path(__file__).resolve().parent.parent


def ours(binary, work):
    out = subprocess.run([binary, "-test.run=^$", "-test.bench=^BenchmarkOpen$", "-test.benchtime=5x"], cwd=work,
                         env={**os.environ, "GOMAXPROCS": "1"}, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"^BenchmarkOpen\S*\s+\d+\s+([\d.]+) ns/op", out, re.M)[1]) / 1e9


def theirs(path):
    start = time.perf_counter()
    pandas.read_csv(path, header=None)
    return time.perf_counter() - start


with tempfile.TemporaryDirectory() as work:
    binary, plain = os.path.join(work, "mnist.test"), os.path.join(work, "mnist_train.csv")
    subprocess.run(["go", "test", "-c", "-o", binary, "./datasets/mnist"], cwd=ROOT, check=True)
    pathlib.Path(plain).write_bytes(gzip.decompress((ROOT / "datasets/mnist/data/mnist_train.csv.gz").read_bytes()))
    rounds = [(ours(binary, work), theirs(plain)) for _ in range(ROUNDS)]

mine, other = (statistics.median(column) for column in zip(*rounds))
ratio = statistics.median(b / a for a, b in rounds)
print(f"here {mine:.3f} s, pandas {pandas.__version__} {other:.3f} s: {ratio:.1f} times faster (medians of {ROUNDS} rounds)")
