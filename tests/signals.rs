//! Runs that are ended from outside: what they leave, how they end, and what the next run makes of it.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").canonicalize().unwrap()
}

fn story(name: &str) -> Vec<u8> {
    fs::read(samples().join(name).join("in.837")).unwrap()
}

/// The arguments that process `input` with the lists of the samples.
fn process(input: &str, out: &Path) -> Vec<String> {
    let sample = |name: &str| samples().join(name).display().to_string();
    let (pdac, asp) = (sample("crosswalks/2025-10-05XWalk.csv"), sample("crosswalks/asp-2025q4.csv"));
    let out = out.display().to_string();
    ["process", input, "--quiet", "--pdac", &pdac, "--asp", &asp, "--out", &out].map(str::to_owned).to_vec()
}

/// Begins a run, with `before` in front of the program; returns once it builds its hidden folder.
///
/// The run reads from a pipe, so that it ends no sooner than the pipe.
fn begin(before: &[&str], out: &Path) -> Child {
    let known = hidden(out);
    let arguments = process("-", out);
    let command: Vec<&str> = before
        .iter()
        .copied()
        .chain([env!("CARGO_BIN_EXE_claimgate")])
        .chain(arguments.iter().map(String::as_str))
        .collect();
    let mut child = Command::new(command[0])
        .args(&command[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while hidden(out).iter().all(|name| known.contains(name)) {
        assert_eq!(child.try_wait().unwrap(), None, "it ended before it had a folder");
        std::thread::yield_now();
    }
    child
}

/// In front of a program: signals end it, even if the tests are run where they are ignored.
const AT_DEFAULT: [&str; 2] = ["env", "--default-signal=HUP,INT,TERM"];

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

/// Gives a run the rest of its input, and returns how it ended.
fn finish(mut child: Child, input: &[u8]) -> Output {
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The folders that are built, or that were left so.
fn hidden(out: &Path) -> Vec<String> {
    names(out)
        .into_iter()
        .filter(|name| name.starts_with(".claimgate-") && name.ends_with(".partial"))
        .collect()
}

#[test]
fn a_signal_ends_the_run_as_by_itself_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (signal, number) in [("HUP", 1), ("INT", 2), ("TERM", 15)] {
        let out = folder.path().join(signal);
        let mut child = begin(&AT_DEFAULT, &out);
        let pipe = child.stdin.take();
        send(signal, &child);
        let output = child.wait_with_output().unwrap();
        // The run did not wait for the end of its input.
        drop(pipe);
        assert_eq!(output.status.signal(), Some(number), "{signal}: {:?}", output.status);
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        assert_eq!(names(&out), [""; 0], "{signal}");
    }
}

#[test]
fn a_signal_amid_the_work_leaves_all_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let lists = generator::lists(1, 400, 300, 1);
    let plan = generator::Plan { claims: 8_000, bad: 0.5, ..generator::Plan::default() };
    let mut file = Vec::new();
    generator::write_batch(&plan, &lists, &mut file).unwrap();
    let input = folder.path().join("in.837");
    fs::write(&input, file).unwrap();
    for place in ["accepted.837", "results.ndjson", "brr.html"] {
        let out = folder.path().join(place);
        let arguments = process(&input.display().to_string(), &out);
        let mut child = Command::new(AT_DEFAULT[0])
            .args(&AT_DEFAULT[1..])
            .arg(env!("CARGO_BIN_EXE_claimgate"))
            .args(arguments)
            .spawn()
            .unwrap();
        let is_there = || hidden(&out).iter().any(|name| out.join(name).join(place).exists());
        while !is_there() && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        let ended = child.try_wait().unwrap();
        if ended.is_none() {
            send("TERM", &child);
        }
        let status = child.wait().unwrap();
        match status.code() {
            Some(code) => assert_eq!((code, names(&out)), (0, vec!["in".to_owned()])),
            // It may have been shown just before.
            None => assert!(names(&out).is_empty() || names(&out) == ["in"], "{place}: {:?}", names(&out)),
        }
        if out.join("in").exists() {
            assert!(out.join("in/summary.json").is_file(), "{place}");
        }
    }
}

#[test]
fn what_a_killed_run_leaves_goes_with_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut killed = begin(&[], &out);
    killed.kill().unwrap();
    assert_eq!(killed.wait().unwrap().signal(), Some(9));
    let left = hidden(&out);
    assert_eq!(left.len(), 1);
    let living = begin(&[], &out);
    assert!(!hidden(&out).contains(&left[0]));
    assert_eq!(hidden(&out).len(), 1);
    let output = finish(living, &story("one-of-two"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(names(&out), ["stdin"]);
}

#[test]
fn a_run_that_goes_on_is_left_alone_by_others() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let living = begin(&[], &out);
    for name in ["a.837", "b.837"] {
        let input = folder.path().join(name);
        fs::write(&input, story("dependents")).unwrap();
        let mut other = Command::new(env!("CARGO_BIN_EXE_claimgate"));
        let output = other.args(process(&input.display().to_string(), &out)).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(hidden(&out).len(), 1);
    let output = finish(living, &story("one-of-two"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(names(&out), ["a", "b", "stdin"]);
    assert_eq!(names(&out.join("stdin")).len(), 10);
}

#[test]
fn a_run_that_is_to_outlive_its_terminal_does() {
    let out = tempfile::tempdir().unwrap();
    let child = begin(&["nohup"], out.path());
    send("HUP", &child);
    let output = finish(child, &story("one-of-two"));
    assert!(output.status.success(), "{:?}", output.status);
    assert_eq!(names(out.path()), ["stdin"]);
}
