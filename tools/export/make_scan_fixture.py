"""Writes test/fixtures/grad/scan: a scan, then a recurrence that Newton's method solves.

The oracle is the loop over the steps in double precision, and central differences of its loss; no package is needed.

Usage: make_scan_fixture.py FOLDER
"""

import array
import json
import math
import pathlib
import random
import struct
import sys

CHANNELS = 8
LENGTHS = [5, 17, 1, 40]
TOKENS = sum(LENGTHS)

X, W, S = f"tensor<?x{CHANNELS}xf32>", f"tensor<{CHANNELS}xf32>", "tensor<f32>"


def role(name, what, init=""):
    return f'{{{init}hocket.name = "{name}", hocket.role = #hocket.role<{what}>}}'


INIT = 'hocket.init = "normal(0.5)", '
MODEL = f"""#id = affine_map<(d0, d1) -> (d0, d1)>
#channels = affine_map<(d0, d1) -> (d1)>
#none = affine_map<(d0, d1) -> ()>
module {{
  func.func public @loss(%x: {X} {role("x", "batch")}, %y: {X} {role("y", "batch")},
                         %cu_seqlens: tensor<?xi32> {role("cu_seqlens", "offsets")},
                         %decay: {W} {role("decay", "param", INIT)}, %gain: {W} {role("gain", "param", INIT)},
                         %u: {W} {role("u", "param", INIT)}) -> ({S}, {S}) {{
    %c0 = arith.constant 0 : index
    %tokens = tensor.dim %x, %c0 : {X}
    %empty = tensor.empty(%tokens) : {X}
    %a, %b = linalg.generic {{indexing_maps = [#id, #channels, #channels, #id, #id], iterator_types = ["parallel", "parallel"]}}
        ins(%x, %decay, %gain : {X}, {W}, {W}) outs(%empty, %empty : {X}, {X}) {{
    ^bb0(%xt: f32, %dt: f32, %gt: f32, %o0: f32, %o1: f32):
      %one = arith.constant 1.0 : f32
      %dx = arith.mulf %dt, %xt : f32
      %negative = arith.negf %dx : f32
      %exp = math.exp %negative : f32
      %sum = arith.addf %one, %exp : f32
      %sigmoid = arith.divf %one, %sum : f32
      %gx = arith.mulf %gt, %xt : f32
      linalg.yield %sigmoid, %gx : f32, f32
    }} -> ({X}, {X})
    %s:2 = hocket.scan inputs(%a, %b : {X}, {X}) offsets(%cu_seqlens : tensor<?xi32>)
        identity([dense<1.0> : tensor<f32>, dense<0.0> : tensor<f32>]) {{
    ^combine(%ai: {W}, %bi: {W}, %aj: {W}, %bj: {W}):
      %p = arith.mulf %aj, %ai : {W}
      %q = arith.mulf %aj, %bi : {W}
      %r = arith.addf %q, %bj : {W}
      hocket.yield %p, %r : {W}, {W}
    }}
    %h = hocket.recurrence inputs(%s#1 : {X}) parameters(%u : {W}) offsets(%cu_seqlens : tensor<?xi32>) newton(4)
        -> {X} {{
    ^cell(%h0: f32, %xt: f32, %ut: f32):
      %uh = arith.mulf %ut, %h0 : f32
      %sum = arith.addf %uh, %xt : f32
      %new = math.tanh %sum : f32
      hocket.yield %new : f32
    }}
    %zero = arith.constant 0.0 : f32
    %scalar = tensor.empty() : {S}
    %start = linalg.fill ins(%zero : f32) outs(%scalar : {S}) -> {S}
    %loss = linalg.generic {{indexing_maps = [#id, #id, #none], iterator_types = ["reduction", "reduction"]}}
        ins(%h, %y : {X}, {X}) outs(%start : {S}) {{
    ^bb0(%ht: f32, %yt: f32, %sum: f32):
      %difference = arith.subf %ht, %yt : f32
      %square = arith.mulf %difference, %difference : f32
      %next = arith.addf %sum, %square : f32
      linalg.yield %next : f32
    }} -> {S}
    %integer = arith.index_cast %tokens : index to i32
    %number = arith.sitofp %integer : i32 to f32
    %weight = tensor.from_elements %number : {S}
    return %loss, %weight : {S}, {S}
  }}
}}
"""


def loss(values):
    total = 0.0
    start = 0
    for length in LENGTHS:
        for c in range(CHANNELS):
            s = h = 0.0
            for t in range(start, start + length):
                x = values["x"][t * CHANNELS + c]
                s = s / (1 + math.exp(-values["decay"][c] * x)) + values["gain"][c] * x
                h = math.tanh(values["u"][c] * h + s)
                total += (h - values["y"][t * CHANNELS + c]) ** 2
        start += length
    return total / TOKENS


def write(path, tensors):
    header, data = {}, b""
    for name, (kind, shape, values) in tensors.items():
        bytes = array.array("f" if kind == "F32" else "i", values).tobytes()
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(bytes)]}
        data += bytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main():
    folder = pathlib.Path(sys.argv[1])
    generator = random.Random(5)
    shapes = {"decay": [CHANNELS], "gain": [CHANNELS], "u": [CHANNELS], "x": [TOKENS, CHANNELS], "y": [TOKENS, CHANNELS]}
    values = {name: list(array.array("f", (generator.uniform(-1, 1) for _ in range(math.prod(shape)))))
              for name, shape in shapes.items()}
    offsets = [sum(LENGTHS[:i]) for i in range(len(LENGTHS) + 1)]
    inputs = {name: ("F32", shape, values[name]) for name, shape in shapes.items()}
    inputs["cu_seqlens"] = ("I32", [len(offsets)], offsets)
    gradients = {"loss": ("F32", [], [loss(values)])}
    for name in ["decay", "gain", "u"]:
        found = []
        for c in range(CHANNELS):
            value, step = values[name][c], 1e-5
            values[name][c] = value + step
            above = loss(values)
            values[name][c] = value - step
            below = loss(values)
            values[name][c] = value
            found.append((above - below) / (2 * step))
        gradients[name] = ("F32", [CHANNELS], found)
    (folder / "model.mlir").write_text(MODEL)
    (folder / "lengths.txt").write_text("".join(f"{length}\n" for length in LENGTHS))
    write(folder / "inputs.safetensors", inputs)
    write(folder / "gradients.safetensors", gradients)


if __name__ == "__main__":
    main()
