"""Writes python.safetensors with the reference implementation.

Needs: pip install safetensors==0.8.0 numpy
"""
import numpy as np
from safetensors.numpy import save_file

save_file(
    {
        "fc1.weight": np.arange(6, dtype=np.float32).reshape(2, 3) / 2,
        "fc1.bias": np.array([-1, 1e-30, 3e38], np.float32),
        "bn1.num_batches_tracked": np.array(-3, np.int64),
        "double": np.array([[0.1]]),
        "half": np.array([1.5, -(2.0**-24)], np.float16),
        "mask": np.array([True, False, True]),
        "none": np.zeros((0, 7), np.float32),
    },
    "python.safetensors",
    metadata={"format": "pt", "note": 'größer > "kleiner"'},
)
