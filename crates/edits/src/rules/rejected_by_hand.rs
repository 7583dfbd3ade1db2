//! HND010: somebody has decided that a held claim goes back.

use claims::Loop;

use crate::about::{About, status};
use crate::finding::Findings;
use crate::profile::{HandVerdict, Severity};
use crate::rules::{Edit, Judged};

/// Somebody has decided that a held claim goes back.
pub struct RejectedByHand;

pub(crate) static ABOUT: About = About {
    code: "HND010",
    title: "Held claim was rejected by hand",
    element: "2300.CLM01",
    why: "The payer has decided that the claim waits no longer.",
    remedy: "Do what the error message says, and send the claim again as a new claim if it is to be paid.",
    source: "Decision of the payer's staff, with its reason",
    severity: Severity::Reject,
    status: &[status("A3", "41")],
    denial: None,
};

impl Edit for RejectedByHand {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        let claim_id = judged.claim.patient_control_number;
        if let Some(by_hand) = judged.by.profile.by_hand.as_ref().filter(|by_hand| by_hand.is_about(claim_id))
            && by_hand.verdict == HandVerdict::Reject
        {
            let message = format!("Rejected by hand: {}.", by_hand.reason.trim_end_matches('.'));
            findings.add(&ABOUT, None, judged.element(Loop::L2300, "CLM01", claim_id, 0), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::profile::{ByHand, HandVerdict, Profile};
    use crate::rules::testing::judged_by;
    use crate::verdict::Disposition;

    /// A claim that is held, since no list covers its date.
    const HELD: &str = "CLM*A*10~\nLX*1~\nSV1*HC:J1111*10*UN*1***1~\nDTP*472*D8*20250630~\nLIN**N4*00001000909~\nCTP****1*ML~";

    fn decided(claim: &str, verdict: HandVerdict, ids: &[&str]) -> (Disposition, Vec<&'static str>) {
        let claim_ids: BTreeSet<Vec<u8>> = ids.iter().map(|id| id.as_bytes().to_vec()).collect();
        let by_hand = Some(ByHand { verdict, claim_ids, reason: "withdrawn.".to_owned() });
        judged_by(claim, &Profile { by_hand, ..Profile::default() })
    }

    #[test]
    fn a_claim_is_rejected_if_it_is_named_or_none_is() {
        for ids in [&["A", "B"][..], &[]] {
            assert_eq!(
                decided(HELD, HandVerdict::Reject, ids),
                (Disposition::Rejected, vec!["HND010", "GAP010"])
            );
        }
        assert_eq!(decided(HELD, HandVerdict::Reject, &["B"]), (Disposition::Held, vec!["GAP010"]));
    }

    #[test]
    fn a_claim_is_released_from_what_holds_it_and_from_nothing_else() {
        assert_eq!(decided(HELD, HandVerdict::Release, &["A"]), (Disposition::Accepted, vec!["GAP010"]));
        assert_eq!(decided(HELD, HandVerdict::Release, &["B"]).0, Disposition::Held);
        let malformed = HELD.replace("00001000909", "1-2-3");
        assert_eq!(
            decided(&malformed, HandVerdict::Release, &["A"]),
            (Disposition::Rejected, vec!["NDC020"])
        );
    }
}
