//! Runs every transcript of the README and of the chapters about the station, and compares what comes of it, letter for letter.
//!
//! A block marked `console` holds commands behind `$ ` and, below each, all that it prints.
//! They run with bash in a copy of `samples/`, one after the other. `BLESS=1` writes the output anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Runs one command; returns all that it prints.
fn run(command: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_claimgate")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let both = format!("exec 2>&1\n{command}");
    let ended = Command::new("bash")
        .args(["-c", &both])
        .current_dir(folder)
        .envs([("PATH", path.as_str()), ("USER", "ann")])
        .output()
        .unwrap();
    String::from_utf8(ended.stdout).unwrap()
}

/// Returns a page with what its commands print in `folder`, each output made the same for every day and machine by `steady`.
fn transcribed(page: &str, folder: &Path, steady: impl Fn(&str) -> String) -> (String, usize) {
    let mut rewritten = String::new();
    let (mut commands, mut inside, mut skipping) = (0, false, false);
    for line in page.lines() {
        let fence = line.starts_with("```");
        if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            rewritten.push_str(line);
            rewritten.push('\n');
            rewritten.push_str(&steady(&run(command, folder)));
            commands += 1;
            skipping = true;
        } else if !skipping || fence {
            rewritten.push_str(line);
            rewritten.push('\n');
        }
        if fence {
            inside = line == "```console";
            skipping = false;
        }
    }
    (rewritten, commands)
}

/// Compares a page with what it should be, or writes it anew.
fn hold(name: &str, page: &str, rewritten: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(root().join(name), rewritten).unwrap();
    } else {
        assert!(rewritten == page, "{name} tells something else than this:\n{rewritten}");
    }
}

#[test]
fn every_transcript_is_true() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let samples = tempfile::tempdir().unwrap();
    copy(&root().join("samples"), samples.path());
    let (rewritten, commands) = transcribed(&readme, samples.path(), str::to_owned);
    assert!(commands >= 5);
    hold("README.md", &readme, &rewritten);
}

/// Chapters about the station; each goes on where the one before ends.
const CHAPTERS: [&str; 4] = ["administrator", "partner", "clearinghouse", "operator"];

#[test]
fn every_transcript_of_the_station_is_true() {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("samples"), &folder.path().join("samples"));
    let ids = RefCell::new(Vec::new());
    for chapter in CHAPTERS {
        let name = format!("docs/station/{chapter}.md");
        let page = fs::read_to_string(root().join(&name)).unwrap();
        let (rewritten, commands) =
            transcribed(&page, folder.path(), |text| steady(text, folder.path(), &mut ids.borrow_mut()));
        assert!(commands >= 3);
        hold(&name, &page, &rewritten);
    }
}

/// Puts made-up ids and moments in the place of those of today, and `/srv` in that of the folder.
///
/// The same id stands for the same submission in all chapters: `ids` are those that were seen, in turn.
fn steady(text: &str, folder: &Path, ids: &mut Vec<String>) -> String {
    let text = text.replace(&folder.display().to_string(), "/srv");
    let now = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
    let is_id = |word: &str| {
        word.len() == 26 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    let is_of_today = |word: &str| {
        let moment = chrono::DateTime::parse_from_rfc3339(word);
        moment.is_ok_and(|moment| moment.to_utc().signed_duration_since(now).num_days().abs() < 8)
    };
    let mut number_of = |id: &str| {
        let seen = ids.iter().position(|one| one == id);
        seen.unwrap_or_else(|| {
            ids.push(id.to_owned());
            ids.len() - 1
        }) + 1
    };
    let mut word = |word: &str| match word {
        id if is_id(id) => format!("01KAQ3V5T8{:016}", number_of(id)),
        moment if is_of_today(moment) => "2026-11-23T08:00:00Z".to_owned(),
        other => other.to_owned(),
    };
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == ':';
    let mut steady = String::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
        steady.push_str(&word(&rest[..end]));
        let next = rest[end..].find(is_of_word).map_or(rest.len(), |next| end + next);
        steady.push_str(&rest[end..next]);
        rest = &rest[next..];
    }
    steady
}
