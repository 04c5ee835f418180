#!/usr/bin/env python3
"""What changed beyond noise: bench/compare.py old.json new.json

A kernel counts as changed when the medians of its time relative to native
differ by more than both spreads together and by more than 3 %; a geomean when
it differs by more than 2 %.
"""

import json
import sys

from measure import geomean


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def ratios(results, engine):
    return {k: v[engine]["ratio"] for k, v in results["kernels"].items()
            if "ratio" in v.get(engine, {})}


def compare_engine(engine, old, new):
    a, b = ratios(old, engine), ratios(new, engine)
    both = [k for k in a if k in b]
    changed = 0
    for k in both:
        factor = b[k]["median"] / a[k]["median"]
        noise = max(0.03, a[k]["spread"] + b[k]["spread"])
        if abs(factor - 1) > noise:
            changed += 1
            print(f"  {k:12} {a[k]['median']:.2f} -> {b[k]['median']:.2f} "
                  f"({(factor - 1) * 100:+.0f} %, noise "
                  f"{noise * 100:.0f} %)")
    if both:
        factor = geomean([b[k]["median"] / a[k]["median"] for k in both])
        word = "" if abs(factor - 1) > 0.02 else ", within noise"
        print(f"  geomean {(factor - 1) * 100:+.1f} %{word}; "
              f"{changed} of {len(both)} kernels changed")


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    old, new = load(sys.argv[1]), load(sys.argv[2])
    for engine in new["engines"]:
        if ratios(old, engine) and ratios(new, engine):
            print(engine)
            compare_engine(engine, old, new)


if __name__ == "__main__":
    main()
