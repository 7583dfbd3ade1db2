//! What every store must do, and the made-up rows that it is asked with.

mod ahead;
mod restored;

use crate::{
    Act, ByHand, Claim, ClaimName, Decision, Delivery, Disposition, Error, Finding, HandVerdict, Interchange,
    Judged, Ledger, NewRun, Note, NumberOf, Outcome, Output, Part, Partner, Reception, Rerun, Route,
    RunState, Submission, Tally, Usage,
};

pub const ACT: Act<'static> = Act { at: "2025-11-03T08:00:00Z", who: "station", why: "" };

pub fn partner(name: &str, sender: &str) -> Partner {
    Partner { name: name.to_owned(), sender_ids: vec![sender.to_owned()], receiver_ids: vec![] }
}

pub fn submission(id: &str, sha256: &str) -> Submission {
    Submission {
        id: id.to_owned(),
        partner: "pine".to_owned(),
        route: Route::Folder,
        usage: Usage::Production,
        name: b"caf\xE9.837".to_vec(),
        sha256: sha256.to_owned(),
        bytes: 1486,
        received_at: "2025-11-03T07:59:00Z".to_owned(),
        duplicate_of: None,
    }
}

fn tally(disposition: Disposition, claims: u64, charge_cents: i64) -> Tally {
    Tally { disposition, claims, charge_cents }
}

pub fn claim(number: u64, disposition: Disposition) -> Claim {
    let finding = Finding {
        code: "NDC050".to_owned(),
        severity: "reject".to_owned(),
        procedure: Some("J1885".to_owned()),
        ndc: Some("00641036725".to_owned()),
        service_date: None,
    };
    let findings = vec![finding.clone(), Finding { code: "GAP010".to_owned(), ..finding }];
    Claim { number, claim_id: format!("OOT-{number}"), charge_cents: 11350, disposition, findings }
}

/// What came of a run over three claims: one went on, one did not, one waits.
pub fn decision(run: i64, control_number: &str) -> Decision {
    let interchange = Interchange {
        sender: "TPID00000001".to_owned(),
        receiver: "SAMPLEMMIS".to_owned(),
        control_number: control_number.to_owned(),
        usage: "P".to_owned(),
    };
    let tallies = vec![
        tally(Disposition::Received, 3, 33400),
        tally(Disposition::Accepted, 1, 10700),
        tally(Disposition::Rejected, 1, 11350),
        tally(Disposition::Held, 1, 11350),
    ];
    let (snapshot, run_hash, version) = ("1223ae02".to_owned(), "4a656cb9".to_owned(), "0.1.0".to_owned());
    // A file can say one number twice: the second was refused by itself.
    let interchanges = vec![interchange.clone(), interchange];
    let output = |name: &str| Output { name: name.to_owned(), bytes: 304, blake3: "c7863f58".to_owned() };
    let delivery = |name: &str| Delivery {
        folder: "outbound/ack".to_owned(),
        name: name.to_owned(),
        bytes: 304,
        sha256: "0f343b09".to_owned(),
    };
    Decision {
        run,
        outcome: Outcome::Judged,
        judged: Some(Judged { snapshot, run_hash, version, tallies, interchanges }),
        outputs: vec![output("999.edi"), output("accepted.837")],
        deliveries: vec![delivery("one-1-TA1.edi"), delivery("one-1-999.edi")],
    }
}

pub fn claims() -> impl Iterator<Item = Result<Claim, Error>> {
    [Ok(claim(2, Disposition::Rejected)), Ok(claim(3, Disposition::Held))].into_iter()
}

/// Receives a submission, and returns its run.
pub fn receive(ledger: &mut dyn Ledger, id: &str, sha256: &str) -> i64 {
    match ledger.receive(&submission(id, sha256), &ACT).unwrap() {
        Reception::New(run) => run,
        other => panic!("{other:?}"),
    }
}

/// Takes a fresh ledger through everything that a store must do; it is sound at the end.
pub fn conformance(ledger: &mut dyn Ledger) {
    partners_are_told_apart(ledger);
    bytes_are_received_once(ledger);
    what_does_not_balance_is_not_entered(ledger);
    a_run_is_closed_once(ledger);
    a_control_number_is_taken_once(ledger);
    a_part_is_judged_again_once(ledger);
    a_note_is_kept_as_it_was_written(ledger);
    what_somebody_decides_is_kept_with_its_reason(ledger);
    claims_that_are_left_are_those_that_were_named(ledger);
    a_claim_that_came_before_is_pointed_out(ledger);
    what_was_put_aside_is_tried_again(ledger);
    no_reply_number_is_given_twice(ledger);
    claims_are_counted_once(ledger);
    a_rerun_that_failed_keeps_no_other_from_it(ledger);
    ahead::a_large_run_is_entered_part_by_part(ledger);
    no_number_goes_on_twice(ledger);
    restored::a_rerun_that_was_open_goes_on_under_other_numbers(ledger);
    no_number_goes_on_behind_the_last(ledger);
    steps_are_taken_together_or_not_at_all(ledger);
    restored::a_copy_goes_on_behind_what_was_given(ledger);
    assert_eq!(ledger.verify(&[ledger.anchor().unwrap().unwrap()]).unwrap(), []);
}

fn partners_are_told_apart(ledger: &mut dyn Ledger) {
    assert_eq!((ledger.partners().unwrap(), ledger.anchor().unwrap()), (vec![], None));
    ledger.add_partner(&partner("pine", "TPID00000001"), &ACT).unwrap();
    for (name, sender) in [("pine", "TPID00000002"), ("oak", "TPID00000001")] {
        assert!(matches!(ledger.add_partner(&partner(name, sender), &ACT), Err(Error::Taken(_))), "{name}");
    }
    let oak = Partner { receiver_ids: vec!["SAMPLEMMIS".to_owned()], ..partner("oak", "TPID00000002") };
    ledger.add_partner(&oak, &ACT).unwrap();
    assert_eq!(ledger.partners().unwrap(), [oak, partner("pine", "TPID00000001")]);
}

fn bytes_are_received_once(ledger: &mut dyn Ledger) {
    let first = receive(ledger, "A1", "aa");
    assert_eq!(ledger.receive(&submission("A1", "aa"), &ACT).unwrap(), Reception::Known);
    let Reception::Duplicate(second) = ledger.receive(&submission("A2", "aa"), &ACT).unwrap() else {
        panic!("the bytes came before")
    };
    let test = Submission { usage: Usage::Test, ..submission("A3", "aa") };
    let Reception::New(third) = ledger.receive(&test, &ACT).unwrap() else {
        panic!("a test is none of production")
    };
    let open: Vec<i64> = ledger.unfinished(0).unwrap().iter().map(|run| run.number).collect();
    assert_eq!(open, [first, second, third]);
    assert_eq!(ledger.unfinished(second).unwrap().len(), 1);
    assert_eq!(ledger.submission("A1").unwrap(), submission("A1", "aa"));
    assert_eq!(ledger.submission("A2").unwrap().duplicate_of.as_deref(), Some("A1"));
    assert_eq!(ledger.submissions_like("2").unwrap(), ["A2"]);
    assert_eq!(ledger.submissions().unwrap(), ["A1", "A2", "A3"]);
    assert!(matches!(ledger.submission("A"), Err(Error::Unknown(_))));
}

fn what_does_not_balance_is_not_entered(ledger: &mut dyn Ledger) {
    let run = ledger.unfinished(0).unwrap()[0].number;
    let unbalanced = |result: Result<(), Error>| matches!(result, Err(Error::Unbalanced { .. }));
    let missing = &mut claims().take(1);
    assert!(unbalanced(ledger.decide(&decision(run, "101"), missing, &mut std::iter::empty(), &ACT)));
    let mut wrong = decision(run, "101");
    wrong.judged.as_mut().unwrap().tallies[1].charge_cents += 1;
    assert!(unbalanced(ledger.decide(&wrong, &mut claims(), &mut std::iter::empty(), &ACT)));
    let torn = &mut claims().take(1).chain([Err(Error::Source(std::io::ErrorKind::UnexpectedEof.into()))]);
    assert!(matches!(
        ledger.decide(&decision(run, "101"), torn, &mut std::iter::empty(), &ACT),
        Err(Error::Source(_))
    ));
    assert_eq!(ledger.run(run).unwrap().state, RunState::Open);
    assert_eq!(ledger.claims(run).unwrap(), []);
    assert_eq!(ledger.verify(&[]).unwrap(), []);
}

fn a_run_is_closed_once(ledger: &mut dyn Ledger) {
    let run = ledger.unfinished(0).unwrap()[0].number;
    assert!(matches!(ledger.deliver(run, &ACT), Err(Error::NotOpen(_))));
    let decided = decision(run, "101");
    ledger.decide(&decided, &mut claims(), &mut std::iter::empty(), &ACT).unwrap();
    assert!(matches!(
        ledger.decide(&decided, &mut claims(), &mut std::iter::empty(), &ACT),
        Err(Error::NotOpen(_))
    ));
    let judged = decided.judged.unwrap();
    assert_eq!(ledger.tallies(run).unwrap(), judged.tallies);
    assert_eq!(ledger.interchanges(run).unwrap(), judged.interchanges);
    assert_eq!(ledger.claims(run).unwrap(), claims().map(Result::unwrap).collect::<Vec<_>>());
    assert_eq!(ledger.outputs(run).unwrap(), decided.outputs);
    assert_eq!(ledger.deliveries(run).unwrap(), decided.deliveries, "the manifest stays last");
    ledger.deliver(run, &ACT).unwrap();
    assert!(matches!(ledger.deliver(run, &ACT), Err(Error::NotOpen(_))));
    let stands = ledger.run(run).unwrap();
    assert_eq!((stands.state, stands.outcome), (RunState::Delivered, Some(Outcome::Judged)));
    let steps: Vec<String> = ledger.audit(Some("A1")).unwrap().into_iter().map(|entry| entry.what).collect();
    assert_eq!(steps, ["received", "decided", "delivered"]);
    assert_eq!(ledger.standings().unwrap()[0].runs, 1);
}

fn a_control_number_is_taken_once(ledger: &mut dyn Ledger) {
    let run = receive(ledger, "B1", "bb");
    let again = decision(run, "101");
    let interchanges = &again.judged.as_ref().unwrap().interchanges;
    assert_eq!(ledger.known_control_number(run, interchanges).unwrap(), Some((0, NumberOf::Run(1))));
    assert!(matches!(
        ledger.decide(&again, &mut claims(), &mut std::iter::empty(), &ACT),
        Err(Error::Taken(_))
    ));
    let known = Decision { outcome: Outcome::KnownControlNumber, judged: None, ..again };
    ledger.decide(&known, &mut std::iter::empty(), &mut std::iter::empty(), &ACT).unwrap();
    assert_eq!(ledger.run(run).unwrap().outcome, Some(Outcome::KnownControlNumber));
    receive(ledger, "B2", "bb");
}

fn a_part_is_judged_again_once(ledger: &mut dyn Ledger) {
    let parent = 1;
    let rerun =
        NewRun { parent, part: Part::Held, stamp: "2025-12-01T08:00:00Z", control_numbers: 3, by_hand: None };
    let Rerun::New(held) = ledger.open_rerun(&rerun, &ACT).unwrap() else { panic!("it is the first") };
    assert_eq!(ledger.open_rerun(&rerun, &ACT).unwrap(), Rerun::Known(held));
    let rejected = NewRun { part: Part::Rejected, ..rerun };
    let Rerun::New(rejected) = ledger.open_rerun(&rejected, &ACT).unwrap() else { panic!("of this part") };
    let open = NewRun { parent: held, ..rerun };
    assert!(matches!(ledger.open_rerun(&open, &ACT), Err(Error::NotOpen(_))));
    let numbers = [held, rejected].map(|run| ledger.run(run).unwrap().control_number);
    assert_eq!(numbers, [Some(500_000_000), Some(500_000_003)], "no number is given twice");
    assert_eq!(ledger.run(held).unwrap().parent, Some(parent));
    let mut decided = decision(held, "101");
    decided.judged.as_mut().unwrap().tallies =
        vec![tally(Disposition::Received, 1, 11350), tally(Disposition::Accepted, 1, 11350)];
    let interchanges = &decided.judged.as_ref().unwrap().interchanges;
    assert_eq!(ledger.known_control_number(held, interchanges).unwrap(), None, "it has those of its parent");
    ledger.decide(&decided, &mut std::iter::empty(), &mut std::iter::empty(), &ACT).unwrap();
    let runs = ledger.runs_of("A1").unwrap();
    assert_eq!(runs.iter().map(|run| run.number).collect::<Vec<_>>(), [parent, held, rejected]);
    let again = |of: i64, part: Part| -> Vec<i64> {
        runs.iter().filter(|run| run.judges_again(of, part)).map(|run| run.number).collect()
    };
    assert_eq!([again(parent, Part::Held), again(parent, Part::Rejected)], [[held], [rejected]]);
    assert_eq!([again(parent, Part::Whole), again(held, Part::Held)], [[0; 0], [0; 0]]);
}

fn what_somebody_decides_is_kept_with_its_reason(ledger: &mut dyn Ledger) {
    let run = receive(ledger, "C1", "cc");
    ledger.decide(&decision(run, "102"), &mut claims(), &mut std::iter::empty(), &ACT).unwrap();
    let claim_ids = vec!["OOT-3".to_owned()];
    let by_hand = ByHand { verdict: HandVerdict::Reject, claim_ids, reason: "withdrawn".to_owned() };
    let new =
        NewRun { parent: run, part: Part::Held, stamp: ACT.at, control_numbers: 1, by_hand: Some(&by_hand) };
    let act = Act { who: "ann", why: "withdrawn", ..ACT };
    let Rerun::New(opened) = ledger.open_rerun(&new, &act).unwrap() else { panic!("it is the first") };
    assert_eq!(ledger.open_rerun(&new, &act).unwrap(), Rerun::Known(opened));
    assert_eq!(ledger.by_hand(opened).unwrap(), Some(by_hand));
    assert_eq!(ledger.by_hand(run).unwrap(), None);
    let last = ledger.audit(Some("C1")).unwrap().pop().unwrap();
    assert_eq!([last.what, last.who, last.why], ["rejected by hand", "ann", "withdrawn"]);
}

fn claims_that_are_left_are_those_that_were_named(ledger: &mut dyn Ledger) {
    let parent = ledger.runs_of("C1").unwrap()[0].number;
    let claim_ids = vec!["OOT-2".to_owned(), "OOT-7".to_owned()];
    let left = ByHand { verdict: HandVerdict::Leave, claim_ids, reason: "sent again".to_owned() };
    let new =
        NewRun { parent, part: Part::Rejected, stamp: ACT.at, control_numbers: 1, by_hand: Some(&left) };
    let Rerun::New(opened) = ledger.open_rerun(&new, &ACT).unwrap() else { panic!("of this part") };
    assert_eq!(ledger.by_hand(opened).unwrap(), Some(left));
    let runs = ledger.runs_of("C1").unwrap();
    assert!(runs.iter().any(|run| run.number == opened && run.judges_again(parent, Part::Rejected)));
    assert_eq!(ledger.audit(Some("C1")).unwrap().pop().unwrap().what, "rerun in part");
}

fn a_rerun_that_failed_keeps_no_other_from_it(ledger: &mut dyn Ledger) {
    let of_oak = Submission { partner: "oak".to_owned(), ..submission("P1", "p1") };
    let Reception::New(run) = ledger.receive(&of_oak, &ACT).unwrap() else { panic!("it is the first") };
    let decided = decision(run, "351");
    ledger.decide(&decided, &mut claims(), &mut std::iter::empty(), &ACT).unwrap();
    let rerun = NewRun { parent: run, part: Part::Held, stamp: ACT.at, control_numbers: 0, by_hand: None };
    let open = |ledger: &mut dyn Ledger| match ledger.open_rerun(&rerun, &ACT).unwrap() {
        Rerun::New(opened) => opened,
        Rerun::Known(known) => panic!("run {known} has judged nothing"),
    };
    for number in ["352", "353"] {
        let failed = open(ledger);
        assert_eq!(ledger.open_rerun(&rerun, &ACT).unwrap(), Rerun::Known(failed));
        let failure = Decision { outcome: Outcome::Quarantined, judged: None, ..decision(failed, number) };
        ledger.decide(&failure, &mut std::iter::empty(), &mut std::iter::empty(), &ACT).unwrap();
        assert!(!ledger.run(failed).unwrap().judges_again(run, Part::Held));
    }
    let last = open(ledger);
    assert!(ledger.run(last).unwrap().judges_again(run, Part::Held));
}

fn a_note_is_kept_as_it_was_written(ledger: &mut dyn Ledger) {
    let says = |why| Act { why, ..ACT };
    ledger.note(Note::Expectation, "pine", &says("weekdays 08:00")).unwrap();
    ledger.note(Note::Expectation, "pine", &Act { at: "2025-12-02T08:00:00Z", ..says("") }).unwrap();
    ledger.note(Note::Disposal, "A1", &says("archive")).unwrap();
    let words = |note, about| -> Vec<String> {
        ledger.notes(note, about).unwrap().into_iter().map(|entry| entry.why).collect()
    };
    assert_eq!(words(Note::Expectation, "pine"), ["weekdays 08:00", ""]);
    assert_eq!(words(Note::Disposal, "A1"), ["archive"]);
    assert_eq!(words(Note::Disposal, "pine"), [""; 0]);
    assert_eq!(ledger.last_step_at().unwrap().as_deref(), Some(ACT.at));
}

fn no_reply_number_is_given_twice(ledger: &mut dyn Ledger) {
    ledger.receive(&Submission { partner: "oak".to_owned(), ..submission("O1", "oo") }, &ACT).unwrap();
    let of_oak = ledger.runs_of("O1").unwrap()[0].number;
    let numbers = |ledger: &dyn Ledger, run| {
        let numbers = ledger.reply_numbers(run).unwrap().unwrap();
        (numbers.first, numbers.count)
    };
    assert_eq!(numbers(ledger, of_oak), (1, 4), "each partner has its own");
    let (one, other) = (receive(ledger, "R1", "r1"), receive(ledger, "R2", "r2"));
    let (first, _) = numbers(ledger, one);
    assert_eq!(numbers(ledger, other), (first + 4, 4));
    ledger.give_reply_numbers(one, 4, &ACT).unwrap();
    assert_eq!(numbers(ledger, one), (first, 4), "it had them");
    ledger.give_reply_numbers(one, 12, &ACT).unwrap();
    ledger.give_reply_numbers(one, 12, &ACT).unwrap();
    assert_eq!(numbers(ledger, one), (first + 8, 12));
    // After the last comes the first again.
    ledger.give_reply_numbers(other, 999_999_990, &ACT).unwrap();
    assert_eq!(numbers(ledger, other), (1, 999_999_990));
    for (run, number) in [(one, "401"), (other, "402")] {
        ledger.decide(&decision(run, number), &mut claims(), &mut std::iter::empty(), &ACT).unwrap();
    }
    assert!(matches!(ledger.give_reply_numbers(one, 99, &ACT), Err(Error::NotOpen(_))));
}

fn what_was_put_aside_is_tried_again(ledger: &mut dyn Ledger) {
    let run = receive(ledger, "Q1", "qq");
    assert!(matches!(ledger.try_again(run, ACT.at, &ACT), Err(Error::NotOpen(_))));
    let failed = Decision { outcome: Outcome::Quarantined, judged: None, ..decision(run, "301") };
    ledger.decide(&failed, &mut std::iter::empty(), &mut std::iter::empty(), &ACT).unwrap();
    ledger.deliver(run, &ACT).unwrap();
    let quarantined = |ledger: &dyn Ledger| {
        let counts = ledger.submission_counts().unwrap().into_iter();
        counts.filter(|count| count.outcome == Some(Outcome::Quarantined)).count()
    };
    assert_eq!(quarantined(ledger), 1);
    let Rerun::New(again) = ledger.try_again(run, ACT.at, &ACT).unwrap() else { panic!("it is the first") };
    assert_eq!(ledger.try_again(run, ACT.at, &ACT).unwrap(), Rerun::Known(again));
    assert_eq!(quarantined(ledger), 0, "the last run counts");
    assert!(matches!(ledger.receive(&submission("Q2", "qq"), &ACT).unwrap(), Reception::Duplicate(_)));
    // A control number that came meanwhile is known to it, as to a first run.
    let other = receive(ledger, "Q3", "other");
    ledger.decide(&decision(other, "301"), &mut claims(), &mut std::iter::empty(), &ACT).unwrap();
    let interchanges = decision(again, "301").judged.unwrap().interchanges;
    assert_eq!(ledger.known_control_number(again, &interchanges).unwrap(), Some((0, NumberOf::Run(other))));
    assert!(ledger.run(again).unwrap().judges_again(run, Part::Whole));
    ledger.decide(&decision(again, "302"), &mut claims(), &mut std::iter::empty(), &ACT).unwrap();
}

fn no_number_goes_on_twice(ledger: &mut dyn Ledger) {
    let sent = |ledger: &mut dyn Ledger, id: &str, number: &str| {
        let run = receive(ledger, id, id);
        ledger.decide(&decision(run, number), &mut claims(), &mut std::iter::empty(), &ACT).unwrap();
        run
    };
    // Numbers that the partner has sent, and what is no number.
    let parent = sent(ledger, "N1", "500000010");
    for (id, number) in [("N2", "500000013"), ("N3", "50000001X")] {
        sent(ledger, id, number);
    }
    let rerun = NewRun { parent, part: Part::Held, stamp: ACT.at, control_numbers: 4, by_hand: None };
    let Rerun::New(held) = ledger.open_rerun(&rerun, &ACT).unwrap() else { panic!("it is the first") };
    assert_eq!(ledger.run(held).unwrap().control_number, Some(500_000_014));
    // Of the four, two can stand in an ISA: so many interchanges has the run that the claims come from.
    let later = receive(ledger, "N4", "n4");
    let known = |ledger: &dyn Ledger, number: &str| {
        let rows = decision(later, number).judged.unwrap().interchanges;
        ledger.known_control_number(later, &rows).unwrap()
    };
    for (number, run) in [("500000014", Some(held)), ("500000015", Some(held)), ("500000016", None)] {
        assert_eq!(known(ledger, number), run.map(|run| (0, NumberOf::Run(run))), "{number}");
    }
    let taken = decision(later, "500000015");
    assert!(matches!(
        ledger.decide(&taken, &mut claims(), &mut std::iter::empty(), &ACT),
        Err(Error::Taken(_))
    ));
    let of_oak = Submission { partner: "oak".to_owned(), ..submission("N5", "n5") };
    let Reception::New(of_oak) = ledger.receive(&of_oak, &ACT).unwrap() else { panic!("it is the first") };
    let rows = taken.judged.unwrap().interchanges;
    assert_eq!(ledger.known_control_number(of_oak, &rows).unwrap(), None, "another sender has its own");
}

fn no_number_goes_on_behind_the_last(ledger: &mut dyn Ledger) {
    let parent = ledger.runs_of("N1").unwrap()[0].number;
    let next = ledger.next_numbers().unwrap().onward;
    let left = 1_000_000_000 - next;
    let rest =
        NewRun { parent, part: Part::Rejected, stamp: ACT.at, control_numbers: left + 1, by_hand: None };
    assert!(matches!(ledger.open_rerun(&rest, &ACT), Err(Error::UsedUp)));
    let last = NewRun { control_numbers: left, ..rest };
    let Rerun::New(last) = ledger.open_rerun(&last, &ACT).unwrap() else { panic!("so many are left") };
    assert_eq!(ledger.run(last).unwrap().control_number, Some(next));
}

fn a_claim_that_came_before_is_pointed_out(ledger: &mut dyn Ledger) {
    let name = |number, claim_id: &str, key| Ok(ClaimName { number, claim_id: claim_id.to_owned(), key });
    let mut enter = |id: &str, control_number: &str, names: [(&str, i64); 3]| {
        let run = receive(ledger, id, id);
        let mut names = (1..).zip(names).map(|(number, (claim_id, key))| name(number, claim_id, key));
        ledger.decide(&decision(run, control_number), &mut claims(), &mut names, &ACT).unwrap();
        (run, ledger.earlier_claims(run).unwrap())
    };
    // Of submissions before, held OOT-3 and rejected OOT-2 were not accepted; the last of them counts.
    let (first, found) = enter("D1", "201", [("ONE", 7), ("OOT-2", -8), ("TWO", 7)]);
    let told: Vec<_> = found.iter().map(|claim| (claim.claim_id.as_str(), claim.earlier)).collect();
    assert_eq!(told, [("OOT-2", Disposition::Rejected)], "one file may have a claim twice");
    let (second, found) = enter("D2", "202", [("ONE", 7), ("OOT-2", -8), ("THREE", 9)]);
    let told: Vec<_> = found.iter().map(|claim| (claim.number, claim.earlier_run, claim.earlier)).collect();
    assert_eq!(told, [(1, first, Disposition::Accepted), (2, first, Disposition::Rejected)]);
    assert_eq!(ledger.later_claims(first).unwrap(), found);
    assert_eq!(ledger.later_claims(second).unwrap(), []);
    let counts = ledger.earlier_claim_counts().unwrap().into_iter();
    let counts: Vec<_> = counts.map(|count| (count.disposition, count.claims)).collect();
    assert_eq!(counts, [(Disposition::Accepted, 1), (Disposition::Rejected, 2)]);
}

fn claims_are_counted_once(ledger: &mut dyn Ledger) {
    let counts = ledger.claim_counts().unwrap().into_iter();
    let mut counts: Vec<_> = counts.map(|count| (count.partner, count.disposition, count.claims)).collect();
    counts.sort();
    let pine = |disposition, claims| ("pine".to_owned(), disposition, claims);
    let expected = [
        pine(Disposition::Received, 24),
        pine(Disposition::Accepted, 8),
        pine(Disposition::Rejected, 8),
        pine(Disposition::Held, 8),
    ];
    assert_eq!(counts, expected, "those of reruns are claims of their parents");
    let counts = ledger.submission_counts().unwrap().into_iter();
    let counts: Vec<_> = counts.map(|count| (count.outcome, count.submissions)).collect();
    assert_eq!(
        counts,
        [(None, 1), (None, 4), (Some(Outcome::Judged), 8), (Some(Outcome::KnownControlNumber), 1)]
    );
}

fn steps_are_taken_together_or_not_at_all(ledger: &mut dyn Ledger) {
    let before = ledger.audit(None).unwrap();
    let refused = ledger.together(&mut |ledger| {
        receive(ledger, "G1", "g1");
        ledger.deliver(i64::MAX, &ACT)
    });
    assert!(matches!(refused, Err(Error::NotOpen(i64::MAX))));
    assert_eq!(ledger.audit(None).unwrap(), before);
    let mut runs = Vec::new();
    let taken = ledger.together(&mut |ledger| {
        runs = ["G1", "G2"].map(|id| receive(ledger, id, id)).to_vec();
        // What is refused leaves nothing, and takes nothing with it.
        let unbalanced = ledger.decide(
            &decision(runs[0], "000000801"),
            &mut std::iter::empty(),
            &mut std::iter::empty(),
            &ACT,
        );
        assert!(matches!(unbalanced, Err(Error::Unbalanced { .. })));
        ledger.decide(&decision(runs[1], "000000801"), &mut claims(), &mut std::iter::empty(), &ACT)?;
        ledger.deliver(runs[1], &ACT)
    });
    assert!(taken.is_ok());
    let states = runs.iter().map(|&run| ledger.run(run).unwrap().state);
    assert_eq!(states.collect::<Vec<_>>(), [RunState::Open, RunState::Delivered]);
}
