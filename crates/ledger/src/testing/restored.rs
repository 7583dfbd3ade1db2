//! What every store must do where a copy was put in its place.

use super::{ACT, decision, partner, receive, submission};
use crate::{Act, Anchor, Error, Ledger, NextNumbers, NumberOf, Reception, Submission};

pub fn a_rerun_that_was_open_goes_on_under_other_numbers(ledger: &mut dyn Ledger) {
    let number = |ledger: &dyn Ledger| {
        let rerun = &ledger.runs_of("N1").unwrap()[1];
        (rerun.number, rerun.control_number.unwrap())
    };
    let (rerun, first) = number(ledger);
    let mut had = vec![first];
    for _ in 0..2 {
        let comes = ledger.next_numbers().unwrap();
        let next = NextNumbers { onward: comes.onward + 10, ..comes };
        ledger.go_on_from_copy(next, &[], &ACT).unwrap();
        let (_, number) = number(ledger);
        assert!(next.onward <= number && number + 4 <= ledger.next_numbers().unwrap().onward, "{number}");
        had.push(number);
    }
    let later = receive(ledger, "V1", "v1");
    let known = |number: u64| {
        let rows = decision(later, &number.to_string()).judged.unwrap().interchanges;
        ledger.known_control_number(later, &rows).unwrap()
    };
    let of_rerun = Some((0, NumberOf::Run(rerun)));
    for number in had {
        assert_eq!([known(number), known(number + 1)], [of_rerun, of_rerun], "{number}");
    }
    assert_eq!(known(ledger.next_numbers().unwrap().onward), None);
    assert_eq!(ledger.verify(&[]).unwrap(), []);
}

pub fn a_copy_goes_on_behind_what_was_given(ledger: &mut dyn Ledger) {
    let next = ledger.next_numbers().unwrap();
    let before = NextNumbers { reply: next.reply - 1, ..next };
    assert!(matches!(ledger.go_on_from_copy(before, &[], &ACT), Err(Error::Taken(_))));
    let behind = NextNumbers { reply: 1_000_000_000, ..next };
    assert!(matches!(ledger.go_on_from_copy(behind, &[], &ACT), Err(Error::UsedUp)));
    assert_eq!(ledger.restorations().unwrap().len(), 2);
    let open = ledger.runs_of("O1").unwrap()[0].number;
    let rerun = ledger.runs_of("N1").unwrap()[1].clone();
    // All numbers of what goes on are given, so that there are none to leave out.
    let next = NextNumbers { run: next.run + 1000, reply: 999_999_992, onward: next.onward + 1000 };
    let since = Anchor { number: 7_000, hash: "7a".repeat(32) };
    let act = Act { who: "ann", why: "the disk broke", ..ACT };
    ledger.go_on_from_copy(next, std::slice::from_ref(&since), &act).unwrap();
    let [.., told] = &ledger.restorations().unwrap()[..] else { panic!("it is the last") };
    assert_eq!([told.who.as_str(), &told.why, &told.at], ["ann", "the disk broke", ACT.at]);
    assert_eq!(told.given_up, [since]);
    assert_eq!(ledger.next_numbers().unwrap().onward, 1_000_000_000);
    assert_eq!(ledger.run(rerun.number).unwrap(), rerun, "where none are left it keeps its own");
    assert_eq!(ledger.verify(&told.given_up).unwrap(), []);
    let of_another_trail = Anchor { number: 1, hash: "7a".repeat(32) };
    assert!(!ledger.has_head(&of_another_trail).unwrap());
    assert!(ledger.has_head(&ledger.anchor().unwrap().unwrap()).unwrap());
    let first = ledger.first_head().unwrap().unwrap();
    assert!(first.number == 1 && ledger.has_head(&first).unwrap());
    assert_eq!(ledger.verify(&[of_another_trail]).unwrap().len(), 1);
    // What was open, and whoever sends for the first time, begin behind the numbers that were left out.
    let first = |ledger: &dyn Ledger, run| ledger.reply_numbers(run).unwrap().unwrap().first;
    assert_eq!(first(ledger, open), next.reply);
    ledger.add_partner(&partner("elm", "TPID00000003"), &ACT).unwrap();
    let of_elm = |id: &str| Submission { partner: "elm".to_owned(), ..submission(id, id) };
    let runs = ["E1", "E2", "E3"].map(|id| match ledger.receive(&of_elm(id), &ACT).unwrap() {
        Reception::New(run) => run,
        other => panic!("{other:?}"),
    });
    assert_eq!(runs, [next.run, next.run + 1, next.run + 2]);
    // 999,999,999 is the last; a range that would go further begins at the first again.
    assert_eq!(runs.map(|run| first(ledger, run)), [999_999_992, 999_999_996, 1]);
}
