"""pyx12 over one file: `segments` with its reader, `validate` against its maps of the guides."""

import io
import logging
import sys

import pyx12.params
import pyx12.x12file
import pyx12.x12n_document


def segments(path):
    names = [segment.get_seg_id() for segment in pyx12.x12file.X12Reader(path)]
    return f"{len(names)} segments, {names.count('CLM')} claims"


def validate(path):
    """Does what its command x12valid does, whose exit code is the same whatever it finds."""
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    counts = {"segments": 0, "claims": 0}

    def count(segment, *_):
        counts["segments"] += 1
        counts["claims"] += segment.get_seg_id() == "CLM"

    answer = io.StringIO()
    is_valid = pyx12.x12n_document.x12n_document(
        pyx12.params.params(), path, fd_997=answer, fd_html=None, callback=count
    )
    verdict = "valid" if is_valid else "not valid"
    return f"{counts['segments']} segments, {counts['claims']} claims, {verdict}"


print({"segments": segments, "validate": validate}[sys.argv[1]](sys.argv[2]))
