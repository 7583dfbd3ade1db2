//! The guilty segment and its neighbours, one a line, as text that can be shown.

use std::borrow::Cow;
use std::ops::Range;

use edits::ElementName;
use x12::{Delimiters, Segment, is_padding, offset_in};

use super::characters::{shown, shown_at_fault};

/// Bytes of a segment that are shown in front of what is guilty, and behind it.
const AROUND_MAX: usize = 60;

/// Bytes of a neighbour, and of what is guilty, that are shown.
const SHOWN_MAX: usize = 80;

/// How far a neighbour's end is looked for.
const NEIGHBOUR_BYTES_MAX: usize = 64 * 1024;

/// Bytes that are guilty, and where they stand.
pub(super) struct Guilty<'t> {
    /// The whole file.
    pub file: &'t [u8],
    /// The separators of the interchange; `None` outside of any.
    pub delimiters: Option<Delimiters>,
    /// The guilty bytes; what is missing is an empty slice where it should stand.
    pub place: &'t [u8],
    /// Segment, element and component, such as `SV101-2`.
    pub element: ElementName<'t>,
    /// Position in the file of the guilty segment, from 1; of one that is missing, where it should stand.
    pub segment_number: u64,
}

/// Lines of text, and what of them is guilty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// One segment a line.
    pub text: String,
    /// Position in the file of the first segment, from 1.
    pub first_number: usize,
    /// What is guilty, in bytes of `text`.
    pub span: Range<usize>,
}

/// Shows the segment of `guilty`, with the one in front of it and the one behind.
pub(super) fn window(guilty: &Guilty<'_>) -> Window {
    let start = offset_in(guilty.file, guilty.place).min(guilty.file.len());
    let place = start..(start + guilty.place.len()).min(guilty.file.len());
    let number = usize::try_from(guilty.segment_number).unwrap_or(usize::MAX);
    let Some(delimiters) = guilty.delimiters else {
        return alone(guilty.file, place, number);
    };
    let cutter = Cutter { file: guilty.file, terminator: delimiters.segment };
    let own = cutter.around(&place);
    let number = if stands_behind(guilty, delimiters, &own, &place) { number - 1 } else { number };
    let mut text = String::new();
    let mut first_number = number.max(1);
    if let Some(before) = cutter.before(own.start).filter(|_| 1 < number) {
        first_number = number - 1;
        text.push_str(&clipped(&guilty.file[before.clone()]));
        text.push_str(&cutter.terminator_at(before.end));
        text.push('\n');
    }
    let span = push_guilty(guilty.file, own.clone(), place, &mut text);
    let end = cutter.terminator_at(own.end);
    let span =
        if span.is_empty() && text.len() == span.end { span.start..span.end + end.len() } else { span };
    text.push_str(&end);
    if let Some(after) = cutter.after(own.end) {
        text.push('\n');
        text.push_str(&clipped(&guilty.file[after.clone()]));
        text.push_str(&cutter.terminator_at(after.end));
    }
    Window { text, first_number, span }
}

/// Shows text outside of any interchange.
fn alone(file: &[u8], place: Range<usize>, number: usize) -> Window {
    let mut text = String::new();
    let span = push_guilty(file, place.clone(), place, &mut text);
    Window { text, first_number: number.max(1), span }
}

/// Whether what is missing is a whole segment, which should stand behind the one that is shown.
fn stands_behind(
    guilty: &Guilty<'_>,
    delimiters: Delimiters,
    own: &Range<usize>,
    place: &Range<usize>,
) -> bool {
    if !place.is_empty() || place.start < own.end || own.is_empty() || guilty.segment_number < 2 {
        return false;
    }
    // Behind the last segment of the file and its terminator.
    if own.end < place.start {
        return true;
    }
    let segment = Segment { bytes: &guilty.file[own.clone()], delimiters };
    let element = guilty.element.text();
    let name = element.split('-').next().unwrap_or_default();
    let digits = name.len() - 2.min(name.len());
    match name.get(digits..).map(str::parse::<usize>) {
        // An element of another segment than this one, or one that this one already has.
        Some(Ok(position)) => {
            segment.element(0) != &name.as_bytes()[..digits] || !segment.element(position).is_empty()
        }
        // A segment as such, at the end of the file.
        _ => true,
    }
}

/// Appends a segment with `place` in it, cut off on both sides where it is long; returns what is guilty, in bytes of `text`.
fn push_guilty(file: &[u8], own: Range<usize>, place: Range<usize>, text: &mut String) -> Range<usize> {
    let place = place.start.clamp(own.start, own.end)..place.end.clamp(own.start, own.end);
    let from = own.start.max(place.start.saturating_sub(AROUND_MAX));
    if own.start < from {
        text.push('…');
    }
    text.push_str(&shown(&file[from..place.start]));
    let start = text.len();
    let through = place.end.min(place.start + SHOWN_MAX);
    text.push_str(&shown_at_fault(&file[place.start..through]));
    if through < place.end {
        text.push('…');
        return start..text.len();
    }
    let span = start..text.len();
    let to = own.end.min(place.end + AROUND_MAX);
    text.push_str(&shown(&file[place.end..to]));
    if to < own.end {
        text.push('…');
    }
    span
}

fn clipped(bytes: &[u8]) -> Cow<'_, str> {
    match bytes.get(..SHOWN_MAX) {
        Some(front) if front.len() < bytes.len() => shown(front) + "…",
        _ => shown(bytes),
    }
}

/// Finds segments from any place of an interchange, without the white space around them.
struct Cutter<'t> {
    file: &'t [u8],
    terminator: u8,
}

impl Cutter<'_> {
    /// The segment in or at whose end `place` stands; at the end of the file, the last one.
    fn around(&self, place: &Range<usize>) -> Range<usize> {
        let own = self.reaching_over(self.end_behind(place.end.max(place.start)), place.start);
        if own.is_empty() && place.is_empty() {
            return self.before(own.start).unwrap_or(own);
        }
        own
    }

    /// The segment in front of the one that begins at `start`.
    fn before(&self, start: usize) -> Option<Range<usize>> {
        let is_between = |&byte: &u8| byte == self.terminator || is_padding(byte);
        let end = start - self.file[..start].iter().rev().take_while(|byte| is_between(byte)).count();
        let own = self.reaching_over(end, end);
        (!own.is_empty()).then_some(own)
    }

    /// The segment behind the one that ends at `end`.
    fn after(&self, end: usize) -> Option<Range<usize>> {
        let is_between = |&byte: &u8| byte == self.terminator || is_padding(byte);
        let start = end + self.file[end..].iter().take_while(|byte| is_between(byte)).count();
        let own = start..self.end_behind(start);
        (!own.is_empty()).then_some(own)
    }

    /// Where the segment that `at` stands in ends.
    fn end_behind(&self, at: usize) -> usize {
        let rest = &self.file[at..self.file.len().min(at + NEIGHBOUR_BYTES_MAX)];
        let end = at + rest.iter().position(|&byte| byte == self.terminator).unwrap_or(rest.len());
        let newline = |&byte: &u8| matches!(byte, b'\r' | b'\n');
        end - self.file[at..end].iter().rev().take_while(|byte| newline(byte)).count()
    }

    /// The segment that ends at `end` and reaches over `at`.
    fn reaching_over(&self, end: usize, at: usize) -> Range<usize> {
        let lowest = at.saturating_sub(NEIGHBOUR_BYTES_MAX);
        let front = &self.file[lowest..at];
        let start =
            lowest + front.iter().rposition(|&byte| byte == self.terminator).map_or(0, |last| last + 1);
        let padding = self.file[start..at].iter().take_while(|&&byte| is_padding(byte)).count();
        start + padding..end
    }

    /// The terminator, if one that can be seen stands at `end`.
    fn terminator_at(&self, end: usize) -> String {
        match self.file.get(end) {
            Some(&byte) if byte == self.terminator && !is_padding(byte) => shown(&[byte]).into_owned(),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELIMITERS: Delimiters =
        Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' };

    /// Shows what `|` on both sides, or one `|`, marks in `marked`, as `first number`, text and guilty text.
    fn check(marked: &str, element: &'static str, number: u64, expected: (usize, &str, &str)) {
        let file = marked.replace('|', "");
        let start = marked.find('|').unwrap();
        let end = marked.rfind('|').unwrap().max(start + 1) - 1;
        let place = &file.as_bytes()[start..end.max(start)];
        let guilty = Guilty {
            file: file.as_bytes(),
            delimiters: Some(DELIMITERS),
            place,
            element: ElementName::Known(element),
            segment_number: number,
        };
        let Window { text, first_number, span } = window(&guilty);
        assert_eq!((first_number, text.as_str(), &text[span]), expected, "{marked}");
    }

    #[test]
    fn an_element_stands_between_its_neighbours() {
        let lines = "LX*1~\nLIN**N4*00069080601~\nCTP****1*ML~";
        check("LX*1~LIN**N4*|00069080601|~CTP****1*ML~", "LIN03", 7, (6, lines, "00069080601"));
        check("LX*1~\r\nLIN**N4*|00069080601|~\r\n CTP****1*ML~\r\n", "LIN03", 7, (6, lines, "00069080601"));
        check("|LX*1|~", "LX", 1, (1, "LX*1~", "LX*1"));
    }

    #[test]
    fn what_is_missing_is_shown_where_it_should_stand() {
        check("LX*1~SV1*X|~SE*1~", "LIN03", 8, (6, "LX*1~\nSV1*X~\nSE*1~", "~"));
        check("LX*1~LIN**N4|~SE*1~", "LIN03", 7, (6, "LX*1~\nLIN**N4~\nSE*1~", "~"));
        check("A*1~DTP*471*D8*20250101|~B*1~", "DTP03", 7, (5, "A*1~\nDTP*471*D8*20250101~\nB*1~", "~"));
        check("LX*1~|GE*1~", "SE", 9, (8, "LX*1~\nGE*1~", ""));
        check("A*1~GE*1*1~\n|", "IEA", 9, (7, "A*1~\nGE*1*1~", "~"));
        check("A*1~GE*1*1|", "IEA", 9, (7, "A*1~\nGE*1*1", ""));
    }

    #[test]
    fn long_and_invisible_text_is_cut_and_seen() {
        let long = "x".repeat(100);
        let text = format!("{}…~\nB*{}…~", "x".repeat(80), "x".repeat(60));
        check(&format!("{long}~B*||{long}~"), "B01", 3, (2, &text, ""));
        check("A~LIN**N4*| 1\t|~", "LIN03", 2, (1, "A~\nLIN**N4*␠1␉~", "␠1␉"));
    }
}
