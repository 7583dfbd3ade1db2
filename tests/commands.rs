//! The commands that show and explain, through the binary: what they print, and how they end.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

mod json_schema;

use json_schema::assert_fits;

const NOW: [&str; 2] = ["--now", "2025-11-03T08:00:00Z"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sample(name: &str) -> String {
    root().join("samples").join(name).display().to_string()
}

fn claimgate(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command.args(arguments).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

/// Runs `arguments` and returns exit code, standard output and standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    ended(&claimgate(arguments).output().unwrap())
}

fn ended(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// The options that name the lists of the samples.
fn lists() -> [String; 4] {
    let (pdac, asp) = (sample("crosswalks/2025-10-05XWalk.csv"), sample("crosswalks/asp-2025q4.csv"));
    ["--pdac".to_owned(), pdac, "--asp".to_owned(), asp]
}

/// Runs `arguments` with the lists of the samples.
fn with_lists(arguments: &[&str]) -> (i32, String, String) {
    let lists = lists();
    let arguments = [arguments, &lists.each_ref().map(String::as_str)].concat();
    run(&arguments)
}

fn check(file: &str, more: &[&str]) -> (i32, String, String) {
    with_lists(&[&["check", file], &NOW[..], more].concat())
}

/// Processes a sample and returns the folder that its outputs lie in.
fn processed(story: &str, more: &[&str]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (sample(&format!("{story}/in.837")), folder.path().join("out"));
    let out_name = out.display().to_string();
    let (code, _, words) = with_lists(&[&["process", &input, "--out", &out_name], &NOW[..], more].concat());
    // A refused unit is told by the code 4, and is no failure.
    assert!(matches!(code, 0 | 4), "{words}");
    (folder, out.join("in"))
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

/// Holds `actual` against `tests/transcripts/name`; with `BLESS` set, writes it there instead.
#[track_caller]
fn assert_transcript(name: &str, actual: &str) {
    let path = root().join("tests/transcripts").join(name);
    let actual = actual.replace(&root().display().to_string(), "");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &actual).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, expected, "{name} differs; run the test with BLESS=1 and look at what changed");
}

#[test]
fn check_shows_the_guilty_segment() {
    for (story, code) in [
        ("one-of-two", 3),
        ("many-interchanges", 4),
        ("ten-digits", 3),
        ("quarter-not-loaded", 3),
        ("odd-delimiters", 3),
    ] {
        let (ended, shown, words) = check(&sample(&format!("{story}/in.837")), &[]);
        assert_eq!((ended, words.as_str()), (code, ""), "{story}");
        assert_transcript(&format!("check-{story}.txt"), &shown);
    }
    let (code, shown, _) = check(&sample("portal/in.837"), &["--channel", "portal"]);
    assert_eq!(code, 3);
    assert_transcript("check-portal.txt", &shown);
}

#[test]
fn check_ends_with_the_most_severe_of_its_codes() {
    let (_kept, good) = processed("one-of-two", &[]);
    assert_eq!(check(&path(&good, "accepted.837"), &[]).0, 0);
    assert_eq!(check(&path(&good, "rejected.837"), &[]).0, 3);
    let (_kept, late) = processed("quarter-not-loaded", &[]);
    let held = path(&late, "held.837");
    assert_eq!(check(&held, &[]).0, 7);
    assert_eq!(check(&sample("many-interchanges/in.837"), &[]).0, 4);
    // Nothing is judged without a list.
    let (code, shown, words) = run(&["check", &held]);
    assert_eq!((code, shown.as_str()), (2, ""));
    assert!(words.starts_with("error: no crosswalk is named, so no claim can be judged\nhint: "), "{words}");
}

#[test]
fn check_tells_a_cut_off_file_from_a_wrong_one() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(sample("one-of-two/in.837")).unwrap();
    let cut = path(folder.path(), "cut.837");
    fs::write(&cut, &whole[..whole.len() - 40]).unwrap();
    let (code, shown, _) = check(&cut, &[]);
    assert_eq!(code, 5);
    assert_transcript("check-cut-off.txt", &shown);

    let noise = path(folder.path(), "noise.837");
    fs::write(&noise, [b"MAILBOX HEADER\n", &whole[..]].concat()).unwrap();
    let (code, shown, _) = check(&noise, &[]);
    assert_eq!(code, 5);
    assert!(shown.contains("error[X12030]: Text outside of any interchange\n"), "{shown}");
    assert!(shown.contains("| MAILBOX HEADER\n"), "{shown}");

    let missing = path(folder.path(), "missing.837");
    let (code, shown, words) = check(&missing, &[]);
    assert_eq!((code, shown.as_str()), (5, ""));
    assert!(words.starts_with(&format!("error: cannot read {missing}: ")), "{words}");
    let one = sample("one-of-two/in.837");
    let (code, shown, _) = with_lists(&[&["check", &missing, &one], &NOW[..]].concat());
    assert_eq!(code, 5);
    assert!(shown.contains("error[NDC050]"), "one bad file of many: the others are shown");
}

#[test]
fn check_writes_the_objects_of_the_results_file() {
    for (story, channel) in [("many-interchanges", "batch"), ("portal", "portal"), ("ten-digits", "batch")] {
        let (_kept, folder) = processed(story, &["--channel", channel]);
        let input = sample(&format!("{story}/in.837"));
        let (_, shown, words) = check(&input, &["--json", "--channel", channel]);
        assert_eq!(shown, fs::read_to_string(folder.join("results.ndjson")).unwrap(), "{story}");
        assert!(words.starts_with("in.837: "), "{words}");
    }
}

#[test]
fn check_colours_only_if_asked_where_there_is_no_terminal() {
    let input = sample("one-of-two/in.837");
    let (_, plain, _) = check(&input, &[]);
    let (_, coloured, _) = check(&input, &["--color", "always"]);
    assert!(!plain.contains('\x1b'));
    assert!(coloured.contains("\x1b["));
    assert_eq!(without_colour(&coloured), plain);
}

fn without_colour(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[test]
fn a_broken_pipe_ends_check_without_a_word() {
    let lists = lists();
    let arguments = [&["check", "-"], &NOW[..], &lists.each_ref().map(String::as_str)[..]].concat();
    for more in [&[][..], &["--json", "--quiet"]] {
        let mut child = claimgate(&[&arguments[..], more].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        // Nothing is written before all input is read, so the pipe is broken by then.
        let input = fs::read(sample("one-of-two/in.837")).unwrap();
        child.stdin.take().unwrap().write_all(&input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.signal(), output.stderr.as_slice()), (Some(13), &b""[..]));
    }
}

#[test]
fn explain_says_everything_of_a_code() {
    let (code, shown, _) = run(&["explain", "ndc050"]);
    assert_eq!(code, 0);
    assert_transcript("explain-NDC050.txt", &shown);
    let (_, all, _) = run(&["explain", "--all"]);
    for code in all.lines().filter_map(|line| line.split_whitespace().next()) {
        let (ended, shown, _) = run(&["explain", code]);
        assert!(ended == 0 && shown.starts_with(code), "{code}");
    }
    assert_eq!(all.lines().count(), 17 + 16 + 40 + 24);
    let (code, shown, words) = run(&["explain", "NCD050"]);
    assert_eq!((code, shown.as_str()), (2, ""));
    assert_eq!(
        words,
        "error: there is no code NCD050\nhint: the nearest is NDC050: NDC is on a crosswalk, but never with this procedure; explain --all lists every code\n"
    );
    assert_eq!(run(&["explain"]).0, 2);
}

#[test]
fn explain_tells_the_verdict_of_one_claim() {
    let (_kept, folder) = processed("ended-the-day-before", &["--results", "all"]);
    let results = path(&folder, "results.ndjson");
    let count = fs::read_to_string(&results).unwrap().lines().count();
    let verdicts: Vec<String> =
        (1..=count).map(|claim| run(&["explain", &format!("{results}:{claim}")]).1).collect();
    assert_transcript("explain-claims.txt", &verdicts.join("\n"));
    let (code, _, words) = run(&["explain", &format!("{results}:99")]);
    assert_eq!(code, 2);
    assert!(words.contains(" has no claim 99\nhint: "), "{words}");
    assert_eq!(run(&["explain", &format!("{results}:first")]).0, 2);
    assert_eq!(run(&["explain", &format!("{}:1", path(&folder, "summary.json"))]).0, 5);
    assert_eq!(run(&["explain", "nowhere.ndjson:1"]).0, 5);
}

#[test]
fn explain_tells_which_lines_the_portal_denies() {
    let (_kept, folder) = processed("portal", &["--channel", "portal"]);
    let results = path(&folder, "results.ndjson");
    let verdicts = [1, 2, 3, 5].map(|claim| run(&["explain", &format!("{results}:{claim}")]).1);
    assert_transcript("explain-portal.txt", &verdicts.join("\n"));
    // In a batch the same findings reject whole claims, and no line denies.
    let (_kept, folder) = processed("batch-and-portal", &[]);
    let (_, shown, _) = run(&["explain", &format!("{}:1", path(&folder, "results.ndjson"))]);
    assert!(shown.contains("is rejected.\n") && !shown.contains("den"), "{shown}");
}

#[test]
fn explain_shows_the_severity_that_is_configured() {
    let folder = tempfile::tempdir().unwrap();
    let site = path(folder.path(), "site.toml");
    fs::write(&site, "[profiles.strict.severities]\nNDC110 = \"reject\"\n").unwrap();
    let of = |more: &[&str], code: &str| {
        let (_, shown, _) = run(&[&["explain", code], more].concat());
        let line = shown.lines().find(|line| line.starts_with("  Severity")).unwrap();
        line.split_once("Severity").unwrap().1.trim().to_owned()
    };
    let strict = ["--config", &site, "--profile", "strict"];
    assert_eq!(of(&strict, "NDC110"), format!("reject, by {site}:2; warn without it"));
    assert_eq!(of(&strict, "NDC050"), "reject, unless the profile says otherwise");
    assert_eq!(of(&["--config", &site], "NDC110"), "warn, unless the profile says otherwise");
    let (_, all, _) = run(&[&["explain", "--all"], &strict[..]].concat());
    assert!(all.contains("\nNDC110  reject  "), "{all}");
    let (code, _, words) = run(&["explain", "NDC110", "--profile", "lax"]);
    assert_eq!(code, 2, "{words}");
}

#[test]
fn crosswalk_check_shows_what_the_loader_understood() {
    for (file, list) in [("2025-10-05XWalk.csv", "pdac"), ("asp-2025q4.csv", "asp"), ("local.csv", "local")] {
        let file = sample(&format!("crosswalks/{file}"));
        let (code, shown, words) = run(&["crosswalk", "check", &file]);
        assert_eq!((code, words.as_str()), (0, ""));
        assert_transcript(&format!("crosswalk-check-{list}.txt"), &shown.replace(&file, list));
        let (_, json, _) = run(&["crosswalk", "check", &file, "--json"]);
        let row: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(row["list"], list);
        let count = |name: &str| row[name].as_u64().unwrap();
        let aside = row["set_aside"].as_array().unwrap().iter();
        let aside: u64 = aside.map(|kind| kind["rows"].as_u64().unwrap()).sum();
        assert_eq!(count("rows"), count("relations") + count("merged") + aside);
    }
}

#[test]
fn crosswalk_check_refuses_what_is_no_list() {
    let folder = tempfile::tempdir().unwrap();
    let file = path(folder.path(), "notes.csv");
    fs::write(&file, "name,colour\npine,green\n").unwrap();
    let (code, shown, words) = run(&["crosswalk", "check", &file]);
    assert_eq!((code, shown.as_str()), (2, ""));
    assert!(words.starts_with(&format!("error: {file}: no header of a known crosswalk")), "{words}");

    fs::write(&file, "Drug,Code,Begin,End\n99301-0001-01,J1111,1/1/2024,\n").unwrap();
    let columns = ["--columns", "ndc=Drug,hcpcs=Code,from=Begin,through=End", "--list", "pdac"];
    let given = [&["crosswalk", "check", &file], &columns[..]].concat();
    let (code, _, words) = run(&given);
    assert_eq!(code, 2);
    assert!(words.ends_with("hint: give it with --pdac-posted YYYY-MM-DD\n"), "{words}");
    let (code, shown, _) = run(&[&given[..], &["--pdac-posted", "2025-10-05"]].concat());
    assert_eq!(code, 0);
    assert!(shown.contains("row 2: 99301-0001-01 | J1111 | 1/1/2024 |"), "{shown}");

    fs::write(&file, "NDC,HCPCS,Relationship Start Date,Relationship End Date\n1,2,3,4\n").unwrap();
    let (code, _, words) = run(&["crosswalk", "check", &file, "--pdac-posted", "2025-10-05"]);
    assert_eq!(code, 2);
    assert!(!words.contains("crosswalk check"), "{words}");
}

#[test]
fn columns_are_of_the_list_that_they_name() {
    let folder = tempfile::tempdir().unwrap();
    let pdac = path(folder.path(), "2025-10-05XWalk.csv");
    fs::write(&pdac, "Drug,Code,Begin,End\n99301-0001-01,J1111,1/1/2024,\n").unwrap();
    let asp = sample("crosswalks/asp-2025q4.csv");
    let names = "ndc=Drug,hcpcs=Code,from=Begin,through=End";
    let of_pdac = format!("pdac:{names}");
    let found = |columns: &[&str], lists: &[&str]| {
        let asked = ["crosswalk", "lookup", "99301000101", "J1111", "--on", "2025-10-14"];
        let options = columns.iter().flat_map(|columns| ["--columns", columns]);
        let (code, shown, words) = run(&[&asked[..], lists, &options.collect::<Vec<_>>()].concat());
        let valid = shown.contains("With J1111 the pair is valid on 2025-10-14.");
        (code, valid, words)
    };
    let both = ["--pdac", &pdac, "--asp", &asp];
    assert_eq!(found(&[&of_pdac], &both), (0, true, String::new()));
    // Without a list they are of every list, also of one that has no such columns; one that is named has its own.
    assert_eq!(found(&[names], &both[..2]), (0, true, String::new()));
    let (code, _, words) = found(&[names], &both);
    assert!(code == 2 && words.starts_with(&format!("error: {asp}: ")), "{words}");
    assert_eq!(found(&["ndc=None,hcpcs=None", &of_pdac], &both[..2]), (0, true, String::new()));
    let (code, _, words) = found(&["pdak:ndc=Drug"], &both);
    assert!(code == 2 && words.contains("`pdak` is none of the lists pdac, asp, local"), "{words}");

    let check = ["crosswalk", "check", &pdac, "--list", "pdac", "--columns"];
    assert_eq!(run(&[&check[..], &[&of_pdac]].concat()).0, 0);
    assert_eq!(run(&[&check[..], &[&of_pdac.replace("pdac", "asp")]].concat()).0, 2);
}

#[test]
fn a_damaged_workbook_is_refused_without_a_word_of_its_reader() {
    let folder = tempfile::tempdir().unwrap();
    let file = path(folder.path(), "2025-10-05XWalk.xls");
    let whole = fs::read(root().join("crates/crosswalk/tests/fixtures/pdac.xls")).unwrap();
    for at in (512..whole.len()).step_by(97) {
        let mut bytes = whole.clone();
        for byte in bytes.iter_mut().skip(at).take(12) {
            *byte = 0xFF;
        }
        fs::write(&file, &bytes).unwrap();
        let (code, _, words) = run(&["crosswalk", "check", &file, "--list", "pdac"]);
        assert!(matches!(code, 0 | 2), "{at}: {words}");
        assert!(words.is_empty() || words.starts_with("error: "), "{at}: {words}");
        assert!(!words.contains("panicked") && !words.contains("internal fault"), "{at}: {words}");
    }
}

/// Asks for the pair of 99101-0001-01 and J7608 on `on`: whether it is in force, and the nearest valid date.
fn pair_on(on: &str) -> (bool, String) {
    let (code, json, _) = with_lists(&["crosswalk", "lookup", "99101000101", "J7608", "--on", on, "--json"]);
    assert_eq!(code, 0);
    let row: Value = serde_json::from_str(&json).unwrap();
    let pair = &row["pairs"][0];
    (pair["in_force"].as_bool().unwrap(), pair["nearest_valid_date"].as_str().unwrap().to_owned())
}

#[test]
fn a_lookup_counts_first_and_last_days() {
    for (on, in_force, nearest) in [
        ("2001-12-31", false, "2002-01-01"),
        ("2002-01-01", true, "2002-01-01"),
        ("2003-09-30", true, "2003-09-30"),
        ("2003-10-01", false, "2003-09-30"),
        ("2010-12-31", true, "2010-12-31"),
        ("2011-01-01", false, "2010-12-31"),
        ("2014-06-30", false, "2014-07-01"),
        ("2014-07-01", true, "2014-07-01"),
        ("2099-01-01", true, "2099-01-01"),
    ] {
        assert_eq!(pair_on(on), (in_force, nearest.to_owned()), "{on}");
    }
}

#[test]
fn a_lookup_answers_for_every_list() {
    let local = sample("crosswalks/local.csv");
    let mut transcript = String::new();
    for arguments in [
        &["99101-0001-01"][..],
        &["99101000101", "J7608", "--on", "2012-01-01"],
        &["00641036725", "J1885", "--on", "2025-10-14"],
        &["99501-0210-05", "--on", "2025-08-31"],
        &["0641036725", "--on", "2025-10-14"],
        &["99999-9999-98", "J1100", "--on", "2026-03-01"],
        &["00641036725", "J1885"],
        &["99501-0210-05"],
        &["99101-0001-01", "J3490", "--on", "2012-01-01"],
        &["99101-0001-01", "90480"],
    ] {
        let asked = [&["crosswalk", "lookup"], arguments, &["--local", &local]].concat();
        let (code, shown, words) = with_lists(&asked);
        assert_eq!((code, words.as_str()), (0, ""));
        transcript.push_str(&format!("$ claimgate crosswalk lookup {}\n{shown}\n", arguments.join(" ")));
    }
    assert_transcript("crosswalk-lookup.txt", &transcript);
    for wrong in
        [&["123"][..], &["99101-0001-01", "J7608-KO"], &["99101-0001-01", "J7608", "--on", "2025-02-29"]]
    {
        let (code, shown, words) = with_lists(&[&["crosswalk", "lookup"], wrong].concat());
        assert_eq!((code, shown.as_str()), (2, ""), "{wrong:?}");
        assert!(words.starts_with("error: "), "{words}");
    }
    assert_eq!(run(&["crosswalk", "lookup", "99101-0001-01"]).0, 2);
}

#[test]
fn a_lookup_takes_codes_and_days_as_people_write_them() {
    let asked =
        |arguments: &[&str]| with_lists(&[&["crosswalk", "lookup", "99101-0001-01"], arguments].concat());
    let (code, shown, words) = asked(&["J7608", "--on", "2025-10-14"]);
    assert_eq!((code, words.as_str()), (0, ""));
    assert_eq!(asked(&["J7608", "--on", "20251014"]), (0, shown.clone(), String::new()));
    let note = "note: j7608 is looked up as J7608; on a claim it would be another code, since they are compared exactly\n";
    assert_eq!(asked(&["j7608", "--on", "20251014"]), (0, shown, note.to_owned()));
    assert_eq!(asked(&["j7608", "-q"]).2, "");
}

#[test]
fn a_lookup_tells_programs_what_it_tells_people() {
    let row = |arguments: &[&str]| -> Value {
        let (code, json, _) = with_lists(&[&["crosswalk", "lookup", "--json"], arguments].concat());
        assert_eq!(code, 0);
        serde_json::from_str(&json).unwrap()
    };
    let found = row(&["00404-9795-30", "J1100"]);
    assert_eq!((&found["exempt"], &found["not_otherwise_classified"]), (&json!(false), &json!(false)));
    assert_eq!(
        found["pairs"][0]["intervals"],
        json!([
            {"from": null, "through": "2025-09-30", "conclusion": "cannot_be_decided"},
            {"from": "2025-10-01", "through": "2025-12-31", "conclusion": "valid"},
            {"from": "2026-01-01", "through": null, "conclusion": "cannot_be_decided"},
        ])
    );
    let found = row(&["00641036725", "J1885", "--on", "20251014"]);
    assert_eq!((found["other_ndcs"].as_array().unwrap().len(), &found["other_ndcs_total"]), (5, &json!(71)));
    assert_eq!(
        (&found["other_procedures"], &found["other_procedures_total"]),
        (&json!(["J1100"]), &json!(1))
    );
    assert_eq!(row(&["99101-0001-01", "J3490"])["not_otherwise_classified"], true);
    assert_eq!(row(&["99101-0001-01", "90480"])["exempt"], true);
    assert_eq!(row(&["99101-0001-01"])["exempt"], Value::Null);
}

#[test]
fn outputs_fit_the_schemas_that_are_printed() {
    let schema = |name: &str| -> Value { serde_json::from_str(&run(&["schema", name]).1).unwrap() };
    let (result, summary, brr) = (schema("result"), schema("summary"), schema("brr"));
    let denials = schema("denials");
    for story in fs::read_dir(root().join("samples")).unwrap() {
        let story = story.unwrap().file_name().into_string().unwrap();
        if !root().join("samples").join(&story).join("in.837").exists() {
            continue;
        }
        let channel = if story == "portal" { "portal" } else { "batch" };
        let (_kept, folder) = processed(&story, &["--results", "all", "--channel", channel]);
        let results = fs::read_to_string(folder.join("results.ndjson")).unwrap();
        for line in results.lines() {
            assert_fits(&result, line);
        }
        assert_fits(&summary, &fs::read_to_string(folder.join("summary.json")).unwrap());
        if let Ok(report) = fs::read_to_string(folder.join("brr.json")) {
            assert_fits(&brr, &report);
        }
        let denied = fs::read_to_string(folder.join("denials.json"));
        assert_eq!(denied.is_ok(), story == "portal");
        if let Ok(denied) = denied {
            assert_fits(&denials, &denied);
        }
    }
    assert_eq!(run(&["schema", "other"]).0, 2);
}
