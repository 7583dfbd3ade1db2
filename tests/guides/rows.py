"""Writes the rows of the maps of pyx12 as JSON: one object per guide, loops within loops, each with its segments in order.

Usage: rows.py WHEEL GUIDE=MAP...
Reads the maps and the data elements out of the wheel; needs the standard library alone.

A repeat of 0 is any number.
"""

import json
import sys
import zipfile

from maps import codes, label, read, value


def count(text):
    return 0 if text == ">1" else int(text or 1)


def element(node, types):
    row = {"usage": value(node, "usage"), "number": value(node, "data_ele"), "codes": codes(node)}
    row["repeat"] = count(value(node, "repeat"))
    row["components"] = [element(part, types) for part in node.findall("element")]
    if node.tag == "element":
        row["kind"], row["least"], row["most"] = types[row["number"]]
    return row


def segment(node, types):
    elements = [part for part in node if part.tag in ("element", "composite")]
    return {
        "id": node.get("xid"),
        "label": label(node),
        "usage": value(node, "usage"),
        "repeat": count(value(node, "max_use")),
        "notes": [note.text for note in node.findall("syntax")],
        "elements": [element(part, types) for part in elements],
    }


def children(node, types):
    """A wrapper stands for what is in it."""
    for child in node:
        if child.tag == "segment":
            yield {"segment": segment(child, types)}
        elif child.get("type") == "wrapper":
            yield from children(child, types)
        elif child.tag == "loop":
            yield {"loop": loop(child, types)}


def loop(node, types):
    return {
        "name": node.get("xid"),
        "usage": value(node, "usage"),
        "repeat": count(value(node, "repeat")),
        "children": list(children(node, types)),
    }


def main():
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        types = {
            part.get("ele_num"): (part.get("data_type"), int(part.get("min_len")), int(part.get("max_len")))
            for part in read(wheel, "dataele.xml")
        }
        guides = {}
        for pair in sys.argv[2:]:
            guide, name = pair.split("=")
            guides[guide] = loop(read(wheel, name).find(".//loop[@xid='ST_LOOP']"), types)
        json.dump(guides, sys.stdout)


main()
