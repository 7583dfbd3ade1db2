//! What every store must do with a run that is entered part by part.

use std::iter::empty;

use super::{ACT, claim, claims, decision, receive};
use crate::{ClaimName, Disposition, EarlierClaim, Error, Ledger};

fn name(number: u64, claim_id: &str, key: i64) -> ClaimName {
    ClaimName { number, claim_id: claim_id.to_owned(), key }
}

pub fn a_large_run_is_entered_part_by_part(ledger: &mut dyn Ledger) {
    let whole = receive(ledger, "L1", "l1");
    let names =
        || [name(1, "AHEAD-1", -500), name(2, "OOT-2", 501), name(3, "AHEAD-3", 502)].into_iter().map(Ok);
    ledger.decide(&decision(whole, "000000901"), &mut claims(), &mut names(), &ACT).unwrap();
    let came_before = |ledger: &dyn Ledger| {
        ledger.earlier_claim_counts().unwrap().into_iter().map(|count| count.claims).sum::<u64>()
    };
    let (run, before) = (receive(ledger, "L2", "l2"), came_before(ledger));

    ledger.enter_ahead(run, &mut claims().take(1), &mut empty()).unwrap();
    assert_eq!(ledger.verify(&[]).unwrap(), []);
    ledger.enter_ahead(run, &mut empty(), &mut [Ok(name(4, "AHEAD-4", 504))].into_iter()).unwrap();
    ledger.enter_ahead(run, &mut empty(), &mut names().take(2)).unwrap();
    assert_eq!(ledger.claims(run).unwrap(), [], "nothing is told of before it is decided");
    assert_eq!(ledger.earlier_claims(run).unwrap(), []);
    let later: Vec<u64> = ledger.later_claims(whole).unwrap().iter().map(|claim| claim.number).collect();
    assert_eq!(later, [1, 2], "somebody who looks for doubles sees that they are judged");
    assert_eq!(ledger.verify(&[]).unwrap(), []);
    let unbalanced = ledger.decide(&decision(run, "000000902"), &mut empty(), &mut empty(), &ACT);
    assert!(matches!(unbalanced, Err(Error::Unbalanced { .. })));

    // Which of two came first is not said while it may still be taken back: by the key, and by the CLM01 alone.
    let meanwhile = receive(ledger, "L3", "l3");
    for same in [name(1, "AHEAD-4", 504), name(1, "OOT-2", 777)] {
        let same = &mut [Ok(same)].into_iter();
        let ahead = ledger.decide(&decision(meanwhile, "000000903"), &mut claims(), same, &ACT);
        assert!(matches!(ahead, Err(Error::Ahead { run: its, of }) if (its, of) == (meanwhile, run)));
    }

    ledger.take_back(run).unwrap();
    ledger.take_back(run).unwrap();
    assert_eq!(ledger.later_claims(whole).unwrap(), []);
    assert_eq!(came_before(ledger), before);
    assert_eq!(ledger.verify(&[]).unwrap(), []);
    let same = &mut [Ok(name(1, "AHEAD-4", 504))].into_iter();
    ledger.decide(&decision(meanwhile, "000000903"), &mut claims(), same, &ACT).unwrap();
    assert_eq!(ledger.earlier_claims(meanwhile).unwrap(), []);

    ledger.enter_ahead(run, &mut claims().take(1), &mut names().take(1)).unwrap();
    ledger.enter_ahead(run, &mut empty(), &mut names().skip(1).take(1)).unwrap();
    ledger.decide(&decision(run, "000000902"), &mut claims().skip(1), &mut names().skip(2), &ACT).unwrap();
    assert_eq!(ledger.claims(run).unwrap(), [claim(2, Disposition::Rejected), claim(3, Disposition::Held)]);
    let earlier_run = |claim: &EarlierClaim| (claim.number, claim.earlier_run, claim.earlier);
    let told: Vec<_> = ledger.earlier_claims(run).unwrap().iter().map(earlier_run).collect();
    let expected = [
        (1, whole, Disposition::Accepted),
        (2, meanwhile, Disposition::Rejected),
        (3, whole, Disposition::Accepted),
    ];
    assert_eq!(told, expected);

    let closed = ledger.enter_ahead(run, &mut empty(), &mut empty());
    assert!(matches!(closed, Err(Error::NotOpen(closed)) if closed == run));
    assert_eq!(ledger.verify(&[]).unwrap(), []);
}
