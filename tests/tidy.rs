//! Keeps the house in order: which crate may lean on which, what the core must not touch, and how long things may grow.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use std::fs;
use std::path::{Path, PathBuf};

/// Each crate, and the crates of the house that it may lean on; what stands later may lean on what stands earlier, never the other way.
const HOUSE: [(&str, &[&str]); 16] = [
    ("x12", &[]),
    ("crosswalk", &[]),
    ("intake", &[]),
    ("releases", &["intake"]),
    ("facts", &[]),
    ("ledger", &[]),
    ("documents", &[]),
    ("generator", &[]),
    ("guides", &["x12"]),
    ("acknowledgements", &["guides", "x12"]),
    ("claims", &["guides", "x12"]),
    ("edits", &["claims", "guides", "crosswalk", "x12"]),
    ("responses", &["edits", "claims", "guides", "crosswalk", "x12"]),
    ("batch", &["responses", "edits", "claims", "crosswalk", "x12"]),
    ("stages", &["batch", "responses", "edits", "claims", "guides", "x12"]),
    (
        "cli",
        &[
            "batch",
            "responses",
            "edits",
            "claims",
            "crosswalk",
            "acknowledgements",
            "x12",
            "stages",
            "intake",
            "releases",
            "facts",
            "ledger",
            "documents",
        ],
    ),
];

/// Crates that know no file, socket, clock, environment or log.
const CORE: [&str; 8] =
    ["x12", "guides", "acknowledgements", "crosswalk", "claims", "edits", "responses", "batch"];

/// What the core must not touch.
const BANNED_FROM_CORE: [&str; 11] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "SystemTime",
    "Instant::now",
    "println!",
    "eprintln!",
    "tracing",
    "dbg!",
    "stdout()",
];

/// What stands nowhere, not in tests either.
const BANNED: [&str; 6] = ["TODO", "FIXME", "#[ignore", "#[should_panic", "unimplemented!(", SLEEP];

/// What only a bench may do, which watches another process.
const SLEEP: &str = "thread::sleep";

/// Files that may hold `unsafe` code: each does one thing that there is no safe way for, and says why it is sound.
const UNSAFE: [&str; 4] = [
    "crates/intake/src/map.rs",
    "crates/intake/src/lease.rs",
    "crates/intake/src/standard_output.rs",
    "benches/baseline.rs",
];

/// Longest file, in lines with its tests.
const FILE_LINES_MAX: usize = 500;

/// Files that may be longer, and why.
const LONG_FILES: [(&str, &str); 0] = [];

/// Longest function, in lines from its name to its last brace.
const FUNCTION_LINES_MAX: usize = 60;

/// Functions that may be longer, by file and name, and why.
const LONG_FUNCTIONS: [(&str, &str, &str); 0] = [];

/// A file of the project, with its path from the root.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// Returns the lines that are code, without comments and without tests, each with its number.
    fn code(&self) -> Vec<(usize, &str)> {
        let is_below = self.path.contains("/testing/");
        if is_below || ["/tests.rs", "/testing.rs"].iter().any(|name| self.path.ends_with(name)) {
            return Vec::new();
        }
        let mut code = Vec::new();
        let mut lines = (1..).zip(self.text.lines());
        while let Some((number, line)) = lines.next() {
            if line == "#[cfg(test)]" {
                // What is for tests alone ends with its first line, or where the brace stands at the margin again.
                if lines.next().is_some_and(|(_, line)| line.ends_with('{')) {
                    lines.find(|(_, line)| *line == "}");
                }
            } else if !line.trim_start().starts_with("//") {
                code.push((number, line));
            }
        }
        code
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns every file below `folder` whose name ends with one of `endings`, by path.
fn sources(folder: &str, endings: &[&str]) -> Vec<Source> {
    let root = root();
    let mut folders = vec![root.join(folder)];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && name != "node_modules" && !name.starts_with('.') {
                folders.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let from_root = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
                sources.push(Source { path: from_root, text });
            }
        }
    }
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    sources
}

/// Returns every source of the project but this one, which names what it bans.
fn rust() -> Vec<Source> {
    let mut all: Vec<Source> =
        ["crates", "tests", "benches"].iter().flat_map(|folder| sources(folder, &[".rs"])).collect();
    all.retain(|source| source.path != "tests/tidy.rs");
    assert!(all.len() > 50, "the sources were not found");
    all
}

/// Returns every source of one crate.
fn of_crate(name: &str) -> Vec<Source> {
    let found = sources(&format!("crates/{name}/src"), &[".rs"]);
    assert!(!found.is_empty(), "crate {name} has no sources");
    found
}

fn manifest(crate_name: &str) -> toml::Table {
    let path = root().join("crates").join(crate_name).join("Cargo.toml");
    fs::read_to_string(path).unwrap().parse().unwrap()
}

fn fail_if_any(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn no_arrow_points_upward() {
    let mut wrong = Vec::new();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some((_, allowed)) = HOUSE.iter().find(|(house, _)| *house == name) else {
            wrong.push(format!("{name} has no place in the table of the house"));
            continue;
        };
        let manifest = manifest(&name);
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
        for dependency in dependencies.into_iter().flat_map(toml::Table::keys) {
            let is_ours = HOUSE.iter().any(|(house, _)| house == dependency);
            if is_ours && !allowed.contains(&dependency.as_str()) {
                wrong.push(format!("{name} leans on {dependency}"));
            }
        }
    }
    fail_if_any("dependencies that the house does not allow", &wrong);
}

#[test]
fn the_table_of_the_house_has_no_ring() {
    for (place, (name, allowed)) in HOUSE.iter().enumerate() {
        for other in *allowed {
            assert!(HOUSE[..place].iter().any(|(earlier, _)| earlier == other), "{name} -> {other}");
        }
    }
}

#[test]
fn the_core_touches_nothing_of_the_world() {
    let mut wrong = Vec::new();
    for source in CORE.iter().flat_map(|name| of_crate(name)) {
        for (number, line) in source.code() {
            let banned = BANNED_FROM_CORE.iter().filter(|word| line.contains(**word));
            wrong.extend(banned.map(|word| format!("{}:{number}: {word}", source.path)));
        }
    }
    fail_if_any("the core knows no file, socket, clock, environment or log", &wrong);
}

#[test]
fn unsafe_code_stands_where_it_is_explained() {
    let forms = ["unsafe {", "unsafe(", "unsafe fn", "unsafe impl", "unsafe trait", "unsafe extern"];
    let mut wrong = Vec::new();
    for source in rust().iter().filter(|source| !UNSAFE.contains(&source.path.as_str())) {
        let lines = (1_usize..).zip(source.text.lines());
        let found = lines.filter(|(_, line)| forms.iter().any(|form| line.contains(form)));
        wrong.extend(found.map(|(number, _)| format!("{}:{number}", source.path)));
    }
    fail_if_any("unsafe code", &wrong);
    for (name, _) in HOUSE.iter().filter(|(name, _)| *name != "intake") {
        let forbids = |source: &Source| {
            let is_root = source.path.ends_with("/src/lib.rs") || source.path.ends_with("/src/main.rs");
            is_root && source.text.contains("\n#![forbid(unsafe_code)]\n")
        };
        assert!(of_crate(name).iter().any(forbids), "{name} does not forbid unsafe code");
    }
}

#[test]
fn every_rule_is_in_the_catalogue() {
    let mut wrong = not_in("crates/edits/src/rules", "pub static EDITS", &["mod", "testing"]);
    let no_rules = ["mod", "testing", "branch", "claim", "coordination"];
    wrong.extend(not_in("crates/edits/src/snip", "pub static SNIP", &no_rules));
    fail_if_any("rules that no claim is judged by", &wrong);
}

/// Returns the files of `folder` that the list which `catalogue` opens in its `mod.rs` does not name.
fn not_in(folder: &str, catalogue: &str, no_rules: &[&str]) -> Vec<String> {
    let rules = sources(folder, &[".rs"]);
    assert!(rules.len() > 10, "the rules were not found");
    let of_folder = rules.iter().find(|rule| rule.path.ends_with("/mod.rs")).unwrap();
    let named = of_folder.text.split_once(catalogue).unwrap().1.split_once("];").unwrap().0;
    let mut wrong = Vec::new();
    for rule in &rules {
        let name = rule.path.rsplit('/').next().unwrap().trim_end_matches(".rs");
        if !no_rules.contains(&name) && !named.contains(&format!("&{name}::")) {
            wrong.push(rule.path.clone());
        }
    }
    wrong
}

#[test]
fn every_test_and_bench_is_run() {
    let manifest = manifest("cli");
    let targets = ["test", "bench"].iter().flat_map(|kind| manifest[*kind].as_array().unwrap());
    let paths: Vec<&str> = targets.map(|target| target["path"].as_str().unwrap()).collect();
    let mut wrong = Vec::new();
    for folder in ["tests", "benches"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let is_source = Path::new(&name).extension().is_some_and(|extension| extension == "rs");
            if is_source && !paths.contains(&format!("../../{folder}/{name}").as_str()) {
                wrong.push(format!("{folder}/{name}"));
            }
        }
    }
    fail_if_any("files that no target of crates/cli names", &wrong);
}

#[test]
fn files_are_short() {
    let mut wrong = Vec::new();
    for source in rust() {
        let lines = source.text.lines().count();
        let is_allowed = LONG_FILES.iter().any(|(path, _)| *path == source.path);
        if FILE_LINES_MAX < lines && !is_allowed {
            wrong.push(format!("{}: {lines} lines", source.path));
        }
    }
    fail_if_any("look for the second thing that these files do", &wrong);
}

#[test]
fn functions_are_short() {
    let mut wrong = Vec::new();
    for source in rust() {
        for (name, number, lines) in functions(&source.text) {
            let is_allowed =
                LONG_FUNCTIONS.iter().any(|(path, function, _)| *path == source.path && *function == name);
            if FUNCTION_LINES_MAX < lines && !is_allowed {
                wrong.push(format!("{}:{number}: {name} has {lines} lines", source.path));
            }
        }
    }
    fail_if_any("long functions", &wrong);
}

/// Returns name, line and length of every function; the code is laid out by rustfmt, so a function ends where its indent comes back.
fn functions(text: &str) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut functions = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let declared = line.trim_start();
        let is_function =
            ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn ", "const fn ", "pub const fn "]
                .iter()
                .find_map(|start| declared.strip_prefix(start));
        let Some(rest) = is_function.filter(|_| !declared.ends_with(['}', ';'])) else { continue };
        let indent = &line[..line.len() - declared.len()];
        let is_end = |line: &&str| line.strip_prefix(indent) == Some("}");
        let length = lines[index..].iter().position(is_end).map_or(1, |length| length + 1);
        let name = rest.split(['(', '<']).next().unwrap_or(rest);
        functions.push((name.to_owned(), index + 1, length));
    }
    functions
}

#[test]
fn libraries_unwrap_nothing() {
    let mut wrong = Vec::new();
    for source in HOUSE.iter().flat_map(|(name, _)| of_crate(name)) {
        let found = source.code();
        let found = found.iter().filter(|(_, line)| line.contains(".unwrap()"));
        wrong.extend(found.map(|(number, _)| format!("{}:{number}", source.path)));
    }
    fail_if_any("unwrap outside of tests", &wrong);
}

#[test]
fn nothing_is_left_for_later_or_waits() {
    let mut wrong = Vec::new();
    for source in rust() {
        for (number, line) in (1_usize..).zip(source.text.lines()) {
            let is_bench = source.path.starts_with("benches/");
            let banned = BANNED.iter().filter(|word| line.contains(**word) && !(is_bench && **word == SLEEP));
            wrong.extend(banned.map(|word| format!("{}:{number}: {word}", source.path)));
        }
    }
    fail_if_any("words that stand nowhere", &wrong);
}

#[test]
fn nothing_names_a_place_on_one_machine() {
    let places = ["/work/", "/home/", "/root/", "C:\\Users"];
    let mut texts = rust();
    texts.extend(sources("samples", &[""]));
    texts.extend(sources("docs", &[""]));
    texts.extend(sources("", &[".md", ".toml", "Makefile"]));
    let mut wrong = Vec::new();
    for source in texts {
        let lines = (1_usize..).zip(source.text.lines());
        let found = lines.filter(|(_, line)| places.iter().any(|place| line.contains(place)));
        wrong.extend(found.map(|(number, _)| format!("{}:{number}", source.path)));
    }
    fail_if_any("paths of a machine", &wrong);
}

#[test]
fn code_and_functions_are_found() {
    let text = "//! std::fs\nfn one() {\n    two();\n}\n\n#[cfg(test)]\nmod tests {\n    fn three() {}\n}\nfn last() {\n}\n";
    let source = Source { path: "crates/x/src/lib.rs".to_owned(), text: text.to_owned() };
    let lines: Vec<usize> = source.code().iter().map(|(number, _)| *number).collect();
    assert_eq!(lines, [2, 3, 4, 5, 10, 11]);
    let expected = [("one".to_owned(), 2, 3), ("last".to_owned(), 10, 2)];
    assert_eq!(functions(text), expected);
}
