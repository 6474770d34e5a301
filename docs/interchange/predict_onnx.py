"""Predicts with a lesson's model.onnx in ONNX Runtime.

    python docs/interchange/predict_onnx.py results/iris/model.onnx datasets/data/iris.csv

It needs the packages onnxruntime and numpy.
"""
import csv
import json
import sys

import numpy
import onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1])
about = session.get_modelmeta().custom_metadata_map
names = json.loads(about["features"])
x = numpy.array([[row[name] for name in names] for row in csv.DictReader(open(sys.argv[2]))], numpy.float32)
(predictions,) = session.run(["predictions"], {"features": x})
print(about["task"], *json.loads(about["outputs"]))
for row in predictions:
    print(*row)
