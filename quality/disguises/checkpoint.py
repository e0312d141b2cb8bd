"""Model folders: config.json, bf16 model.safetensors, tokenizer.json."""
import json
import os
import shutil
import struct

import torch

from model import Model


def rounded(model):
    """The model as its bf16 file will hold it."""
    return Model(model.config, {name: tensor.bfloat16().float() for name, tensor in model.weights.items()}, model.tokenizer)


def write(model, folder, tokenizer_file):
    """Whole or not at all: the folder gets its name when it is complete."""
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    (part / "config.json").write_text(json.dumps(model.config, indent=1) + "\n")
    shutil.copyfile(tokenizer_file, part / "tokenizer.json")
    header, offset, arrays = {"__metadata__": {"format": "pt"}}, 0, []
    for name, tensor in model.weights.items():
        arrays.append(tensor.contiguous().bfloat16().view(torch.int16).numpy().astype("<i2").tobytes())
        header[name] = {"dtype": "BF16", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(arrays[-1])]}
        offset += len(arrays[-1])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (part / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + b"".join(arrays))
    os.rename(part, folder)


def read(folder, tokenizer="a"):
    data = (folder / "model.safetensors").read_bytes()
    begin = 8 + struct.unpack("<Q", data[:8])[0]
    weights = {}
    for name, entry in json.loads(data[8:begin]).items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            weights[name] = torch.frombuffer(bytearray(data[begin + first:begin + last]), dtype=torch.bfloat16).reshape(entry["shape"]).float()
    return Model(json.loads((folder / "config.json").read_text()), weights, tokenizer)
