//! The configuration, the completions and the manual, as their users see them.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

/// Runs the program with nothing in the environment but `variables`; returns standard output, standard error and the exit code.
fn claimgate(args: &[&str], variables: &[(&str, &str)]) -> (String, String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .args(args)
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code())
}

/// Puts `text` into a configuration file, which lives as long as its folder.
fn file(text: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.toml");
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

/// Returns what `config --json` says, with `text` as the configuration file.
fn settings(text: &str, variables: &[(&str, &str)]) -> Value {
    let (_folder, path) = file(text);
    let (stdout, stderr, code) = claimgate(&["config", "--json", "--config", &path], variables);
    assert_eq!((stderr.as_str(), code), ("", Some(0)), "{text}");
    let text = stdout.replace(&path, "site.toml");
    serde_json::from_str(&text).unwrap()
}

/// Says how a configuration is refused, with the folder of the file left out of the words.
fn refusal(text: &str, variables: &[(&str, &str)]) -> String {
    let (folder, path) = file(text);
    let (stdout, stderr, code) = claimgate(&["config", "check", "--config", &path], variables);
    assert_eq!((stdout.as_str(), code), ("", Some(2)), "{text}");
    stderr.replace(&format!("{}/", folder.path().display()), "")
}

/// A value for each key that is not its default: as a file has it, as a variable has it, and as JSON.
fn others() -> Vec<(String, &'static str, &'static str, Value)> {
    let mut others: Vec<(String, &str, &str, Value)> = [
        ("profile", "\"strict\"", "strict", json!("strict")),
        ("service_date_rule", "\"both\"", "both", json!("both")),
        ("syntax_policy", "\"set\"", "set", json!("set")),
        ("not_otherwise_classified", "[\"J0001\", \"J0002\"]", "J0001,J0002", json!(["J0001", "J0002"])),
        (
            "exempt",
            "[\"J0001-J0009\", \"J0020\"]",
            "J0001-J0009, J0020",
            json!(["J0001-J0009", "J0020-J0020"]),
        ),
        ("channel", "\"portal\"", "portal", json!("portal")),
        ("results", "\"all\"", "all", json!("all")),
        ("reports", "[\"csv\", \"html\"]", "html,csv", json!(["html", "csv"])),
        ("claim_ack_277ca", "\"on\"", "on", json!("on")),
        ("facts", "\"on\"", "on", json!("on")),
        ("threads", "3", "3", json!(3)),
        ("crosswalk.folder", "\"/srv/kept lists\"", "/srv/kept lists", json!("/srv/kept lists")),
        ("crosswalk.shrink_percent_max", "25", "25", json!(25)),
        ("crosswalk.second_person", "\"on\"", "on", json!("on")),
        ("limits.segment_bytes_max", "1_000", "1000", json!(1000)),
        ("limits.elements_max", "0x20", "32", json!(32)),
        ("limits.claim_bytes_max", "5000", "5000", json!(5000)),
        ("limits.file_bytes_max", "70000", "70000", json!(70000)),
        ("station.folder", "\"/srv/station\"", "/srv/station", json!("/srv/station")),
        ("station.anchors", "\"/mnt/elsewhere\"", "/mnt/elsewhere", json!("/mnt/elsewhere")),
        ("station.metrics", "\"127.0.0.1:9837\"", "127.0.0.1:9837", json!("127.0.0.1:9837")),
        ("station.settle_seconds", "5", "5", json!(5)),
        ("station.incomplete_after_seconds", "60", "60", json!(60)),
        ("station.rescan_seconds", "7", "7", json!(7)),
        ("station.workers", "4", "4", json!(4)),
        ("station.deadline_seconds", "9", "9", json!(9)),
        ("station.worker_mebibytes_max", "512", "512", json!(512)),
        ("retention.archive_days", "365", "365", json!(365)),
        ("retention.quarantine_days", "730", "730", json!(730)),
        ("retention.outbound_days", "30", "30", json!(30)),
        ("retention.runs_days", "30", "30", json!(30)),
        ("retention.onward_days", "30", "30", json!(30)),
    ]
    .map(|(key, toml, variable, json)| (key.to_owned(), toml, variable, json))
    .to_vec();
    for about in edits::catalogue() {
        let other = if about.severity == edits::Severity::Off { "warn" } else { "off" };
        let quoted = if other == "off" { "\"off\"" } else { "\"warn\"" };
        others.push((format!("severities.{}", about.code), quoted, other, json!(other)));
    }
    others
}

#[test]
fn every_key_can_be_set_by_file_and_by_variable() {
    let defaults = settings("", &[]);
    let mut names: Vec<String> = others().into_iter().map(|(name, ..)| name).collect();
    names.sort();
    assert_eq!(defaults.as_object().unwrap().keys().cloned().collect::<Vec<_>>(), names);
    for (name, toml, variable, value) in others() {
        assert_eq!(defaults[&name]["origin"], "built in", "{name}");
        assert_ne!(defaults[&name]["value"], value, "{name}");
        let text = format!("{name} = {toml}\n[profiles.strict]");
        assert_eq!(settings(&text, &[])[&name], json!({"value": value, "origin": "site.toml:1"}), "{name}");
        let variable_name = format!("CLAIMGATE_{}", name.to_uppercase().replace('.', "__"));
        let expected = json!({"value": value, "origin": format!("environment {variable_name}")});
        let set = settings("[profiles.strict]", &[(&variable_name, variable)]);
        assert_eq!(set[&name], expected, "{name}");
    }
}

#[test]
fn the_environment_wins_over_the_file() {
    let text = "channel = \"portal\"\nthreads = 2\n[severities]\nNDC050 = \"hold\"";
    let set = settings(text, &[("CLAIMGATE_THREADS", "5"), ("CLAIMGATE_SEVERITIES__NDC050", "warn")]);
    assert_eq!(set["channel"], json!({"value": "portal", "origin": "site.toml:1"}));
    assert_eq!(set["threads"], json!({"value": 5, "origin": "environment CLAIMGATE_THREADS"}));
    assert_eq!(set["severities.NDC050"]["value"], "warn");
}

#[test]
fn no_reports_and_no_bound_are_words() {
    let set = settings("reports = \"none\"\n[limits]\nfile_bytes_max = \"none\"", &[]);
    assert_eq!(set["reports"]["value"], json!([]));
    assert_eq!(set["limits.file_bytes_max"]["value"], Value::Null);
    let variables = [("CLAIMGATE_REPORTS", "none"), ("CLAIMGATE_LIMITS__FILE_BYTES_MAX", "none")];
    let set = settings("reports = [\"csv\"]\nlimits.file_bytes_max = 5", &variables);
    assert_eq!(set["reports"]["value"], json!([]));
    assert_eq!(set["limits.file_bytes_max"]["value"], Value::Null);
}

#[test]
fn options_win_over_the_environment() {
    let sample = |name: &str| root().join("samples").join(name).to_str().unwrap().to_owned();
    let (input, pdac) = (sample("portal/in.837"), sample("crosswalks/2025-10-05XWalk.csv"));
    let asp = sample("crosswalks/asp-2025q4.csv");
    let run = |options: &[&str]| {
        let fixed = ["process", &input, "--pdac", &pdac, "--asp", &asp, "--emit", "summary", "--quiet"];
        let (stdout, stderr, code) =
            claimgate(&[&fixed, options].concat(), &[("CLAIMGATE_CHANNEL", "portal")]);
        assert_eq!((stderr.as_str(), code), ("", Some(0)));
        serde_json::from_str::<Value>(&stdout).unwrap()["claims"].clone()
    };
    assert_eq!(run(&["--channel", "portal"]), run(&[]));
    assert_ne!(run(&["--channel", "batch"]), run(&[]));
}

#[test]
fn a_profile_is_chosen_by_the_command_line_too() {
    let (_folder, path) = file("[profiles.strict.severities]\nNDC110 = \"reject\"");
    for args in [&["config", "--json"][..], &["config", "show", "--json"]] {
        let (stdout, ..) = claimgate(&[args, &["--config", &path, "--profile", "strict"]].concat(), &[]);
        let set: Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(set["profile"], json!({"value": "strict", "origin": "--profile"}));
        assert_eq!(set["severities.NDC110"]["value"], "reject");
    }
    let (_, stderr, code) = claimgate(&["config", "--config", &path, "--profile", "lax"], &[]);
    assert_eq!(code, Some(2));
    assert_eq!(
        stderr,
        "error: --profile: there is no profile lax\nhint: choose one of mainecare, strict, or describe it under [profiles.lax]\n"
    );
}

#[test]
fn what_is_shown_can_be_read_again() {
    for (name, toml, ..) in others() {
        let text = format!("{name} = {toml}\n[profiles.strict]");
        let (_folder, path) = file(&text);
        let (shown, ..) = claimgate(&["config", "show", "--origin", "--config", &path], &[]);
        let (_folder, path) = file(&shown);
        let (again, stderr, code) = claimgate(&["config", "--config", &path], &[]);
        assert_eq!((stderr.as_str(), code), ("", Some(0)), "{name}");
        let values = |text: &str| -> Vec<String> {
            text.lines().map(|line| line.split("  # ").next().unwrap().to_owned()).collect()
        };
        assert_eq!(values(&shown), values(&again), "{name}");
    }
}

/// Configurations that are wrong, with the line and the key that must be told.
const BROKEN: [(&str, usize, &str); 50] = [
    ("chanel = \"batch\"", 1, "unknown key chanel"),
    ("Channel = \"batch\"", 1, "unknown key Channel"),
    ("\n\nsegment_bytes_max = 70000", 3, "unknown key segment_bytes_max"),
    ("syntax = \"set\"", 1, "unknown key syntax"),
    ("[payer]\nexempt = []", 1, "unknown key payer"),
    ("[limits]\nsegment_bytes = 200", 2, "unknown key limits.segment_bytes"),
    ("[limits.more]\nelements_max = 20", 1, "unknown key limits.more"),
    ("[severities]\nNDC999 = \"warn\"", 2, "unknown key severities.NDC999"),
    ("[severities]\nndc110 = \"warn\"", 2, "unknown key severities.ndc110"),
    ("[profiles.a]\nexemt = []", 2, "unknown key exemt"),
    ("[profiles.a.severities]\nNDC11 = \"off\"", 2, "unknown key severities.NDC11"),
    ("channel = \"email\"", 1, "channel has"),
    ("channel = 5", 1, "channel has"),
    ("channel = [\"batch\"]", 1, "channel has"),
    ("channel = \"\"", 1, "channel has"),
    ("channel = true", 1, "channel has"),
    ("channel = {}", 1, "channel has"),
    ("results = \"some\"", 1, "results has"),
    ("results = false", 1, "results has"),
    ("reports = \"html\"", 1, "reports has"),
    ("reports = [\"docx\"]", 1, "reports has"),
    ("reports = [1]", 1, "reports has"),
    ("reports = [\"html\", \"docx\"]", 1, "reports has"),
    ("threads = -1", 1, "threads has"),
    ("threads = 1025", 1, "threads has"),
    ("threads = \"four\"", 1, "threads has"),
    ("threads = 1.5", 1, "threads has"),
    ("threads = 2025-10-01", 1, "threads has"),
    ("service_date_rule = \"first\"", 1, "service_date_rule has"),
    ("service_date_rule = \"From\"", 1, "service_date_rule has"),
    ("not_otherwise_classified = \"J3490\"", 1, "not_otherwise_classified has"),
    ("not_otherwise_classified = [\"J349\"]", 1, "not_otherwise_classified has"),
    ("not_otherwise_classified = [\n\"j3490\"]", 1, "not_otherwise_classified has"),
    ("exempt = [\"90756-90476\"]", 1, "exempt has"),
    ("exempt = [\"90476-\"]", 1, "exempt has"),
    ("exempt = [[\"90476\", \"90756\"]]", 1, "exempt has"),
    ("profile = \"no such\"", 1, "profile has"),
    ("profile = 1", 1, "profile has"),
    ("profile = \"strict\"", 1, "there is no profile strict"),
    ("[limits]\nsegment_bytes_max = 104", 2, "limits.segment_bytes_max has"),
    ("[limits]\nelements_max = 15", 2, "limits.elements_max has"),
    ("[limits]\nelements_max = 99999999999999999999", 2, "limits.elements_max has"),
    ("[limits]\nclaim_bytes_max = 0", 2, "limits.claim_bytes_max has"),
    ("[limits]\nfile_bytes_max = 0", 2, "limits.file_bytes_max has"),
    ("limits = 5", 1, "limits is a table"),
    ("[severities]\nNDC110 = \"error\"", 2, "severities.NDC110 has"),
    ("[profiles.a]\n\nchannel = \"batch\"", 3, "channel cannot be set in a profile"),
    ("profiles = 1", 1, "profiles is a table"),
    ("[profiles]\na = 1", 2, "profiles.a is a table"),
    ("threads = 1\nthreads = 2", 2, "duplicate key"),
];

#[test]
fn a_broken_configuration_is_refused_with_its_line_and_key() {
    for (text, line, words) in BROKEN {
        let said = refusal(text, &[]);
        let start = format!("error: site.toml:{line}: {words}");
        assert!(said.starts_with(&start), "{text}\n{said}");
        assert!(said.contains("\nhint: "), "{text}\n{said}");
    }
}

#[test]
fn check_tells_of_every_fault_and_other_commands_of_the_first() {
    let text = "threads = one\nchanel = 3\n\n[limits]\nelements_max = 5\nsegment_bytes = 200\n";
    let (folder, path) = file(text);
    let variables = [("CLAIMGATE_RESULTS", "some"), ("CLAIMGATE_THREDS", "5")];
    let first = "error: site.toml:1: string values must be quoted, expected literal string
hint: the file is written in TOML: key = value, words in quotes, tables in brackets";
    let others = "
error: site.toml:2: unknown key chanel
hint: did you mean channel? `claimgate config` lists them all
error: site.toml:5: limits.elements_max has a value that it does not take
hint: limits.elements_max takes a whole number from 16 through 1000000
error: site.toml:6: unknown key limits.segment_bytes
hint: did you mean limits.segment_bytes_max? `claimgate config` lists them all
error: CLAIMGATE_RESULTS has a value that it does not take
hint: CLAIMGATE_RESULTS takes one of all, findings, none
error: unknown variable CLAIMGATE_THREDS
hint: did you mean CLAIMGATE_THREADS? `claimgate config` lists them all
";
    assert_eq!(refusal(text, &variables), format!("{first}{others}"));
    let (_, stderr, code) = claimgate(&["config", "--config", &path], &variables);
    let stderr = stderr.replace(&format!("{}/", folder.path().display()), "");
    assert_eq!(code, Some(2));
    assert_eq!(stderr, format!("{first}; `claimgate config check` tells of all 6 faults\n"));
}

#[test]
fn a_profile_that_nobody_describes_is_told_beside_other_faults() {
    let said = refusal("profile = \"strict\"\nchanel = 3", &[]);
    assert!(said.contains("site.toml:2: unknown key chanel\n"), "{said}");
    assert!(said.contains("site.toml:1: there is no profile strict\n"), "{said}");
    // It may stand in what cannot be read.
    let said = refusal("profile = \"strict\"\n[profiles.strict", &[]);
    assert!(!said.contains("no profile"), "{said}");
}

#[test]
fn an_unknown_key_names_the_nearest() {
    assert_eq!(
        refusal("[limits]\nfile_byte_max = 5", &[]),
        "error: site.toml:2: unknown key limits.file_byte_max\nhint: did you mean limits.file_bytes_max? `claimgate config` lists them all\n"
    );
    assert_eq!(
        refusal("", &[("CLAIMGATE_SEVERITIES__NDC11", "warn")]),
        "error: unknown variable CLAIMGATE_SEVERITIES__NDC11\nhint: did you mean CLAIMGATE_SEVERITIES__NDC110? `claimgate config` lists them all\n"
    );
}

#[test]
fn a_wrong_variable_says_what_is_allowed() {
    assert_eq!(
        refusal("", &[("CLAIMGATE_THREADS", "many")]),
        "error: CLAIMGATE_THREADS has a value that it does not take\nhint: CLAIMGATE_THREADS takes a whole number from 0 through 1024\n"
    );
}

#[test]
fn completions_are_there_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (stdout, stderr, code) = claimgate(&["completions", shell], &[]);
        assert_eq!((stderr.as_str(), code), ("", Some(0)), "{shell}");
        for word in ["process", "completions", "pdac"] {
            assert!(stdout.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn the_manual_names_every_key_exit_code_and_variable() {
    let (page, stderr, code) = claimgate(&["man"], &[]);
    assert_eq!((stderr.as_str(), code), ("", Some(0)));
    for heading in ["NAME", "SYNOPSIS", "\"EXIT STATUS\"", "ENVIRONMENT", "FILES", "CONFIGURATION"] {
        assert!(page.contains(&format!(".SH {heading}\n")), "{heading}");
    }
    for (name, ..) in others().iter().filter(|(name, ..)| !name.starts_with("severities.")) {
        assert!(page.contains(&format!("\\fB{name}\\fR")), "{name}");
    }
    for word in ["severities.CODE", "/etc/claimgate/claimgate.toml", "CLAIMGATE_CHANNEL", "  75  try later"] {
        assert!(page.contains(word), "{word}");
    }
}

#[test]
fn every_command_has_a_page_of_the_manual() {
    for path in [&["process"][..], &["config"], &["config", "show"], &["man"], &["completions"]] {
        let (page, stderr, code) = claimgate(&[&["man"], path].concat(), &[]);
        assert_eq!((stderr.as_str(), code), ("", Some(0)), "{path:?}");
        let name = path.join("\\-");
        assert!(page.contains(&format!("claimgate\\-{name}")), "{path:?}");
        let title = format!(" 1 \" \" \"claimgate {}\" \"claimgate manual\"\n", env!("CARGO_PKG_VERSION"));
        assert!(page.contains(&title), "{path:?}: {page}");
        assert!(page.contains(".SH \"EXIT STATUS\""), "{path:?}");
    }
    let (stdout, stderr, code) = claimgate(&["man", "nonsense"], &[]);
    assert_eq!((stdout.as_str(), code), ("", Some(2)));
    assert!(stderr.starts_with("error: there is no command nonsense\nhint: choose one of process, "));
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
