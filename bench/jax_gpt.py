"""The training step of bench/gpt512.mlir in JAX: the same model, batch, loss and AdamW, jitted, buffers donated.

    python3 bench/jax_gpt.py --steps 8        prints the seconds of each step, one a line
"""

from __future__ import annotations

import argparse
import math
import pathlib
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tools" / "export"))
import gpt  # noqa: E402
import optimizers  # noqa: E402


def attention(query, key, value):
    """Causal attention of [B, N, H, D]: a batch of sequences of one length, nothing quadratic in the batch."""
    length, size = query.shape[1], query.shape[3]
    scores = jnp.einsum("bqhd,bkhd->bhqk", query, key) * size**-0.5
    mask = jnp.tril(jnp.ones((length, length), bool))
    weights = jax.nn.softmax(jnp.where(mask, scores, -1e30), axis=-1)
    return jnp.einsum("bhqk,bkhd->bqhd", weights, value)


def make_loss(config: gpt.Config, sequences: int, length: int):
    heads, size, tokens = config.heads, config.head_size, sequences * length

    def loss(params, inputs, targets, positions):
        x = gpt.embed(inputs, positions, params["wte"], params["wpe"])
        for layer in range(config.layers):
            p = {name: params[f"block{layer}.{name}"] for name in gpt.block_shapes(config)}
            h = gpt.layer_norm(x, p["ln1.scale"], p["ln1.bias"])
            split = (sequences, length, heads, size)
            a = attention(*((h @ p[name]).reshape(split) for name in ("query", "key", "value")))
            x = x + a.reshape(tokens, heads * size) @ p["out"]
            h = gpt.layer_norm(x, p["ln2.scale"], p["ln2.bias"])
            x = x + gpt.gelu(h @ p["up"] + p["up.bias"]) @ p["down"] + p["down.bias"]
        total, weight = gpt.head(x, targets, params["ln.scale"], params["ln.bias"], params["head"])
        return total / weight

    return loss


def initialize(config: gpt.Config) -> dict:
    random = np.random.default_rng(0)
    params = {}
    for argument in gpt.arguments(config):
        if argument.role != "param":
            continue
        if argument.init in ("ones", "zeros"):
            value = np.full(argument.shape, argument.init == "ones")
        else:
            value = random.normal(0, float(argument.init[len("normal(") : -1]), argument.shape)
        params[argument.name] = jnp.asarray(value, jnp.float32)
    return params


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--sequences", type=int, default=8)
    parser.add_argument("--length", type=int, default=256)
    options = parser.parse_args()

    config = gpt.Config(hidden=512, layers=4, heads=8, kv_heads=8, max_positions=options.length)
    loss = make_loss(config, options.sequences, options.length)
    update, _ = optimizers.adamw(3e-4, 0.9, 0.95, 1e-8, 0.01, 20)

    def train(params, first, second, number, *batch):
        value, gradients = jax.value_and_grad(loss)(params, *batch)
        updated = {name: update(params[name], gradients[name], first[name], second[name], number) for name in params}
        return value, *({name: parts[i] for name, parts in updated.items()} for i in range(3))

    step = jax.jit(train, donate_argnums=(0, 1, 2))
    params = initialize(config)
    first, second = ({name: jnp.zeros_like(value) for name, value in params.items()} for _ in range(2))
    text = np.random.default_rng(1).integers(0, 256, (options.sequences, options.length + 1))
    batch = (
        jnp.asarray(text[:, :-1].reshape(-1), jnp.int32),
        jnp.asarray(text[:, 1:].reshape(-1), jnp.int32),
        jnp.asarray(np.tile(np.arange(options.length), options.sequences), jnp.int32),
    )
    for number in range(1, options.steps + 1):
        start = time.perf_counter()
        value, params, first, second = step(params, first, second, jnp.float32(number), *batch)
        jax.block_until_ready((value, params, first, second))
        seconds = time.perf_counter() - start
        if not math.isfinite(value):
            raise SystemExit(f"step {number}: the loss is {value}")
        print(f"{seconds:.6f}", flush=True)


if __name__ == "__main__":
    main()
