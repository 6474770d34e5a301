#!/usr/bin/env python3
"""Runs this project's benchmarks and PyTorch's in turn and prints the ratios.

Usage: benchmarks/compare.py [rounds=5] [threads=1]

Needs Go and a python3 with torch (the one that runs this script). Each round
times ours (BenchmarkStep, BenchmarkPredict and BenchmarkPredictOne of package
training) and then torch_step.py, both on the same number of threads, so that a machine that drifts
drifts for both. The figures are medians over the rounds, in microseconds; a
ratio is PyTorch's time divided by ours, its median over the rounds.
"""
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
THREADS = int(sys.argv[2]) if len(sys.argv) > 2 else 1
HERE = pathlib.Path(__file__).resolve().parent
WHAT = {  # our benchmark: their key, name in the table
    "Step": ("step_us", "step"),
    "Predict": ("predict_us", "predict"),
    "PredictOne": ("predict_one_us", "predict one row"),
}
BENCHMARKS = "Benchmark(" + "|".join(WHAT) + ")"
LINE = re.compile("^" + BENCHMARKS + r"/([a-z-]+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op")


def ours(binary):
    out = subprocess.run(
        [binary, "-test.run=^$", f"-test.bench=^{BENCHMARKS}$", "-test.benchtime=0.5s"],
        env={**os.environ, "GOMAXPROCS": str(THREADS)}, check=True, capture_output=True, text=True).stdout
    return {(m[1], m[2]): float(m[3]) / 1000 for m in map(LINE.match, out.splitlines()) if m}


def torchs():
    out = subprocess.run([sys.executable, HERE / "torch_step.py", str(THREADS), "5"],
                         check=True, capture_output=True, text=True).stdout
    report = json.loads(out)
    return report["torch"], {(what, n): t for what, (key, _) in WHAT.items() for n, t in report[key].items()}


with tempfile.TemporaryDirectory() as work:
    binary = os.path.join(work, "training.test")
    subprocess.run(["go", "test", "-c", "-o", binary, "./training"], cwd=HERE.parent, check=True)
    mine, theirs, version = [], [], ""
    for round_ in range(ROUNDS):
        print(f"round {round_ + 1} of {ROUNDS}", file=sys.stderr)
        mine.append(ours(binary))
        version, times = torchs()
        theirs.append(times)

print(f"PyTorch {version}, {THREADS} thread(s), medians of {ROUNDS} rounds\n")
print("| what | network | ours, µs | PyTorch, µs | times faster |\n|---|---|---|---|---|")
for key in theirs[0]:
    if key not in mine[0]:
        continue
    a, b = [m[key] for m in mine], [t[key] for t in theirs]
    ratio = statistics.median(y / x for x, y in zip(a, b))
    print(f"| {WHAT[key[0]][1]} | {key[1]} | {statistics.median(a):.1f} | {statistics.median(b):.1f} | {ratio:.2f} |")
