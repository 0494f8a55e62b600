"""What the generators of files have in common: their arguments, and the count of what a reader must find."""
import argparse
import collections
import json


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("truth")
    parser.add_argument("--bytes", type=float, default=1e9)
    parser.add_argument("--seed", type=int, default=7)
    return parser


class Truth:
    """Counted while a file is written: exact bins per job and model, rows, and why rows are skipped."""

    def __init__(self):
        self.rows = 0
        self.skipped = collections.Counter()
        self.bins = collections.defaultdict(lambda: collections.defaultdict(collections.Counter))

    def call(self, job, model, prompt, answer):
        group = self.bins[f"{job}\t{model}"]
        group["prompt"][prompt] += 1
        group["generation"][answer] += 1
        group["total"][prompt + answer] += 1

    def write(self, path):
        truth = {"rows": self.rows, "used": self.rows - sum(self.skipped.values()), "skipped": dict(sorted(self.skipped.items())),
                 "groups": {name: {part: sorted(counter.items()) for part, counter in group.items()}
                            for name, group in sorted(self.bins.items())}}
        with open(path, "w", encoding="utf-8") as out:
            json.dump(truth, out)
