//! The table of standings: the one thing that is true of each service line.
//!
//! Comes in: a line, its claim, the crosswalk and the rules. Goes out: the code of the standing, or
//! nothing if the line passes.
//! It must not know severities, so that switching one code off never brings another one up.

use chrono::NaiveDate;

use super::Rules;
use super::lists::{Crosswalk, Relation, hyphenated_ndc, plain_ndc};
use super::x12::{Claim, Line, Segment};

/// Whether a procedure needs an NDC on a date.
enum Need {
    Yes,
    No,
    CannotBeKnown,
    DateIsDue,
}

/// Returns the code of the line's standing, or nothing if the line passes.
pub fn standing(claim: &Claim, line: &Line, crosswalk: &Crosswalk, rules: &Rules) -> Option<&'static str> {
    let days = tested_days(claim, line, rules);
    if line.drugs().next().is_none() {
        return over_days(&days, rules, |day| without_drug(line, day, crosswalk, rules));
    }
    // Of several drugs, the first that does not pass names the finding.
    line.drugs().find_map(|drug| {
        let sent = drug.lin.element(3);
        over_days(&days, rules, |day| with_drug(line, sent, day, crosswalk, rules))
    })
}

/// Returns the days to test: none without a date, one for `from`, both ends for `both` and `any`.
///
/// The line's own DTP\*472 counts; an 837I line without one has the claim's DTP\*434.
/// A date that is there but cannot be read is no date, and nothing takes its place.
///
/// Source: 005010X223A2, loops 2400 (DTP\*472 situational) and 2300 (DTP\*434).
pub fn tested_days(claim: &Claim, line: &Line, rules: &Rules) -> Vec<NaiveDate> {
    let dtp = match line.service_date {
        Some(own) => Some(own),
        None if line.is_institutional() => claim.statement_date,
        None => None,
    };
    match (dtp.and_then(first_and_last_day), rules.service_date_rule) {
        (None, _) => vec![],
        (Some((first, _)), "from") => vec![first],
        (Some((first, last)), _) => vec![first, last],
    }
}

/// Reads DTP03 as DTP02 says: `D8` is one day, `RD8` two with a hyphen between, the first not after the last.
fn first_and_last_day(dtp: Segment) -> Option<(NaiveDate, NaiveDate)> {
    let text = std::str::from_utf8(dtp.element(3)).ok()?;
    let (first, last) = match dtp.element(2) {
        b"D8" => (text, text),
        b"RD8" => text.split_once('-')?,
        _ => return None,
    };
    let (first, last) = (calendar_day(first)?, calendar_day(last)?);
    (first <= last).then_some((first, last))
}

/// Reads `CCYYMMDD`; a day that does not exist is nothing.
fn calendar_day(text: &str) -> Option<NaiveDate> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (&text[..4], &text[4..6], &text[6..]);
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Returns the standing over all tested days, each of which has its own.
fn over_days(
    days: &[NaiveDate],
    rules: &Rules,
    standing_on: impl Fn(Option<NaiveDate>) -> Option<&'static str>,
) -> Option<&'static str> {
    let (first, last) = match days {
        [] => return standing_on(None),
        [day] => return standing_on(Some(*day)),
        [first, .., last] => (standing_on(Some(*first)), standing_on(Some(*last))),
    };
    let gap = Some("GAP010");
    match rules.service_date_rule {
        // Both pass or the line does not; a reject outranks a gap; between equals the first day.
        "both" => match (first, last) {
            (None, other) | (other, None) => other,
            (first, last) if first == gap && last != gap => last,
            (first, _) => first,
        },
        // Either passes and the line does; a gap outranks a reject, because the missing list may
        // let the line pass.
        "any" => match (first, last) {
            (None, _) | (_, None) => None,
            (first, last) if first != gap && last == gap => last,
            (first, _) => first,
        },
        other => panic!("service_date_rule is from, both or any, not {other}"),
    }
}

/// Decides steps 1 to 4 of the table.
fn without_drug(
    line: &Line,
    date: Option<NaiveDate>,
    crosswalk: &Crosswalk,
    rules: &Rules,
) -> Option<&'static str> {
    // Step 1.
    let (qualifier, code) = line.qualifier_and_code();
    if qualifier != b"HC" || code.is_empty() || is_exempt(code, rules) {
        return None;
    }
    let other_qualifier = |lin: &Segment| !lin.element(2).is_empty() && lin.element(2) != b"N4";
    match need(code, date, crosswalk, rules) {
        // Step 2.
        Need::Yes if line.products.iter().any(|p| other_qualifier(&p.lin)) => Some("NDC080"),
        Need::Yes => Some("NDC010"),
        // Step 3.
        Need::CannotBeKnown => Some("GAP010"),
        Need::DateIsDue => Some("DTP010"),
        // Step 4.
        Need::No => None,
    }
}

/// Decides whether a procedure needs an NDC.
fn need(code: &[u8], date: Option<NaiveDate>, crosswalk: &Crosswalk, rules: &Rules) -> Need {
    if is_exempt(code, rules) {
        return Need::No;
    }
    if is_noc(code, rules) {
        return Need::Yes;
    }
    let relations = crosswalk.of_procedure(code);
    match date {
        Some(date) if relations.iter().any(|relation| relation.is_in_force(date)) => Need::Yes,
        Some(date) if !crosswalk.covers(date) && !relations.is_empty() => Need::CannotBeKnown,
        None if !relations.is_empty() => Need::DateIsDue,
        _ => Need::No,
    }
}

/// Decides steps 5 to 16 of the table for one drug, whose LIN03 is `sent`.
fn with_drug(
    line: &Line,
    sent: &[u8],
    date: Option<NaiveDate>,
    crosswalk: &Crosswalk,
    rules: &Rules,
) -> Option<&'static str> {
    let (qualifier, code) = line.qualifier_and_code();
    // Step 5.
    if line.is_institutional() && code.is_empty() {
        return Some("NDC110");
    }
    // Step 6.
    let sent = std::str::from_utf8(sent).unwrap_or_default();
    let Some(ndc) = plain_ndc(sent).or_else(|| hyphenated_ndc(sent)) else {
        return Some("NDC020");
    };
    // Step 7.
    if is_placeholder(&ndc) {
        return Some("NDC030");
    }
    // Step 8.
    if qualifier != b"HC" || is_noc(code, rules) || is_exempt(code, rules) {
        return None;
    }
    // Step 9.
    let Some(date) = date else {
        return Some("DTP010");
    };
    // Step 10.
    let pair: Vec<&Relation> = crosswalk.of_pair(&ndc, code);
    if pair.iter().any(|relation| relation.is_in_force(date)) {
        return None;
    }
    // Steps 11 to 16.
    let not_in_force = if !crosswalk.covers(date) {
        "GAP010"
    } else if crosswalk.of_procedure(code).is_empty() {
        "NDC045"
    } else if crosswalk.of_ndc(&ndc).is_empty() {
        "NDC040"
    } else if pair.is_empty() {
        "NDC050"
    } else if pair.iter().all(|relation| date < relation.from) {
        "NDC060"
    } else {
        "NDC070"
    };
    Some(not_in_force)
}

/// Returns whether eleven digits are a filler: all equal, counted up, or with labeler 00000.
fn is_placeholder(ndc: &str) -> bool {
    let first = &ndc[..1];
    ndc == first.repeat(11) || ndc == "12345678901" || ndc.starts_with("00000")
}

fn is_noc(code: &[u8], rules: &Rules) -> bool {
    rules.noc.iter().any(|noc| noc.as_bytes() == code)
}

/// Returns whether a code lies in an exempt range, both ends included; all codes have five characters.
fn is_exempt(code: &[u8], rules: &Rules) -> bool {
    let within = |(first, last): &(String, String)| {
        code.len() == first.len() && first.as_bytes() <= code && code <= last.as_bytes()
    };
    rules.exempt.iter().any(within)
}

#[cfg(test)]
pub(super) mod tests {
    use crate::reference::{Lists, Rules, judge};
    use chrono::NaiveDate;

    const PDAC: &[u8] = b"NDC,NDC Mod,HCPCS,HCPCS Mod,Relationship Start Date,Relationship End Date\n\
        11111-2222-33,,J1001,,1/1/2020,\n\
        11111-2222-33,KO,J1001,,1/1/2020,OPEN\n\
        11111-2222-44,,J1001,,1/1/2020,10/2/2025\n\
        11111-2222-44,,J1001,,10/4/2025,12/31/9999\n\
        11111-2222-55,,J1001,,10/4/2025,CURRENT\n\
        22222-3333-44,,J1002,,1/1/2020,10/2/2025\n";
    const ASP: &[u8] = b"October 2025 ASP NDC - HCPCS Crosswalk,,,,\r\n\
        \"     Effective October 1, 2025 through December 31, 2025\",,,,\r\n,,,,\r\nA note.,,,,\r\n\
        _2025_CODE,Short Description,LABELER NAME,NDC2,BILLUNITS\r\n\
        J1003,Invented\x99,Made Up,33333-4444-55\xa0,1\r\n\
        Q4001,Invented,Made Up,26TS,1\r\n";
    const LOCAL: &[u8] = b"ndc,hcpcs,start,end,request_id,approved_by,note\n\
        44444-5555-66,J1001,2025-10-03,2025-10-03,R1,Ann Example,\n";

    pub(in crate::reference) const OCTOBER_3: &str = "DTP*472*D8*20251003~";
    const JANUARY_3: &str = "DTP*472*D8*20250103~";
    const HC_J1001: &str = "SV1*HC:J1001:JZ*1~";

    /// Returns lists of invented pairs that cover October and November 2025.
    pub(in crate::reference) fn lists() -> Lists<'static> {
        Lists { pdac: Some(("2025-10-05XWalk.csv", PDAC)), asp: vec![ASP], local: Some(LOCAL) }
    }

    /// Returns the default rules on the last day of 2025.
    pub(in crate::reference) fn rules() -> Rules {
        Rules { today: NaiveDate::from_ymd_opt(2025, 12, 31).expect("a date"), ..Rules::default() }
    }

    /// Puts the segments of a few claims into an interchange.
    pub(in crate::reference) fn file(claims: &str) -> String {
        format!(
            "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *251003*1200*^*00501\
             *000000001*0*T*:~GS*HC*S*R*20251003*1200*1*X*005010X222A1~ST*837*0001*005010X222A1~\
             HL*1**20*1~HL*2*1*22*0~{claims}SE*1*0001~GE*1*1~IEA*1*000000001~"
        )
    }

    fn codes(claim: &str, service_date_rule: &'static str) -> Vec<&'static str> {
        let rules = Rules { service_date_rule, ..rules() };
        let as_written = file(claim);
        let other_delimiters = as_written.replace('*', "|").replace(':', ">").replace('~', "\n");
        let with_line_ends = as_written.replace('~', "~\r\n");
        let verdicts = judge(as_written.as_bytes(), &lists(), &rules);
        assert_eq!(verdicts, judge(other_delimiters.as_bytes(), &lists(), &rules));
        assert_eq!(verdicts, judge(with_line_ends.as_bytes(), &lists(), &rules));
        verdicts[0].lines[0].codes.clone()
    }

    /// Checks the standing of a line; a drug without CTP has NDC090 beside it, which is left out here.
    fn check(segments: &[&str], expected: &str) {
        let claim = format!("CLM*A*1~LX*1~{}", segments.concat());
        let mut found = codes(&claim, "from");
        found.retain(|code| *code != "NDC090");
        assert_eq!(found.concat(), expected, "{segments:?}");
    }

    fn check_rule(rule: &'static str, span: &str, ndc: &str, expected: &str) {
        let claim = format!("CLM*A*1~LX*1~{HC_J1001}DTP*472*RD8*{span}~LIN**N4*{ndc}~CTP****1*UN~");
        assert_eq!(codes(&claim, rule).concat(), expected, "{rule} {span}");
    }

    #[test]
    fn step_1_without_drug_no_procedure_or_an_exempt_one_passes() {
        check(&[OCTOBER_3], "");
        check(&["SV1*ER:J1001*1~", OCTOBER_3], "");
        check(&["SV1*HC:90476*1~", OCTOBER_3], "");
        check(&["SV1*HC:90756*1~", OCTOBER_3], "");
        check(&["SV3*AD:D0120*1~", OCTOBER_3], "");
    }

    #[test]
    fn step_2_a_drug_code_needs_an_ndc() {
        check(&[HC_J1001, OCTOBER_3], "NDC010");
        check(&["SV2*0636*HC:J1003*1~", OCTOBER_3], "NDC010");
        check(&["SV1*HC:J3490*1~"], "NDC010");
        check(&[HC_J1001, OCTOBER_3, "LIN**N4~"], "NDC010");
        check(&[HC_J1001, OCTOBER_3, "LIN**UP*123456789012~"], "NDC080");
    }

    #[test]
    fn step_3_a_gap_or_a_missing_date_leaves_the_need_open() {
        check(&["SV1*HC:J1003*1~", JANUARY_3], "GAP010");
        check(&["SV1*HC:J1003*1~"], "DTP010");
        check(&["SV1*HC:J1003*1~", "DTP*472*D8*20250230~"], "DTP010");
        check(&["SV1*HC:J1003*1~", "DTP*472*RD8*20251004-20251003~"], "DTP010");
    }

    #[test]
    fn step_4_without_drug_anything_else_passes() {
        check(&["SV1*HC:99213*1~"], "");
        check(&["SV1*HC:J1002*1~", OCTOBER_3], "");
        check(&["SV1*HC:Q4001*1~", OCTOBER_3], "");
        check(&["SV1*HC:Q4001*1~", JANUARY_3], "");
    }

    #[test]
    fn step_5_an_institutional_drug_has_a_procedure() {
        check(&["SV2*0250**1~", OCTOBER_3, "LIN**N4*bad~"], "NDC110");
        check(&["SV1**1~", OCTOBER_3, "LIN**N4*bad~"], "NDC020");
    }

    #[test]
    fn step_6_an_ndc_has_eleven_digits_5_4_2() {
        let malformed = [
            "1111122223",
            "111112222333",
            "1111-2222-33",
            "11111-222-33",
            "11111-2222-3",
            "111111-2222-33",
            "11111 2222 33",
            "1111122223A",
            "11111222-233",
            " 11111222233",
        ];
        for ndc in malformed {
            check(&[HC_J1001, OCTOBER_3, &format!("LIN**N4*{ndc}~")], "NDC020");
        }
        check(&[HC_J1001, OCTOBER_3, "LIN**N4*11111-2222-33~"], "");
    }

    #[test]
    fn step_7_a_placeholder_is_no_ndc() {
        for ndc in ["99999999999", "99999-9999-99", "12345678901", "00000222233"] {
            check(&["SV1*HC:J3490*1~", OCTOBER_3, &format!("LIN**N4*{ndc}~")], "NDC030");
        }
    }

    #[test]
    fn step_8_some_procedures_are_not_paired() {
        for procedure in ["HC:J3490", "HC:90500", "ER:J1001", ""] {
            check(&[&format!("SV1*{procedure}*1~"), "LIN**N4*77777888899~"], "");
        }
        check(&["SV3*AD:D0120*1~", "LIN**N4*77777888899~"], "");
    }

    #[test]
    fn step_9_a_pair_needs_a_date_and_only_837i_has_that_of_the_claim() {
        let drug = "LIN**N4*11111222233~";
        let claim = |dtp: &str, line: &str| {
            let found = codes(&format!("CLM*A*1~{dtp}LX*1~{line}{drug}CTP****1*UN~"), "from");
            found.concat()
        };
        let statement = "DTP*434*RD8*20251003-20251004~";
        assert_eq!(claim(statement, "SV2*0636*HC:J1001*1~"), "");
        assert_eq!(claim("", "SV2*0636*HC:J1001*1~"), "DTP010");
        assert_eq!(claim(statement, HC_J1001), "DTP010");
        let unreadable = format!("SV2*0636*HC:J1001*1~{}", "DTP*472*D8*2025~");
        assert_eq!(claim(statement, &unreadable), "DTP010", "there is no fall-back");
    }

    #[test]
    fn step_10_one_list_is_enough() {
        check(&[HC_J1001, OCTOBER_3, "LIN**N4*11111222233~"], "");
        check(&["SV1*HC:J1003*1~", OCTOBER_3, "LIN**N4*33333444455~"], "");
        check(&[HC_J1001, OCTOBER_3, "LIN**N4*44444555566~"], "");
        check(&[HC_J1001, JANUARY_3, "LIN**N4*11111222233~"], "");
    }

    #[test]
    fn step_11_both_publishers_cover_the_date() {
        check(&["SV1*HC:J1003*1~", JANUARY_3, "LIN**N4*33333444455~"], "GAP010");
        check(&[HC_J1001, "DTP*472*D8*20251130~", "LIN**N4*33333444455~"], "NDC050");
        check(&[HC_J1001, "DTP*472*D8*20251201~", "LIN**N4*33333444455~"], "GAP010");
    }

    #[test]
    fn steps_12_to_14_say_what_is_on_no_list() {
        check(&["SV1*HC:99213*1~", OCTOBER_3, "LIN**N4*77777888899~"], "NDC045");
        check(&["SV1*HC:Q4001*1~", OCTOBER_3, "LIN**N4*11111222233~"], "NDC045");
        check(&[HC_J1001, OCTOBER_3, "LIN**N4*77777888899~"], "NDC040");
        check(&[HC_J1001, OCTOBER_3, "LIN**N4*33333444455~"], "NDC050");
    }

    #[test]
    fn steps_15_and_16_say_when_the_pair_counts() {
        check(&[HC_J1001, OCTOBER_3, "LIN**N4*11111222255~"], "NDC060");
        check(&["SV1*HC:J1002*1~", OCTOBER_3, "LIN**N4*22222333344~"], "NDC070");
        check(&[HC_J1001, OCTOBER_3, "LIN**N4*11111222244~"], "NDC070");
        check(&[HC_J1001, "DTP*472*D8*20251002~", "LIN**N4*11111222244~"], "");
        check(&[HC_J1001, "DTP*472*D8*20251004~", "LIN**N4*11111222244~"], "");
    }

    #[test]
    fn of_several_drugs_the_first_that_fails_names_the_finding() {
        let (good, unknown) = ("LIN**N4*11111222233~", "LIN**N4*77777888899~");
        check(&[HC_J1001, OCTOBER_3, good, unknown, "LIN**N4*bad~"], "NDC040");
        check(&[HC_J1001, OCTOBER_3, "LIN**UP*1~", good], "");
    }

    #[test]
    fn each_end_of_a_span_has_its_standing() {
        // On its own the pair fails on the 3rd and passes on the 4th.
        check_rule("from", "20251003-20251004", "11111222255", "NDC060");
        check_rule("from", "20251004-20251201", "11111222255", "");
        check_rule("both", "20251003-20251004", "11111222255", "NDC060");
        check_rule("any", "20251003-20251004", "11111222255", "");
        // One day rejects, the other is not covered.
        check_rule("both", "20250930-20251003", "11111222299", "NDC040");
        check_rule("both", "20251003-20251201", "11111222299", "NDC040");
        check_rule("any", "20250930-20251003", "11111222299", "GAP010");
        check_rule("any", "20251003-20251201", "11111222299", "GAP010");
        // Between two rejects the first day names the finding.
        check_rule("both", "20251003-20251004", "44444555577", "NDC040");
    }
}
