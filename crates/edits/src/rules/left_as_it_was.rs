//! HND020: a claim was left what it was while others of its file were judged again.

use claims::Loop;

use crate::about::{About, status};
use crate::finding::Findings;
use crate::profile::{HandVerdict, Severity};
use crate::rules::{Edit, Judged};
use crate::verdict::Disposition;

/// A claim was left what it was while others of its file were judged again.
pub struct LeftAsItWas;

pub(crate) static ABOUT: About = About {
    code: "HND020",
    title: "Claim was left as it was when others were judged again",
    element: "2300.CLM01",
    why: "The payer has decided about other claims of the file, or has accepted the claim from another file.",
    remedy: "Do not send the claim again.",
    source: "Decision of the payer's staff",
    severity: Severity::Hold,
    status: &[status("A3", "41")],
    denial: None,
};

impl Edit for LeftAsItWas {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    /// Finds what would become something else by the lists; what stays what it was by itself needs no other reason.
    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        let claim_id = judged.claim.patient_control_number;
        let Some(by_hand) = judged.by.profile.by_hand.as_ref().filter(|by_hand| by_hand.leaves(claim_id))
        else {
            return;
        };
        let severities = findings.found.iter().map(|finding| (finding.severity, finding.line.is_some()));
        let by_lists = Disposition::by(severities, judged.by.channel);
        let is_rejected = findings.severity(&ABOUT) == Severity::Reject;
        if by_lists == (if is_rejected { Disposition::Rejected } else { Disposition::Held }) {
            return;
        }
        let message = match by_hand.verdict {
            HandVerdict::Leave => format!("Left as it was: {}.", by_hand.reason.trim_end_matches('.')),
            // The reason is about other claims.
            _ => "Left as it was: somebody has decided about other claims of the file.".to_owned(),
        };
        findings.add(&ABOUT, None, judged.element(Loop::L2300, "CLM01", claim_id, 0), message);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use crate::profile::{ByHand, HandVerdict, Profile, Severity};
    use crate::rules::testing::judged_by;
    use crate::verdict::Disposition;

    const PASSES: &str = "CLM*A*10~\nLX*1~\nSV1*HC:99213*10*UN*1***1~\nDTP*472*D8*20250630~";
    const REJECTED: &str =
        "CLM*A*10~\nLX*1~\nSV1*HC:J1111*10*UN*1***1~\nDTP*472*D8*20250630~\nLIN**N4*1-2-3~\nCTP****1*ML~";

    fn left(claim: &str, verdict: HandVerdict, id: &str, what: Severity) -> (Disposition, Vec<&'static str>) {
        let claim_ids = BTreeSet::from([id.as_bytes().to_vec()]);
        let by_hand = Some(ByHand { verdict, claim_ids, reason: "sent again".to_owned() });
        let severities = BTreeMap::from([("HND020".to_owned(), what)]);
        judged_by(claim, &Profile { severities, by_hand, ..Profile::default() })
    }

    #[test]
    fn what_is_not_named_waits_on_whatever_the_lists_say() {
        for verdict in [HandVerdict::Release, HandVerdict::Reject] {
            assert_eq!(left(PASSES, verdict, "B", Severity::Hold), (Disposition::Held, vec!["HND020"]));
            let (disposition, codes) = left(REJECTED, verdict, "B", Severity::Hold);
            assert!(disposition == Disposition::Held && codes.contains(&"HND020"), "{codes:?}");
        }
    }

    #[test]
    fn what_is_left_out_of_a_rerun_stays_what_it_was() {
        let left = |claim, id, what| left(claim, HandVerdict::Leave, id, what);
        assert_eq!(left(PASSES, "A", Severity::Hold).0, Disposition::Held);
        assert_eq!(left(PASSES, "A", Severity::Reject), (Disposition::Rejected, vec!["HND020"]));
        let (disposition, codes) = left(REJECTED, "A", Severity::Reject);
        assert!(disposition == Disposition::Rejected && !codes.contains(&"HND020"), "{codes:?}");
        assert_eq!(left(PASSES, "B", Severity::Reject), (Disposition::Accepted, vec![]));
    }
}
