#!/usr/bin/env python3
"""Writes a model with a scan or a recurrence, a batch for it and the lengths of its sequences into a folder.

Usage: scan_model.py FOLDER linear|gru|lstm|matrices forward|reverse LENGTH...

steps.mlir computes a recurrence step by step, model.mlir solves it by Newton's method; they are the same where there is a scan.
data.safetensors, params.safetensors, lengths.txt.
"""
import array
import json
import pathlib
import random
import struct
import sys

WIDTH, CHANNELS = 8, 12
ROW, STATE, SLICE = f"tensor<?x{WIDTH}xf32>", f"tensor<?x{CHANNELS}xf32>", f"tensor<{CHANNELS}xf32>"

SIGMOID = """
    %{0}.n = arith.negf {1} : f32
    %{0}.e = math.exp %{0}.n : f32
    %{0}.d = arith.addf %{0}.e, %one : f32
    %{0} = arith.divf %one, %{0}.d : f32"""

GRU = f"""
  ^cell(%h: f32, %x0: f32, %x1: f32, %x2: f32, %w0: f32, %w1: f32, %w2: f32):
    %one = arith.constant 1.0 : f32
    %z.h = arith.mulf %w0, %h : f32
    %z.s = arith.addf %z.h, %x0 : f32{SIGMOID.format("z", "%z.s")}
    %r.h = arith.mulf %w1, %h : f32
    %r.s = arith.addf %r.h, %x1 : f32{SIGMOID.format("r", "%r.s")}
    %n.r = arith.mulf %r, %h : f32
    %n.h = arith.mulf %w2, %n.r : f32
    %n.s = arith.addf %n.h, %x2 : f32
    %n = math.tanh %n.s : f32
    %change = arith.subf %n, %h : f32
    %step = arith.mulf %z, %change : f32
    %new = arith.addf %h, %step : f32
    hocket.yield %new : f32"""

LSTM = f"""
  ^cell(%h: f32, %c: f32, %x0: f32, %x1: f32, %x2: f32, %w0: f32, %w1: f32, %w2: f32):
    %one = arith.constant 1.0 : f32
    %f.h = arith.mulf %w0, %h : f32
    %f.s = arith.addf %f.h, %x0 : f32{SIGMOID.format("f", "%f.s")}
    %z.h = arith.mulf %w1, %h : f32
    %z.s = arith.addf %z.h, %x1 : f32
    %z = math.tanh %z.s : f32
    %old = arith.subf %c, %z : f32
    %kept = arith.mulf %f, %old : f32
    %new.c = arith.addf %kept, %z : f32
    %o.c = arith.mulf %w2, %new.c : f32
    %o.s = arith.addf %o.c, %x2 : f32{SIGMOID.format("o", "%o.s")}
    %t = math.tanh %new.c : f32
    %new.h = arith.mulf %o, %t : f32
    hocket.yield %new.h, %new.c : f32, f32"""


def recurrence(cell, states, newton, reverse):
    inputs = ", ".join(f"%p{i}" for i in range(3)) + " : " + ", ".join([STATE] * 3)
    parameters = ", ".join(f"%r{i}" for i in range(3)) + " : " + ", ".join([SLICE] * 3)
    return f"""
    %h:{states} = hocket.recurrence inputs({inputs}) parameters({parameters}) offsets(%offsets : tensor<?xi32>)
        {"newton(3)" if newton else ""} {reverse} -> {", ".join([STATE] * states)} {{{cell.replace("%", "%cell.")}
    }}""", "%h#0"


def linear(reverse):
    """h[t] = sigmoid(p0[t]) h[t - 1] + p1[t]."""
    return f"""
    %one = arith.constant dense<1.0> : tensor<1xf32>
    %n = arith.negf %p0 : {STATE}
    %e = math.exp %n : {STATE}
    %ones.empty = tensor.empty(%tokens) : {STATE}
    %unit = arith.constant 1.0 : f32
    %all = linalg.fill ins(%unit : f32) outs(%ones.empty : {STATE}) -> {STATE}
    %d = arith.addf %all, %e : {STATE}
    %decay = arith.divf %all, %d : {STATE}
    %s:2 = hocket.scan inputs(%decay, %p1 : {STATE}, {STATE}) offsets(%offsets : tensor<?xi32>)
        identity([dense<1.0> : tensor<f32>, dense<0.0> : tensor<f32>]) {reverse} {{
    ^combine(%ai: {SLICE}, %bi: {SLICE}, %aj: {SLICE}, %bj: {SLICE}):
      %decayed = arith.mulf %aj, %ai : {SLICE}
      %moved = arith.mulf %aj, %bi : {SLICE}
      %state = arith.addf %moved, %bj : {SLICE}
      hocket.yield %decayed, %state : {SLICE}, {SLICE}
    }}
    %before = hocket.shift %s#1 offsets(%offsets) {reverse} : {STATE}, tensor<?xi32>
    %fresh = hocket.shift %p2 offsets(%offsets) {reverse} : {STATE}, tensor<?xi32>
    %mixed = arith.mulf %before, %fresh : {STATE}
    %joined = arith.addf %s#1, %mixed : {STATE}""", "%joined"


def matrices(reverse):
    """Products of matrices, whose order matters, the largest number so far and the values of its token, and logarithms of sums of
    exponentials, whose identity is -inf: slices of three dimensions, of none and of one, also in one tuple."""
    return f"""
    %m = tensor.expand_shape %p0 [[0], [1, 2, 3]] output_shape [%tokens, 3, 2, 2] : {STATE} into tensor<?x3x2x2xf32>
    %small.empty = tensor.empty(%tokens) : tensor<?x3x2x2xf32>
    %factor = arith.constant 0.4 : f32
    %small = linalg.fill ins(%factor : f32) outs(%small.empty : tensor<?x3x2x2xf32>) -> tensor<?x3x2x2xf32>
    %scaled = arith.mulf %m, %small : tensor<?x3x2x2xf32>
    %products = hocket.scan inputs(%scaled : tensor<?x3x2x2xf32>) offsets(%offsets : tensor<?xi32>)
        identity([dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf32>]) {reverse} {{
    ^combine(%mi: tensor<3x2x2xf32>, %mj: tensor<3x2x2xf32>):
      %none = arith.constant dense<0.0> : tensor<3x2x2xf32>
      %product = linalg.batch_matmul ins(%mj, %mi : tensor<3x2x2xf32>, tensor<3x2x2xf32>)
          outs(%none : tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
      hocket.yield %product : tensor<3x2x2xf32>
    }}
    %numbers = tensor.extract_slice %p1[0, 0] [%tokens, 1] [1, 1] : {STATE} to tensor<?xf32>
    %largest, %ofLargest = hocket.scan inputs(%numbers, %p2 : tensor<?xf32>, {STATE}) offsets(%offsets : tensor<?xi32>)
        identity([dense<-1.0e30> : tensor<f32>, dense<0.0> : tensor<f32>]) {reverse} {{
    ^combine(%ni: tensor<f32>, %vi: {SLICE}, %nj: tensor<f32>, %vj: {SLICE}):
      %most = arith.maximumf %ni, %nj : tensor<f32>
      %none = tensor.empty() : {SLICE}
      %chosen = linalg.generic {{indexing_maps = [affine_map<(c) -> ()>, affine_map<(c) -> ()>, affine_map<(c) -> (c)>, affine_map<(c) -> (c)>, affine_map<(c) -> (c)>],
                                iterator_types = ["parallel"]}}
          ins(%ni, %nj, %vi, %vj : tensor<f32>, tensor<f32>, {SLICE}, {SLICE}) outs(%none : {SLICE}) {{
      ^bb0(%a: f32, %b: f32, %va: f32, %vb: f32, %unused: f32):
        %isLarger = arith.cmpf ogt, %b, %a : f32
        %value = arith.select %isLarger, %vb, %va : f32
        linalg.yield %value : f32
      }} -> {SLICE}
      hocket.yield %most, %chosen : tensor<f32>, {SLICE}
    }}
    %logarithms = hocket.scan inputs(%p2 : {STATE}) offsets(%offsets : tensor<?xi32>) identity([dense<0xFF800000> : tensor<f32>]) {reverse} {{
    ^combine(%li: {SLICE}, %lj: {SLICE}):
      %top = arith.maximumf %li, %lj : {SLICE}
      %below.i = arith.subf %li, %top : {SLICE}
      %below.j = arith.subf %lj, %top : {SLICE}
      %part.i = math.exp %below.i : {SLICE}
      %part.j = math.exp %below.j : {SLICE}
      %parts = arith.addf %part.i, %part.j : {SLICE}
      %logarithm = math.log %parts : {SLICE}
      %more = arith.addf %top, %logarithm : {SLICE}
      hocket.yield %more : {SLICE}
    }}
    %flat.products = tensor.collapse_shape %products [[0], [1, 2, 3]] : tensor<?x3x2x2xf32> into {STATE}
    %flat.sum = arith.addf %flat.products, %logarithms : {STATE}
    %flat = arith.addf %flat.sum, %ofLargest : {STATE}
    %joined.empty = tensor.empty(%tokens) : {STATE}
    %joined = linalg.generic {{indexing_maps = [affine_map<(t, c) -> (t, c)>, affine_map<(t, c) -> (t)>, affine_map<(t, c) -> (t, c)>],
                            iterator_types = ["parallel", "parallel"]}}
        ins(%flat, %largest : {STATE}, tensor<?xf32>) outs(%joined.empty : {STATE}) {{
    ^bb0(%a: f32, %b: f32, %unused: f32):
      %sum = arith.addf %a, %b : f32
      linalg.yield %sum : f32
    }} -> {STATE}""", "%joined"


def model(kind, newton, reverse):
    reverse = "reverse" if reverse == "reverse" else ""
    body, states = {
        "linear": lambda: linear(reverse),
        "matrices": lambda: matrices(reverse),
        "gru": lambda: recurrence(GRU, 1, newton, reverse),
        "lstm": lambda: recurrence(LSTM, 2, newton, reverse),
    }[kind]()
    parameters = [(f"w{i}", [WIDTH, CHANNELS]) for i in range(3)] + [("out", [CHANNELS, WIDTH])]
    parameters += [(f"r{i}", [CHANNELS]) for i in range(3)] if kind in ("gru", "lstm") else []
    arguments = "".join(
        f',\n    %{name}: tensor<{"x".join(map(str, shape))}xf32> {{hocket.name = "{name}", hocket.role = #hocket.role<param>}}'
        for name, shape in parameters)

    def product(result, left, left_type, right, rows, columns):
        return f"""
    %{result}.empty = tensor.empty(%tokens) : tensor<?x{columns}xf32>
    %{result}.zero = linalg.fill ins(%zero : f32) outs(%{result}.empty : tensor<?x{columns}xf32>) -> tensor<?x{columns}xf32>
    %{result} = linalg.matmul ins({left}, %{right} : {left_type}, tensor<{rows}x{columns}xf32>)
        outs(%{result}.zero : tensor<?x{columns}xf32>) -> tensor<?x{columns}xf32>"""

    projections = "".join(product(f"p{i}", "%x", ROW, f"w{i}", WIDTH, CHANNELS) for i in range(3))
    return f"""func.func @loss(
    %x: {ROW} {{hocket.name = "x", hocket.role = #hocket.role<batch>}},
    %target: {ROW} {{hocket.name = "target", hocket.role = #hocket.role<batch>}},
    %ones: tensor<?xf32> {{hocket.name = "ones", hocket.role = #hocket.role<batch>}},
    %offsets: tensor<?xi32> {{hocket.name = "cu_seqlens", hocket.role = #hocket.role<offsets>}}{arguments})
    -> (tensor<f32>, tensor<f32>) {{
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %tokens = tensor.dim %x, %c0 : {ROW}{projections}{body}{product("y", states, STATE, "out", CHANNELS, WIDTH)}
    %difference = arith.subf %y, %target : {ROW}
    %squares = arith.mulf %difference, %difference : {ROW}
    %scalar = tensor.empty() : tensor<f32>
    %start = linalg.fill ins(%zero : f32) outs(%scalar : tensor<f32>) -> tensor<f32>
    %sum = linalg.reduce {{arith.addf}} ins(%squares : {ROW}) outs(%start : tensor<f32>) dimensions = [0, 1]
    %weight = linalg.reduce {{arith.addf}} ins(%ones : tensor<?xf32>) outs(%start : tensor<f32>) dimensions = [0]
    return %sum, %weight : tensor<f32>, tensor<f32>
}}
""", parameters


def write_safetensors(path, tensors):
    header, blobs, offset = {}, [], 0
    for name, (shape, values) in tensors.items():
        data = array.array("f", values).tobytes()
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + len(data)]}
        blobs.append(data)
        offset += len(data)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def main():
    folder = pathlib.Path(sys.argv[1])
    kind, direction = sys.argv[2:4]
    lengths = [int(length) for length in sys.argv[4:]]
    tokens = sum(lengths)
    folder.mkdir(parents=True, exist_ok=True)
    for name, newton in (("steps", False), ("model", True)):
        text, parameters = model(kind, newton, direction)
        (folder / f"{name}.mlir").write_text(text)
    (folder / "lengths.txt").write_text("".join(f"{length}\n" for length in lengths))
    numbers = random.Random(7)

    def fill(shape, draw):
        count = 1
        for extent in shape:
            count *= extent
        return shape, [draw() for _ in range(count)]

    def normal(deviation):
        return lambda: numbers.gauss(0, deviation)

    write_safetensors(folder / "data.safetensors", {
        "x": fill([tokens, WIDTH], normal(1)),
        "target": fill([tokens, WIDTH], normal(1)),
        "ones": ([tokens], [1.0] * tokens),
    })
    # Recurrent weights are between -1 and 1.
    write_safetensors(folder / "params.safetensors", {
        name: fill(shape, normal(0.3) if len(shape) == 2 else lambda: numbers.uniform(-1, 1)) for name, shape in parameters})


main()
