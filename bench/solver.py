"""Runs hocket-solve on instances, and checks its solutions."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import tempfile
import time


def solve(tool, kind: str, data: dict, *flags: str) -> tuple[float, float, float] | None:
    """(value, bound, seconds of the process) of an instance; None where it is infeasible. `--verify` checks the solution again."""
    with tempfile.TemporaryDirectory() as folder:
        path, solution = pathlib.Path(folder) / "instance.json", pathlib.Path(folder) / "solution.json"
        path.write_text(json.dumps(data))
        begin = time.monotonic()
        done = subprocess.run([tool, kind, path, "--quiet", "-o", solution, *flags], capture_output=True, text=True)
        seconds = time.monotonic() - begin
        if done.returncode == 3:
            return None
        if done.returncode:
            sys.exit(f"error: {data['name']} was not solved:\n{done.stdout}{done.stderr}")
        subprocess.run([tool, kind, path, f"--verify={solution}"], check=True, capture_output=True)
    words = done.stdout.split()
    return float(words[1]), float(words[2]), seconds
