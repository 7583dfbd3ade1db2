//! The report as workbook and PDF, in the programs that people open them with.
//!
//! Where such a program is not installed, the test says so in one line and passes: documents do not need it to be written.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use calamine::{Data, Reader, Xlsx, open_workbook};
use generator::{Fault, Plan};
use serde_json::Value;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Stories whose reports have something of everything.
const STORIES: [&str; 5] =
    ["many-interchanges", "ten-digits", "quarter-not-loaded", "portal", "ended-the-day-before"];

/// Returns whether `program` is there; says that a test is skipped if it is not.
fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        let _ = writeln!(std::io::stderr(), "SKIPPED: {program} is not installed");
    }
    found
}

/// Runs `program`, which must end well, and returns what it says.
fn said(program: &str, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = Command::new(program).args(arguments).output().unwrap();
    assert!(status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// The program on `file` with the lists of the samples.
fn process(file: &Path, arguments: &[&str]) -> Command {
    let lists = Path::new(ROOT).join("samples/crosswalks");
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command.arg("process").arg(file).args(["-q", "--now", "2025-11-03T08:00:00Z"]);
    command.arg("--pdac").arg(lists.join("2025-10-05XWalk.csv"));
    command.arg("--asp").arg(lists.join("asp-2025q4.csv")).args(arguments);
    command
}

fn story(name: &str) -> PathBuf {
    Path::new(ROOT).join("samples").join(name).join("in.837")
}

/// Runs `file`, and returns the folder of its outputs.
fn outputs(file: &Path, out: &Path, arguments: &[&str]) -> PathBuf {
    let out = out.to_str().unwrap();
    let output = process(file, arguments).args(["--out", out]).output().unwrap();
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 4)), "{code:?}: {}", String::from_utf8_lossy(&output.stderr));
    Path::new(out).join(file.file_stem().unwrap())
}

/// Runs the sample `name` on the channel and with the lists of its own command.
fn outputs_of_story(name: &str, out: &Path) -> PathBuf {
    let sample = Path::new(ROOT).join("samples").join(name);
    let words = fs::read_to_string(sample.join("command")).unwrap();
    let words = words.lines().next().unwrap().replace("--out out", "--reports json,txt,xlsx,pdf --out");
    let status = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .args(words.split_whitespace().chain([out.to_str().unwrap(), "-q"]))
        .current_dir(&sample)
        .status()
        .unwrap();
    assert!(matches!(status.code(), Some(0 | 4)), "{name}: {status}");
    out.join("in")
}

/// Returns every row of a sheet in a workbook, as text.
fn rows_of(workbook: &Path, sheet: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = open_workbook(workbook).unwrap();
    let formulas = book.worksheet_formula(sheet).unwrap();
    assert!(formulas.is_empty(), "{sheet} has formulas");
    let range = book.worksheet_range(sheet).unwrap();
    range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

/// Returns what LibreOffice reads in a sheet of a workbook, row by row.
fn rows_in_libreoffice(workbook: &Path, sheet: &str) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.path().display());
    let out = folder.path().join("csv");
    // Commas, quotes where needed, UTF-8, cells as shown, and every sheet in a file of its own.
    let filter = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1";
    let out = out.to_str().unwrap();
    let arguments =
        ["--headless", &profile, "--convert-to", filter, "--outdir", out, workbook.to_str().unwrap()];
    said("soffice", &arguments);
    let file = Path::new(out).join(format!("{}-{sheet}.csv", workbook.file_stem().unwrap().display()));
    rows_of_csv(&fs::read_to_string(&file).unwrap())
}

/// Parts comma-separated values into rows; quoted cells may hold commas, quotes and line ends.
fn rows_of_csv(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut is_quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let row = rows.last_mut().unwrap();
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                row.last_mut().unwrap().extend(letters.next());
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(String::new()),
            '\n' if !is_quoted => rows.push(vec![String::new()]),
            _ => row.last_mut().unwrap().push(letter),
        }
    }
    rows
}

/// Returns what stands below `title`.
fn column(rows: &[Vec<String>], title: &str) -> Vec<String> {
    let place = rows[0].iter().position(|header| header == title).unwrap();
    rows[1..].iter().filter_map(|row| row.get(place)).cloned().collect()
}

/// Writes a made-up file of `claims` claims, all of them rejected, and returns its outputs.
fn made_up(claims: u32, folder: &Path, reports: &str) -> PathBuf {
    let lists = generator::lists(1, 200, 100, 1);
    let plan = Plan { claims, bad: 1.0, faults: Fault::rejecting(), ..Plan::default() };
    let mut bytes = Vec::new();
    generator::write_batch(&plan, &lists, &mut bytes).unwrap();
    fs::write(folder.join("bad.837"), bytes).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command.args(["process", "bad.837", "-q", "--now", "2025-11-03T08:00:00Z", "--out", "out"]);
    for (option, (name, bytes)) in ["--pdac", "--asp"].iter().zip(lists.files()) {
        fs::write(folder.join(&name), bytes).unwrap();
        command.args([option, name.as_str()]);
    }
    assert!(command.args(["--reports", reports]).current_dir(folder).status().unwrap().success());
    folder.join("out/bad")
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Returns an NDC with blanks at either end made visible, as they are its fault.
fn shown_at_fault(ndc: &str) -> String {
    let middle = ndc.trim_matches(' ');
    let front = ndc.len() - ndc.trim_start_matches(' ').len();
    let back = ndc.len() - front - middle.len();
    ["␠".repeat(front), middle.to_owned(), "␠".repeat(back)].concat()
}

#[test]
fn every_ndc_comes_through_a_spreadsheet_as_it_was_sent() {
    let folder = tempfile::tempdir().unwrap();
    let out = made_up(300, folder.path(), "json,xlsx");
    let report = json(&out.join("brr.json"));
    let claims = report["rejected"].as_array().unwrap();
    let findings: Vec<&Value> =
        claims.iter().flat_map(|claim| claim["findings"].as_array().unwrap()).collect();
    let sent = |finding: &&Value| shown_at_fault(finding["ndc"].as_str().unwrap_or(""));
    let ndcs: Vec<String> = findings.iter().map(sent).collect();
    assert!(ndcs.iter().filter(|ndc| ndc.starts_with('0')).count() > 20, "{ndcs:?}");
    let workbook = out.join("brr.xlsx");
    assert_eq!(column(&rows_of(&workbook, "Findings"), "NDC as Sent"), ndcs);
    if has("soffice") {
        let rows = rows_in_libreoffice(&workbook, "Findings");
        assert_eq!(column(&rows, "NDC as Sent"), ndcs);
        let claims_of = |row: &Value| row["claim_id"].as_str().unwrap().to_owned();
        let ids: Vec<String> = claims.iter().map(claims_of).collect();
        assert_eq!(column(&rows_in_libreoffice(&workbook, "Claims"), "Claim Number"), ids);
    }
}

#[test]
fn what_looks_like_a_formula_is_text() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read_to_string(story("one-of-two")).unwrap();
    let has_office = has("soffice");
    for payload in ["=1+1", "+1", "-1+2", "@SUM(A1)", "=HYPERLINK(\"x\")", "=cmd|'/C calc'!A0", "0012", "1E5"]
    {
        let file = folder.path().join("in.837");
        fs::write(&file, whole.replace("OOT-2*", &format!("{payload}*")).replace("FENWICK", payload))
            .unwrap();
        let out = outputs(&file, &folder.path().join("out"), &["--reports", "xlsx", "--replace"]);
        let workbook = out.join("brr.xlsx");
        let rows = rows_of(&workbook, "Claims");
        assert_eq!(column(&rows, "Claim Number"), [payload]);
        assert_eq!(column(&rows, "Subscriber"), [format!("{payload}, AUGUST")]);
        if has_office {
            assert_eq!(column(&rows_in_libreoffice(&workbook, "Claims"), "Claim Number"), [payload]);
        }
    }
}

/// Returns `text` without blanks and line ends, in small letters.
fn dense(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[test]
fn the_pdf_says_all_that_the_text_says_and_in_its_order() {
    if !has("pdfinfo") {
        return;
    }
    for name in STORIES {
        let folder = tempfile::tempdir().unwrap();
        let out = outputs_of_story(name, folder.path());
        let pdf = out.join("brr.pdf");
        // The words by the tree of elements, as whoever does not see the pages has them.
        let tree = said("pdfinfo", &["-struct-text", pdf.to_str().unwrap()]);
        let texts = tree.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix('"'));
        let words = dense(&texts.collect::<String>());
        let text = fs::read_to_string(out.join("brr.txt")).unwrap();
        let mut place = 0;
        for line in text.lines().filter(|line| !line.starts_with(['=', '-'])) {
            // A table has it in columns.
            let line = line.replace("  release ", "  ").replace(", covers ", "  ");
            for words_of_text in line.split("  ").map(dense).filter(|words| !words.is_empty()) {
                let words_of_text = words_of_text.replace('␠', "<u+0020>");
                let found = words[place..].find(&words_of_text);
                let found =
                    found.unwrap_or_else(|| panic!("{name}: {words_of_text:?} of {line:?} is missing"));
                place += found + words_of_text.len();
            }
        }
    }
}

#[test]
fn the_pdf_is_tagged_numbered_and_sound() {
    let folder = tempfile::tempdir().unwrap();
    let out = made_up(40, folder.path(), "pdf");
    let pdf = out.join("brr.pdf").display().to_string();
    if has("pdfinfo") && has("pdftotext") {
        let info = said("pdfinfo", &[&pdf]);
        for line in
            ["Tagged:yes", "Title:BusinessRejectionReport:bad.837", "Author:claimgate", "Pagesize:612x792"]
        {
            assert!(info.lines().any(|found| found.replace(' ', "").starts_with(line)), "{line}: {info}");
        }
        let text = said("pdftotext", &[&pdf, "-"]);
        let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.is_empty()).collect();
        assert!(pages.len() > 10, "{}", pages.len());
        for (number, page) in (1..).zip(&pages) {
            assert!(page.contains(&format!("Page {number} of {}", pages.len())), "{page}");
        }
        let structure = said("pdfinfo", &["-struct", &pdf]);
        for element in ["H1", "H2", "H3", "H4", "Table", "TH", "TD"] {
            assert!(structure.lines().any(|line| line.trim_start().starts_with(element)), "{element}");
        }
    }
    if has("qpdf") {
        assert!(said("qpdf", &["--check", &pdf]).contains("No syntax or stream encoding errors found"));
    }
}

#[test]
fn documents_are_made_only_if_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = story("one-of-two");
    let forms = |arguments: &[&str]| {
        let out = outputs(&file, &folder.path().join("out"), arguments);
        let mut names: Vec<String> = fs::read_dir(&out)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with("brr"))
            .collect();
        names.sort();
        let summary = json(&out.join("summary.json"));
        let listed = summary["outputs"].as_array().unwrap().iter();
        let listed = listed.filter(|row| row["name"].as_str().unwrap().starts_with("brr")).count();
        assert_eq!(listed, names.len(), "the summary lists what there is");
        names.join(" ")
    };
    assert_eq!(forms(&["--replace"]), "brr.csv brr.html brr.json brr.txt");
    assert_eq!(forms(&["--replace", "--reports", "pdf,xlsx"]), "brr.pdf brr.xlsx");
    assert_eq!(forms(&["--replace", "--reports", "json,xlsx"]), "brr.json brr.xlsx");
    let emitted = process(&file, &["--reports", "xlsx", "--emit", "brr-xlsx"]).output().unwrap();
    assert!(emitted.status.success() && emitted.stdout.starts_with(b"PK"));
    let emitted = process(&file, &["--reports", "pdf", "--emit", "brr-pdf"]).output().unwrap();
    assert!(emitted.status.success() && emitted.stdout.starts_with(b"%PDF"));
    let refused = process(&file, &["--emit", "brr-pdf"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let clean = folder.path().join("clean.837");
    fs::write(&clean, fs::read_to_string(&file).unwrap().replace("J1885", "J1100")).unwrap();
    let nothing = outputs(&clean, &folder.path().join("clean"), &["--reports", "xlsx,pdf"]);
    assert!(!nothing.join("brr.xlsx").exists(), "there is nothing to report");
}

#[test]
fn the_same_run_gives_the_same_documents() {
    let hash = |threads: &str| {
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["--reports", "xlsx,pdf", "--threads", threads];
        let out = outputs(&story("ten-digits"), folder.path(), &arguments);
        json(&out.join("summary.json"))["run_hash"].as_str().unwrap().to_owned()
    };
    assert_eq!(hash("1"), hash("8"));
}
