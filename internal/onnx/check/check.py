"""Compares ONNX Runtime's predictions with Predict's: check.py FOLDER

FOLDER is what `go run ./internal/onnx/check -out FOLDER` has written. Needs the
packages onnxruntime and numpy.
"""
import sys
from pathlib import Path

import numpy
import onnxruntime

TOLERANCE = 1e-5  # absolute up to 1, relative beyond

passed = failed = 0
for folder in sorted(Path(sys.argv[1]).iterdir()):
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    features, predictions = session.get_inputs()[0], session.get_outputs()[0]
    x = numpy.fromfile(folder / "features.f32", "<f4").reshape(-1, features.shape[1])
    want = numpy.fromfile(folder / "predictions.f32", "<f4").reshape(-1, predictions.shape[1])
    for batch in 1, 1000:
        parts = [session.run(None, {features.name: x[i : i + batch]})[0] for i in range(0, len(x), batch)]
        off = numpy.abs(numpy.concatenate(parts) - want)
        worst = (off / numpy.maximum(1, numpy.abs(want))).max()
        good = bool(worst <= TOLERANCE)  # false for NaN
        passed, failed = passed + good, failed + (not good)
        print(f"{'ok  ' if good else 'FAIL'} {folder.name}, {len(x)} rows by {batch}: off by {off.max():.1e}, {worst:.1e} with size")
print(f"onnxruntime {onnxruntime.__version__}")
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0 or passed == 0)
