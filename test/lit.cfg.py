# The lit configuration; the values of this build come from lit.site.cfg.py.

import os
import sys

import lit.formats
from lit.llvm import llvm_config

config.name = "Hocket"
config.test_format = lit.formats.ShTest(not llvm_config.use_lit_shell)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "fixtures", "unit", "utils"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.hocket_binary_dir, "test")

# LLVM's tools (FileCheck, not, count, split-file, mlir-opt) lie in a folder of
# their own, without a version in their names. Ours come first.
bin_dir = os.path.join(config.hocket_binary_dir, "bin")
llvm_config.with_environment("PATH", config.llvm_tools_dir, append_path=True)
llvm_config.with_environment("PATH", bin_dir, append_path=True)
# A number of threads of its own for each test would oversubscribe the machine.
llvm_config.with_environment("OPENBLAS_NUM_THREADS", "1")
# Memory that is new or freed holds no zeros and no old values by luck.
llvm_config.with_environment("MALLOC_PERTURB_", "85")

binary_dir, source_dir = config.hocket_binary_dir, config.hocket_source_dir
config.substitutions += [
    ("%fixtures", os.path.join(config.test_source_root, "fixtures")),
    ("%utils", os.path.join(config.test_source_root, "utils")),
    ("%hocket_lib", os.path.join(binary_dir, "lib")),
    ("%hocket_src", source_dir),
    ("%hocket_test_lib", os.path.join(binary_dir, "test", "lib")),
    ("%python", sys.executable),
]

# Data sets that are not checked in lie beside the checkout unless it says
# otherwise.
data = os.environ.get(
    "HOCKET_DATA",
    os.path.join(config.hocket_source_dir, os.pardir, "shared", "data"),
)
if os.path.isdir(data):
    config.available_features.add("hocket-data")
    llvm_config.with_environment("HOCKET_DATA", data)
    config.substitutions.append(("%data", data))

# The long tier: `--param long=1`.
if lit_config.params.get("long"):
    config.available_features.add("long")
