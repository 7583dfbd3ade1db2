//! Walks whole files.

use guides::{Deviation, Place, Walk, guide};
use x12::{Event, Limits, Reader, Segment};

/// What was found in a file.
pub struct Found {
    /// Each deviation in words, without the content of any element.
    pub deviations: Vec<String>,
    /// How many transaction sets follow a guide.
    pub sets: usize,
}

/// Walks every transaction set of `file` whose guide is known.
pub fn found_in(file: &[u8]) -> Found {
    let mut found = Found { deviations: Vec::new(), sets: 0 };
    let mut walk: Option<Walk> = None;
    let mut version: &[u8] = b"";
    let mut reader = Reader::new(file, Limits::default());
    while let Some(event) = reader.next() {
        let mut tell = |deviation: Deviation<'_>| found.deviations.push(words(&deviation));
        match event {
            Event::GroupBegin(gs) => version = gs.map_or(b"", |gs| gs.element(8)),
            Event::SetBegin(st) => {
                let reference = if st.element(3).is_empty() { version } else { st.element(3) };
                walk = guide(reference).map(Walk::start);
                found.sets += usize::from(walk.is_some());
                step(&mut walk, st, &mut tell);
            }
            Event::Body(_, segment) => step(&mut walk, segment, &mut tell),
            Event::SetEnd(Some(se)) => {
                step(&mut walk, se, &mut tell);
                if let Some(mut walk) = walk.take() {
                    walk.end(|| Segment { bytes: &se.bytes[se.bytes.len()..], ..se }, &mut tell);
                }
            }
            _ => {}
        }
    }
    found
}

fn step<'a>(walk: &mut Option<Walk>, segment: Segment<'a>, tell: &mut impl FnMut(Deviation<'a>)) {
    if let Some(walk) = walk {
        walk.segment(segment, None, tell);
    }
}

fn words(deviation: &Deviation<'_>) -> String {
    let Place { element, component, repetition } = deviation.element;
    let mut place = deviation.row.map_or_else(
        || String::from_utf8_lossy(deviation.segment).into_owned(),
        |row| row.segment.to_owned(),
    );
    for (mark, number) in [("", element), ("-", component), (" repetition ", repetition)] {
        if number != 0 {
            place.push_str(&format!("{mark}{number:02}"));
        }
    }
    format!("{} {}.{place} {:?}", deviation.segment_position, deviation.in_loop.name, deviation.kind)
}
