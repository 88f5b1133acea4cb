"""check-cores.py ONE TWO OWN: what --world=virtual printed with one core, with two, and with a device for each rank."""

import re
import sys


def read(path):
    text = open(path).read()
    return (
        float(re.search(r"^makespan (\S+) s", text, re.M)[1]),
        float(re.search(r"^bubble rate (\S+)", text, re.M)[1]),
    )


one, two, own = map(read, sys.argv[1:4])
assert own[0] <= two[0] * 1.05, "a rank that shares its core is not faster than one that does not"
assert two[0] <= one[0] * 1.000001, "two cores are not slower than one"
assert two[0] >= one[0] / 2, "two cores do not do more than twice the work of one"
# How much longer depends on how alike the stages are.
assert one[0] > own[0] * 1.05, "four ranks on one core overlap nothing"
