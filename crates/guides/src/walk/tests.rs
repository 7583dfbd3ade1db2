use x12::{Sheet, VIEW_BYTES};

use super::*;
use crate::testing::{DELIMITERS, check, professional};
use crate::{guide, guides};

/// Walks a line of a claim.
fn line(marked: &str) {
    check(professional(), "2300", marked);
}

#[test]
fn a_walk_is_small_enough_for_every_guide() {
    for guide in guides() {
        assert!(guide.children.len() <= CHILDREN_MAX, "{}", guide.reference);
        let mut walk = Walk::start(guide);
        assert_eq!(walk.segments(), 0);
        walk.end(|| Segment { bytes: b"", delimiters: DELIMITERS }, &mut |deviation| {
            assert!(matches!(deviation.kind, Kind::SegmentMissing | Kind::LoopMissing));
        });
    }
}

#[test]
fn a_line_as_the_guide_has_it() {
    line(
        r"
   LX*1~
   SV1*HC:J9035:JW*250*UN*1***1:2~
   DTP*472*D8*20251003~
   REF*6R*1~
   LIN**N4*00069080601~
   CTP****1.5*ML~
   NM1*82*1*DOE*ANN****XX*1234567893~
   REF*G2*77*LINE~
//           ^^^^ NotUsedElement
   LX*2~
   SV1*HC:99213*100*UN*1***1~
   DTP*472*RD8*20251003-20251004~
   SE*13*0001~
",
    );
}

#[test]
fn a_whole_header() {
    check(
        professional(),
        "",
        r"
   ST*837*0001*005010X222A1~
   BHT*0019*00*1*20251003*1200*CH~
   NM1*41*2*SENDER*****46*1~
//                        ^ TooShort
   PER*IC*ANN*TE*2075550100~
   HL*1**20*1~
// ^ LoopMissing 1000B NM1
   PRV*BI*PXC*207Q00000X~
   NM1*85*2*CLINIC*****XX*1234567893~
   N3*1 MAIN ST~
   N4*PORTLAND*ME*04101~
   REF*EI*123456789~
   HL*2*1*22*0~
   SBR*P*18*******MC~
   NM1*IL*1*DOE*ANN****MI*A1~
   NM1*PR*2*PAYER*****PI*77~
   CLM*1*100***11:B:1*Y*A*Y*Y~
",
    );
}

#[test]
fn what_is_missing_is_told_where_it_should_stand() {
    line(
        r"
   LX*1~
   DTP*472*D8*20251003~
// ^ SegmentMissing 2400 SV1
   LX*2~
   SV1*HC:99213*100*UN*1***1~
   LX*3~
// ^ SegmentMissing 2400 DTP
   SV1*HC:99213*100*UN*1***1~
   SE*1*0001~
// ^ SegmentMissing 2400 DTP
",
    );
}

#[test]
fn a_missing_first_segment_is_told_once_for_its_loop() {
    check(
        professional(),
        "2000A",
        r"
   HL*2*1*22*0~
   SBR*P*18*******MC~
   N3*1 MAIN ST~
// ^ SegmentMissing 2010BA NM1
   N4*PORTLAND*ME*04101~
   DMG*D8*19700101*F~
   NM1*PR*2*PAYER*****PI*77~
   SE*1*0001~
",
    );
    line(
        r"
   LX*1~
   SV1*HC:99213*100*UN*1***1~
   DTP*472*D8*20251003~
   SV1*HC:99214*100*UN*1***1~
// ^ SegmentMissing 2400 LX
   DTP*472*D8*20251003~
   CTP****1*ML~
// ^ SegmentMissing 2410 LIN
   SE*1*0001~
",
    );
}

#[test]
fn segments_and_loops_too_often() {
    line(
        r"
   LX*1~
   SV1*HC:99213*100*UN*1***1~
   SV1*HC:99213*100*UN*1***1~
// ^^^^^^^^^^^^^^^^^^^^^^^^^ SegmentTooOften
   DTP*472*D8*20251003~
   LIN**N4*00069080601~
   CTP****1*ML~
   LIN**N4*00069080602~
// ^^^^^^^^^^^^^^^^^^^ LoopTooOften
   CTP****1*ML~
   SE*1*0001~
",
    );
}

#[test]
fn segments_out_of_order() {
    line(
        r"
   LX*1~
   SV1*HC:99213*100*UN*1***1~
   DTP*472*D8*20251003~
   REF*6R*1~
   QTY*PT*2~
// ^^^^^^^^ SegmentOutOfOrder
   NM1*82*1*DOE*ANN****XX*1234567893~
   LIN**N4*00069080601~
// ^^^^^^^^^^^^^^^^^^^ SegmentOutOfOrder
   CTP****1*ML~
   SE*1*0001~
",
    );
    // One fault gives one deviation: what was told as missing may come late.
    line(
        r"
   LX*1~
   DTP*472*D8*20251003~
// ^ SegmentMissing 2400 SV1
   SV1*HC:99213*100*UN*1***1~
   SE*1*0001~
",
    );
}

#[test]
fn segments_that_do_not_belong_here() {
    line(
        r"
   LX*1~
   SV1*HC:99213*100*UN*1***1~
   DTP*472*D8*20251003~
   DTP*999*D8*20251003~
// ^^^^^^^^^^^^^^^^^^^ UnexpectedSegment
   ZZZ*1~
// ^^^^^ UnknownSegment
   SV2*0300**10*UN*1~
// ^^^^^^^^^^^^^^^^^ NotUsedSegment
   AK1*HC*1~
// ^^^^^^^^ SegmentNotInSet
   NM1*XX*1*DOE~
// ^^^^^^^^^^^^ UnexpectedSegment
   N3*1 MAIN ST~
   N4*PORTLAND*ME*04101~
   LX*2~
   SV1*HC:99213*100*UN*1***1~
   DTP*472*D8*20251003~
   SE*1*0001~
",
    );
}

#[test]
fn a_code_alone_may_be_wrong() {
    check(
        professional(),
        "ST",
        r"
   HL*1**20*1~
   NM1*8X*2*CLINIC*****XX*1234567893~
//     ^^ BadCode
   N3*1 MAIN ST~
   N4*PORTLAND*ME*04101~
   REF*EI*123456789~
   SE*1*0001~
// ^ LoopMissing 2000B HL
",
    );
}

#[test]
fn a_code_alone_may_be_wrong_where_a_loop_around_has_the_segment_too() {
    check(
        professional(),
        "2000A",
        r"
   HL*2*1*22*1~
   SBR*P********CI~
   NM1*IL*1*DOE*ANN****MI*A1~
   NM1*PR*2*PAYER*****PI*77~
   HL*3*2*23*0~
   PAT*18~
//     ^^ BadCode
   NM1*QC*1*DOE*BEA~
   N3*1 MAIN ST~
   N4*PORTLAND*ME*04101~
   DMG*D8*20100101*F~
   CLM*1*100***11:B:1*Y*A*Y*Y~
",
    );
}

#[test]
fn the_first_of_two_loops_that_are_due_has_a_bad_code() {
    check(
        professional(),
        "2000A",
        r"
   HL*2*1*22*0~
   SBR*P*18*******CI~
   NM1*I*1*DOE*ANN****MI*A1~
//     ^ TooShort
   N3*1 MAIN ST~
   N4*PORTLAND*ME*04101~
   NM1*PR*2*PAYER*****PI*77~
   CLM*1*100***11:B:1*Y*A*Y*Y~
",
    );
}

#[test]
fn a_segment_that_is_guessed_may_still_come() {
    check(
        professional(),
        "ST",
        r"
   HL*1**20*1~
   NM1*85*2*CLINIC*****XX*1234567893~
   N3*1 MAIN ST~
   N4*PORTLAND*ME*04101~
   REF*0*12~
//     ^ TooShort
   REF*EI*123456789~
   HL*2*1*22*0~
",
    );
}

#[test]
fn what_follows_an_unexpected_loop_is_passed_over_up_to_the_next() {
    line(
        r"
   LX*1~
   SV1*HC:99213*100*UN*1***1~
   DTP*472*D8*20251003~
   NM1*82*1*DOE*ANN****XX*1234567893~
   NM1*QZ*1*DOE~
// ^^^^^^^^^^^^ UnexpectedSegment
   N3*1 MAIN ST~
   N4*PORTLAND*ME*04101~
   REF*G2*77~
   PER*IC*ANN*TE*2075550100~
   LX*2~
   SV1*HC:99213*100*UN*1***1~
   DTP*472*D8*20251003~
   PER*IC*ANN*TE*2075550100~
// ^ SegmentMissing 2420E NM1
   SE*1*0001~
",
    );
}

#[test]
fn a_segment_of_the_line_alone_in_front_of_the_lines_begins_none() {
    check(
        professional(),
        "2000B",
        r"
   CLM*1*100***11:B:1*Y*A*Y*Y~
   DTP*472*D8*20251003~
// ^^^^^^^^^^^^^^^^^^^ UnexpectedSegment
   HI*ABK:I10~
   NM1*82*1*DOE*ANN****XX*1234567893~
   REF*6R*1~
//     ^^ BadCode
   LX*1~
   SV1*HC:99213*100*UN*1***1~
   DTP*472*D8*20251003~
   REF*6R*1~
   DTP*472*D8*20251003~
// ^^^^^^^^^^^^^^^^^^^ SegmentTooOften
   SE*1*0001~
",
    );
}

#[test]
fn a_row_may_be_told_by_a_later_element() {
    line(
        r"
   LX*1~
   SV1*HC:99213*100*UN*1***1~
   PWK*CT*AD~
   PWK*CT*FX*1~
//           ^ NotUsedElement
   PWK*CT*XX~
//        ^^ BadCode
   DTP*472*D8*20251003~
   SE*1*0001~
",
    );
}

#[test]
fn claims_are_walked_apart_from_their_branch() {
    let guide = professional();
    let bytes: [&[u8]; 4] =
        [b"HL*2*1*22*0", b"SBR*P*18*******MC", b"NM1*IL*1*DOE*ANN****MI*A1", b"CLM*1*100"];
    let [level, insurance, subscriber, claim] = bytes.map(|bytes| Segment { bytes, delimiters: DELIMITERS });
    let mut found = Vec::new();
    let mut branch = Walk::within(guide, "2000A").expect("a loop of the guide");
    for segment in [level, insurance, subscriber] {
        branch.segment(segment, None, &mut |deviation| found.push(deviation.kind));
    }
    assert_eq!(found, []);
    branch.end(|| claim, &mut |deviation| {
        assert_eq!(deviation.place.as_ptr(), claim.bytes.as_ptr());
        found.push(deviation.kind);
    });
    assert_eq!(found, [Kind::LoopMissing], "the payer is missing, and the claim is not");
    for parent in ["2000B", "2000C"] {
        let mut walk = Walk::within(guide, parent).expect("a loop of the guide");
        let row = walk.segment(claim, None, &mut |_| {}).expect("a claim stands there");
        assert_eq!(guide.loop_of(row).name, "2300");
    }
    assert!(Walk::within(guide, "2300X").is_none());
}

#[test]
fn a_walk_of_nothing_but_noise_goes_on() {
    let guide = guide(b"005010X223A2").expect("the guide is known");
    let mut walk = Walk::start(guide);
    for bytes in [&b"*"[..], b"", b"NM1", b"HL", b"HI*", b"CLM*:::", b"LX*1", b"SE", b"ST", b"\xff*\xff"] {
        walk.segment(Segment { bytes, delimiters: DELIMITERS }, None, &mut |_| {});
    }
    assert_eq!(walk.segments(), 10);
}

#[test]
fn segments_alike_but_for_their_codes_pass_at_a_glance() {
    let mut walk = Walk::within(professional(), "2300").expect("a loop of the guide");
    let line = |unit: &str| {
        format!("LX*1~SV1*HC:J1100*50*UN*1***1~DTP*472*D8*20251003~LIN**N4*00517490525~CTP****15*{unit}~")
    };
    for round in 0..2 {
        for unit in ["F2", "GR", "ME", "ML", "UN"] {
            let text = line(unit) + &"~".repeat(VIEW_BYTES);
            let mut sheet = Sheet::default();
            sheet.draw(text.as_bytes(), text.len(), DELIMITERS);
            walk.restart();
            for segment in x12::segments(text.trim_end_matches('~').as_bytes(), DELIMITERS) {
                let view = sheet.view(x12::offset_in(text.as_bytes(), segment.bytes), segment.bytes.len());
                let view = view.expect("it is short");
                if !walk.pass(view) {
                    assert_eq!(round, 0, "{}", String::from_utf8_lossy(segment.bytes));
                    walk.segment(segment, Some(&view), &mut |deviation| panic!("{:?}", deviation.kind));
                }
            }
        }
    }
}

/// Returns a made-up set: rows in their order, some left out, some twice, with codes where there are any, and here and there something wrong.
fn made_up(guide: &Guide, next: &mut impl FnMut(usize) -> usize) -> Vec<Vec<u8>> {
    let mut segments = Vec::new();
    for row in guide.rows() {
        let times = [1, 1, 1, 1, 0, 2][next(6)];
        for _ in 0..times {
            let mut bytes = row.segment.as_bytes().to_vec();
            for element in guide.elements(row).iter().take(1 + next(usize::from(row.elements))) {
                let codes = match guide.components(element) {
                    [first, ..] => guide.codes(first),
                    [] => guide.codes(element),
                };
                let code = codes
                    .get(next(codes.len() + 1))
                    .copied()
                    .unwrap_or(["", "1", "X^Y", "20251003"][next(4)]);
                bytes.push(b'*');
                bytes.extend_from_slice(code.as_bytes());
            }
            segments.push(bytes);
        }
        if next(40) == 0 {
            segments.push(b"ZZZ*1".to_vec());
        }
    }
    let (first, second) = (next(segments.len()), next(segments.len()));
    segments.swap(first, second);
    segments
}

#[test]
fn the_usual_way_is_the_one_that_a_search_finds() {
    let mut state = 1u32;
    let mut next = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let of = |deviation: Deviation<'_>| {
        (deviation.kind, deviation.element, deviation.place.as_ptr(), deviation.in_loop.name)
    };
    for guide in guides() {
        let (mut quick, mut stenciled) = (Walk::start(guide), Walk::start(guide));
        for _ in 0..100 {
            let segments = made_up(guide, &mut next);
            let text = [segments.join(&b'~'), vec![b'~'; VIEW_BYTES]].concat();
            let mut places = Vec::new();
            for bytes in &segments {
                let start = places.last().map_or(0, |(start, length)| start + length + 1);
                places.push((start, bytes.len()));
            }
            let mut sheet = Sheet::default();
            sheet.draw(&text, text.len(), DELIMITERS);
            quick.restart();
            stenciled.restart();
            let mut slow = Walk::start(guide);
            for &(start, length) in &places {
                let segment = Segment { bytes: &text[start..start + length], delimiters: DELIMITERS };
                let view = sheet.view(start, length).filter(|_| sheet.is_plain(start, length));
                let [mut by_quick, mut by_stencil, mut by_slow] = [const { Vec::new() }; 3];
                let row = quick.segment(segment, None, &mut |deviation| by_quick.push(of(deviation)));
                let stencil = stenciled
                    .segment(segment, view.as_ref(), &mut |deviation| by_stencil.push(of(deviation)));
                slow.segment_position += 1;
                let found = slow.unusual(segment, &mut |deviation| by_slow.push(of(deviation)));
                let text = String::from_utf8_lossy(segment.bytes);
                assert_eq!(row.map(std::ptr::from_ref), found.map(std::ptr::from_ref), "{text}");
                assert_eq!(stencil.map(std::ptr::from_ref), found.map(std::ptr::from_ref), "{text}");
                assert_eq!(by_quick, by_slow, "{text}");
                assert_eq!(by_stencil, by_slow, "{text}");
            }
        }
    }
}
