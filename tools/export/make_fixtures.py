"""Regenerates test/fixtures: models, inputs, and what JAX makes of them.

    python make_fixtures.py --hocket-opt=build/bin/hocket-opt [--only=NAME]

The text of gpt-tiny and the files of lengths are inputs, not outputs.
"""

from __future__ import annotations

import argparse
import pathlib
import subprocess

import numpy as np
from safetensors.numpy import save

import gpt
import optimizers
import text
from lowering import export
from models import MODELS

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "test" / "fixtures"


def write_tensors(path: pathlib.Path, tensors: dict[str, np.ndarray]) -> None:
    path.write_bytes(save(tensors))


def import_model(hocket_opt: str, exported: str, path: pathlib.Path) -> None:
    """Writes the imported form of the text `exported`."""
    subprocess.run([hocket_opt, "--hocket-import", "-", "-o", path], input=exported, text=True, check=True)


def make_gradients(model, hocket_opt: str) -> None:
    folder = FIXTURES / "grad" / model.name
    folder.mkdir(parents=True, exist_ok=True)
    params, batch = model.inputs(seed=1)
    total, weight, gradients = text.gradient_function(model.loss, model.arguments)(params, batch)
    expected = {name: np.asarray(value / weight) for name, value in gradients.items()}
    expected["loss"] = np.asarray(total / weight)
    import_model(hocket_opt, export(model.loss, model.arguments), folder / "model.mlir")
    write_tensors(folder / "inputs.safetensors", {**params, **batch})
    write_tensors(folder / "gradients.safetensors", expected)
    (folder / "lengths.txt").write_text("".join(f"{length}\n" for length in model.lengths))


def make_tiny_gpt(name: str, config: gpt.Config, optimizer, hocket_opt: str) -> None:
    """Losses over 20 steps on the lengths of lengths.txt and lengths2.txt."""
    folder, source = FIXTURES / name, FIXTURES / "gpt-tiny"
    folder.mkdir(parents=True, exist_ok=True)
    arguments, loss = gpt.arguments(config), gpt.make_loss(config)
    exported = export(loss, arguments, *optimizer)
    (folder / "exported.mlir").write_text(exported)
    import_model(hocket_opt, exported, folder / "model.mlir")
    params = text.initialize(arguments, seed=0)
    write_tensors(folder / "params.safetensors", params)
    data = (source / "text.txt").read_bytes()
    for suffix in ("", "2"):
        lengths = text.read_lengths(source / f"lengths{suffix}.txt")
        losses = text.train(loss, arguments, *optimizer, params, data, lengths, steps=20)
        (folder / f"losses{suffix}.txt").write_text("".join(f"{value:.9g}\n" for value in losses))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hocket-opt", required=True, help="the hocket-opt to import with")
    parser.add_argument("--only", help="the name of one fixture")
    options = parser.parse_args()

    tiny = gpt.Config(hidden=32, layers=4, heads=4, kv_heads=2, max_positions=64)
    tied = gpt.Config(hidden=32, layers=2, heads=4, kv_heads=4, max_positions=64, tied=True)
    deep = gpt.Config(hidden=16, layers=12, heads=2, kv_heads=1, max_positions=64)
    gpts = {
        "gpt-tiny": (tiny, optimizers.adamw(3e-3, 0.9, 0.95, 1e-8, 0.01, warmup=5)),
        "gpt-deep": (deep, optimizers.adamw(3e-3, 0.9, 0.95, 1e-8, 0.01, warmup=5)),
        "gpt-tied-sgd": (tied, optimizers.sgd(0.3, momentum=0.9)),
    }
    for name, (config, optimizer) in gpts.items():
        if options.only in (None, name):
            make_tiny_gpt(name, config, optimizer, options.hocket_opt)
    for model in MODELS:
        if options.only in (None, model.name):
            make_gradients(model, options.hocket_opt)


if __name__ == "__main__":
    main()
