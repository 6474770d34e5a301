"""Writes safetensors files with nothing but the standard library and torch."""
import json
import struct

import torch


def save_file(state, path, metadata):
    """Writes a state dict as a safetensors file."""
    kinds = {torch.float32: ("F32", "f"), torch.int64: ("I64", "q")}
    header, data = {"__metadata__": metadata}, b""
    for name, t in state.items():
        dtype, code = kinds[t.dtype]
        numbers = struct.pack(f"<{t.numel()}{code}", *t.flatten().tolist())
        header[name] = {"dtype": dtype, "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(numbers)]}
        data += numbers
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)
