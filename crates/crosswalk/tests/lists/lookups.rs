//! The snapshot: what counts, what it answers on the first and the last day, and its id.

use crosswalk::{Effective, Hcpcs, List, Ndc, Note};

use super::{Crosswalk, asp, build, day, local, named, ndc, pdac, pdac_text, span};

const DRUG: &str = "99999-0001-01";

fn in_force(crosswalk: &Crosswalk, code: &str, drug: &str, date: &str) -> bool {
    let procedure = crosswalk.procedure(code.as_bytes());
    let pair = procedure.and_then(|procedure| crosswalk.pair(procedure, ndc(drug)));
    pair.is_some_and(|pair| pair.in_force(day(date)))
}

#[test]
fn a_pair_is_in_force_on_its_first_and_last_day_and_not_in_a_hole() {
    let crosswalk = build(vec![pdac(&[
        "99999-0001-01,,J1234,,3/1/2005,OPEN",
        "99999-0001-01,,J1234,,1/1/2002,9/30/2003",
    ])]);
    for (date, expected) in [
        ("2001-12-31", false),
        ("2002-01-01", true),
        ("2003-09-30", true),
        ("2003-10-01", false),
        ("2005-02-28", false),
        ("2005-03-01", true),
        ("2999-01-01", true),
    ] {
        assert_eq!(in_force(&crosswalk, "J1234", DRUG, date), expected, "{date}");
    }
    let procedure = crosswalk.procedure(b"J1234").unwrap();
    assert!(!crosswalk.listed_on(procedure, day("2003-10-01")));
    assert!(crosswalk.listed_on(procedure, day("2003-09-30")));
    assert_eq!(crosswalk.hcpcs(procedure), Hcpcs(*b"J1234"));
    assert!(crosswalk.procedure(b"J123").is_none() && crosswalk.procedure(b"J9999").is_none());
    assert!(crosswalk.pair(procedure, ndc("99999-0009-01")).is_none());
}

#[test]
fn quarters_that_touch_are_one_span_but_keep_their_relations() {
    let crosswalk = build(vec![
        asp(2025, 4, &["J1234,99999-0001-01"]),
        asp(2025, 3, &["J1234,99999-0001-01"]),
        asp(2025, 1, &["J1234,99999-0001-01"]),
        local(&["99999000101,J1234,2025-09-01,2026-01-15"]),
    ]);
    let pair = crosswalk.pair(crosswalk.procedure(b"J1234").unwrap(), ndc(DRUG)).unwrap();
    assert_eq!(pair.spans(), [span("2025-01-01", "2025-03-31"), span("2025-07-01", "2026-01-15")]);
    let relations = pair.relations().iter();
    let named: Vec<(&str, u32)> = relations
        .map(|one| (crosswalk.releases()[usize::from(one.release)].name.as_str(), one.row))
        .collect();
    assert_eq!(named, [("2025Q1", 5), ("2025Q3", 5), ("2025Q4", 5), ("local", 2)]);
}

#[test]
fn the_nearest_valid_date_is_the_earlier_of_two() {
    let crosswalk = build(vec![pdac(&[
        "99999-0001-01,,J1234,,1/1/2025,1/10/2025",
        "99999-0001-01,,J1234,,1/20/2025,1/31/2025",
    ])]);
    let pair = crosswalk.pair(crosswalk.procedure(b"J1234").unwrap(), ndc(DRUG)).unwrap();
    for (date, nearest) in [
        ("2024-06-01", "2025-01-01"),
        ("2025-01-05", "2025-01-05"),
        ("2025-01-14", "2025-01-10"),
        ("2025-01-15", "2025-01-10"),
        ("2025-01-16", "2025-01-20"),
        ("2026-01-01", "2025-01-31"),
    ] {
        assert_eq!(pair.nearest_valid_date(day(date)), day(nearest), "{date}");
    }
}

#[test]
fn a_date_is_covered_where_both_publishers_cover_it() {
    let crosswalk = build(vec![
        pdac(&["99999-0001-01,,J1234,,1/1/2002,"]),
        asp(2025, 2, &["J1234,99999-0001-01"]),
        asp(2025, 4, &["J1234,99999-0001-01"]),
        local(&["99999000101,J1234,2020-01-01,"]),
    ]);
    for (date, covered) in [
        ("2025-03-31", false),
        ("2025-04-01", true),
        ("2025-06-30", true),
        ("2025-07-01", false),
        ("2025-09-30", false),
        ("2025-10-01", true),
        ("2025-11-30", true),
        ("2025-12-01", false),
    ] {
        assert_eq!(crosswalk.covers(day(date)), covered, "{date}");
    }
    let name = |list, date| crosswalk.release_on(list, day(date)).map(|release| release.name.as_str());
    assert_eq!(name(List::Asp, "2025-12-31"), Some("2025Q4"));
    assert_eq!(name(List::Asp, "2025-07-01"), None);
    assert_eq!(name(List::Pdac, "1999-01-01"), Some("2025-10-05"));
    assert_eq!(name(List::Pdac, "2025-12-01"), None);
    assert_eq!(name(List::Local, "2025-12-01"), None);
    assert!(!build(vec![asp(2025, 4, &["J1234,99999-0001-01"])]).covers(day("2025-10-01")));
    assert!(!build(vec![]).covers(day("2025-10-01")));
}

#[test]
fn the_newest_pdac_posting_replaces_the_older_wholly() {
    let older = crosswalk::sources::pdac::parse(
        pdac_text(&["99999-0002-01,,J1235,,1/1/2002,"]).as_bytes(),
        &named("2025-09-05XWalk.csv"),
    );
    let older = older.unwrap();
    let newer = pdac(&["99999-0001-01,,J1234,,1/1/2002,"]);
    for files in [vec![older.clone(), newer.clone()], vec![newer, older]] {
        let (crosswalk, notes) = Crosswalk::build(files);
        assert!(crosswalk.procedure(b"J1235").is_none() && !crosswalk.knows_ndc(ndc("99999-0002-01")));
        assert_eq!((crosswalk.releases().len(), crosswalk.relations_total()), (1, 1));
        assert_eq!(
            notes[0].to_string(),
            "PDAC crosswalk 2025-09-05 (`2025-09-05XWalk.csv`) does not count: 2025-10-05 (`2025-10-05XWalk.csv`) was posted after it"
        );
    }
}

#[test]
fn of_two_releases_of_a_quarter_the_later_posted_counts_else_the_later_named() {
    let posted = |date: Option<&str>, row: &str| {
        let mut loaded = asp(2025, 4, &[row]);
        loaded.release.posted = date.map(day);
        loaded
    };
    let (first, second) = ("J1234,99999-0001-01", "J1235,99999-0001-01");
    for (one, other, code, by_posting) in [
        (Some("2025-09-15"), Some("2025-10-20"), b"J1235", true),
        (Some("2025-10-20"), Some("2025-09-15"), b"J1234", true),
        (Some("2025-10-20"), Some("2025-10-20"), b"J1235", false),
        (Some("2025-10-20"), None, b"J1235", false),
        (None, None, b"J1235", false),
    ] {
        let (crosswalk, notes) = Crosswalk::build(vec![posted(one, first), posted(other, second)]);
        assert!(crosswalk.procedure(code).is_some());
        assert_eq!((crosswalk.relations_total(), notes.len()), (1, 1));
        let Note::Superseded { by_order, .. } = notes[0] else { panic!("one release is superseded") };
        assert_eq!(by_order, !by_posting);
        assert_eq!(notes[0].to_string().ends_with("(`asp.csv`) is named after it"), by_order);
    }
    let full = Note::Full { source_name: "local.csv".into() };
    assert_eq!(full.to_string(), "`local.csv` does not count: a snapshot holds 65535 releases");
}

#[test]
fn names_other_procedures_and_drugs_in_force_ascending_and_each_once() {
    let crosswalk = build(vec![pdac(&[
        "99999-0003-01,,J1234,,1/1/2025,",
        "99999-0001-01,,J1236,,1/1/2025,",
        "99999-0001-01,,J1234,,1/1/2025,",
        "99999-0001-01,,J1234,,1/1/2024,6/30/2025",
        "99999-0001-01,,J1235,,1/1/2025,6/30/2025",
        "99999-0002-01,,J1234,,1/1/2024,12/31/2024",
    ])]);
    let date = day("2025-07-01");
    let codes: Vec<Hcpcs> = crosswalk.in_force_procedures(ndc(DRUG), date).collect();
    assert_eq!(codes, [Hcpcs(*b"J1234"), Hcpcs(*b"J1236")]);
    let procedure = crosswalk.procedure(b"J1234").unwrap();
    let drugs: Vec<Ndc> = crosswalk.in_force_ndcs(procedure, date).collect();
    assert_eq!(drugs, [ndc("99999-0001-01"), ndc("99999-0003-01")]);
    assert_eq!(crosswalk.relations_of_procedure(procedure).len(), 4);
    assert_eq!(crosswalk.relations_of_ndc(ndc(DRUG)).count(), 4);
}

#[test]
fn knows_the_lists_of_a_drug() {
    let crosswalk = build(vec![
        local(&["99999000101,J1234,2020-01-01,"]),
        pdac(&["99999-0001-01,,J1235,,1/1/2002,1/1/2002"]),
        asp(2025, 4, &["J1234,99999-0002-01"]),
    ]);
    assert_eq!(crosswalk.lists_of_ndc(ndc(DRUG)), [List::Pdac, List::Local]);
    assert_eq!(crosswalk.lists_of_ndc(ndc("99999-0002-01")), [List::Asp]);
    assert_eq!(crosswalk.lists_of_ndc(ndc("99999-0003-01")), []);
    assert!(crosswalk.knows_ndc(ndc(DRUG)) && !crosswalk.knows_ndc(ndc("99999-0003-01")));
}

#[test]
fn lists_go_stale_as_their_cadence_says() {
    let crosswalk = build(vec![
        pdac(&["99999-0001-01,,J1234,,1/1/2002,"]),
        asp(2025, 2, &["J1234,99999-0001-01"]),
        asp(2025, 3, &["J1234,99999-0001-01"]),
        local(&["99999000101,J1234,2020-01-01,"]),
    ]);
    let stale = |date| crosswalk.stale_on(day(date)).map(|one| one.name.as_str()).collect::<Vec<_>>();
    assert_eq!(stale("2025-09-30"), Vec::<&str>::new());
    assert_eq!(stale("2025-10-01"), ["2025Q3"]);
    assert_eq!(stale("2025-11-19"), ["2025Q3"]);
    assert_eq!(stale("2025-11-20"), ["2025-10-05", "2025Q3"]);
}

#[test]
fn the_id_names_the_content_and_not_the_order_of_the_files() {
    let list = || pdac(&["99999-0001-01,,J1234,,1/1/2002,"]);
    let quarter = || asp(2025, 4, &["J1234,99999-0001-01"]);
    let own = |row| local(&[row]);
    let (one, other) = ("99999000101,J1234,2020-01-01,", "99999000101,J1234,2021-01-01,");
    let id = build(vec![list(), quarter(), own(one), own(other)]).id().to_owned();
    assert_eq!(build(vec![own(other), own(one), quarter(), list()]).id(), id);
    assert_eq!(id.len(), 64);
    assert!(id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)));
    assert_ne!(build(vec![list(), quarter(), own(one)]).id(), id);

    let mut moved = quarter();
    moved.relations[0].row += 1;
    let mut renamed = quarter();
    renamed.release.source_name = "another.csv".into();
    let id = build(vec![quarter()]).id().to_owned();
    assert_ne!(build(vec![moved]).id(), id);
    assert_eq!(build(vec![renamed]).id(), id);
}

/// The sum is that of `printf '…' | sha256sum` over the documented text.
#[test]
fn the_id_is_the_documented_sum() {
    let crosswalk = build(vec![
        asp(2025, 4, &["J1234,99999-0001-01"]),
        pdac(&["99999-0001-01,,J1234,,1/1/2002,"]),
        local(&[]),
    ]);
    assert_eq!(crosswalk.id(), "bb6a920af0b1148ba5c30b0d80ee4f96c3b414763d708829260bd7685432f070");
}

#[test]
fn a_snapshot_is_shared_by_workers_and_small() {
    fn shared<T: Send + Sync>() {}
    shared::<Crosswalk>();
    assert!(size_of::<crosswalk::Relation>() <= 32);
    assert_eq!(size_of::<Effective>(), 8);
    assert_eq!(size_of::<Ndc>(), 8);
}
