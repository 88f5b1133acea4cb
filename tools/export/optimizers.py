"""Optimizers as functions of one flat parameter: @update(param, grad, state..., step)."""

from __future__ import annotations

import math

import jax.numpy as jnp

from lowering import Argument


def _vectors(*states: str) -> list[Argument]:
    return [
        Argument("", "param", ("N",)),
        Argument("", "grad", ("N",)),
        *[Argument(name, "state", ("N",), init="zeros") for name in states],
        Argument("", "step", ()),
    ]


def _rate(step, learning_rate: float, warmup: int):
    """The learning rate of step 1, 2, ...: linear up to `warmup`, then constant."""
    if warmup <= 1:
        return jnp.float32(learning_rate)
    return learning_rate * jnp.minimum(step / warmup, 1.0)


def adamw(learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.01, warmup=0):
    """AdamW with bias correction. Returns (update, arguments)."""

    def update(param, grad, m, v, step):
        m = beta1 * m + (1 - beta1) * grad
        v = beta2 * v + (1 - beta2) * (grad * grad)
        correction1 = 1 - jnp.exp(step * math.log(beta1))
        correction2 = 1 - jnp.exp(step * math.log(beta2))
        direction = (m / correction1) / (jnp.sqrt(v / correction2) + epsilon)
        rate = _rate(step, learning_rate, warmup)
        return param - rate * (direction + weight_decay * param), m, v

    return update, _vectors("m", "v")


def sgd(learning_rate=1e-2, momentum=0.0, warmup=0):
    """SGD, with a state if there is momentum. Returns (update, arguments)."""

    def update(param, grad, step):
        return (param - _rate(step, learning_rate, warmup) * grad,)

    def update_with_momentum(param, grad, velocity, step):
        velocity = momentum * velocity + grad
        return param - _rate(step, learning_rate, warmup) * velocity, velocity

    if momentum:
        return update_with_momentum, _vectors("velocity")
    return update, _vectors()
