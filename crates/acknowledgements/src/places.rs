//! Names of segments, elements and loops, as sentences have them.

use guides::Place;

use crate::text::{number, text};

/// Names a loop with what it is about, such as `loop 2400 (service line)`; nothing where none is named.
pub(crate) fn loop_words(name: &[u8], version: &[u8]) -> String {
    let named = text(name);
    if named.is_empty() {
        return String::new();
    }
    let guide = guides::guide(version);
    let found = guide.and_then(|guide| guide.loops().iter().find(|place| place.name == named));
    match found.map(|place| place.words).filter(|words| !words.is_empty()) {
        Some(words) => format!("loop {named} ({words})"),
        None => format!("loop {named}"),
    }
}

/// Names an element as the guides do, such as `SV101-2`; a segment alone by its identifier.
pub(crate) fn element_name(segment: &[u8], place: Place) -> String {
    let mut name = text(segment);
    if 0 < place.element {
        name.push_str(&format!("{:02}", place.element));
    }
    if 0 < place.component {
        name.push_str(&format!("-{}", place.component));
    }
    if 0 < place.repetition {
        name.push_str(&format!(", repetition {}", place.repetition));
    }
    name
}

/// Reads the place that the components of IK401 and TED05 name: position, component, repetition.
pub(crate) fn place_of<'a>(mut components: impl Iterator<Item = &'a [u8]>) -> Place {
    let mut next = || {
        let value = components.next().and_then(number).unwrap_or(0);
        u16::try_from(value).unwrap_or(0)
    };
    Place { element: next(), component: next(), repetition: next() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_as_the_guides_do() {
        let place = |text: &'static [u8]| place_of(text.split(|&byte| byte == b':'));
        assert_eq!(element_name(b"SV1", place(b"1:2")), "SV101-2");
        assert_eq!(element_name(b"HI", place(b"1:2:3")), "HI01-2, repetition 3");
        assert_eq!(element_name(b"DTP", place(b"2")), "DTP02");
        assert_eq!(element_name(b"DTP", place(b"x")), "DTP");
        assert_eq!(loop_words(b"2400", b"005010X222A1"), "loop 2400 (service line)");
        assert_eq!(
            (loop_words(b"2400", b"004010"), loop_words(b"", b"")),
            ("loop 2400".into(), String::new())
        );
    }
}
