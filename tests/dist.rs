//! The files that a machine needs besides the program, as the programs see them that read them.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const SERVICES: [&str; 2] = ["claimgate.service", "claimgate-retention.service"];

fn dist(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist").join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(dist(name)).unwrap()
}

/// Runs a program that others publish; `None`, with words, where it is not there.
fn run(program: &str, arguments: &[&str]) -> Option<Output> {
    let ended = Command::new(program).args(arguments).output();
    if ended.is_err() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: {program} is not here");
    }
    ended.ok()
}

/// What a program said on both streams.
fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// The units in a folder of their own, with a program that is there, and their paths.
fn units() -> (TempDir, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let unit = |name: &str| {
        let path = folder.path().join(name);
        fs::write(&path, read(name).replace("/usr/local/bin/claimgate", "/bin/true")).unwrap();
        path.display().to_string()
    };
    let units = [&SERVICES[..], &["claimgate-retention.timer"]].concat();
    let paths = units.into_iter().map(unit).collect();
    (folder, paths)
}

#[test]
fn every_panel_asks_for_something() {
    let dashboard: serde_json::Value = serde_json::from_str(&read("claimgate.dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    assert!(5 < panels.len() && panels.iter().all(|panel| panel["targets"][0]["expr"].is_string()));
}

#[test]
fn every_rule_says_what_it_is_about_for_how_long_and_what_to_do() {
    let rules = read("claimgate.rules.yml");
    let count = |word: &str| rules.lines().filter(|line| line.trim_start().starts_with(word)).count();
    let alerts = count("- alert:");
    assert!(5 < alerts);
    for word in ["expr:", "for:", "severity:", "summary:", "description:"] {
        assert_eq!(count(word), alerts, "{word}");
    }
    assert!(!rules.contains('\t'));
    let path = dist("claimgate.rules.yml").display().to_string();
    let Some(checked) = run("promtool", &["check", "rules", &path]) else { return };
    assert!(checked.status.success(), "{}", said(&checked));
    assert!(said(&checked).contains(&format!("SUCCESS: {alerts} rules found")), "{}", said(&checked));
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    let (_folder, paths) = units();
    let arguments: Vec<&str> =
        ["verify", "--man=no"].into_iter().chain(paths.iter().map(String::as_str)).collect();
    let Some(verified) = run("systemd-analyze", &arguments) else { return };
    let said = said(&verified);
    assert!(!said.lines().any(|line| line.contains("claimgate")), "{said}");
}

#[test]
fn services_are_shut_in() {
    let (_folder, paths) = units();
    for path in &paths[..SERVICES.len()] {
        // Exposure goes from 0 to 100, and up to 40 is called OK. Source: systemd-analyze(1), security.
        let arguments = ["security", "--offline=yes", "--no-pager", "--threshold=25", path];
        let Some(analyzed) = run("systemd-analyze", &arguments) else { return };
        assert!(analyzed.status.success(), "{}", said(&analyzed));
    }
}
