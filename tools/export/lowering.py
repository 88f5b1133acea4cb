"""From a JAX function to linalg on tensors, with jaxlib's own MLIR bindings.

A function is traced at *sentinel* sizes: primes that stand for the number of
tokens (T), of offsets (S) and of elements of a parameter (N). The module names
them (`hocket.sentinels`), and the pass hocket-import makes them dynamic.
"""

from __future__ import annotations

import dataclasses
import re

import jax
import jax.numpy as jnp
from jax._src.interpreters.mlir import make_ir_context
from jaxlib.mlir import ir, passmanager
from jaxlib.mlir.dialects import stablehlo

from attention import PREFIX, parse_name

# Primes far from each other and from sizes that models have.
SENTINELS = {"T": 7919, "S": 1193, "N": 104729}

# The wheel registers neither StableHLO's folder nor its simplifier; what they
# do is left to the canonicalizer, after the lowering.
PIPELINE = (
    "builtin.module("
    "func.func(chlo-legalize-to-stablehlo,shape-legalize-to-stablehlo,stablehlo-legalize-to-linalg),"
    "canonicalize,cse)"
)


@dataclasses.dataclass(frozen=True)
class Argument:
    """An argument of @loss or @update. A dimension is a size or one of "T", "S", "N"."""

    name: str
    role: str  # param | batch | offsets | state | grad | step
    shape: tuple = ()
    dtype: str = "float32"
    init: str | None = None

    def struct(self) -> jax.ShapeDtypeStruct:
        shape = tuple(SENTINELS.get(size, size) for size in self.shape)
        return jax.ShapeDtypeStruct(shape, jnp.dtype(self.dtype))

    def attributes(self) -> ir.Attribute:
        fields = [f"hocket.role = #hocket.role<{self.role}>"]
        if self.name:
            fields.append(f'hocket.name = "{self.name}"')
        if self.init:
            fields.append(f'hocket.init = "{self.init}"')
        return ir.Attribute.parse("{" + ", ".join(fields) + "}")


def tokens_batch() -> list[Argument]:
    """The batch inputs of a language model."""
    return [
        Argument("tokens", "batch", ("T",), "int32"),
        Argument("targets", "batch", ("T",), "int32"),
        Argument("positions", "batch", ("T",), "int32"),
        Argument("cu_seqlens", "offsets", ("S",), "int32"),
    ]


def lower(function, arguments: list[Argument], symbol: str, context: ir.Context, inline: bool = False) -> ir.Module:
    """Lowers `function(*arguments)` to a module whose public function is @`symbol`.

    Jitted functions that it calls stay functions, unless `inline`.
    """
    traced = jax.jit(function, keep_unused=True).lower(*[argument.struct() for argument in arguments])
    with context, ir.Location.unknown():
        module = ir.Module.parse(str(traced.compiler_ir("stablehlo")))
        stablehlo.register_stablehlo_passes()
        pipeline = PIPELINE.replace("canonicalize", "inline,canonicalize") if inline else PIPELINE
        passmanager.PassManager.parse(pipeline).run(module.operation)
        for op in module.body.operations:
            name = ir.StringAttr(op.attributes["sym_name"]).value
            if name == "main":
                op.attributes["sym_name"] = ir.StringAttr.get(symbol)
                op.attributes["arg_attrs"] = ir.ArrayAttr.get([argument.attributes() for argument in arguments])
                del op.attributes["res_attrs"]
            elif name.startswith(PREFIX):
                causal, scale = parse_name(name)
                op.attributes["hocket.attention"] = ir.Attribute.parse(
                    f"{{causal = {str(causal).lower()}, scale = {scale!r} : f32}}"
                )
    return module


def export(loss, arguments: list[Argument], update=None, update_arguments: list[Argument] = ()) -> str:
    """The text of a module with @loss and, if given, @update."""
    context = make_ir_context()
    context.allow_unregistered_dialects = True  # ours
    module = lower(loss, arguments, "loss", context)
    used = [SENTINELS["T"], SENTINELS["S"]]
    with context, ir.Location.unknown():
        if update is not None:
            used.append(SENTINELS["N"])
            other = lower(update, update_arguments, "update", context, inline=True)
            for op in list(other.body.operations):
                op.detach_from_parent()
                module.body.append(op)
        for name in list(module.operation.attributes):
            del module.operation.attributes[name]
        sizes = ", ".join(str(size) for size in used)
        module.operation.attributes["hocket.sentinels"] = ir.Attribute.parse(f"array<i64: {sizes}>")
        assert module.operation.verify()
    return re.sub(r"^module @\w+", "module", str(module)) + "\n"
