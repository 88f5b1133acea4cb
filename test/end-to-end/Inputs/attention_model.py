#!/usr/bin/env python3
"""Writes a model of two attention layers, a batch for it and the lengths of its sequences into a folder.

Usage: attention_model.py [--readout] FOLDER HEADS KEY_HEADS causal|full LENGTH...

model.mlir, data.safetensors, params.safetensors, lengths.txt. With --readout the parameter `readout` has a row for each token of
the batch, and the loss the sum of its products with the outputs: its gradient is the outputs, element by element.
"""
import array
import json
import pathlib
import random
import struct
import sys

WIDTH, HEAD_SIZE = 16, 4


def write_safetensors(path, tensors):
    header, blobs, offset = {}, [], 0
    for name, (shape, values) in tensors.items():
        isInteger = isinstance(values[0], int)
        data = array.array("i" if isInteger else "f", values).tobytes()
        header[name] = {"dtype": "I32" if isInteger else "F32", "shape": shape, "data_offsets": [offset, offset + len(data)]}
        blobs.append(data)
        offset += len(data)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def layer(number, heads, key_heads, causal, source):
    """x + attention(x) * out."""
    q, k = heads * HEAD_SIZE, key_heads * HEAD_SIZE
    lines = []

    def product(result, left, left_type, right, rows, columns):
        lines.append(f"""
    %{result}.empty = tensor.empty(%tokens) : tensor<?x{columns}xf32>
    %{result}.zero = linalg.fill ins(%zero : f32) outs(%{result}.empty : tensor<?x{columns}xf32>) -> tensor<?x{columns}xf32>
    %{result} = linalg.matmul ins(%{left}, %{right} : {left_type}, tensor<{rows}x{columns}xf32>)
        outs(%{result}.zero : tensor<?x{columns}xf32>) -> tensor<?x{columns}xf32>""")

    for name, count, columns in (("q", heads, q), ("k", key_heads, k), ("v", key_heads, k)):
        product(f"{name}{number}", source, f"tensor<?x{WIDTH}xf32>", f"w{name}{number}", WIDTH, columns)
        lines.append(f"""
    %{name}{number}h = tensor.expand_shape %{name}{number} [[0], [1, 2]] output_shape [%tokens, {count}, {HEAD_SIZE}]
        : tensor<?x{columns}xf32> into tensor<?x{count}x{HEAD_SIZE}xf32>""")
    query, key = f"tensor<?x{heads}x{HEAD_SIZE}xf32>", f"tensor<?x{key_heads}x{HEAD_SIZE}xf32>"
    lines.append(f"""
    %o{number}, %lse{number} = hocket.attention %q{number}h, %k{number}h, %v{number}h offsets(%offsets) scale(0.5)
        {"causal" if causal else ""} : {query}, {key}, {key}, tensor<?xi32> -> {query}, tensor<?x{heads}xf32>
    %f{number} = tensor.collapse_shape %o{number} [[0], [1, 2]] : {query} into tensor<?x{q}xf32>""")
    product(f"p{number}", f"f{number}", f"tensor<?x{q}xf32>", f"wo{number}", q, WIDTH)
    lines.append(f"""
    %y{number} = arith.addf %{source}, %p{number} : tensor<?x{WIDTH}xf32>""")
    return "".join(lines)


def read_out(tokens):
    """The squares, and the products of the outputs with the rows of `readout`."""
    return f"""
    %rows.empty = tensor.empty(%tokens) : tensor<?x{WIDTH}xf32>
    %rows = linalg.generic {{indexing_maps = [affine_map<(t, c) -> (t)>, affine_map<(t, c) -> (t, c)>], iterator_types = ["parallel", "parallel"]}}
        ins(%ids : tensor<?xi32>) outs(%rows.empty : tensor<?x{WIDTH}xf32>) {{
    ^bb0(%id: i32, %unused: f32):
      %row = arith.index_cast %id : i32 to index
      %column = linalg.index 1 : index
      %entry = tensor.extract %readout[%row, %column] : tensor<{tokens}x{WIDTH}xf32>
      linalg.yield %entry : f32
    }} -> tensor<?x{WIDTH}xf32>
    %products = arith.mulf %y1, %rows : tensor<?x{WIDTH}xf32>
    %terms = arith.addf %squares, %products : tensor<?x{WIDTH}xf32>"""


def model(heads, key_heads, causal, readout_tokens):
    parameters = []
    for number in range(2):
        for name, rows, columns in (
            ("q", WIDTH, heads * HEAD_SIZE),
            ("k", WIDTH, key_heads * HEAD_SIZE),
            ("v", WIDTH, key_heads * HEAD_SIZE),
            ("o", heads * HEAD_SIZE, WIDTH),
        ):
            parameters.append((f"w{name}{number}", [rows, columns]))
    if readout_tokens:
        parameters.append(("readout", [readout_tokens, WIDTH]))
    arguments = "".join(
        f""",
    %{name}: tensor<{r}x{c}xf32> {{hocket.name = "{name}", hocket.role = #hocket.role<param>}}"""
        for name, (r, c) in parameters
    )
    text = f"""func.func @loss(
    %x: tensor<?x{WIDTH}xf32> {{hocket.name = "x", hocket.role = #hocket.role<batch>}},
    %target: tensor<?x{WIDTH}xf32> {{hocket.name = "target", hocket.role = #hocket.role<batch>}},
    %ones: tensor<?xf32> {{hocket.name = "ones", hocket.role = #hocket.role<batch>}},
    {'%ids: tensor<?xi32> {hocket.name = "ids", hocket.role = #hocket.role<batch>},' if readout_tokens else ""}
    %offsets: tensor<?xi32> {{hocket.name = "cu_seqlens", hocket.role = #hocket.role<offsets>}}{arguments})
    -> (tensor<f32>, tensor<f32>) {{
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %tokens = tensor.dim %x, %c0 : tensor<?x{WIDTH}xf32>{layer(0, heads, key_heads, causal, "x")}{layer(1, heads, key_heads, causal, "y0")}
    %difference = arith.subf %y1, %target : tensor<?x{WIDTH}xf32>
    %squares = arith.mulf %difference, %difference : tensor<?x{WIDTH}xf32>{read_out(readout_tokens) if readout_tokens else ""}
    %scalar = tensor.empty() : tensor<f32>
    %start = linalg.fill ins(%zero : f32) outs(%scalar : tensor<f32>) -> tensor<f32>
    %sum = linalg.reduce {{arith.addf}} ins(%{"terms" if readout_tokens else "squares"} : tensor<?x{WIDTH}xf32>) outs(%start : tensor<f32>) dimensions = [0, 1]
    %weight = linalg.reduce {{arith.addf}} ins(%ones : tensor<?xf32>) outs(%start : tensor<f32>) dimensions = [0]
    return %sum, %weight : tensor<f32>, tensor<f32>
}}
"""
    return text, parameters


def main():
    words = [word for word in sys.argv[1:] if word != "--readout"]
    folder, mask = pathlib.Path(words[0]), words[3]
    heads, key_heads = int(words[1]), int(words[2])
    lengths = [int(length) for length in words[4:]]
    tokens = sum(lengths)
    folder.mkdir(parents=True, exist_ok=True)
    text, parameters = model(heads, key_heads, mask == "causal", tokens if "--readout" in sys.argv else 0)
    (folder / "model.mlir").write_text(text)
    (folder / "lengths.txt").write_text("".join(f"{length}\n" for length in lengths))
    numbers = random.Random(7)

    def normal(shape, deviation):
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        return shape, [numbers.gauss(0, deviation) for _ in range(count)]

    write_safetensors(
        folder / "data.safetensors",
        {
            "x": normal([tokens, WIDTH], 1),
            "target": normal([tokens, WIDTH], 1),
            "ones": ([tokens], [1.0] * tokens),
        }
        | ({"ids": ([tokens], list(range(tokens)))} if "--readout" in sys.argv else {}),
    )
    write_safetensors(folder / "params.safetensors", {name: normal(shape, 0.3) for name, shape in parameters})


main()
