//! A lawful transaction set that has every row of a guide.
//!
//! One billing provider; a subscriber who is the patient, with a claim in which every segment and loop stands once; and a subscriber
//! with a patient, whose claim has only what it must have.

use std::ops::Range;

use super::rows::{Child, Loop, Row};

/// A segment of the set.
#[derive(Clone)]
pub struct Placed<'r> {
    pub row: &'r Row,
    pub in_loop: &'r Loop,
    /// Whether it opens its loop.
    pub is_head: bool,
    /// Whether it is there to be broken.
    pub is_subject: bool,
    pub elements: Vec<String>,
}

/// Where a loop stands in the set.
pub struct Span<'r> {
    pub of: &'r Loop,
    pub segments: Range<usize>,
    pub is_subject: bool,
}

/// A set, as segments that can be changed.
#[derive(Default)]
pub struct Draft<'r> {
    pub segments: Vec<Placed<'r>>,
    pub spans: Vec<Span<'r>>,
    /// HL segments so far.
    levels: usize,
}

/// Segments of the file in front of ST.
pub const OUTER: usize = 2;

impl<'r> Draft<'r> {
    /// Makes the set of the guide whose outermost loop is `outermost`.
    pub fn of(outermost: &'r Loop) -> Draft<'r> {
        let mut draft = Draft::default();
        draft.put(outermost, true);
        draft
    }

    fn put(&mut self, of: &'r Loop, is_full: bool) {
        let start = self.segments.len();
        for child in &of.children {
            match child {
                Child::Segment(row) if is_full || row.usage == "R" => {
                    let is_head = self.segments.len() == start;
                    self.put_segment(of, row, is_full, is_head);
                }
                // A second subscriber stands for the patient below it.
                Child::Loop(inner) if inner.name == "2000B" => {
                    self.put_subscriber(inner, false);
                    self.put_subscriber(inner, true);
                }
                Child::Loop(inner) if is_full || inner.usage == "R" => {
                    self.put(inner, is_full && !(of.name == "2000C" && inner.name == "2300"));
                }
                _ => {}
            }
        }
        let segments = start..self.segments.len();
        self.spans.push(Span { of, segments, is_subject: is_full });
    }

    fn put_subscriber(&mut self, of: &'r Loop, has_patient: bool) {
        let start = self.segments.len();
        for child in &of.children {
            match child {
                Child::Segment(row) if !has_patient || row.usage == "R" => {
                    let is_head = self.segments.len() == start;
                    self.put_segment(of, row, !has_patient, is_head);
                }
                Child::Loop(inner) => match inner.name.as_str() {
                    "2000C" if has_patient => self.put(inner, true),
                    "2300" if !has_patient => self.put(inner, true),
                    "2300" | "2000C" => {}
                    _ if !has_patient || inner.usage == "R" => self.put(inner, !has_patient),
                    _ => {}
                },
                Child::Segment(_) => {}
            }
        }
        let segments = start..self.segments.len();
        self.spans.push(Span { of, segments, is_subject: false });
    }

    fn put_segment(&mut self, in_loop: &'r Loop, row: &'r Row, is_full: bool, is_head: bool) {
        let elements = match row.id.as_str() {
            "HL" => {
                self.levels += 1;
                let levels = [
                    ["1", "", "20", "1"],
                    ["2", "1", "22", "0"],
                    ["3", "1", "22", "1"],
                    ["4", "3", "23", "0"],
                ];
                levels[self.levels - 1].map(str::to_owned).to_vec()
            }
            _ => row.lawful(is_full),
        };
        // The tree of levels, and what stands around it, is broken elsewhere.
        let is_subject = is_full && row.id != "HL" && in_loop.name.starts_with('2');
        self.segments.push(Placed { row, in_loop, is_head, is_subject, elements });
    }
}

/// Writes `segments` as a file.
pub fn file_of(segments: &[Placed<'_>], reference: &str) -> Vec<u8> {
    let mut file = format!(
        "ISA*00*          *00*          *ZZ*TPID00000001   *ZZ*SAMPLEMMIS     *251103*0730*^*00501*000000101*0*P*:~GS*HC*TPID00000001*SAMPLEMMIS*20251103*0730*1*X*{reference}~"
    );
    for placed in segments {
        let elements = match placed.row.id.as_str() {
            "ST" => vec!["837".to_owned(), "0001".to_owned(), reference.to_owned()],
            "SE" => vec![segments.len().to_string(), "0001".to_owned()],
            _ => placed.elements.clone(),
        };
        file.push_str(&placed.row.id);
        for element in &elements {
            file.push('*');
            file.push_str(element);
        }
        file.push('~');
    }
    file.push_str("GE*1*1~IEA*1*000000101~");
    file.into_bytes()
}
