//! Acknowledgements explained through the binary, and held against the findings that they tell of.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fastrand::Rng;
use generator::{Guide, Plan};
use serde_json::Value;
use tempfile::TempDir;

mod public_files;

/// Segment and byte in the file.
type Place = (u64, u64);

const NOW: [&str; 2] = ["--now", "2025-11-03T08:00:00Z"];

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples")
}

fn claimgate(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_claimgate")).args(arguments).output().unwrap()
}

/// Runs `explain` and returns exit code, standard output and standard error.
fn explain(arguments: &[&str]) -> (i32, String, String) {
    let ended = claimgate(&[&["explain"], arguments].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (ended.status.code().unwrap(), text(ended.stdout), text(ended.stderr))
}

/// Returns the places that are shown, in the order of the text.
fn shown(text: &str) -> Vec<Place> {
    let lines = text.lines().filter(|line| line.trim_start().starts_with("= Error Location:"));
    // Where segments are lost or doubled, their number is wrong too.
    let lines = lines.filter(|line| !line.contains(" SE01;"));
    let place = |line: &str| {
        let (front, byte) = line.rsplit_once(" of the file, byte ").unwrap();
        let segment = front.rsplit_once(' ').unwrap().1;
        (segment.parse().unwrap(), byte.parse().unwrap())
    };
    lines.map(place).collect()
}

/// Returns the places of those findings of `results` for which `is_meant` holds.
fn found(results: &[u8], is_meant: fn(&Value, &Value) -> bool) -> Vec<Place> {
    let lines = std::str::from_utf8(results).unwrap().lines();
    let claims: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut places = Vec::new();
    for claim in &claims {
        let findings = claim["findings"].as_array().unwrap();
        let meant = findings.iter().filter(|finding| is_meant(claim, finding));
        places.extend(
            meant.map(|finding| (finding["segment"].as_u64().unwrap(), finding["byte"].as_u64().unwrap())),
        );
    }
    places
}

#[test]
fn an_824_of_every_sample_points_at_the_findings() {
    let mut count = 0;
    for story in fs::read_dir(samples()).unwrap() {
        let folder = story.unwrap().path();
        let ack = folder.join("expected/824.edi");
        if !ack.exists() {
            continue;
        }
        let input = folder.join("in.837").display().to_string();
        let (code, text, words) = explain(&[&ack.display().to_string(), "--against", &input]);
        assert_eq!((code, words.as_str()), (0, ""), "{}", folder.display());
        let results = fs::read(folder.join("expected/results.ndjson")).unwrap();
        let rejects = |claim: &Value, finding: &Value| {
            claim["disposition"] == "rejected" && finding["severity"] == "reject"
        };
        let expected = found(&results, rejects);
        assert_eq!(shown(&text), expected, "{}\n{text}", folder.display());
        assert!(!text.contains("none of the guide's"), "{text}");
        count += expected.len();
    }
    assert!(10 < count, "{count}");
}

#[test]
fn what_is_missing_stands_behind_the_blanks_of_the_segment_in_front() {
    let text = fs::read_to_string(samples().join("one-of-two/in.837")).unwrap();
    let text = text.replacen("HC:J1100*", "HC:J3490*", 1);
    let (front, rest) = text.split_once("~\nLIN**N4*00641036725~\nCTP****1*ML~").unwrap();
    let file = format!("{front} ~{}", rest.replace("SE*54*", "SE*52*"));
    let made = Made::new(Guide::Professional, 1);
    let input = made.write("in.837", file.as_bytes());
    let ack = made.write("824.edi", &made.run(&["process", &input, "-q", "--emit", "824"]));
    let (_, text, _) = explain(&[&ack, "--against", &input]);
    let results = made.run(&["check", &input, "--json", "-q"]);
    let missing = found(&results, |_, finding| finding["code"] == "NDC010");
    assert_eq!(missing.len(), 1);
    assert!(shown(&text).contains(&missing[0]), "{missing:?}\n{text}");
}

#[test]
fn an_824_whose_lines_are_its_segments_says_the_same() {
    let ack = samples().join("one-of-two/expected/824.edi");
    let text = fs::read_to_string(&ack).unwrap();
    assert!(text.contains("CTX*LX01:2~\n"), "{text}");
    let lines = text.replace("~\n", "\r\n").replace(':', "~");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("824.edi");
    fs::write(&path, lines).unwrap();
    let input = samples().join("one-of-two/in.837").display().to_string();
    let explained = |ack: &Path| explain(&[&ack.display().to_string(), "--against", &input]);
    assert_eq!(explained(&path), explained(&ack));
    // Claims are read by the rule of the ISA alone.
    let claims = fs::read_to_string(&input).unwrap().replace("~\n", "\r\n").replace(':', "~");
    fs::write(&path, claims).unwrap();
    let ended = claimgate(&["inspect", "--json", &path.display().to_string()]);
    let overview: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(overview["totals"]["claims"], 0);
}

/// Lists and a faultless file, both made up.
struct Made {
    folder: TempDir,
    lists: Vec<String>,
    file: Vec<u8>,
}

impl Made {
    fn new(guide: Guide, seed: u64) -> Made {
        let folder = tempfile::tempdir().unwrap();
        let lists = generator::lists(7, 400, 300, 2);
        let mut named = Vec::new();
        let mut keep = |option: &str, name: &str, bytes: &[u8]| {
            fs::write(folder.path().join(name), bytes).unwrap();
            named.extend([option.to_owned(), folder.path().join(name).display().to_string()]);
        };
        keep("--pdac", generator::PDAC_FILE_NAME, &lists.pdac_csv);
        for (number, asp) in lists.asp_csv.iter().enumerate() {
            keep("--asp", &format!("asp-{number}.csv"), asp);
        }
        let plan =
            Plan { guide, seed, claims: 6, sets: 2, bad: 0.0, warn: 0.0, dependents: 0.4, ..Plan::default() };
        let mut file = Vec::new();
        generator::write_batch(&plan, &lists, &mut file).unwrap();
        Made { folder, lists: named, file }
    }

    /// Writes `bytes` as file `name`, and returns its path.
    fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }

    fn run(&self, arguments: &[&str]) -> Vec<u8> {
        let lists: Vec<&str> = self.lists.iter().map(String::as_str).collect();
        claimgate(&[arguments, &NOW, &lists].concat()).stdout
    }
}

/// Damages one segment that stands behind the first HL of `file` and is no part of an envelope or a tree.
fn damaged(file: &[u8], rng: &mut Rng) -> Vec<u8> {
    let (element, terminator) = (file[3], file[105]);
    let mut all: Vec<Vec<u8>> = file.split(|&byte| byte == terminator).map(<[u8]>::to_vec).collect();
    let name = |segment: &[u8]| {
        let id = segment.trim_ascii_start().split(|&byte| byte == element).next();
        String::from_utf8(id.unwrap().to_vec()).unwrap()
    };
    let first = all.iter().position(|segment| name(segment) == "HL").unwrap();
    let kept = ["ISA", "GS", "ST", "BHT", "HL", "CLM", "SE", "GE", "IEA", ""];
    let at = loop {
        let at = rng.usize(first..all.len());
        // What follows an ST up to the next HL belongs to the set.
        let before = all[..at].iter().rposition(|segment| ["ST", "HL"].contains(&name(segment).as_str()));
        if !kept.contains(&name(&all[at]).as_str()) && before.is_some_and(|before| name(&all[before]) == "HL")
        {
            break at;
        }
    };
    let mut elements: Vec<Vec<u8>> = all[at].split(|&byte| byte == element).map(<[u8]>::to_vec).collect();
    let place = rng.usize(1..elements.len());
    match rng.u8(..7) {
        0 => elements[place] = vec![b'X'; 300],
        1 => elements[place] = b"Q9Q".to_vec(),
        2 => elements[place].clear(),
        3 => elements.resize(elements.len() + 12, b"1".to_vec()),
        4 => elements[place].extend_from_slice(&[file[104], b'1', file[104], b'2']),
        5 => {
            all.remove(at);
            return all.join(&terminator);
        }
        _ => {
            let again = all[at].clone();
            all.splice(at..at, std::iter::repeat_n(again, 30));
            return all.join(&terminator);
        }
    }
    all[at] = elements.join(&element);
    all.join(&terminator)
}

#[test]
fn a_999_and_an_824_point_at_the_very_byte_of_each_finding() {
    let mut count = 0;
    for (guide, seed) in [(Guide::Professional, 1), (Guide::Institutional, 2), (Guide::Dental, 3)] {
        let made = Made::new(guide, seed);
        for damage in 0..40 {
            let case = format!("file {seed}, damage {damage}");
            let file = damaged(&made.file, &mut Rng::with_seed(seed * 1000 + damage));
            let input = made.write("in.837", &file);
            let ack = made.write("999.edi", &made.run(&["process", &input, "-q", "--emit", "999"]));
            let (code, text, words) = explain(&[&ack, "--against", &input]);
            assert_eq!((code, words.as_str()), (0, ""), "{case}");
            let results = made.run(&["check", &input, "--json", "-q"]);
            let is_of_guide = |_: &Value, finding: &Value| {
                let code = finding["code"].as_str().unwrap();
                ["X125", "X126", "X127", "X128"].iter().any(|series| code.starts_with(series))
            };
            let expected: BTreeSet<Place> = found(&results, is_of_guide).into_iter().collect();
            let told: BTreeSet<Place> = shown(&text).into_iter().collect();
            assert_eq!(told, expected, "{case}\n{text}");
            assert!(!text.contains("none of the guide's") && !text.contains("not shown"), "{case}\n{text}");
            count += expected.len();
            let ack = made.write("824.edi", &made.run(&["process", &input, "-q", "--emit", "824"]));
            let told = if fs::read(&ack).unwrap().is_empty() {
                BTreeSet::new()
            } else {
                shown(&explain(&[&ack, "--against", &input]).1).into_iter().collect()
            };
            let rejects = |claim: &Value, finding: &Value| {
                claim["disposition"] == "rejected" && finding["severity"] == "reject"
            };
            assert_eq!(
                told,
                found(&results, rejects).into_iter().collect::<BTreeSet<Place>>(),
                "{case}: 824"
            );
        }
    }
    assert!(80 < count, "{count}");
}

#[test]
fn what_a_999_shows_of_units_is_what_check_shows() {
    let made = Made::new(Guide::Professional, 1);
    let clean = String::from_utf8(made.file.clone()).unwrap().replace("~\n", "~");
    let segment = |id: &str| {
        let start = clean.find(&format!("~{id}*")).unwrap() + 1;
        &clean[start..=start + clean[start..].find('~').unwrap()]
    };
    let without = |id: &str| clean.replacen(segment(id), "", 1);
    let cases = [
        ("SE missing", without("SE")),
        ("GE missing", without("GE")),
        ("SE and GE missing", without("SE").replacen(segment("GE"), "", 1)),
        ("cut off", clean[..=clean.find("~SE*").unwrap()].to_owned()),
        ("a set without SE and claims", cut_short(&clean)),
        ("another set", clean.replacen("~ST*837*", "~ST*835*", 1)),
        ("no set", clean.replacen("~ST*837*", "~ST*83X*", 1)),
        ("another release", clean.replacen("*005010X222A1~BHT", "*004010X098A1~BHT", 1)),
        (
            "no release",
            clean.replace("*005010X222A1~BHT", "~BHT").replace("*005010X222A1~", "*004010X098A1~"),
        ),
        ("another guide than the group's", clean.replacen("*005010X222A1~BHT", "*005010X222~BHT", 1)),
    ];
    for (case, file) in cases {
        let input = made.write("in.837", file.as_bytes());
        let ack = made.write("999.edi", &made.run(&["process", &input, "-q", "--emit", "999"]));
        let (code, text, words) = explain(&[&ack, "--against", &input]);
        assert_eq!((code, words.as_str()), (0, ""), "{case}");
        let all = shown(std::str::from_utf8(&made.run(&["check", &input])).unwrap());
        let told = shown(&text);
        assert!(!told.is_empty() && told.iter().all(|place| all.contains(place)), "{case}: {all:?}\n{text}");
        assert!(!text.contains("not shown"), "{case}\n{text}");
    }
}

/// Takes all that stands behind the first NM1 of the first set out of it, its SE too.
fn cut_short(file: &str) -> String {
    let start = file.find("~PER*").unwrap() + 1;
    let end = file.find("~SE*").unwrap() + 1;
    [&file[..start], &file[end + file[end..].find("ST*").unwrap()..]].concat()
}

#[test]
fn faults_of_a_set_without_trailer_are_its_own() {
    let made = Made::new(Guide::Professional, 1);
    let file = cut_short(&String::from_utf8(made.file.clone()).unwrap().replace("~\n", "~"));
    let input = made.write("in.837", file.as_bytes());
    let text = String::from_utf8(made.run(&["check", &input])).unwrap();
    assert!(
        text.contains("= Refused: Transaction set 0001") && !text.contains("= Refused: Functional"),
        "{text}"
    );
    assert!(!text.contains("loop ST, SE;"), "the trailer is missing once: {text}");
    let ack = String::from_utf8(made.run(&["process", &input, "-q", "--emit", "999"])).unwrap();
    assert!(ack.contains("AK2*837*0001*005010X222A1~\nIK3*PER*4*1000A*3~\n"), "{ack}");
}

#[test]
fn an_824_is_shown_in_the_interchange_that_has_its_claim() {
    let made = Made::new(Guide::Professional, 1);
    let read = |name: &str| fs::read_to_string(samples().join(name)).unwrap();
    let first = read("../tests/faults/files/professional.837").replace("000000101", "000000102");
    // Both have group 1011 and set 0001.
    let file = first + &read("one-of-two/in.837");
    let input = made.write("in.837", file.as_bytes());
    let ack = made.write("824.edi", &made.run(&["process", &input, "-q", "--emit", "824"]));
    let (_, text, _) = explain(&[&ack, "--against", &input]);
    let results = made.run(&["check", &input, "--json", "-q"]);
    let rejects = |_: &Value, finding: &Value| finding["severity"] == "reject";
    let expected = found(&results, rejects);
    assert!(!expected.is_empty() && shown(&text) == expected, "{expected:?}\n{text}");
    // Of claims of one number in both, nobody knows which is meant.
    let twice = file.replace("OOT-2", "OOT-1").replace("CLAIM-1", "OOT-1");
    let input = made.write("in.837", twice.as_bytes());
    let ack = made.write("824.edi", &made.run(&["process", &input, "-q", "--emit", "824"]));
    let (_, text, _) = explain(&[&ack, "--against", &input]);
    assert!(text.contains("The file has several claims of that number; this is the first."), "{text}");
}

#[test]
fn a_group_header_that_is_missing_has_the_place_of_the_set() {
    let made = Made::new(Guide::Professional, 1);
    let file = String::from_utf8(made.file.clone()).unwrap();
    let (front, rest) = file.split_once("GS*").unwrap();
    let file = [front, &rest[rest.find("ST*").unwrap()..]].concat();
    let results = made.run(&["check", &made.write("in.837", file.as_bytes()), "--json", "-q"]);
    let is_missing = |_: &Value, finding: &Value| finding["code"] == "X12210";
    assert_eq!(found(&results, is_missing)[0], (2, file.find("ST*").unwrap() as u64));
}

fn files_under(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_under(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Acknowledgements of other projects that cannot be read to their end, and why.
const CUT_OFF: [(&str, &str); 1] = [("277/_5010/FromBogeyone.txt", "no SE")];

#[test]
fn acknowledgements_of_others_are_explained() {
    let Some(corpus) = public_files::corpus() else { return };
    let mut paths = Vec::new();
    files_under(&corpus, &mut paths);
    let mut count = 0;
    for path in paths {
        let bytes = fs::read(&path).unwrap();
        let content = acknowledgements::content(&acknowledgements::with_lines_as_segments(&bytes));
        if !content.has_acknowledgement {
            continue;
        }
        let name = path.display().to_string();
        let (code, text, words) = explain(&[&name]);
        let cut_off = CUT_OFF.iter().any(|(end, _)| name.ends_with(end));
        assert_eq!((code, words.as_str()), (if cut_off { 5 } else { 0 }, ""), "{name}");
        assert!(text.starts_with("Interchange "), "{name}\n{text}");
        // Against any other file, places are shown or it is said why not.
        let input = samples().join("one-of-two/in.837").display().to_string();
        let (again, _, words) = explain(&[&name, "--against", &input]);
        assert_eq!((again, words.as_str()), (code, ""), "{name}");
        count += 1;
    }
    assert!(50 < count, "{count}");
}

#[test]
fn every_code_that_is_written_has_words() {
    use acknowledgements::codes::{
        ELEMENT_ERRORS, GROUP_ERRORS, INTERCHANGE_NOTES, SEGMENT_ERRORS, SET_ERRORS, find,
    };
    use acknowledgements::status::{CATEGORIES, STATUSES};
    for about in edits::catalogue() {
        let codes = edits::acknowledgement_codes_of(about.code);
        for (table, code) in [
            (&INTERCHANGE_NOTES[..], codes.interchange),
            (&GROUP_ERRORS, codes.group),
            (&SET_ERRORS, codes.set),
            (&SEGMENT_ERRORS, codes.segment),
            (&ELEMENT_ERRORS, codes.element),
        ] {
            assert!(code.is_empty() || find(table, code.as_bytes()).is_some(), "{}: {code}", about.code);
        }
        for status in about.status {
            assert!(find(&CATEGORIES, status.category.as_bytes()).is_some(), "{}", status.category);
            assert!(find(&STATUSES, status.code.as_bytes()).is_some(), "{}", status.code);
        }
    }
}

#[test]
fn what_is_no_acknowledgement_is_told_what_to_use() {
    let input = samples().join("one-of-two/in.837").display().to_string();
    let (code, text, words) = explain(&[&input]);
    assert_eq!((code, text.as_str()), (2, ""));
    let expected = format!(
        "error: {input} holds no acknowledgement, but a transaction set 837\nhint: claimgate check {input} says what is wrong with claims, claimgate inspect {input} what is in the file\n"
    );
    assert_eq!(words, expected);
    let (code, _, words) = explain(&["NDC050", "--against", &input]);
    assert_eq!(code, 2);
    assert!(words.starts_with("error: --against belongs to an acknowledgement"), "{words}");
    let (code, _, words) = explain(&["-", "--against", "-"]);
    assert_eq!((code, words.lines().next()), (2, Some("error: standard input is named more than once")));
    assert_eq!(explain(&["nowhere.edi"]).0, 5);
}

#[test]
fn a_place_that_the_file_does_not_have_is_told() {
    let made = Made::new(Guide::Professional, 4);
    let input = made.write("in.837", &made.file);
    let said = |ack: String| {
        let (code, text, _) = explain(&[&made.write("999.edi", ack.as_bytes()), "--against", &input]);
        assert_eq!(code, 0);
        text
    };
    let file = String::from_utf8(made.file.clone()).unwrap();
    let group = file.split_once("GS*").unwrap().1.split('*').nth(5).unwrap().to_owned();
    let ack = |group: &str, set: &str, segment: &str| {
        format!(
            "ISA*00*          *00*          *ZZ*A              *ZZ*B              *251103*0800*^*00501*000000001*0*P*:~GS*FA*A*B*20251103*0800*1*X*005010X231A1~ST*999*0001*005010X231A1~AK1*HC*{group}*005010X222A1~AK2*837*{set}~{segment}~IK5*R*5*99~AK9*R*2*2*0~SE*7*0001~GE*1*1~IEA*1*000000001~"
        )
    };
    for (group, set, segment, expected) in [
        ("77", "0001", "IK3*DTP*5**8", "the file has no functional group 77 (GS06)."),
        (&group, "9", "IK3*DTP*5**8", "the file has no transaction set 9 (ST02) in functional group"),
        (&group, "0001", "IK3*DTP*999999**8", "there is no segment 999999."),
        (&group, "0001", "IK3*QQ*1**8", "Segment 1 of the set is ST in this file, and not QQ"),
        (
            &group,
            "0001",
            "IK3*ST*1**77",
            "ST, segment 1 of the set, is answered with code 77, which is none of the guide's (IK304 77).",
        ),
        (
            &group,
            "0001",
            "IK3*ST*1**8~IK4*1*143*Q7",
            "ST01, data element 143, is answered with code Q7, which is none of the guide's (IK403 Q7).",
        ),
        (&group, "0001", "IK3*ST*1**8", "Code 99, which is none of the guide's (IK503 99)."),
    ] {
        let text = said(ack(group, set, segment));
        let joined = text.split_whitespace().collect::<Vec<&str>>().join(" ");
        assert!(joined.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn a_file_that_is_not_there_is_told_as_every_command_tells_it() {
    let (code, _, words) = explain(&["missing.edi"]);
    let inspected = claimgate(&["inspect", "missing.edi"]);
    assert_eq!((code, words), (5, String::from_utf8(inspected.stderr).unwrap()));
}
