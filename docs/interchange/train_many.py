"""Goes on training an iris network on several processes, on one machine or many.

    torchrun --nproc-per-node 2 docs/interchange/train_many.py results/iris/model.safetensors datasets/data/iris.csv more.safetensors

It starts from the weights that perceptron saved, and perceptron loads what it
writes. It needs no package but torch; each process trains on its share of the
rows, and all of them take the same steps.
"""
import csv
import json
import sys
from pathlib import Path

import torch
import torch.distributed as distributed
import torch.nn as nn

sys.path.insert(0, str(Path(__file__).parents[2] / "internal" / "fixtures"))
from load_in_torch import load_file, load_model
from safetensors_file import save_file

source, table, target = sys.argv[1:]
distributed.init_process_group("gloo")  # "nccl" between GPUs
rank, processes = distributed.get_rank(), distributed.get_world_size()

metadata = load_file(source)[1]
about = json.loads(metadata["perceptron"])
net = load_model(source)
del net.output  # the softmax: the loss takes logits
rows = list(csv.DictReader(open(table)))[rank::processes]
x = torch.tensor([[float(row[name]) for name in about["features"]] for row in rows])
y = torch.tensor([about["outputs"].index(row["species"]) for row in rows])

many = nn.parallel.DistributedDataParallel(net.train())  # averages the gradients of all processes
optimizer = torch.optim.Adam(many.parameters(), lr=1e-3)
for step in range(100):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(many(x), y)
    loss.backward()
    optimizer.step()
if rank == 0:
    print(f"loss {loss.item():.4f} with {processes} processes")
    save_file(net.state_dict(), target, metadata)
distributed.destroy_process_group()
