//! `claimgate process` on the command line: every exit code by a real cause, filters, folders, several inputs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").canonicalize().unwrap()
}

/// The program with the lists of the samples.
fn process(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command.arg("process").args(arguments);
    command.arg("--pdac").arg(samples().join("crosswalks/2025-10-05XWalk.csv"));
    command.arg("--asp").arg(samples().join("crosswalks/asp-2025q4.csv"));
    command.args(["--now", "2025-11-03T08:00:00Z"]);
    command
}

fn story(name: &str) -> String {
    samples().join(name).join("in.837").display().to_string()
}

fn ended(command: &mut Command) -> (i32, String) {
    let Output { status, stderr, .. } = command.output().unwrap();
    (status.code().unwrap(), String::from_utf8(stderr).unwrap())
}

/// Checks how a run ends, and that its words on standard error hold each of `words`.
#[track_caller]
fn check(command: &mut Command, code: i32, words: &[&str]) {
    let (found, talk) = ended(command);
    assert_eq!(found, code, "{talk}");
    for word in words {
        assert!(talk.contains(word), "{word:?} is not in:\n{talk}");
    }
}

#[test]
fn rejections_are_a_normal_result_unless_the_caller_asks() {
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("out").display().to_string();
    let one = story("one-of-two");
    check(&mut process(&[&one, "--out", &out]), 0, &["rejected          1            113.50", "NDC050"]);
    check(&mut process(&[&one, "--out", &out, "--replace", "--fail-on", "reject"]), 3, &[]);
    check(&mut process(&[&one, "--out", &out, "--replace", "--fail-on", "held"]), 0, &[]);
    let held = story("quarter-not-loaded");
    check(&mut process(&[&held, "--out", &out, "--replace"]), 0, &["Held claims wait for a list"]);
    check(&mut process(&[&held, "--out", &out, "--replace", "--fail-on", "held"]), 7, &[]);
    check(&mut process(&[&held, "--out", &out, "--replace", "--fail-on", "held,reject"]), 3, &[]);
    check(&mut process(&[&story("many-interchanges"), "--out", &out, "--replace"]), 4, &["X12340"]);
}

#[test]
fn wrong_usage_is_told_before_anything_is_read() {
    let out = tempfile::tempdir().unwrap();
    let taken = out.path().join("in");
    fs::create_dir(&taken).unwrap();
    let folder = out.path().display().to_string();
    let one = story("one-of-two");
    check(&mut process(&[&one]), 2, &["nothing says where the outputs go", "hint: "]);
    check(&mut process(&[&one, "--out", &folder]), 2, &["exists", "--replace"]);
    check(
        &mut process(&[&one, &story("portal"), "--out", &folder, "--replace"]),
        2,
        &["would share the folder in"],
    );
    check(&mut process(&[&one, "--out", &folder, "--chanel", "portal"]), 2, &["--channel"]);
    check(&mut process(&["--out", &folder]), 2, &["no input is named"]);
    let mut without_lists = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    check(
        without_lists.args(["process", &one, "--out", &folder, "--replace"]),
        2,
        &["no crosswalk is named"],
    );
    let no_list = samples().join("one-of-two/README.md").display().to_string();
    let mut wrong_list = process(&[&one, "--out", &folder, "--replace", "--local", &no_list]);
    check(&mut wrong_list, 2, &["README.md: ", "hint: "]);
    assert_eq!(fs::read_dir(&taken).unwrap().count(), 0, "nothing was written");
}

#[test]
fn what_cannot_be_read_is_told_and_the_others_finish() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let whole = fs::read(story("one-of-two")).unwrap();
    fs::write(path("whole.837"), &whole).unwrap();
    fs::write(path("empty.837"), "").unwrap();
    fs::write(path("text.837"), "hello").unwrap();
    fs::write(path("cut.837"), &whole[..whole.len() - 10]).unwrap();
    let wide: Vec<u8> = whole.iter().flat_map(|&byte| [byte, 0]).collect();
    fs::write(path("wide.837"), wide).unwrap();
    let out = path("out");
    for (name, words) in [
        ("empty.837", "X12010"),
        ("text.837", "X12010"),
        ("wide.837", "X12020"),
        ("missing.837", "missing.837"),
    ] {
        check(&mut process(&[&path(name), "--out", &out]), 5, &[words]);
    }
    check(&mut process(&[&path("cut.837"), "--out", &out]), 5, &["refused           2"]);
    assert!(folder.path().join("out/cut/refused.837").is_file());
    assert!(!folder.path().join("out/cut/accepted.837").exists(), "nothing of it is passed on");
    let all = ["whole.837", "empty.837", "text.837"].map(path);
    check(&mut process(&[&all[0], &all[1], &all[2], "--out", &out]), 5, &["whole.837: 2 claims"]);
    let summary: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("out/summary.json")).unwrap()).unwrap();
    assert_eq!(summary["claims"]["received"], 2);
    let unfinished: Vec<_> = fs::read_dir(folder.path().join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(unfinished.is_empty(), "{unfinished:?}");
}

#[test]
fn an_input_that_is_too_large_is_read_no_further() {
    let max = |mut command: Command| {
        command.env("CLAIMGATE_LIMITS__FILE_BYTES_MAX", "1000");
        command
    };
    let out = tempfile::tempdir().unwrap();
    let one = story("one-of-two");
    let words = [
        &format!("cannot read {one}: it is larger than 1000 bytes"),
        "hint: send it in parts, or raise limits.file_bytes_max",
    ];
    check(&mut max(process(&[&one, "--out", &out.path().display().to_string()])), 5, &words);
    let inspect = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    check(max(inspect).args(["inspect", &one]), 5, &words);

    let mut command = max(process(&["-", "-q"]));
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(&fs::read(one).unwrap()).unwrap();
    // The pipe is still open, and more could come.
    let output = child.wait_with_output().unwrap();
    drop(pipe);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(5), 0));
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(talk.starts_with("error: cannot read standard input: it is larger than 1000 bytes\n"), "{talk}");
}

#[test]
fn a_full_disk_is_to_be_tried_later_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(&disk).output();
    if !mounted.is_ok_and(|mounted| mounted.status.success()) {
        let _ = writeln!(std::io::stderr(), "SKIPPED: no small file system can be mounted here");
        return;
    }
    let lists = generator::lists(1, 400, 300, 1);
    let plan = generator::Plan { claims: 4_000, bad: 1.0, ..generator::Plan::default() };
    let mut file = Vec::new();
    generator::write_batch(&plan, &lists, &mut file).unwrap();
    let input = folder.path().join("in.837");
    fs::write(&input, file).unwrap();
    let out = disk.join("out").display().to_string();
    let (code, talk) = ended(&mut process(&[&input.display().to_string(), "--out", &out]));
    let left: Vec<_> = fs::read_dir(disk.join("out")).unwrap().collect();
    assert!(Command::new("umount").arg(&disk).status().unwrap().success());
    assert_eq!(code, 75, "{talk}");
    assert!(talk.contains("hint: free some space"), "{talk}");
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_filter_passes_accepted_claims_on() {
    let input = fs::read(story("dependents")).unwrap();
    let mut command = process(&["-", "-q", "--threads", "2"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    assert!(output.stdout == fs::read(samples().join("dependents/expected/accepted.837")).unwrap());
}

#[test]
fn every_output_can_go_to_standard_output() {
    for (emit, file) in [
        ("results", "results.ndjson"),
        ("accepted", "accepted.837"),
        ("rejected", "rejected.837"),
        ("brr-json", "brr.json"),
        ("brr-csv", "brr.csv"),
        ("brr-txt", "brr.txt"),
        ("brr-html", "brr.html"),
        ("999", "999.edi"),
        ("824", "824.edi"),
    ] {
        let output = process(&[&story("dependents"), "-q", "--emit", emit]).output().unwrap();
        assert!(output.status.success());
        assert!(
            output.stdout == fs::read(samples().join("dependents/expected").join(file)).unwrap(),
            "{emit}"
        );
    }
    let held = process(&[&story("dependents"), "-q", "--emit", "held"]).output().unwrap();
    assert!(held.status.success() && held.stdout.is_empty(), "no claim is held");
}

#[test]
fn a_277ca_is_written_where_the_configuration_asks_for_it() {
    let command = |emit: &str| process(&[&story("dependents"), "-q", "--emit", emit]);
    let output = command("277ca").env("CLAIMGATE_CLAIM_ACK_277CA", "on").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.contains("\nST*277*0001*005010X214~\n"), "{text}");
    let ta1 = command("ta1").output().unwrap();
    assert!(ta1.status.success() && ta1.stdout.is_empty(), "nobody asked for a TA1, and nothing is wrong");
}

#[test]
fn what_is_left_out_cannot_be_emitted() {
    for (arguments, words) in [
        (
            &["--emit", "277ca"][..],
            "error: --emit 277ca wants an answer that is made only where the configuration asks for it\nhint: set CLAIMGATE_CLAIM_ACK_277CA=on, or claim_ack_277ca = \"on\" in the configuration\n",
        ),
        (
            &["--emit", "brr-csv", "--reports", "json,txt"],
            "error: --emit brr-csv wants a form that --reports or the configuration leaves out\nhint: name csv among the forms of --reports\n",
        ),
        (
            &["--emit", "results", "--results", "none"],
            "error: --emit results wants what --results or the configuration leaves out\nhint: choose --results findings or --results all\n",
        ),
    ] {
        let output = process(&[&[&*story("dependents"), "-q"][..], arguments].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(String::from_utf8_lossy(&output.stderr), words);
    }
}

#[test]
fn in_a_careful_shell_a_pipe_just_works() {
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_claimgate"));
    let lists = samples().join("crosswalks");
    let script = format!(
        "set -euo pipefail\nfind {samples} -name in.837 -path '*dependents*' -print0 > names\n\
         {program} process --files-from names -0 --out out --pdac {lists}/2025-10-05XWalk.csv --asp {lists}/asp-2025q4.csv -q\n\
         cat out/in/accepted.837 | {program} process - -q --pdac {lists}/2025-10-05XWalk.csv --asp {lists}/asp-2025q4.csv > again.837\n\
         cmp out/in/accepted.837 again.837\n",
        samples = samples().display(),
        program = program.display(),
        lists = lists.display()
    );
    let output = Command::new("bash").arg("-c").arg(script).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn an_earlier_folder_is_swapped_out_whole() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().display().to_string();
    check(&mut process(&[&story("one-of-two"), "--out", &folder, "--sync"]), 0, &[]);
    fs::write(out.path().join("in/old"), "").unwrap();
    check(&mut process(&[&story("dependents"), "--out", &folder, "--replace", "--sync"]), 0, &[]);
    assert!(!out.path().join("in/old").exists());
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 1);
}
