use super::*;

const ISA: &str = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *251103*0800*^*00501*000000905*1*P*:~";

/// A whole interchange with one group of one set of four segments.
fn interchange() -> String {
    format!(
        "{ISA}GS*HC*S*R*20251103*0800*1*X*005010X222A1~ST*837*0001*005010X222A1~BHT*0019*00*1~CLM*1*5~SE*4*0001~GE*1*1~IEA*1*000000905~"
    )
}

/// Reads everything; returns the events as letters and the faults.
fn read(file: &[u8]) -> (String, Vec<Fault<'_>>) {
    let mut reader = Reader::new(file, Limits::default());
    let (mut events, mut faults) = (String::new(), Vec::new());
    loop {
        let event = reader.next();
        faults.extend(reader.take_faults());
        events.push_str(match event {
            Some(Event::Outside(_)) => "?",
            Some(Event::InterchangeBegin(_)) => "(I",
            Some(Event::GroupBegin(_)) => "(G",
            Some(Event::SetBegin(_)) => "(S",
            Some(Event::Body(..)) => ".",
            Some(Event::Between(_)) => ",",
            Some(Event::SetEnd(_) | Event::GroupEnd(_) | Event::InterchangeEnd(_)) => ")",
            None => return (events, faults),
        });
    }
}

fn kinds(file: &str) -> Vec<Kind> {
    let (events, faults) = read(file.as_bytes());
    assert_eq!(events.matches('(').count(), events.matches(')').count(), "{events}");
    faults.iter().map(|fault| fault.kind).collect()
}

#[test]
fn a_whole_interchange_has_no_fault() {
    let file = interchange();
    let (events, faults) = read(file.as_bytes());
    assert_eq!(events, "(I(G(S..)))");
    assert!(faults.is_empty());
}

#[test]
fn other_delimiters_and_line_ends_read_alike() {
    let plain = interchange();
    for file in [
        plain.replace('~', "~\r\n"),
        plain.replace('~', "~\n  "),
        plain.replace('~', "\n"),
        plain.replace('~', "\r\n"),
        plain.replace('*', "|").replace(':', ">").replace('~', "\u{1c}"),
        format!("\u{feff}\n{plain}"),
        plain.replace("~GE", "~~~\nGE"),
    ] {
        assert_eq!(read(file.as_bytes()).0, "(I(G(S..)))", "{file}");
        assert!(kinds(&file).is_empty(), "{file}");
    }
}

#[test]
fn wrong_counts_and_control_numbers_are_told_where_they_stand() {
    let cases = [
        ("SE*4*", "SE*5*", Kind::Se01Mismatch, Level::Set),
        ("*0001~GE", "*0002~GE", Kind::Se02Mismatch, Level::Set),
        ("GE*1*1", "GE*2*1", Kind::Ge01Mismatch, Level::Group),
        ("GE*1*1", "GE*1*2", Kind::Ge02Mismatch, Level::Group),
        ("IEA*1*", "IEA*x*", Kind::Iea01Mismatch, Level::Interchange),
        ("IEA*1*000000905", "IEA*1*000000906", Kind::Iea02Mismatch, Level::Interchange),
    ];
    for (from, to, kind, level) in cases {
        let file = interchange().replace(from, to);
        let (events, faults) = read(file.as_bytes());
        assert_eq!(events, "(I(G(S..)))");
        assert_eq!(faults.len(), 1, "{to}");
        assert_eq!((faults[0].kind, faults[0].level), (kind, level));
        assert!(crate::offset_in(file.as_bytes(), faults[0].place) > 150);
    }
    let wrong = interchange().replace("SE*4*", "SE*5*");
    let (_, faults) = read(wrong.as_bytes());
    assert_eq!((faults[0].place, faults[0].expected, faults[0].segment_number), (&b"5"[..], Some(4), 6));
}

#[test]
fn a_missing_trailer_closes_its_level_all_the_same() {
    assert_eq!(kinds(&interchange().replace("SE*4*0001~", "")), [Kind::SeMissing]);
    assert_eq!(kinds(&interchange().replace("GE*1*1~", "")), [Kind::GeMissing]);
    assert_eq!(kinds(&interchange().replace("IEA*1*000000905~", "")), [Kind::IeaMissingAtEnd]);
    let two = interchange().replace("IEA*1*000000905~", "") + &interchange().replace("905", "906");
    assert_eq!(kinds(&two), [Kind::IeaMissing]);
    assert_eq!(read(two.as_bytes()).0, "(I(G(S..)))(I(G(S..)))");
}

#[test]
fn headers_that_are_missing_are_told() {
    assert_eq!(
        kinds(&interchange().replace("ST*837*0001*005010X222A1~", ""))[..2],
        [Kind::SegmentOutsideTransaction; 2]
    );
    let no_group = interchange().replace("GS*HC*S*R*20251103*0800*1*X*005010X222A1~", "");
    assert_eq!(kinds(&no_group), [Kind::GsMissing, Kind::Ge02Mismatch, Kind::Iea01Mismatch]);
    assert!(kinds(&interchange().replace("~GE", "~SE*1*1~GE")).contains(&Kind::SeWithoutSt));
    assert!(kinds(&interchange().replace("~IEA", "~GE*1*1~IEA")).contains(&Kind::GeWithoutGs));
}

#[test]
fn the_later_of_two_equal_control_numbers_is_at_fault() {
    let one = interchange();
    assert_eq!(kinds(&(one.clone() + &one)), [Kind::DuplicateIsa13]);
    let sets = "ST*837*0001~SE*2*0001~";
    let file = one.replace("GE*1*1~", &format!("{sets}GE*2*1~"));
    assert_eq!(kinds(&file), [Kind::DuplicateSt02]);
}

#[test]
fn text_outside_is_told_and_passed_over() {
    let one = interchange();
    let file = format!("MAILBOX ISAAC\n{one}\nnoise {}", one.replace("905", "906"));
    assert_eq!(kinds(&file), [Kind::OutsideText; 2]);
    assert_eq!(read(file.as_bytes()).0, "?(I(G(S..)))?(I(G(S..)))");
    assert!(kinds(&format!("{one}\r\n\u{1a}\0\0")).is_empty());
    assert_eq!(kinds("hello"), [Kind::OutsideText, Kind::NoInterchange]);
    assert_eq!(kinds(""), [Kind::NoInterchange]);
}

#[test]
fn an_isa_within_an_interchange_opens_another_only_if_it_is_one() {
    let name = interchange().replace("CLM*1*5", "ISAAC*1*5");
    assert!(kinds(&name).is_empty());
    let inside = interchange().replace("CLM*1*5", "ISA*1*5");
    assert!(kinds(&inside).is_empty(), "too few separators to be an ISA");
    let (a, b) = (interchange(), interchange().replace("905", "906").replace('*', "|"));
    let cut = a[..a.find("CLM").unwrap()].to_owned() + &b;
    assert_eq!(kinds(&cut), [Kind::SeMissing, Kind::GeMissing, Kind::IeaMissing]);
}

#[test]
fn every_cut_is_told_once_and_never_panics() {
    let file = interchange();
    for cut in 0..file.len() {
        let kinds = kinds(&file[..cut]);
        assert!(kinds.iter().any(|kind| kind.cuts_off()), "{cut}: {kinds:?}");
    }
}

#[test]
fn limits_hold() {
    let long = interchange().replace("CLM*1*5", &format!("NTE*ADD*{}", "x".repeat(65_536)));
    assert_eq!(kinds(&long), [Kind::SegmentTooLong]);
    let mut reader = Reader::new(long.as_bytes(), Limits::default());
    while reader.next().is_some() {}
    assert_eq!(reader.take_faults()[0].place.len(), PLACE_BYTES_MAX);
    let wide = interchange().replace("CLM*1*5", &format!("CLM{}", "*1".repeat(1_001)));
    assert_eq!(kinds(&wide), [Kind::TooManyElements]);
    assert!(kinds(&interchange().replace("CLM*1*5", &format!("CLM{}", "*1".repeat(1_000)))).is_empty());
}

#[test]
fn an_interchange_can_be_read_again() {
    let file = interchange() + &interchange().replace("905", "906");
    let mut reader = Reader::new(file.as_bytes(), Limits::default());
    let mut first = 0;
    while let Some(event) = reader.next() {
        first += 1;
        if let Event::InterchangeEnd(_) = event {
            reader.rewind(reader.interchange_mark());
            break;
        }
    }
    let mut again = 0;
    while reader.next().is_some() {
        again += 1;
    }
    assert_eq!(again, first * 2);
    assert!(reader.take_faults().is_empty(), "the second reading is no duplicate of the first");
}
