//! The page of acknowledgements: how they are explained, and the words of every code.

use std::fmt::Write;

use acknowledgements::codes::{
    ADVICE_OUTCOMES, APPLICATION_ERRORS, Code, ELEMENT_ERRORS, GROUP_ERRORS, INTERCHANGE_NOTES, OUTCOMES,
    SEGMENT_ERRORS, SET_ERRORS,
};
use acknowledgements::status::{CATEGORIES, ENTITIES, STATUSES};

use super::Page;

const HEAD: &str = "\
# Acknowledgements in words

This page is written from the code: `make bless` writes it again.

`claimgate explain FILE` says what the acknowledgements in a file say: TA1, 999, 997, 824, 277CA and other forms of the 277, whoever wrote them.
Any number of interchanges, groups and sets may stand in one file; `-` is standard input.
`--against SENT.837` shows each guilty segment of the file that was answered, underlined as `claimgate check` does it.

| it says | it finds the place by |
| --- | --- |
| TA1 | ISA13, and the element of the envelope that TA105 speaks of |
| 999, 997 | GS06, ST02, the position of the segment in the set, and the element |
| 824 | GS06 and ST02 of OTI, the position of the segment in the set, and the element |
| 277CA | CLM01, and REF\\*6R or LX01 of the line; a 277CA tells no segment |

Where a number stands several times in a file, the answers are taken to come in the order of what they answer.
If the file has no such unit, or the set no such segment, that is said instead; so it is if another segment stands there than the one that is named.
A code that is none of the guide's is named as it is.

It ends with 0 whatever the acknowledgement says, with 5 if the acknowledgement is cut off, and with 2 if the file holds none.

The words below are claimgate's own; what a code means, its list says.
";

/// Returns the page.
pub fn page() -> Page {
    let mut text = HEAD.to_owned();
    table("TA104, AK901, IK501 and AK501: what became of it", &OUTCOMES, &mut text);
    table("TA105: the interchange", &INTERCHANGE_NOTES, &mut text);
    table("AK905 to AK909: the functional group", &GROUP_ERRORS, &mut text);
    table("IK502 to IK506, AK502 to AK506: the transaction set", &SET_ERRORS, &mut text);
    table("IK304, AK304: a segment", &SEGMENT_ERRORS, &mut text);
    table("IK403, AK403: an element", &ELEMENT_ERRORS, &mut text);
    table("OTI01, second letter: what became of it", &ADVICE_OUTCOMES, &mut text);
    table("TED01: an error of an application", &APPLICATION_ERRORS, &mut text);
    table("STC01-1: category of a claim status", &CATEGORIES, &mut text);
    table("STC01-2: claim status", &STATUSES, &mut text);
    table("STC01-3: whom it is about", &ENTITIES, &mut text);
    ("acknowledgements.md".to_owned(), text)
}

fn table(heading: &str, codes: &[Code], text: &mut String) {
    let _ = write!(text, "\n## {heading}\n\n| code | words |\n| --- | --- |\n");
    for Code { code, words, .. } in codes {
        let _ = writeln!(text, "| {code} | {words} |");
    }
}
