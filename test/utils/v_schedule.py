#!/usr/bin/env python3
"""Prints a schedule of a V-shape as a CSV of torch.distributed.pipelining.

Usage: v_schedule.py RANKS MICROBATCHES

Rank r runs the stages r and 2 RANKS - 1 - r. Each step of time a rank runs the first of its tasks that can run: input
gradients (I) before forwards (F) before weight gradients (W); every third microbatch has a whole backward (B) instead.
"""
import sys


def schedule(ranks, microbatches):
    stages = 2 * ranks
    mine = [[r, stages - 1 - r] for r in range(ranks)]
    whole = lambda i: i % 3 == 2
    done = {}  # task: the step after which it is done
    columns = []
    count = stages * sum(2 if whole(i) else 3 for i in range(microbatches))
    while len(done) < count:
        time = len(columns)
        finished = lambda *task: done.get(task, time + 1) <= time

        def ready(stage, kind, i):
            if kind == "F":
                return stage == 0 or finished(stage - 1, "F", i)
            if kind == "W":
                return finished(stage, "I", i)
            after = "B" if whole(i) else "I"
            return finished(stage, "F", i) and (stage == stages - 1 or finished(stage + 1, after, i))

        column = []
        for rank in range(ranks):
            tasks = [(stage, kind, i) for kind in "IBFW" for i in range(microbatches) for stage in reversed(mine[rank])
                     if kind == "F" or (kind == "B") == whole(i)]
            task = next((t for t in tasks if t not in done and ready(*t)), None)
            column.append(task)
        for task in column:
            if task:
                done[task] = time + 1
        columns.append(column)
    return columns


def main():
    ranks, microbatches = map(int, sys.argv[1:])
    columns = schedule(ranks, microbatches)
    for rank in range(ranks):
        tasks = [column[rank] for column in columns]
        print(",".join("%d%s%d" % task if task else "" for task in tasks))


main()
