//! A slow, plain second opinion on the verdict of every claim.
//!
//! Comes in: the bytes of an 837 file, the publishers' lists as CSV, and the rules.
//! Goes out: one [`Verdict`] per claim in file order, with the codes of each service line.
//!
//! It shares no code with the program, so that a misreading in one of the two shows as a difference.
//! It scans every relation for every question, and each step can be checked against the rules by
//! eye: keep it so.
//! It knows neither syntax findings nor refused units. Envelopes are taken to be whole.

mod lists;
mod standings;
mod x12;

use chrono::NaiveDate;

use lists::Crosswalk;
use x12::{Claim, Line, Product};

/// The lists to judge by, as downloaded.
#[derive(Default)]
pub struct Lists<'a> {
    /// File name, which carries the posting date, and CSV of the PDAC crosswalk.
    pub pdac: Option<(&'a str, &'a [u8])>,
    /// CSV of each CMS ASP release; a later one of the same quarter replaces an earlier one.
    pub asp: Vec<&'a [u8]>,
    /// CSV of the pairs approved on request.
    pub local: Option<&'a [u8]>,
}

/// What can be set of the rules; the severities are those of the default profile.
pub struct Rules {
    /// Which end of an RD8 is tested: `from`, `both` or `any`.
    pub service_date_rule: &'static str,
    /// Whether the claims came by the portal instead of EDI.
    pub portal: bool,
    /// The date of the stamp, after which a service date lies in the future.
    pub today: NaiveDate,
    /// Codes for drugs not otherwise classified, which need an NDC but are on no list.
    pub noc: Vec<String>,
    /// First and last code of each range that needs no NDC, both included.
    pub exempt: Vec<(String, String)>,
}

impl Default for Rules {
    /// Returns the defaults of the profile, with `today` still to be set.
    ///
    /// `today` is 1970-01-01, so that every line is in the future for a test that forgets it.
    fn default() -> Self {
        let noc = [
            "J3490", "J3590", "J7599", "J7699", "J7799", "J7999", "J8499", "J8597", "J8999", "J9999",
            "C9399", "A9699",
        ];
        Self {
            service_date_rule: "from",
            portal: false,
            today: NaiveDate::default(),
            noc: noc.map(String::from).to_vec(),
            exempt: vec![("90476".to_string(), "90756".to_string())],
        }
    }
}

/// What is found of one service line.
#[derive(Debug, PartialEq, Eq)]
pub struct LineVerdict {
    /// LX01 as sent.
    pub line_number: Vec<u8>,
    /// The standing's code and those beside it, ascending, whatever their severity.
    pub codes: Vec<&'static str>,
    /// Whether the line is denied, which only an accepted portal claim knows.
    pub denied: bool,
}

/// What becomes of one claim.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Position of the claim in the file, from 1.
    pub claim_number: u64,
    /// CLM01 as sent.
    pub claim_id: Vec<u8>,
    /// CLM02 in cents, 0 if it cannot be read.
    pub charge_cents: i64,
    /// `accepted`, `rejected` or `held`.
    pub disposition: &'static str,
    /// Findings of the claim itself: `CLM010` or none.
    pub claim_codes: Vec<&'static str>,
    /// The service lines in file order.
    pub lines: Vec<LineVerdict>,
}

/// Returns the verdict on every claim of `file`, in file order.
///
/// Stops the test if a list cannot be used, because a program that is given such a list judges nothing.
pub fn judge(file: &[u8], lists: &Lists, rules: &Rules) -> Vec<Verdict> {
    let crosswalk = Crosswalk::load(lists);
    let claims = x12::claims(file);
    let judged = claims.iter().zip(1..);
    judged.map(|(claim, claim_number)| judge_claim(claim_number, claim, &crosswalk, rules)).collect()
}

/// Returns how many CLM segments `file` has, and the sum of their CLM02 in cents.
///
/// Knows nothing but delimiters, so that it counts inputs and outputs alike. An unreadable CLM02 counts 0.
pub fn count_claims(file: &[u8]) -> (u64, i64) {
    let mut count = 0;
    let mut charge_cents = 0_i64;
    for segment in x12::segments(file) {
        if segment.element(0) == b"CLM" {
            count += 1;
            charge_cents = charge_cents.saturating_add(x12::cents(segment.element(2)).unwrap_or(0));
        }
    }
    (count, charge_cents)
}

fn judge_claim(claim_number: u64, claim: &Claim, crosswalk: &Crosswalk, rules: &Rules) -> Verdict {
    let mut lines: Vec<LineVerdict> =
        claim.lines.iter().map(|line| judge_line(claim, line, crosswalk, rules)).collect();
    let claim_codes = if charges_differ(claim) { vec!["CLM010"] } else { vec![] };

    // CLM010 warns, so that only the lines decide.
    let has = |line: &LineVerdict, wanted: &str| line.codes.iter().any(|c| severity(c) == wanted);
    let reject = lines.iter().any(|line| has(line, "reject"));
    let hold = lines.iter().any(|line| has(line, "hold"));
    let disposition = match (rules.portal, reject, hold) {
        (false, true, _) => "rejected",
        (_, _, true) => "held",
        _ => "accepted",
    };
    if rules.portal && disposition == "accepted" {
        for line in &mut lines {
            line.denied = has(line, "reject");
        }
    }

    Verdict {
        claim_number,
        claim_id: claim.clm.element(1).to_vec(),
        charge_cents: x12::cents(claim.clm.element(2)).unwrap_or(0),
        disposition,
        claim_codes,
        lines,
    }
}

fn judge_line(claim: &Claim, line: &Line, crosswalk: &Crosswalk, rules: &Rules) -> LineVerdict {
    let mut codes = Vec::new();
    codes.extend(standings::standing(claim, line, crosswalk, rules));
    // At most one of NDC090 and NDC100 per line: that of the first drug with a fault.
    codes.extend(line.drugs().find_map(quantity_or_unit));
    // One finding per line, even if both tested days lie in the future.
    let days = standings::tested_days(claim, line, rules);
    if days.iter().any(|day| rules.today < *day) {
        codes.push("DTP020");
    }
    codes.sort_unstable();
    LineVerdict { line_number: line.lx.element(1).to_vec(), codes, denied: false }
}

/// Returns the default severity of a code.
fn severity(code: &str) -> &'static str {
    match code {
        "NDC090" | "NDC100" | "NDC110" | "DTP020" | "CLM010" => "warn",
        "GAP010" => "hold",
        _ => "reject",
    }
}

/// Returns the fault of the quantity, else that of the unit.
///
/// Source: 005010X222A1 and 005010X223A2, loop 2410, CTP04 and CTP05-1.
fn quantity_or_unit(drug: &Product) -> Option<&'static str> {
    let Some(ctp) = drug.ctp else {
        return Some("NDC090");
    };
    let units: [&[u8]; 5] = [b"F2", b"GR", b"ME", b"ML", b"UN"];
    if !x12::is_above_zero(ctp.element(4)) {
        Some("NDC090")
    } else if !units.contains(&ctp.component(5, 1)) {
        Some("NDC100")
    } else {
        None
    }
}

/// Returns whether CLM02 is not the sum of the line charges.
///
/// Nothing is said if CLM02 or a line charge cannot be read. An empty line charge counts 0.
fn charges_differ(claim: &Claim) -> bool {
    let Some(total_cents) = x12::cents(claim.clm.element(2)) else {
        return false;
    };
    let mut sum_cents = 0_i128;
    for line in &claim.lines {
        if line.charge().is_empty() {
            continue;
        }
        let Some(line_cents) = x12::cents(line.charge()) else {
            return false;
        };
        sum_cents += i128::from(line_cents);
    }
    i128::from(total_cents) != sum_cents
}

#[cfg(test)]
mod tests {
    use super::standings::tests::{OCTOBER_3, file, lists, rules};
    use super::{Rules, Verdict, count_claims, judge};

    const ACCEPTED: &str = "LX*1~SV1*HC:99213*40~DTP*472*D8*20251003~";
    const REJECTED: &str = "LX*2~SV1*HC:J1001*60~DTP*472*D8*20251003~";
    const HELD: &str = "LX*3~SV1*HC:J1001*0~DTP*472*D8*20250103~LIN**N4*11111222299~CTP****1*UN~";

    fn verdict(segments: &str, rules: &Rules) -> Verdict {
        judge(file(segments).as_bytes(), &lists(), rules).remove(0)
    }

    fn check_disposition(lines: &[&str], portal: bool, disposition: &str, denied: &[bool]) {
        let rules = Rules { portal, ..rules() };
        let verdict = verdict(&format!("CLM*A*100~{}", lines.concat()), &rules);
        assert_eq!(verdict.disposition, disposition);
        assert_eq!(verdict.lines.iter().map(|line| line.denied).collect::<Vec<_>>(), denied);
    }

    fn check_charges(segments: &str, charge_cents: i64, differ: bool) {
        let verdict = verdict(segments, &rules());
        assert_eq!(verdict.charge_cents, charge_cents, "{segments}");
        assert_eq!(!verdict.claim_codes.is_empty(), differ, "{segments}");
        assert_eq!(count_claims(file(segments).as_bytes()), (1, charge_cents), "{segments}");
    }

    #[test]
    fn edi_rejects_the_whole_claim_and_a_reject_outranks_a_hold() {
        check_disposition(&[ACCEPTED], false, "accepted", &[false]);
        check_disposition(&[ACCEPTED, REJECTED], false, "rejected", &[false, false]);
        check_disposition(&[ACCEPTED, HELD], false, "held", &[false, false]);
        check_disposition(&[REJECTED, HELD], false, "rejected", &[false, false]);
    }

    #[test]
    fn the_portal_denies_lines_unless_the_claim_is_held() {
        check_disposition(&[ACCEPTED, REJECTED], true, "accepted", &[false, true]);
        check_disposition(&[REJECTED, HELD], true, "held", &[false, false]);
    }

    #[test]
    fn claims_are_numbered_over_all_sets() {
        let twice = file("CLM*A*1~CLM*B*2~HL*9~CLM*C*3~").repeat(2);
        let verdicts = judge(twice.as_bytes(), &lists(), &rules());
        let numbers: Vec<u64> = verdicts.iter().map(|verdict| verdict.claim_number).collect();
        let ids: Vec<u8> = verdicts.iter().flat_map(|verdict| verdict.claim_id.clone()).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
        assert_eq!(ids, b"ABCABC");
        assert_eq!(count_claims(twice.as_bytes()), (6, 1200));
    }

    #[test]
    fn clm010_compares_readable_charges() {
        check_charges("CLM*A*100~LX*1~SV1*HC:A*40.5~LX*2~SV1*HC:A*59.500~", 10_000, false);
        check_charges("CLM*A*100.00~LX*1~SV2*0250**99.99~", 10_000, true);
        check_charges("CLM*A*7~LX*1~SV3*AD:D0120*7~LX*2~SV3*AD:D0120~", 700, false);
        check_charges("CLM*A*100.005~LX*1~SV1*HC:A*1~", 0, false);
        check_charges("CLM*A*~LX*1~SV1*HC:A*1~", 0, false);
        check_charges("CLM*A*5~LX*1~SV1*HC:A*five~", 500, false);
    }

    #[test]
    fn the_first_faulty_drug_names_quantity_or_unit() {
        let codes = |products: &str| {
            let line = format!("CLM*A*1~LX*1~SV1*HC:J1001*1~{OCTOBER_3}{products}");
            verdict(&line, &rules()).lines[0].codes.clone()
        };
        let drug = "LIN**N4*11111222233~";
        assert_eq!(codes(drug), ["NDC090"]);
        assert_eq!(codes(&format!("{drug}CTP****0*UN~")), ["NDC090"]);
        assert_eq!(codes(&format!("{drug}CTP****5.*UN~")), ["NDC090"]);
        assert_eq!(codes(&format!("{drug}CTP****.5*UN~")), [""; 0]);
        assert_eq!(codes(&format!("{drug}CTP****1*EA~")), ["NDC100"]);
        assert_eq!(codes(&format!("{drug}CTP****1*EA~{drug}CTP****0*UN~")), ["NDC100"]);
        assert_eq!(codes(&format!("{drug}CTP****1*ML~{drug}CTP****0*UN~")), ["NDC090"]);
    }

    #[test]
    fn dtp020_looks_at_the_tested_days() {
        let codes = |service_date_rule| {
            let span = "CLM*A*1~LX*1~SV1*HC:99213*1~DTP*472*RD8*20251231-20260101~";
            verdict(span, &Rules { service_date_rule, ..rules() }).lines.remove(0).codes
        };
        assert_eq!(codes("from"), [""; 0]);
        assert_eq!(codes("both"), ["DTP020"]);
        assert_eq!(codes("any"), ["DTP020"]);
    }
}
