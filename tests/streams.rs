//! Standard output that is closed, full or left by its reader, and a folder of temporary files that is not there.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Commands that write to standard output, of every kind; they run in the folder of the samples.
const COMMANDS: [&str; 10] = [
    "--help",
    "explain NDC050",
    "config --json",
    "man process",
    "inspect dependents/in.837 --tree",
    "inspect dependents/in.837 --json",
    "crosswalk check crosswalks/local.csv",
    "check dependents/in.837 --now 2025-11-03T08:00:00Z --pdac crosswalks/2025-10-05XWalk.csv",
    "process dependents/in.837 -q --emit results --now 2025-11-03T08:00:00Z --pdac crosswalks/2025-10-05XWalk.csv",
    "explain dependents/expected/999.edi --against dependents/in.837",
];

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples")
}

/// The program with the arguments of `command`, and `redirection` as a shell writes it.
fn claimgate(command: &str, redirection: &str) -> Command {
    let mut shell = Command::new("bash");
    let program = env!("CARGO_BIN_EXE_claimgate");
    shell.arg("-c").arg(format!("exec {program} {command} {redirection}")).current_dir(samples());
    shell
}

fn ended(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8(output.stderr.clone()).unwrap())
}

#[test]
fn a_reader_that_goes_ends_every_command_in_one_way() {
    for command in COMMANDS {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = claimgate(command, "").stdout(writer).output().unwrap();
        assert_eq!(output.status.signal(), Some(13), "{command}: {:?}", output.status);
        assert_eq!(ended(&output).1, "", "{command}");
    }
}

#[test]
fn a_closed_standard_output_is_an_error() {
    for command in COMMANDS {
        let (code, words) = ended(&claimgate(command, ">&-").output().unwrap());
        assert_eq!(code, Some(2), "{command}: {words}");
        let expected = "error: standard output is closed\nhint: send it to a file, a pipe or /dev/null\n";
        assert_eq!(words, expected, "{command}");
    }
    // Where nothing goes to it, nobody asks for it; and to throw everything away is no error.
    let out = tempfile::tempdir().unwrap();
    let process = COMMANDS[8].replace("--emit results", &format!("--out {}", out.path().display()));
    for (command, redirection) in
        [(process.as_str(), ">&-"), (COMMANDS[0], "> /dev/null"), (COMMANDS[0], "1<> /dev/null")]
    {
        let (code, words) = ended(&claimgate(command, redirection).output().unwrap());
        assert_eq!((code, words.as_str()), (Some(0), ""), "{command} {redirection}");
    }
}

#[test]
fn a_full_standard_output_is_to_be_tried_later() {
    for command in COMMANDS {
        let (code, words) = ended(&claimgate(command, "> /dev/full").output().unwrap());
        assert_eq!(code, Some(75), "{command}: {words}");
        assert!(words.starts_with("error: cannot write to standard output: "), "{command}: {words}");
    }
}

#[test]
fn a_folder_of_temporary_files_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let input = std::fs::File::open(samples().join("dependents/in.837")).unwrap();
    for tmpdir in ["/nowhere/at/all", &file.display().to_string()] {
        for command in [
            "inspect dependents/in.837",
            "check dependents/in.837 --pdac crosswalks/2025-10-05XWalk.csv",
            "process - -q --pdac crosswalks/2025-10-05XWalk.csv",
        ] {
            let mut command = claimgate(command, "");
            let input = Stdio::from(input.try_clone().unwrap());
            let (code, words) = ended(&command.env("TMPDIR", tmpdir).stdin(input).output().unwrap());
            assert_eq!(code, Some(2), "{words}");
            assert!(words.contains(&format!("error: cannot make temporary files in {tmpdir}: ")), "{words}");
            assert!(
                words.ends_with("hint: set TMPDIR to a folder that is there and can be written to\n"),
                "{words}"
            );
        }
    }
    // With a folder of outputs that one is used.
    let process = format!(
        "process dependents/in.837 -q --now 2025-11-03T08:00:00Z --pdac crosswalks/2025-10-05XWalk.csv --out {}",
        folder.path().display()
    );
    let (code, words) = ended(&claimgate(&process, "").env("TMPDIR", "/nowhere").output().unwrap());
    assert_eq!((code, words.as_str()), (Some(0), ""));
}
