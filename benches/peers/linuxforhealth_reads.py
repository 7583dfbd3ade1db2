"""linuxforhealth-x12 over one file: `segments` with its reader, `models` with loops and rules."""

import sys

from linuxforhealth.x12.io import X12ModelReader, X12SegmentReader


def segments(path):
    with X12SegmentReader(path) as reader:
        names = [name for name, _ in reader.segments()]
    return f"{len(names)} segments, {names.count('CLM')} claims"


def models(path):
    with X12ModelReader(path) as reader:
        claims = sum(claims_below(model) for model in reader.models())
    return f"{claims} claims"


def claims_below(loop):
    """Counts the loops 2300 of a model, wherever they stand in it."""
    found = 0
    for name in loop.__fields__:
        value = getattr(loop, name)
        for one in value if isinstance(value, list) else [value]:
            if name == "loop_2300":
                found += one is not None
            elif name.startswith("loop_") and one is not None:
                found += claims_below(one)
    return found


print({"segments": segments, "models": models}[sys.argv[1]](sys.argv[2]))
