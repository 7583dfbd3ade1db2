"""Writes what the maps of pyx12 say as JSON: one object per guide, statements by place.

Usage: maps.py WHEEL GUIDE=MAP...
Reads the maps and the data elements out of the wheel; needs the standard library alone.

The statements are the same that tests/guides.rs makes of the tables: `2310B.NM1(82).08` is an element, `2310B.NM1(82)` a row,
`loop 2310B in 2300` a loop, and `2310B.NM1(82).notes` the relational conditions.
"""

import json
import sys
import xml.etree.ElementTree as ElementTree
import zipfile


def read(wheel, name):
    with wheel.open("pyx12/map/" + name) as file:
        return ElementTree.parse(file).getroot()


def value(node, key):
    """Maps come in two forms: as attributes, and as child elements."""
    return node.get(key) if node.get(key) is not None else node.findtext(key)


def codes(node):
    listed = node.find("valid_codes")
    if listed is None:
        return []
    return sorted({code.text for code in listed.findall("code")})


def statement(node, types):
    usage = value(node, "usage")
    if node.tag == "composite":
        return f"{usage} {value(node, 'data_ele')}"
    kind, least, most = types[value(node, "data_ele")]
    # A code list of an element that is not used says nothing.
    listed = codes(node) if usage != "N" else []
    return " ".join([usage, kind, f"{least}/{most}", *(code.replace(" ", "_") for code in listed)])


def label(segment):
    """A row by its segment and the codes of its first element, or of that one's first component."""
    first = next((node for node in segment if node.tag in ("element", "composite")), None)
    listed = codes(first) if first is not None else []
    if first is not None and first.tag == "composite" and first.find("element") is not None:
        listed = codes(first.find("element"))
    name = segment.get("xid")
    if not listed:
        return name
    # The first of many codes are enough to know a row by.
    more = [f"+{len(listed) - 3}"] if len(listed) > 3 else []
    return f"{name}({' '.join([code.replace(' ', '_') for code in listed[:3]] + more)})"


def repeat(text):
    return "*" if text in (None, ">1") else text


def segment(node, loop, types, said):
    place = f"{loop}.{label(node)}"
    # One row may be told from the next by a later element alone.
    while place in said:
        place += "'"
    said[place] = f"{value(node, 'usage')} x{repeat(value(node, 'max_use'))}"
    notes = [note.text for note in node.findall("syntax")]
    if notes:
        said[place + ".notes"] = " ".join(notes)
    for element in node:
        if element.tag not in ("element", "composite"):
            continue
        position = f"{place}.{int(value(element, 'seq')):02}"
        said[position] = statement(element, types)
        if value(element, "usage") != "N":
            for component in element.findall("element"):
                said[f"{position}-{int(value(component, 'seq'))}"] = statement(component, types)


def walk(node, around, types, said, seen):
    """Takes a loop; a wrapper stands for what is around it, and a loop that stands in two places is taken once."""
    name = node.get("xid")
    if node.get("type") == "wrapper":
        name = around
    elif name == "ST_LOOP":
        name = "ST"
    elif name not in ("ISA_LOOP", "GS_LOOP"):
        said[f"loop {name} in {around}"] = f"{value(node, 'usage')} x{repeat(value(node, 'repeat'))}"
        if name in seen:
            return
        seen.add(name)
    for child in node:
        # Segments of the envelopes are the same for every guide, and stand in none.
        if child.tag == "segment" and name not in ("ISA_LOOP", "GS_LOOP"):
            segment(child, name, types, said)
        elif child.tag == "loop":
            walk(child, name, types, said, seen)


def main():
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        types = {
            element.get("ele_num"): [element.get(key) for key in ("data_type", "min_len", "max_len")]
            for element in read(wheel, "dataele.xml")
        }
        guides = {}
        for pair in sys.argv[2:]:
            guide, name = pair.split("=")
            guides[guide] = {}
            walk(read(wheel, name).find("loop"), "", types, guides[guide], set())
        json.dump(guides, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
