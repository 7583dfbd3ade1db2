//! Laws of every batch, over shapes, guides, delimiters and faults; the counting here shares nothing with the
//! writer.

#![forbid(unsafe_code)]

use generator::{Fault, Guide, LineEnd, Lists, Plan, Severity, Tally, lists, write_batch};

fn small_lists() -> Lists {
    lists(11, 400, 200, 2)
}

fn written(plan: &Plan) -> (Vec<u8>, Tally) {
    let mut file = Vec::new();
    let tally = write_batch(plan, &small_lists(), &mut file).expect("the plan and the lists are sound");
    (file, tally)
}

fn plans() -> Vec<Plan> {
    let shape = Plan { interchanges: 2, groups: 2, sets: 3, claims: 40, ..Plan::default() };
    let mut plans = Vec::new();
    for guide in [Guide::Professional, Guide::Institutional, Guide::Dental] {
        for (delimiters, line_end) in [
            (*b"*:^~", LineEnd::None),
            (*b"|>!\n", LineEnd::None),
            (*b"*:^~", LineEnd::CrLf),
            (*b"+;%'", LineEnd::Lf),
        ] {
            plans.push(Plan { guide, delimiters, line_end, ..shape.clone() });
        }
        plans.push(Plan { guide, bad: 1.0, dependents: 1.0, ..shape.clone() });
        plans.push(Plan {
            guide,
            bad: 0.3,
            warn: 0.3,
            usage: b'T',
            seed: 9,
            dependents: 0.5,
            ..shape.clone()
        });
    }
    plans
}

/// Splits a file into segments and elements.
fn segments(file: &[u8], plan: &Plan) -> Vec<Vec<String>> {
    let [element, _, _, terminator] = plan.delimiters;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut segments = Vec::new();
    for segment in file.split(|byte| *byte == terminator) {
        let segment = segment.strip_prefix(plan.line_end.bytes()).unwrap_or(segment);
        if !segment.is_empty() {
            segments.push(segment.split(|byte| *byte == element).map(text).collect());
        }
    }
    segments
}

fn cents(amount: &str) -> i64 {
    let (units, rest) = amount.split_once('.').unwrap_or((amount, ""));
    let whole = |digits: &str| digits.parse::<i64>().expect("an amount has digits and one point");
    whole(units) * 100 + whole(&format!("{rest:0<2}"))
}

fn count(segments: &[Vec<String>], id: &str) -> u64 {
    segments.iter().filter(|segment| segment[0] == id).count() as u64
}

#[test]
fn the_tally_is_what_an_independent_count_finds() {
    for plan in plans() {
        let (file, tally) = written(&plan);
        let segments = segments(&file, &plan);
        let drugs = segments.iter().filter(|segment| segment[0] == "LIN" && segment[2] == "N4");
        let charges = segments.iter().filter(|segment| segment[0] == "CLM").map(|segment| cents(&segment[2]));
        assert_eq!(tally.bytes, file.len() as u64);
        assert_eq!(tally.segments, segments.len() as u64);
        assert_eq!(tally.interchanges, count(&segments, "ISA"));
        assert_eq!(tally.groups, count(&segments, "GS"));
        assert_eq!(tally.sets, count(&segments, "ST"));
        assert_eq!(tally.claims, count(&segments, "CLM"));
        assert_eq!(tally.lines, count(&segments, "LX"));
        assert_eq!(tally.drug_lines, drugs.count() as u64);
        assert_eq!(tally.charge_cents, charges.sum::<i64>());
        assert_eq!(tally.claims, 2 * 2 * 3 * 40);
    }
}

#[test]
fn trailers_count_what_they_close() {
    for plan in plans() {
        let (file, _) = written(&plan);
        let (mut set, mut sets, mut groups) = (0, 0, 0);
        let mut control = [String::new(), String::new(), String::new()];
        for segment in segments(&file, &plan) {
            set += 1;
            match segment[0].as_str() {
                "ISA" => (groups, control[0]) = (0, segment[13].clone()),
                "GS" => (groups, sets, control[1]) = (groups + 1, 0, segment[6].clone()),
                "ST" => (sets, set, control[2]) = (sets + 1, 1, segment[2].clone()),
                "SE" => assert_eq!(segment[1..], [set.to_string(), control[2].clone()]),
                "GE" => assert_eq!(segment[1..], [sets.to_string(), control[1].clone()]),
                "IEA" => assert_eq!(segment[1..], [groups.to_string(), control[0].clone()]),
                _ => {}
            }
        }
    }
}

#[test]
fn the_interchange_header_is_106_bytes() {
    for plan in plans() {
        let (file, _) = written(&plan);
        let [element, component, repetition, terminator] = plan.delimiters;
        assert_eq!(&file[..3], b"ISA");
        assert_eq!((file[103], file[104], file[105]), (element, component, terminator));
        assert_eq!((file[82], file[102]), (repetition, plan.usage));
        assert_eq!(file[..106].split(|byte| *byte == element).count(), 17);
    }
}

#[test]
fn hierarchy_numbers_ascend_and_children_are_foretold() {
    for plan in plans() {
        let (file, _) = written(&plan);
        let mut levels: Vec<(String, String, bool)> = Vec::new();
        for segment in segments(&file, &plan) {
            match segment[0].as_str() {
                "ST" => levels.clear(),
                "HL" => {
                    assert_eq!(segment[1], (levels.len() + 1).to_string());
                    levels.push((segment[2].clone(), segment[3].clone(), segment[4] == "1"));
                }
                "CLM" => assert_ne!(levels.last().unwrap().1, "20"),
                "SE" => {
                    for (number, (parent, level, has_children)) in (1..).zip(&levels) {
                        let own = number.to_string();
                        assert_eq!(levels.iter().any(|(parent, ..)| *parent == own), *has_children);
                        let above = parent.parse::<usize>().ok().map(|parent| levels[parent - 1].1.as_str());
                        let expected = match level.as_str() {
                            "20" => None,
                            "22" => Some("20"),
                            _ => Some("22"),
                        };
                        assert_eq!(above, expected);
                    }
                }
                _ => {}
            }
        }
    }
}

#[test]
fn control_numbers_occur_once_in_a_file() {
    let (file, _) = written(&plans()[0]);
    for (id, element) in [("ISA", 13), ("GS", 6), ("ST", 2)] {
        let segments = segments(&file, &plans()[0]);
        let mut numbers: Vec<_> =
            segments.iter().filter(|segment| segment[0] == id).map(|segment| &segment[element]).collect();
        let all = numbers.len();
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), all, "{id}");
    }
}

#[test]
fn faults_are_as_many_as_planned() {
    let clean = written(&Plan::default()).1;
    assert_eq!((clean.bad_claims, clean.claims_by_fault.len()), (0, 0));

    let plan = Plan { claims: 2_000, bad: 0.2, warn: 0.1, ..Plan::default() };
    let some = written(&plan).1;
    assert!((350..450).contains(&some.bad_claims), "{}", some.bad_claims);
    assert!((150..250).contains(&some.claims_with(Severity::Warn)));
    assert_eq!(some.bad_claims, some.claims_with(Severity::Reject) + some.claims_with(Severity::Hold));
    // All but the one that only an institutional claim can have.
    assert_eq!(some.claims_by_fault.len(), Fault::ALL.len() - 1);

    let all = written(&Plan { bad: 1.0, faults: Fault::rejecting(), ..Plan::default() }).1;
    assert_eq!(all.claims_with(Severity::Reject), all.claims);
}

#[test]
fn patients_are_subscribers_and_dependents_and_both() {
    let (file, _) = written(&Plan { claims: 400, dependents: 0.4, ..Plan::default() });
    let plan = Plan::default();
    let (mut own, mut dependents, mut both, mut level, mut own_here) = (0, 0, 0, String::new(), false);
    for segment in segments(&file, &plan) {
        match segment[0].as_str() {
            "HL" => {
                both += u32::from(segment[3] == "23" && own_here);
                own_here = own_here && segment[3] == "23";
                level.clone_from(&segment[3]);
            }
            "CLM" if level == "22" => (own, own_here) = (own + 1, true),
            "CLM" => dependents += 1,
            _ => {}
        }
    }
    assert!(own > 100 && dependents > 100 && both > 20, "{own} {dependents} {both}");
}

#[test]
fn averages_are_those_of_real_batches() {
    let (_, tally) = written(&Plan { claims: 5_000, ..Plan::default() });
    let per_claim = |count: u64| count * 10 / tally.claims;
    assert!((690..=740).contains(&(tally.bytes / tally.claims)), "{}", tally.bytes / tally.claims);
    assert!(
        (220..=232).contains(&(tally.bytes * 10 / tally.segments)),
        "{}",
        tally.bytes * 10 / tally.segments
    );
    assert!((34..=36).contains(&per_claim(tally.lines)), "{}", per_claim(tally.lines));
    assert!((11..=12).contains(&per_claim(tally.drug_lines)), "{}", per_claim(tally.drug_lines));
}

#[test]
fn same_seed_gives_same_bytes_on_every_platform() {
    let checksum = |plan: &Plan| {
        // FNV-1a, 64 bits.
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        written(plan).0.iter().fold(0xcbf2_9ce4_8422_2325, step)
    };
    let sums: Vec<u64> = [Guide::Professional, Guide::Institutional, Guide::Dental]
        .map(|guide| checksum(&Plan { guide, bad: 0.3, warn: 0.3, ..Plan::default() }))
        .to_vec();
    assert_eq!(
        sums,
        [17_460_368_125_306_824_785, 2_047_674_899_556_734_879, 12_709_847_850_365_195_726],
        "bless these only if the batches were meant to change"
    );
    assert_ne!(written(&Plan::default()).0, written(&Plan { seed: 2, ..Plan::default() }).0);
}
