//! Laws that hold for every batch, tested on made-up ones.
//!
//! Each batch goes through the core in memory; the second judge in `reference` shares no code with it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod reference;

use std::collections::{BTreeMap, BTreeSet};

use batch::{Options, Watch};
use chrono::{NaiveDate, NaiveTime};
use crosswalk::Crosswalk;
use crosswalk::sources::{Options as SourceOptions, asp, pdac};
use edits::{Channel, Judge, Profile, ServiceDateRule, Severity};
use generator::{Fault, Guide, LineEnd, Lists, Plan};
use responses::{Acknowledging, MemoryStore, Results, RunFacts, Wanted};
use serde_json::Value;
use x12::Limits;

/// How one run differs from the usual.
#[derive(Clone)]
struct Way {
    channel: Channel,
    profile: Profile,
    threads: usize,
    block_bytes: usize,
}

impl Default for Way {
    fn default() -> Way {
        Way {
            channel: Channel::Batch,
            profile: Profile::default(),
            threads: 1,
            block_bytes: batch::BLOCK_BYTES,
        }
    }
}

struct Unwatched;

impl Watch for Unwatched {
    fn read(&self, _bytes: usize) -> bool {
        true
    }
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 11, 3).unwrap()
}

fn crosswalk(lists: &Lists) -> Crosswalk {
    let named = SourceOptions { source_name: generator::PDAC_FILE_NAME, ..SourceOptions::default() };
    let mut loaded = vec![pdac::parse(&lists.pdac_csv, &named).unwrap()];
    loaded.extend(lists.asp_csv.iter().map(|csv| asp::parse(csv, &SourceOptions::default()).unwrap()));
    Crosswalk::build(loaded).0
}

/// Runs `file` through the core; returns every output file by name.
fn run(file: &[u8], crosswalk: &Crosswalk, way: &Way) -> BTreeMap<String, Vec<u8>> {
    let judge = Judge { crosswalk, profile: &way.profile, channel: way.channel, today: today() };
    let options = Options {
        judge,
        wanted: Wanted {
            results: Results::All,
            reports: (0..responses::brr::FORMS.len()).collect(),
            annotated: None,
            acknowledging: Some(Acknowledging {
                moment: today().and_time(NaiveTime::MIN),
                claim_ack_277ca: true,
                control_number: None,
            }),
            facts: None,
            names: None,
        },
        control_number: None,
        limits: Limits::default(),
        block_bytes: way.block_bytes,
    };
    let facts = RunFacts {
        crosswalk,
        stamp: "2025-11-03T08:00:00Z",
        today: today(),
        channel: way.channel,
        input_name: "in.837",
        version: "0",
    };
    let mut store = MemoryStore::default();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(way.threads).build().unwrap();
    let done = pool.install(|| batch::process(file, &options, facts, &mut store, &Unwatched));
    assert!(done.is_ok(), "the run ends and balances");
    store.files
}

fn claims_of(files: &BTreeMap<String, Vec<u8>>, name: &str) -> (u64, i64) {
    files.get(name).map_or((0, 0), |file| reference::count_claims(file))
}

fn results(files: &BTreeMap<String, Vec<u8>>) -> Vec<Value> {
    let lines = files["results.ndjson"].split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

fn dispositions(files: &BTreeMap<String, Vec<u8>>) -> BTreeSet<String> {
    results(files).iter().map(|row| row["disposition"].as_str().unwrap().to_owned()).collect()
}

fn written(plan: &Plan, lists: &Lists) -> Vec<u8> {
    let mut file = Vec::new();
    generator::write_batch(plan, lists, &mut file).unwrap();
    file
}

/// Batches of every guide, shape and manner.
fn plans() -> Vec<Plan> {
    let delimiters = [*b"*:^~", *b"|>!\n", *b"\x1d\x1f\x1e\x1c", *b"+@;'"];
    let shapes = [(1, 1, 1, 40), (2, 1, 2, 7), (1, 3, 2, 5), (3, 2, 1, 3), (1, 1, 5, 1)];
    let guides = [Guide::Professional, Guide::Institutional, Guide::Dental];
    let ends = [LineEnd::None, LineEnd::Lf, LineEnd::CrLf];
    (0..30)
        .map(|number: usize| {
            let (interchanges, groups, sets, claims) = shapes[number % shapes.len()];
            let delimiters = delimiters[number % delimiters.len()];
            let newline = delimiters[3] == b'\n';
            Plan {
                seed: number as u64 + 1,
                guide: guides[number % guides.len()],
                interchanges,
                groups,
                sets,
                claims,
                delimiters,
                line_end: if newline { LineEnd::None } else { ends[number / 3 % ends.len()] },
                dependents: 0.4,
                ..Plan::default()
            }
        })
        .collect()
}

fn bad(plan: Plan) -> Plan {
    Plan { bad: 0.3, warn: 0.2, ..plan }
}

/// Bytes of each claim, from its CLM to the next CLM, HL or SE, told by a plain split.
fn claim_bytes(file: &[u8]) -> Vec<Vec<u8>> {
    let mut claims: Vec<Vec<u8>> = Vec::new();
    let mut open = false;
    for interchange in interchanges(file) {
        let terminator = interchange[105];
        let separator = interchange[3];
        for segment in interchange.split_inclusive(|&byte| byte == terminator) {
            let trimmed = segment.trim_ascii_start();
            let is = |name: &[u8]| trimmed.strip_prefix(name).and_then(<[u8]>::first) == Some(&separator);
            if is(b"CLM") {
                claims.push(Vec::new());
                open = true;
            } else if [&b"HL"[..], b"SE", b"ISA", b"IEA"].iter().any(|name| is(name)) {
                open = false;
            }
            if let (true, Some(claim)) = (open, claims.last_mut()) {
                claim.extend_from_slice(trimmed);
            }
        }
    }
    claims.sort();
    claims
}

fn interchanges(file: &[u8]) -> Vec<&[u8]> {
    let starts: Vec<usize> = (0..file.len().saturating_sub(105))
        .filter(|&at| file[at..].starts_with(b"ISA") && (at == 0 || !file[at - 1].is_ascii_alphanumeric()))
        .collect();
    let ends = starts.iter().skip(1).copied().chain([file.len()]);
    starts.iter().zip(ends).map(|(&start, end)| &file[start..end]).collect()
}

#[test]
fn a_clean_batch_comes_out_byte_for_byte() {
    let lists = generator::lists(7, 400, 300, 2);
    let crosswalk = crosswalk(&lists);
    for plan in plans() {
        let file = written(&plan, &lists);
        let files = run(&file, &crosswalk, &Way::default());
        assert!(files["accepted.837"] == file, "plan {}", plan.seed);
        assert_eq!(
            files.keys().map(String::as_str).collect::<Vec<_>>(),
            ["277ca.edi", "999.edi", "accepted.837", "results.ndjson"]
        );
    }
}

#[test]
fn outputs_part_the_input_and_stand_on_their_own() {
    let lists = generator::lists(7, 400, 300, 2);
    let crosswalk = crosswalk(&lists);
    // One more quarter covers the dates that no list covered before.
    let more = generator::lists(7, 400, 300, 4);
    let covering = self::crosswalk(&more);
    let mut seen = BTreeSet::new();
    for plan in plans().into_iter().map(bad) {
        let file = written(&plan, &lists);
        let files = run(&file, &crosswalk, &Way::default());
        let parts = ["accepted.837", "rejected.837", "held.837", "refused.837"];
        let counts = parts.map(|name| claims_of(&files, name));
        let sum = counts.iter().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
        assert_eq!(sum, reference::count_claims(&file), "plan {}", plan.seed);
        let mut claims: Vec<Vec<u8>> =
            parts.iter().filter_map(|name| files.get(*name)).flat_map(|part| claim_bytes(part)).collect();
        claims.sort();
        assert!(claims == claim_bytes(&file), "every claim once, byte for byte: plan {}", plan.seed);
        seen.extend(dispositions(&files));
        for (name, expected) in [("accepted.837", "accepted"), ("rejected.837", "rejected")] {
            if let Some(part) = files.get(name) {
                let again = run(part, &crosswalk, &Way::default());
                assert_eq!(dispositions(&again), BTreeSet::from([expected.to_owned()]), "plan {}", plan.seed);
                assert!(&again[name] == part, "run again, {name} comes out as it is: plan {}", plan.seed);
            }
        }
        if let Some(held) = files.get("held.837") {
            assert_eq!(
                dispositions(&run(held, &crosswalk, &Way::default())),
                BTreeSet::from(["held".to_owned()])
            );
            assert!(!dispositions(&run(held, &covering, &Way::default())).contains("held"));
        }
    }
    assert_eq!(seen, ["accepted", "held", "rejected"].map(str::to_owned).into());
}

#[test]
fn threads_and_blocks_change_no_byte() {
    let lists = generator::lists(7, 400, 300, 2);
    let crosswalk = crosswalk(&lists);
    for plan in plans().into_iter().map(bad) {
        let mut file = written(&plan, &lists);
        if plan.seed % 3 == 0 {
            // A wrong trailer refuses what is written already, at some block sizes.
            let at =
                file.windows(3).rposition(|window| window[..2] == *b"GE" && window[2] == plan.delimiters[0]);
            file[at.unwrap() + 3] = b'9';
        }
        let usual = run(&file, &crosswalk, &Way::default());
        for (threads, block_bytes) in [(1, 1), (2, 1_000), (8, 3_000), (3, 20_000), (8, 1 << 20)] {
            let other = run(&file, &crosswalk, &Way { threads, block_bytes, ..Way::default() });
            assert!(other == usual, "plan {}, {threads} threads, {block_bytes} bytes a block", plan.seed);
        }
    }
}

/// Makes lines as odd as they come, with envelopes that stay whole.
fn shaken(file: &[u8], plan: &Plan, lists: &Lists) -> Vec<u8> {
    let mut dice = fastrand::Rng::with_seed(plan.seed);
    let [element, component, _, terminator] = plan.delimiters.map(char::from);
    let text = String::from_utf8(file.to_vec()).unwrap();
    let line_end = match plan.line_end {
        LineEnd::None => "",
        LineEnd::Lf => "\n",
        LineEnd::CrLf => "\r\n",
    };
    let mut shaken = String::new();
    let mut segments_in_set = 0;
    for segment in text.split(terminator).map(|segment| segment.trim_start_matches(['\r', '\n'])) {
        let mut elements: Vec<String> = segment.split(element).map(str::to_owned).collect();
        let copies = match elements[0].as_str() {
            "" => 0,
            "SE" => {
                elements[1] = (segments_in_set + 1).to_string();
                1
            }
            "ST" => {
                segments_in_set = 0;
                1
            }
            _ if dice.u8(..) < 90 => shake(&mut elements, component, &mut dice, lists),
            _ => 1,
        };
        segments_in_set += copies;
        let segment = format!("{}{terminator}{line_end}", elements.join(&element.to_string()));
        shaken.extend(std::iter::repeat_n(segment, copies));
    }
    shaken.into_bytes()
}

/// Changes a segment of a line; returns how often it is to stand there.
fn shake(elements: &mut [String], component: char, dice: &mut fastrand::Rng, lists: &Lists) -> usize {
    let pair = &lists.pairs[dice.usize(..lists.pairs.len())];
    let once_or_not = |dice: &mut fastrand::Rng, odds| usize::from(dice.u8(..odds) > 0);
    match elements[0].as_str() {
        "LIN" => {
            elements[3] = odd_ndc(&pair.ndc.replace('-', ""), dice.u8(..10));
            if dice.u8(..10) == 0 {
                "EN".clone_into(&mut elements[2]);
            }
            once_or_not(dice, 8) + usize::from(dice.u8(..6) == 0)
        }
        "CTP" if dice.bool() => {
            ["0", "-1", "1.5", "x", "", "1."][dice.usize(..6)].clone_into(&mut elements[4]);
            once_or_not(dice, 5)
        }
        "CTP" => {
            ["MG", "UN", "", "F2"][dice.usize(..4)].clone_into(&mut elements[5]);
            1
        }
        "DTP" if elements[1] == "472" => {
            let mut day = || format!("2025{:02}{:02}", dice.u8(5..=12), dice.u8(1..=31));
            let (first, last) = (day(), day());
            (elements[2], elements[3]) = match dice.u8(..3) {
                0 => ("D8".to_owned(), first),
                _ => ("RD8".to_owned(), format!("{first}-{last}")),
            };
            once_or_not(dice, 6)
        }
        "SV1" | "SV2" => {
            let composite = usize::from(elements[0] == "SV2") + 1;
            let code = [
                format!("HC{component}J3490"),
                format!("HC{component}90480"),
                format!("HC{component}99213"),
                format!("ER{component}{}", pair.hcpcs),
                String::new(),
                format!("HC{component}{}{component}JZ", pair.hcpcs),
            ];
            elements[composite].clone_from(&code[dice.usize(..8).min(5)]);
            1
        }
        _ => 1,
    }
}

fn odd_ndc(digits: &str, way: u8) -> String {
    match way {
        0 => digits[..10].to_owned(),
        1 => format!("{}-{}-{}", &digits[..5], &digits[5..9], &digits[9..]),
        2 => "99999999999".to_owned(),
        3 => String::new(),
        4 => "12345000001".to_owned(),
        _ => digits.to_owned(),
    }
}

fn codes(row: &Value, line: Option<&str>) -> Vec<String> {
    let findings = row["findings"].as_array().unwrap().iter();
    let mut codes: Vec<String> = findings
        .filter(|finding| finding["line_number"].as_str() == line)
        .map(|finding| finding["code"].as_str().unwrap().to_owned())
        .collect();
    codes.sort();
    codes
}

/// Switches off what departs from a guide, of which the second judge knows nothing.
fn no_guides() -> BTreeMap<String, Severity> {
    let codes = edits::catalogue().map(|about| about.code);
    let of_guides = codes.filter(|code| ["X126", "X127", "X128"].iter().any(|front| code.starts_with(front)));
    of_guides.map(|code| (code.to_owned(), Severity::Off)).collect()
}

#[test]
fn both_judges_agree_on_every_line() {
    let lists = generator::lists(11, 300, 200, 2);
    let crosswalk = crosswalk(&lists);
    let second = reference::Lists {
        pdac: Some((generator::PDAC_FILE_NAME, &lists.pdac_csv)),
        asp: lists.asp_csv.iter().map(Vec::as_slice).collect(),
        local: None,
    };
    let rules = [ServiceDateRule::From, ServiceDateRule::Both, ServiceDateRule::Any];
    let (mut judged, mut seen) = (0, BTreeMap::<String, u64>::new());
    for (number, plan) in plans().into_iter().map(bad).enumerate() {
        let file = shaken(&written(&plan, &lists), &plan, &lists);
        let rule = rules[number % rules.len()];
        let portal = number % 4 == 0;
        let by = reference::Rules {
            service_date_rule: rule.as_str(),
            portal,
            today: today(),
            ..reference::Rules::default()
        };
        let profile = Profile { service_date_rule: rule, severities: no_guides(), ..Profile::default() };
        let channel = if portal { Channel::Portal } else { Channel::Batch };
        let rows = results(&run(&file, &crosswalk, &Way { channel, profile, ..Way::default() }));
        let verdicts = reference::judge(&file, &second, &by);
        assert_eq!(rows.len(), verdicts.len());
        for (row, verdict) in rows.iter().zip(&verdicts) {
            let place = format!("plan {}, claim {}", plan.seed, verdict.claim_number);
            assert_eq!(row["claim_number"], verdict.claim_number);
            assert_eq!(row["disposition"], verdict.disposition, "{place}: {row}");
            assert_eq!(codes(row, None), verdict.claim_codes, "{place}");
            for line in &verdict.lines {
                let number = String::from_utf8(line.line_number.clone()).unwrap();
                assert_eq!(codes(row, Some(&number)), line.codes, "{place}, line {number}: {row}");
                line.codes.iter().for_each(|code| *seen.entry((*code).to_owned()).or_default() += 1);
                judged += 1;
            }
        }
    }
    assert!(judged > 2_000, "{judged} lines");
    let codes = [
        "DTP010", "DTP020", "GAP010", "NDC010", "NDC020", "NDC030", "NDC040", "NDC045", "NDC050", "NDC060",
        "NDC070", "NDC080", "NDC090", "NDC100", "NDC110",
    ];
    for code in codes {
        assert!(seen.contains_key(code), "{code} was never drawn: {seen:?}");
    }
}

#[test]
fn moving_a_claim_moves_its_findings_and_nothing_else() {
    let lists = generator::lists(7, 400, 300, 2);
    let crosswalk = crosswalk(&lists);
    let plan =
        Plan { seed: 5, claims: 30, dependents: 0.0, bad: 0.4, line_end: LineEnd::Lf, ..Plan::default() };
    let file = String::from_utf8(written(&plan, &lists)).unwrap();
    // One part for each subscriber of the first provider, and what stands around them.
    let mut parts: Vec<String> = vec![String::new()];
    for line in file.lines() {
        let level: Vec<&str> = line.trim_end_matches('~').split('*').collect();
        if level[0] == "HL" || level[0] == "SE" {
            parts.push(String::new());
        }
        let part = parts.last_mut().unwrap();
        part.push_str(line);
        part.push('\n');
    }
    let mut subscribers = (0..parts.len()).filter(|&part| parts[part].contains("*1*22*0~"));
    let (Some(one), Some(two), Some(three)) =
        (subscribers.next(), subscribers.next(), subscribers.next_back())
    else {
        panic!("the batch has three subscribers of one provider")
    };
    let verdicts = |file: &str| -> BTreeMap<String, (Value, Vec<(String, Value)>)> {
        let rows = results(&run(file.as_bytes(), &crosswalk, &Way::default()));
        let findings = |row: &Value| {
            let finding = |finding: &Value| (finding["code"].to_string(), finding["why"].clone());
            row["findings"].as_array().unwrap().iter().map(finding).collect()
        };
        rows.iter()
            .map(|row| (row["claim_id"].to_string(), (row["disposition"].clone(), findings(row))))
            .collect()
    };
    let before = verdicts(&file);
    parts.swap(one, three);
    parts.swap(one, two);
    // The numbers of the tree are made right again.
    let mut number = 0;
    let moved: String = parts
        .concat()
        .lines()
        .map(|line| match line.strip_prefix("HL*") {
            Some(level) => {
                number += 1;
                format!("HL*{number}*{}\n", level.split_once('*').unwrap().1)
            }
            None => format!("{line}\n"),
        })
        .collect();
    assert_ne!(moved, file);
    assert_eq!(verdicts(&moved), before);
}

#[test]
fn a_fault_in_every_claim_leaves_none_accepted() {
    let lists = generator::lists(7, 400, 300, 2);
    let crosswalk = crosswalk(&lists);
    let plan = Plan { bad: 1.0, faults: Fault::rejecting(), ..Plan::default() };
    let files = run(&written(&plan, &lists), &crosswalk, &Way::default());
    assert_eq!(dispositions(&files), BTreeSet::from(["rejected".to_owned()]));
    assert!(!files.contains_key("accepted.837"));
}
