"""Batches of text, initial values and training: what hocket-run does, in numpy and JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from lowering import Argument

MASK = (1 << 64) - 1


def splitmix64(x: int) -> int:
    z = (x + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def read_lengths(path: str) -> list[int]:
    with open(path, encoding="utf-8") as file:
        lines = [line.split("#")[0].strip() for line in file]
    return [int(line) for line in lines if line]


def offsets(lengths: list[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)


def batch(data: bytes, lengths: list[int], step: int, seed: int = 0) -> dict[str, np.ndarray]:
    """The batch of step 0, 1, ...: sequence i begins at splitmix64(seed + step * 2^32 + i) mod (N - length)."""
    text = np.frombuffer(data, dtype=np.uint8).astype(np.int32)
    tokens, targets, positions = [], [], []
    for i, length in enumerate(lengths):
        start = splitmix64((seed + (step << 32) + i) & MASK) % (len(text) - length)
        tokens.append(text[start : start + length])
        targets.append(text[start + 1 : start + length + 1])
        positions.append(np.arange(length, dtype=np.int32))
    return {
        "tokens": np.concatenate(tokens),
        "targets": np.concatenate(targets),
        "positions": np.concatenate(positions),
        "cu_seqlens": offsets(lengths),
    }


def initialize(arguments: list[Argument], seed: int) -> dict[str, np.ndarray]:
    """Initial values of the parameters by name, drawn as `init` says."""
    random = np.random.default_rng(seed)
    values = {}
    for argument in arguments:
        if argument.role != "param":
            continue
        if argument.init == "zeros":
            value = np.zeros(argument.shape)
        elif argument.init == "ones":
            value = np.ones(argument.shape)
        else:
            deviation = float(argument.init.removeprefix("normal(").removesuffix(")"))
            value = random.normal(0, deviation, argument.shape)
        values[argument.name] = value.astype(np.float32)
    return values


def gradient_function(loss, arguments: list[Argument]):
    """A jitted (values by name) -> (loss, weight, gradients by name) of the sum of the losses."""
    names = [argument.name for argument in arguments]

    def by_name(params, inputs):
        values = {**params, **inputs}
        return loss(*[values[name] for name in names])

    @jax.jit
    def run(params, inputs):
        (total, weight), gradients = jax.value_and_grad(by_name, has_aux=True)(params, inputs)
        return total, weight, gradients

    return run


def train(loss, arguments, update, update_arguments, params, data, lengths, steps, seed=0, report=None):
    """Trains; returns the mean loss of every step, before its update."""
    run = gradient_function(loss, arguments)
    names = [argument.name for argument in update_arguments if argument.role == "state"]
    states = {name: [np.zeros(value.size, np.float32) for _ in names] for name, value in params.items()}

    @jax.jit
    def apply(params, gradients, states, weight, step):
        new_params, new_states = {}, {}
        for name, param in params.items():
            results = update(param.reshape(-1), gradients[name].reshape(-1) / weight, *states[name], step)
            new_params[name] = results[0].reshape(param.shape)
            new_states[name] = list(results[1:])
        return new_params, new_states

    losses = []
    for step in range(steps):
        total, weight, gradients = run(params, batch(data, lengths, step, seed))
        params, states = apply(params, gradients, states, weight, jnp.float32(step + 1))
        losses.append(float(total) / float(weight))
        if report:
            report(step, losses[-1])
    return losses
