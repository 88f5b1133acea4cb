"""Checks that every documented op of a TableGen file has an example, and that
every example is in a test file, word for word up to white space.

Usage: check-docs-examples.py OPS.td TEST.mlir
"""

import re
import sys


def words(text):
    return " ".join(text.split())


ops_path, test_path = sys.argv[1:]
with open(ops_path) as file:
    ops = re.split(r"^def ", file.read(), flags=re.MULTILINE)[1:]
with open(test_path) as file:
    tests = words(file.read())

failed = not ops
for op in ops:
    name = re.match(r"\w+", op).group()
    examples = re.findall(r"```mlir\n(.*?)```", op, flags=re.DOTALL)
    if not examples:
        print(f"{ops_path}: {name} has no example in its documentation")
        failed = True
    for example in examples:
        if words(example) not in tests:
            print(f"{test_path}: lacks this example of {name}:\n{example}")
            failed = True
sys.exit(failed)
