"""Copies the first half of a file. Usage: truncate.py FROM TO"""

import sys

with open(sys.argv[1], "rb") as source:
    data = source.read()
with open(sys.argv[2], "wb") as target:
    target.write(data[: len(data) // 2])
