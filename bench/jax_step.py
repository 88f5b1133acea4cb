"""The training step of bench/gpt512.mlir in JAX, jitted as one function on one core: prints JSON.

    taskset -c 0 python jax_step.py [--steps 5]      with the packages of tools/export/requirements.txt

The same model, batch, gradients and optimizer as Hocket's. Written for JAX at its best: sequences of one length are a
batch dimension (the exported model masks a ragged batch instead), and parameters and states are donated.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools", "export"))

import jax
import jax.numpy as jnp
import numpy as np

import gpt
import optimizers
import text


def einsum_attention(q, k, v):
    scores = jnp.einsum("bqhd,bkhd->bhqk", q, k) * q.shape[-1] ** -0.5
    causal = jnp.tril(jnp.ones(scores.shape[-2:], dtype=bool))
    return jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(jnp.where(causal, scores, -jnp.inf), axis=-1), v)


def library_attention(q, k, v):
    return jax.nn.dot_product_attention(q, k, v, is_causal=True)


def make_loss(config: gpt.Config, attention, length: int):
    heads, size, per_block = config.heads, config.head_size, len(gpt.block_shapes(config))

    def block(x, ln1, ln1_bias, query, key, value, out, ln2, ln2_bias, up, up_bias, down, down_bias):
        h = gpt.layer_norm(x, ln1, ln1_bias)
        q, k, v = ((h @ weight).reshape(-1, length, heads, size) for weight in (query, key, value))
        x = x + attention(q, k, v).reshape(-1, heads * size) @ out
        h = gpt.layer_norm(x, ln2, ln2_bias)
        return x + gpt.gelu(h @ up + up_bias) @ down + down_bias

    def loss(params, batch):
        wte, wpe, *rest = params
        x = wte[batch["tokens"]] + wpe[batch["positions"]]
        for layer in range(config.layers):
            x = block(x, *rest[layer * per_block : (layer + 1) * per_block])
        scale, bias, weight = rest[config.layers * per_block :]
        return gpt.cross_entropy(gpt.layer_norm(x, scale, bias) @ weight, batch["targets"])

    return loss


def make_step(config: gpt.Config, attention, length: int):
    loss = make_loss(config, attention, length)
    update, _ = optimizers.adamw(1e-3, 0.9, 0.95, 1e-8, 0.01, 20)

    def step(params, m, v, number, batch):
        (total, weight), gradients = jax.value_and_grad(loss, has_aux=True)(params, batch)
        updated = [update(p, g / weight, m, v, number) for p, g, m, v in zip(params, gradients, m, v)]
        return *(list(column) for column in zip(*updated)), total / weight

    return jax.jit(step, donate_argnums=(0, 1, 2))


def measure(config: gpt.Config, attention, lengths: list[int], steps: int) -> dict:
    arguments = [argument for argument in gpt.arguments(config) if argument.role == "param"]
    params = [jnp.asarray(value) for value in text.initialize(arguments, 0).values()]
    m, v = ([jnp.zeros_like(p) for p in params] for _ in range(2))
    data = np.random.default_rng(0).integers(0, 256, 1 << 16, dtype=np.uint8).tobytes()
    step = make_step(config, attention, lengths[0])
    seconds, losses = [], []
    for number in range(steps + 1):
        batch = text.batch(data, lengths, number)
        start = time.perf_counter()
        params, m, v, loss = step(params, m, v, jnp.float32(number + 1), batch)
        losses.append(float(loss))
        jax.block_until_ready((params, m, v))
        seconds.append(time.perf_counter() - start)
    return {"compile_seconds": seconds[0], "seconds": seconds[1:], "losses": losses}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hidden", type=int, default=512)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--heads", type=int, default=8)
    parser.add_argument("--sequences", type=int, default=8)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--steps", type=int, default=5)
    options = parser.parse_args()
    config = gpt.Config(options.hidden, options.layers, options.heads, options.heads, options.length)
    lengths = [options.length] * options.sequences
    results = {
        name: measure(config, attention, lengths, options.steps)
        for name, attention in (("einsum", einsum_attention), ("dot_product_attention", library_attention))
    }
    print(json.dumps({"jax": jax.__version__, "cores": len(os.sched_getaffinity(0)), "attention": results}))


if __name__ == "__main__":
    main()
