"""Trains a network in PyTorch and writes a file that perceptron loads.

    python docs/interchange/train_torch.py datasets/data/iris.csv iris.safetensors

It needs no package but torch.
"""
import csv
import json
import sys

import torch
import torch.nn as nn

from safetensors_file import save_file

features = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
rows = list(csv.DictReader(open(sys.argv[1])))
species = sorted({row["species"] for row in rows})
x = torch.tensor([[float(row[name]) for name in features] for row in rows])
y = torch.tensor([species.index(row["species"]) for row in rows])
mean, sd = x.mean(0), x.std(0)

torch.manual_seed(1)
net = nn.Sequential()
net.add_module("fc1", nn.Linear(4, 16))
net.add_module("relu1", nn.ReLU())
net.add_module("fc2", nn.Linear(16, 3))
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for step in range(300):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(net((x - mean) / sd), y)
    loss.backward()
    optimizer.step()
print(f"loss {loss.item():.4f}")

state = {"standardize1.mean": mean, "standardize1.sd": sd, **net.state_dict()}
description = {
    "version": 1,
    "task": "Multiclass",
    "layers": ["Standardize(4)", "Linear(4, 16)", "ReLU()", "Linear(16, 3)"],
    "features": features,
    "outputs": species,
}
save_file(state, sys.argv[2], {"perceptron": json.dumps(description)})
