//! Opens HTML reports and the pages of the crosswalk desk in a real browser: readable for everybody, on any screen and on paper.
//!
//! The looking is done by `tests/browser/check.mjs`, whose README says what it needs.
//! Where that is not there, the test says so in one line and passes, since a report does not need a browser to be written.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use generator::{Fault, Plan};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Claims of the long report: as many as one page holds.
const LONG: u32 = 5_000;

/// Returns what is missing for the check, if anything is.
fn missing() -> Option<&'static str> {
    let answers = |program: &str, version: &str| Command::new(program).arg(version).output().is_ok();
    let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    let packages = Path::new(ROOT).join("tests/browser/node_modules/playwright-core");
    if !answers("node", "--version") {
        Some("node is not installed")
    } else if !Path::new(&chromium).exists() {
        Some("chromium is not installed")
    } else if !answers("pdftotext", "-v") {
        Some("pdftotext is not installed")
    } else if !packages.exists() {
        Some("`npm ci` has not been run in tests/browser")
    } else {
        None
    }
}

/// Runs `program` in `folder`; its exit code must be `expected`.
fn run(program: &str, arguments: &[&str], folder: &Path, expected: i32) -> Output {
    let output =
        Command::new(program).args(arguments).current_dir(folder).output().expect("the program starts");
    let said = [output.stdout.as_slice(), &output.stderr].map(String::from_utf8_lossy).concat();
    assert_eq!(output.status.code(), Some(expected), "{program} {arguments:?}: {said}");
    output
}

/// Runs the sample with its own arguments, but for where the outputs go.
fn report_of_sample(out: &Path) -> PathBuf {
    let sample = Path::new(ROOT).join("samples/one-of-two");
    let command = fs::read_to_string(sample.join("command")).expect("the sample has a command");
    let mut arguments: Vec<&str> = command.split_whitespace().collect();
    let at = arguments.iter().position(|&argument| argument == "--out").expect("the command names --out");
    arguments[at + 1] = out.to_str().expect("a temporary folder has a plain name");
    run(env!("CARGO_BIN_EXE_claimgate"), &arguments, &sample, 0);
    out.join("in/brr.html")
}

/// Runs a made-up file whose claims are all rejected.
fn long_report(folder: &Path) -> PathBuf {
    let lists = generator::lists(1, 200, 100, 1);
    let plan = Plan { claims: LONG, bad: 1.0, faults: Fault::rejecting(), ..Plan::default() };
    let mut claims = Vec::new();
    generator::write_batch(&plan, &lists, &mut claims).expect("a vector takes every byte");
    fs::write(folder.join("long.837"), claims).expect("the folder can be written");
    let mut arguments = vec!["process".to_owned(), "long.837".to_owned()];
    for (position, (name, bytes)) in lists.files().into_iter().enumerate() {
        fs::write(folder.join(&name), bytes).expect("the folder can be written");
        arguments.push(if position == 0 { "--pdac" } else { "--asp" }.to_owned());
        arguments.push(name);
    }
    arguments.extend(["--now", "2025-11-03T08:00:00Z", "--out", "out"].map(str::to_owned));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run(env!("CARGO_BIN_EXE_claimgate"), &arguments, folder, 0);
    folder.join("out/long/brr.html")
}

/// Makes the pages of the desk: what a draft would change, and what is covered.
fn desk_pages(folder: &Path) -> [PathBuf; 2] {
    let claimgate = |arguments: &[&[&str]]| {
        run(env!("CARGO_BIN_EXE_claimgate"), &arguments.concat(), folder, 0);
    };
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.join(name), bytes).expect("the folder can be written");
    };
    let lists = generator::lists(3, 120, 80, 2);
    let plan = Plan { claims: 400, bad: 0.3, faults: Fault::ALL.to_vec(), ..Plan::default() };
    let mut claims = Vec::new();
    generator::write_batch(&plan, &lists, &mut claims).expect("a vector takes every byte");
    write("in.837", &claims);
    let files = lists.files();
    let [(pdac, pdac_bytes), (asp, asp_bytes), ..] = &files[..] else {
        panic!("PDAC and a quarter are made")
    };
    // What counts lacks some pairs and the draft others, so that claims go both ways.
    write(pdac, &without_every_third(pdac_bytes, 1));
    write("draft.csv", &without_every_third(pdac_bytes, 2));
    write(asp, asp_bytes);
    let shelf = &["--crosswalk", "shelf"][..];
    let made = &["--crosswalk", "shelf", "--by", "A. Coder", "--now", "2025-12-03T08:00:00Z"][..];
    let draft = &["draft.csv", "--list", "pdac", "--posted", "2025-11-05", "--accept-shrink"][..];
    claimgate(&[&["crosswalk", "import", pdac, asp], made]);
    claimgate(&[&["crosswalk", "activate", "pdac", "asp"], made]);
    claimgate(&[&["process", "in.837", "--facts", "--out", "runs", "-q"], shelf, &made[4..]]);
    claimgate(&[&["crosswalk", "import"], draft, made]);
    let preview = ["crosswalk", "preview", "pdac-2025-11-05", "--facts", "runs", "--html", "preview.html"];
    claimgate(&[&preview, shelf]);
    let coverage = ["crosswalk", "coverage", "--facts", "runs", "--html", "coverage.html"];
    claimgate(&[&coverage, shelf, &made[4..]]);
    ["preview.html", "coverage.html"].map(|name| folder.join(name))
}

/// Leaves every third row out of a list whose header is its first line, from row `first` on.
fn without_every_third(list: &[u8], first: usize) -> Vec<u8> {
    let rows = list.split_inclusive(|&byte| byte == b'\n').enumerate();
    rows.filter(|(index, _)| *index == 0 || index % 3 != first).flat_map(|(_, row)| row.to_vec()).collect()
}

#[test]
fn reports_are_readable_on_screens_and_on_paper() {
    if let Some(missing) = missing() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: {missing}");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut reports = vec![report_of_sample(&folder.path().join("sample")), long_report(folder.path())];
    reports.extend(desk_pages(folder.path()));
    let long = fs::read_to_string(&reports[1]).expect("the long report is one page");
    assert_eq!(long.matches("<article class=\"claim\"").count(), LONG as usize);
    let mut arguments = vec!["check.mjs"];
    arguments
        .extend(reports.iter().map(|report| report.to_str().expect("a temporary folder has a plain name")));
    run("node", &arguments, &Path::new(ROOT).join("tests/browser"), 0);
}
