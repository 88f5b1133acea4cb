"""Exports a GPT: linalg on tensors at sentinel sizes, to be read by hocket-import.

    python export_gpt.py --hidden 128 --layers 4 --heads 4 -o gpt.mlir [--params params.safetensors]
"""

from __future__ import annotations

import argparse

from safetensors.numpy import save_file

import gpt
import optimizers
import text
from lowering import export


def add_model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--kv-heads", type=int, help="key and value heads (default: as many as heads)")
    parser.add_argument("--max-positions", type=int, default=128)
    parser.add_argument("--tied", action="store_true", help="the head reads the token embedding")
    parser.add_argument("--optimizer", choices=["adamw", "sgd"], default="adamw")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--beta1", type=float, default=0.9)
    parser.add_argument("--beta2", type=float, default=0.95)
    parser.add_argument("--epsilon", type=float, default=1e-8)
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--momentum", type=float, default=0.0, help="of sgd")
    parser.add_argument("--warmup", type=int, default=0, help="steps of linear warm-up")


def model_of(options) -> gpt.Config:
    return gpt.Config(
        hidden=options.hidden,
        layers=options.layers,
        heads=options.heads,
        kv_heads=options.kv_heads or options.heads,
        max_positions=options.max_positions,
        tied=options.tied,
    )


def optimizer_of(options):
    if options.optimizer == "sgd":
        return optimizers.sgd(options.learning_rate, options.momentum, options.warmup)
    return optimizers.adamw(
        options.learning_rate, options.beta1, options.beta2, options.epsilon, options.weight_decay, options.warmup
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_model_options(parser)
    parser.add_argument("--seed", type=int, default=0, help="of the parameters that --params writes")
    parser.add_argument("--params", help="also write initial parameters, as safetensors")
    parser.add_argument("-o", dest="output", required=True, help="the .mlir file to write")
    options = parser.parse_args()

    config = model_of(options)
    arguments = gpt.arguments(config)
    module = export(gpt.make_loss(config), arguments, *optimizer_of(options))
    with open(options.output, "w", encoding="utf-8") as file:
        file.write(module)
    if options.params:
        save_file(text.initialize(arguments, options.seed), options.params)


if __name__ == "__main__":
    main()
