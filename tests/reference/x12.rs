//! Reads segments, and from them the claims with their service lines.
//!
//! Comes in: the bytes of a file. Goes out: [`Segment`]s and [`Claim`]s that borrow from it.
//! It must not know lists or edits. It reads on after every fault and reports none.

/// One segment, without its terminator.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    bytes: &'a [u8],
    delimiters: Delimiters,
}

#[derive(Clone, Copy)]
struct Delimiters {
    segment: u8,
    element: u8,
    component: u8,
}

/// A claim: from CLM to the next CLM, HL or SE.
pub struct Claim<'a> {
    /// The segment that opens the claim.
    pub clm: Segment<'a>,
    /// The first DTP\*434 before the first LX.
    pub statement_date: Option<Segment<'a>>,
    /// The service lines in file order.
    pub lines: Vec<Line<'a>>,
}

/// A service line, loop 2400: from LX to the next LX or the end of the claim.
pub struct Line<'a> {
    /// The segment that opens the line.
    pub lx: Segment<'a>,
    /// The first SV1, SV2 or SV3.
    pub service: Option<Segment<'a>>,
    /// The first DTP\*472.
    pub service_date: Option<Segment<'a>>,
    /// The LIN segments, whatever their qualifier.
    pub products: Vec<Product<'a>>,
}

/// Loop 2410: a LIN and the first CTP before the next LIN.
pub struct Product<'a> {
    /// The segment that opens the loop.
    pub lin: Segment<'a>,
    /// Quantity and unit.
    pub ctp: Option<Segment<'a>>,
}

impl<'a> Segment<'a> {
    /// Returns element `n`, counted from 1, or nothing if it is absent. Element 0 is the segment's name.
    pub fn element(&self, n: usize) -> &'a [u8] {
        let separator = self.delimiters.element;
        self.bytes.split(|byte| *byte == separator).nth(n).unwrap_or_default()
    }

    /// Returns component `m` of element `n`, both counted from 1.
    pub fn component(&self, n: usize, m: usize) -> &'a [u8] {
        let separator = self.delimiters.component;
        self.element(n).split(|byte| *byte == separator).nth(m - 1).unwrap_or_default()
    }
}

impl<'a> Line<'a> {
    /// Returns whether the line is one of an 837I, as its service segment says.
    pub fn is_institutional(&self) -> bool {
        self.service.is_some_and(|service| service.element(0) == b"SV2")
    }

    /// Returns qualifier and code of the procedure, empty where there is none.
    ///
    /// An 837D line has no procedure here: its qualifier is AD.
    ///
    /// Source: 005010X222A1, SV101; 005010X223A2, SV202.
    pub fn qualifier_and_code(&self) -> (&'a [u8], &'a [u8]) {
        let Some(service) = self.service else {
            return (b"", b"");
        };
        match service.element(0) {
            b"SV1" => (service.component(1, 1), service.component(1, 2)),
            b"SV2" => (service.component(2, 1), service.component(2, 2)),
            _ => (b"", b""),
        }
    }

    /// Returns the line charge as sent: SV102, SV203 or SV302.
    pub fn charge(&self) -> &'a [u8] {
        let Some(service) = self.service else {
            return b"";
        };
        match service.element(0) {
            b"SV2" => service.element(3),
            _ => service.element(2),
        }
    }

    /// Returns the drugs: each LIN with LIN02 = N4 and LIN03 not empty.
    pub fn drugs(&self) -> impl Iterator<Item = &Product<'a>> {
        let is_drug = |lin: &Segment| lin.element(2) == b"N4" && !lin.element(3).is_empty();
        self.products.iter().filter(move |product| is_drug(&product.lin))
    }
}

/// Returns every segment within an interchange, in file order.
///
/// Blanks and line ends before a segment, empty segments and text outside an interchange are passed over.
/// A last segment without terminator counts.
pub fn segments(file: &[u8]) -> Vec<Segment<'_>> {
    let mut segments = Vec::new();
    let mut interchange = None;
    let mut rest = file;
    loop {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return segments;
        }
        interchange = delimiters(rest).or(interchange);
        let Some(delimiters) = interchange else {
            // Text outside an interchange.
            rest = &rest[1..];
            continue;
        };
        let end = rest.iter().position(|byte| *byte == delimiters.segment);
        let segment = Segment { bytes: &rest[..end.unwrap_or(rest.len())], delimiters };
        rest = end.map_or(b"", |end| &rest[end + 1..]);
        if segment.element(0) == b"IEA" {
            interchange = None;
        }
        if !segment.bytes.is_empty() {
            segments.push(segment);
        }
    }
}

/// Returns the delimiters of the interchange that opens at the first byte, if one does.
///
/// ISA is followed by sixteen element separators, then the component separator, then the terminator.
///
/// Source: X12.5, ISA.
fn delimiters(bytes: &[u8]) -> Option<Delimiters> {
    let after_name = bytes.strip_prefix(b"ISA")?;
    let element = *after_name.first()?;
    // A letter, digit or blank after ISA is a word in text outside.
    if element.is_ascii_alphanumeric() || element == b' ' {
        return None;
    }
    let mut separators = (0..after_name.len()).filter(|index| after_name[*index] == element);
    let sixteenth = separators.nth(15)?;
    let component = *after_name.get(sixteenth + 1)?;
    let segment = *after_name.get(sixteenth + 2)?;
    Some(Delimiters { segment, element, component })
}

/// Returns every claim of `file`, in file order.
pub fn claims(file: &[u8]) -> Vec<Claim<'_>> {
    let mut claims: Vec<Claim> = Vec::new();
    let mut in_claim = false;
    for segment in segments(file) {
        match segment.element(0) {
            b"CLM" => {
                in_claim = true;
                claims.push(Claim { clm: segment, statement_date: None, lines: Vec::new() });
            }
            b"HL" | b"SE" => in_claim = false,
            _ if in_claim => {
                let claim = claims.last_mut().expect("a claim is open since its CLM");
                add_to_claim(claim, segment);
            }
            _ => {}
        }
    }
    claims
}

fn add_to_claim<'a>(claim: &mut Claim<'a>, segment: Segment<'a>) {
    if segment.element(0) == b"LX" {
        let line = Line { lx: segment, service: None, service_date: None, products: Vec::new() };
        claim.lines.push(line);
    } else if let Some(line) = claim.lines.last_mut() {
        add_to_line(line, segment);
    } else if segment.element(0) == b"DTP" && segment.element(1) == b"434" {
        claim.statement_date.get_or_insert(segment);
    }
}

fn add_to_line<'a>(line: &mut Line<'a>, segment: Segment<'a>) {
    match segment.element(0) {
        b"SV1" | b"SV2" | b"SV3" => {
            line.service.get_or_insert(segment);
        }
        b"DTP" if segment.element(1) == b"472" => {
            line.service_date.get_or_insert(segment);
        }
        b"LIN" => line.products.push(Product { lin: segment, ctp: None }),
        b"CTP" => {
            if let Some(product) = line.products.last_mut() {
                product.ctp.get_or_insert(segment);
            }
        }
        _ => {}
    }
}

/// Returns whether `text` is a number of type R: an optional minus, digits, and optionally a point
/// with digits after it.
///
/// Digits before the point may be left out. There is no plus, no exponent and no thousands separator.
///
/// Source: X12.6, type R.
pub fn is_number(text: &[u8]) -> bool {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let all_digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    match unsigned.iter().position(|byte| *byte == b'.') {
        Some(point) => {
            let (whole, fraction) = (&unsigned[..point], &unsigned[point + 1..]);
            all_digits(whole) && all_digits(fraction) && !fraction.is_empty()
        }
        None => all_digits(unsigned) && !unsigned.is_empty(),
    }
}

/// Returns whether `text` is a number of type R above zero.
pub fn is_above_zero(text: &[u8]) -> bool {
    let has_value = text.iter().any(|byte| (b'1'..=b'9').contains(byte));
    is_number(text) && !text.starts_with(b"-") && has_value
}

/// Returns an amount of dollars in cents, or nothing if it is not a number of whole cents.
///
/// Zeros after the second decimal change nothing.
pub fn cents(text: &[u8]) -> Option<i64> {
    if !is_number(text) {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    if 2 < fraction.len() {
        return None;
    }
    // The minus, if any, stands before the whole dollars: "-5.5" becomes "-550".
    format!("{whole}{fraction:0<2}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{cents, is_above_zero, is_number, segments};

    const ISA: &str = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       \
                       *251003*1200*^*00501*000000001*0*T*:~";

    fn names(file: &str) -> Vec<&[u8]> {
        segments(file.as_bytes()).iter().map(|segment| segment.element(0)).collect()
    }

    #[test]
    fn delimiters_come_from_each_isa() {
        let other = ISA.replace('*', "|").replace('~', "\r").replace(':', ">");
        let file = format!("{ISA}SV1*HC:A~IEA~{other}\nSV1|HC>A\r\nIEA\r");
        let segments = segments(file.as_bytes());
        assert_eq!(segments.len(), 6);
        assert_eq!(segments[1].component(1, 2), b"A");
        assert_eq!(segments[4].component(1, 2), b"A");
        assert_eq!(segments[4].component(2, 1), b"");
    }

    #[test]
    fn blanks_empty_segments_and_text_outside_are_passed_over() {
        let file = format!("\u{feff}CLM*1~ISA here {ISA}~\r\n~  GS~\nIEA~CLM*2~{ISA}IEA~ISA");
        assert_eq!(names(&file), [&b"ISA"[..], b"GS", b"IEA", b"ISA", b"IEA"]);
    }

    #[test]
    fn numbers_are_of_type_r() {
        for number in ["0", "-1", "1.50", ".5", "-.5", "007"] {
            assert!(is_number(number.as_bytes()), "{number}");
        }
        for text in ["", "-", ".", "5.", "+1", "1e3", "1,000", "1.2.3", "--1", " 1", "1 "] {
            assert!(!is_number(text.as_bytes()), "{text}");
        }
        assert!(is_above_zero(b"0.001"));
        assert!(!is_above_zero(b"0.00"));
        assert!(!is_above_zero(b"-1"));
    }

    #[test]
    fn cents_are_exact() {
        let cases = [("1", 100), ("1.5", 150), ("-.05", -5), ("0.100", 10), ("12.34000", 1234)];
        for (text, expected) in cases {
            assert_eq!(cents(text.as_bytes()), Some(expected), "{text}");
        }
        for text in ["", "1.001", "99999999999999999999", "one"] {
            assert_eq!(cents(text.as_bytes()), None, "{text}");
        }
    }
}
