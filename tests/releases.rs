//! Kept releases of the crosswalks, through the binary: brought, compared, made to count, taken back, asked of a past day.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use tempfile::TempDir;

#[path = "releases/broken.rs"]
mod broken;

use broken::BROKEN;

const NOW: &str = "2025-11-03T08:00:00Z";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn list(name: &str) -> String {
    root().join("samples/crosswalks").join(name).display().to_string()
}

/// A folder with a shelf and whatever a test puts beside it.
struct Site {
    folder: TempDir,
}

impl Site {
    fn new() -> Site {
        Site { folder: tempfile::tempdir().unwrap() }
    }

    /// A shelf with the lists of the samples: PDAC and ASP count, the local list is a draft.
    fn with_lists() -> Site {
        let site = Site::new();
        let lists = ["2025-10-05XWalk.csv", "asp-2025q4.csv", "local.csv"].map(list);
        let lists = lists.each_ref().map(String::as_str);
        site.does(&[&["import", "--by", "A. Coder"], &lists[..]].concat());
        site.does(&["activate", "pdac-2025-10-05", "asp-2025Q4"]);
        site
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        fs::write(self.folder.path().join(name), bytes).unwrap();
        self.path(name)
    }

    /// Runs `claimgate crosswalk`; returns exit code, standard output and standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        self.claimgate(&[&["crosswalk"], arguments].concat())
    }

    fn claimgate(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
        command.args(arguments).args(["--crosswalk", &self.path("shelf")]);
        let timeless = ["list", "diff", "export", "lookup"];
        if arguments.get(1).is_none_or(|verb| !timeless.contains(verb)) {
            command.args(["--now", NOW]);
        }
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    }

    /// Does the same for what has to succeed, and returns standard output.
    #[track_caller]
    fn does(&self, arguments: &[&str]) -> String {
        let (code, out, error) = self.run(arguments);
        assert_eq!(code, 0, "{arguments:?}: {error}");
        out
    }

    fn kept(&self) -> Value {
        serde_json::from_str(&self.does(&["list", "--json"])).unwrap()
    }

    fn snapshot(&self) -> String {
        self.kept()["snapshot"].as_str().unwrap().to_owned()
    }

    /// Each release with its state.
    fn states(&self) -> Vec<(String, String)> {
        let kept = self.kept();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let releases = kept["releases"].as_array().unwrap().iter();
        releases.map(|release| (text(&release["list"]), text(&release["state"]))).collect()
    }

    /// Processes a claim whose drug only the local list knows; returns the summary.
    fn process(&self, out: &str, more: &[&str]) -> Value {
        let claim = fs::read_to_string(root().join("samples/one-of-two/in.837")).unwrap();
        let (before, line) = claim.rsplit_once("HC:J1885").unwrap();
        let claim = format!("{before}HC:J0897{}", line.replace("00641036725", "99501021005"));
        let input = self.write(&format!("{out}.837"), claim.as_bytes());
        let place = self.path(out);
        let arguments = [&["process", &input, "--out", &place, "--quiet", "--replace"], more].concat();
        let (code, _, error) = self.claimgate(&arguments);
        assert_eq!(code, 0, "{error}");
        let summary = fs::read(self.folder.path().join(out).join(out).join("summary.json")).unwrap();
        serde_json::from_slice(&summary).unwrap()
    }
}

fn rejected(summary: &Value) -> u64 {
    summary["claims"]["rejected"].as_u64().unwrap()
}

fn snapshot_of(summary: &Value) -> String {
    summary["crosswalk"]["snapshot"].as_str().unwrap().to_owned()
}

#[test]
fn releases_are_drafts_then_count_then_are_retired() {
    let site = Site::with_lists();
    let (asp, local, pdac) = ("asp".to_owned(), "local".to_owned(), "pdac".to_owned());
    let state = |text: &str| text.to_owned();
    let there = [(asp.clone(), "active"), (local.clone(), "draft"), (pdac.clone(), "active")];
    assert_eq!(site.states(), there.map(|(list, word)| (list, state(word))));
    // The restated quarter replaces the quarter, and nothing else.
    let restated = fs::read(list("asp-2025q4.csv")).unwrap();
    let restated = [&restated[..], b"J7608,99101-0001-01\r\n"].concat();
    let restated = site.write("restated.csv", &restated);
    let words = site.does(&["import", &restated, "--posted", "2025-11-01"]);
    assert!(words.contains("draft"), "{words}");
    let diff = site.does(&["diff", "active", &id_of(&words)]);
    assert!(diff.contains("CMS ASP crosswalk: 1 added"), "{diff}");
    site.does(&["activate", &id_of(&words)]);
    let states: Vec<String> = site.states().into_iter().map(|(_, state)| state).collect();
    assert_eq!(states.iter().filter(|state| *state == "active").count(), 2);
    assert_eq!(states.iter().filter(|state| *state == "retired").count(), 1);
    // Taking it back is one command, and can be done as often as there are switches.
    site.does(&["rollback"]);
    let (code, _, error) = site.run(&["rollback"]);
    assert_eq!((code, error.contains("no switch to take back")), (2, true), "{error}");
}

/// Returns the id that `import` has told.
fn id_of(words: &str) -> String {
    let line = words.lines().nth(1).unwrap();
    line.split_whitespace().nth(1).unwrap().to_owned()
}

#[test]
fn a_file_is_kept_as_it_came_and_once() {
    let site = Site::with_lists();
    let pdac = fs::read(list("2025-10-05XWalk.csv")).unwrap();
    let kept = site.kept();
    let release = &kept["releases"][2];
    assert_eq!(release["imported_by"], "A. Coder");
    assert_eq!(release["imported_at"], NOW);
    assert_eq!(release["covers_through"], "2025-11-30");
    let file = site.folder.path().join("shelf/files").join(release["sha256"].as_str().unwrap());
    assert_eq!(fs::read(&file).unwrap(), pdac);
    let again = site.does(&["import", &list("2025-10-05XWalk.csv")]);
    assert!(again.contains("these very bytes are kept already"), "{again}");
    assert_eq!(site.kept(), kept);
    // A list that was changed on disk judges nothing.
    fs::write(&file, [&pdac[..], b" "].concat()).unwrap();
    let (code, _, error) = site.run(&["export"]);
    assert_eq!((code, error.contains("SHA-256 differs")), (2, true), "{error}");
}

#[test]
fn two_people_agree_where_the_profile_demands_it() {
    let site = Site::with_lists();
    let config = site.write("two.toml", b"[crosswalk]\nsecond_person = \"on\"\n");
    let local = ["activate", "local", "--by", "A. Coder", "--config", &config];
    let before = site.snapshot();
    for (second, words) in
        [("", "a second person has to agree"), ("a. coder", "the second person is the first")]
    {
        let (code, _, error) = site.run(&[&local[..], &["--second", second]].concat());
        assert_eq!((code, error.contains(words)), (2, true), "{error}");
    }
    assert_eq!(site.snapshot(), before);
    site.does(&[&local[..], &["--second", "B. Auditor"]].concat());
    assert_eq!(site.kept()["switches"][1]["second"], "B. Auditor");
}

#[test]
fn a_past_snapshot_judges_as_it_did() {
    let site = Site::with_lists();
    let old = site.process("old", &[]);
    site.does(&["activate", "local"]);
    let new = site.process("new", &[]);
    assert_eq!((rejected(&old), rejected(&new)), (1, 0));
    assert_ne!(snapshot_of(&old), snapshot_of(&new));
    let then = site.process("then", &["--as-of", &snapshot_of(&old)[..12]]);
    assert_eq!(snapshot_of(&then), snapshot_of(&old));
    assert_eq!(rejected(&then), 1);
    let again = site.process("old", &["--as-of", &snapshot_of(&old)]);
    assert_eq!(again["run_hash"], old["run_hash"]);
    for (wrong, words) in [("abc", "at least four digits"), ("00000000", "was ever in force")] {
        let (code, _, error) = site.run(&["export", "--as-of", wrong]);
        assert_eq!((code, error.contains(words)), (2, true), "{error}");
    }
}

#[test]
fn broken_files_are_refused_with_words() {
    let site = Site::with_lists();
    let before = site.kept();
    let mut cases = 0;
    for broken in BROKEN {
        let bytes = (broken.bytes)();
        let file = site.write(broken.name, &bytes);
        let (code, _, error) = site.run(&[&["import", &file], broken.options].concat());
        println!("{}: {error}", broken.case);
        assert_eq!(code, 2, "{}: {error}", broken.case);
        assert!(error.contains(broken.words), "{}: {error}", broken.case);
        assert!(error.contains("hint: "), "{}: {error}", broken.case);
        cases += 1;
    }
    assert_eq!(site.kept(), before, "nothing of them is kept");
    println!("{cases} broken files refused");
    assert!(30 <= cases);
}

#[test]
fn of_several_files_all_are_kept_or_none() {
    let site = Site::new();
    let [pdac, asp] = ["2025-10-05XWalk.csv", "asp-2025q4.csv"].map(list);
    let torn = site.write("torn.csv", b"<html>not found</html>");
    for files in [[&pdac, &asp, &torn], [&pdac, &torn, &asp], [&torn, &pdac, &asp]] {
        let (code, out, error) = site.run(&["import", files[0], files[1], files[2]]);
        assert_eq!((code, out.as_str()), (2, ""), "{error}");
        assert!(error.contains("torn.csv: "), "{error}");
        assert!(error.ends_with("; none of the 3 files is kept\n"), "{error}");
        assert_eq!(site.kept()["releases"].as_array().map_or(0, Vec::len), 0);
    }
    // A file that is named twice is kept once.
    let words = site.does(&["import", &pdac, &asp, &pdac]);
    assert_eq!(
        (words.matches(": kept in ").count(), words.matches("kept already").count()),
        (2, 1),
        "{words}"
    );
    assert_eq!(site.kept()["releases"].as_array().unwrap().len(), 2);
}

#[test]
fn a_list_that_shrank_is_kept_if_somebody_says_so() {
    let site = Site::with_lists();
    let whole = fs::read_to_string(list("2025-10-05XWalk.csv")).unwrap();
    let short: Vec<&str> = whole.lines().take(40).collect();
    let short = site.write("2025-11-05XWalk.csv", format!("{}\n", short.join("\n")).as_bytes());
    let now = ["--now", "2025-11-06T08:00:00Z"];
    let import = |more: &[&str]| {
        let arguments = [&["crosswalk", "import", &short], &now[..], more].concat();
        let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
        command.args(arguments).args(["--crosswalk", &site.path("shelf"), "--by", "A. Coder"]);
        let output = command.output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, error) = import(&[]);
    assert_eq!((code, error.contains("pairs of 2025-10-05")), (2, true), "{error}");
    assert_eq!(import(&["--accept-shrink"]).0, 0);
    let kept = site.kept();
    let overruled = kept["releases"].as_array().unwrap().iter().filter_map(|one| one["overruled"].get(0));
    assert!(overruled.count() == 1, "{kept}");
}

/// One hand switches to and fro while others judge: every run is of one snapshot, whole.
#[test]
fn switching_under_load_never_mixes_snapshots() {
    const SWITCHES: usize = 200;
    let site = Site::with_lists();
    let without = site.snapshot();
    site.does(&["activate", "local"]);
    let with = site.snapshot();
    let done = AtomicBool::new(false);
    let runs: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|worker| {
                let (site, done, with, without) = (&site, &done, &with, &without);
                scope.spawn(move || {
                    let mut runs = 0;
                    while !done.load(Ordering::Relaxed) || runs == 0 {
                        let summary = site.process(&format!("load{worker}"), &[]);
                        let expected = u64::from(snapshot_of(&summary) != *with);
                        assert!([with, without].contains(&&snapshot_of(&summary)));
                        assert_eq!(rejected(&summary), expected, "a run mixed snapshots");
                        runs += 1;
                    }
                    runs
                })
            })
            .collect();
        for number in 0..SWITCHES {
            site.does(if number % 2 == 0 { &["rollback"] } else { &["activate", "local"] });
        }
        done.store(true, Ordering::Relaxed);
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    println!("{SWITCHES} switches under {runs} runs");
    assert_eq!(site.kept()["switches"].as_array().unwrap().len(), SWITCHES + 2);
}

#[test]
fn coverage_and_export_show_what_counts() {
    let site = Site::with_lists();
    let page = site.path("coverage.html");
    let words = site.does(&["coverage", "--html", &page]);
    assert!(words.contains("Can be judged 2025-10-01 through 2025-11-30"), "{words}");
    assert!(
        words.lines().any(|line| line.starts_with("Can be judged") && line.ends_with(" . # # .  . . .")),
        "{words}"
    );
    // Nothing of the page comes from anywhere else.
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.contains("2025-10-01 through 2025-11-30") && !html.contains("http"), "{html}");
    let row: Value = serde_json::from_str(&site.does(&["coverage", "--json"])).unwrap();
    assert_eq!(row["can_be_judged"][0]["through"], "2025-11-30");
    let export = site.does(&["export"]);
    assert_eq!(export.lines().count() as u64, 1 + 67 + 6934);
    assert!(export.lines().nth(1).unwrap().starts_with("asp,2025Q4,asp-2025q4.csv,"), "{export:.200}");
    let diff = site.does(&["diff", "active", "local", "--csv"]);
    assert!(diff.contains("local,added,J0897,99501-0210-05,,2025-09-01..2026-08-31"), "{diff}");
    let json: Value = serde_json::from_str(&site.does(&["diff", "active", "local", "--json"])).unwrap();
    assert_eq!(json["changes"].as_array().unwrap().len(), 3);
}

#[test]
fn without_a_store_nothing_is_judged() {
    let site = Site::new();
    let (code, _, error) = site.run(&["export"]);
    assert_eq!((code, error.contains("no release counts")), (2, true), "{error}");
    let (code, _, error) = site.run(&["export", "--pdac", &list("2025-10-05XWalk.csv")]);
    assert_eq!((code, error.contains("cannot be used with")), (2, true), "{error}");
}

#[test]
fn records_that_were_changed_judge_nothing() {
    let changes: [(&str, &str, &str, &str); 3] = [
        (
            "switches/000001.json",
            "\"pdac-2025-10-05-ee0e568a\"",
            "\"local-1a2d8707\"",
            "it is not the record that was written: the SHA-256 differs",
        ),
        (
            "releases/pdac-2025-10-05-ee0e568a.json",
            "2025-10-05XWalk",
            "2025-11-05XWalk",
            "a record was changed",
        ),
        ("releases/local-1a2d8707.json", "\"list\": \"local\"", "\"list\": \"x\"", "none of the lists"),
    ];
    for (record, old, new, words) in changes {
        let site = Site::with_lists();
        if record.contains("local") {
            site.does(&["activate", "local"]);
        }
        let path = site.folder.path().join("shelf").join(record);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{record}: {text}");
        fs::write(&path, text.replace(old, new)).unwrap();
        let (code, _, error) = site.run(&["export"]);
        assert_eq!((code, error.contains(words)), (2, true), "{record}: {error}");
        assert!(error.contains("restore the folder from a backup"), "{record}: {error}");
    }
}

#[test]
fn records_that_are_gone_are_missed() {
    for (gone, words) in [
        ("switches/000001.json", "shelf/switches/000001.json: the record is missing"),
        // Without its newest record, the folder looks as it did before the last switch, but for the anchor.
        ("switches/000002.json", "shelf/switches/000002.json: the record is missing"),
        ("anchors/000001.json", "shelf/anchors/000001.json: the record is missing"),
    ] {
        let site = Site::with_lists();
        site.does(&["activate", "local"]);
        fs::remove_file(site.folder.path().join("shelf").join(gone)).unwrap();
        for command in [&["export"][..], &["list"], &["rollback", "--by", "coder"]] {
            let (code, _, error) = site.run(command);
            assert_eq!((code, error.contains(words)), (2, true), "{gone}: {error}");
            assert!(error.contains("restore the folder from a backup"), "{gone}: {error}");
        }
    }
    // Whoever was killed in front of the anchor has switched; the next switch makes up for it.
    let site = Site::with_lists();
    let anchor = site.folder.path().join("shelf/anchors/000001.json");
    fs::remove_file(&anchor).unwrap();
    site.does(&["export"]);
    site.does(&["activate", "local"]);
    assert!(anchor.exists());
}

#[test]
fn links_and_pipes_are_no_records() {
    let link = |path: &Path| std::os::unix::fs::symlink("elsewhere", path).unwrap();
    let pipe = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let folder = |path: &Path| fs::create_dir(path).unwrap();
    let files = Site::with_lists();
    let sha256 = fs::read_dir(files.folder.path().join("shelf/files")).unwrap().next().unwrap().unwrap();
    let bytes = format!("files/{}", sha256.file_name().to_string_lossy());
    for (kind, make) in [("link", &link as &dyn Fn(&Path)), ("pipe", &pipe), ("folder", &folder)] {
        for record in ["switches/000001.json", "releases/local-1a2d8707.json", "anchors/000001.json", &bytes]
        {
            let site = Site::with_lists();
            site.does(&["activate", "local"]);
            let path = site.folder.path().join("shelf").join(record);
            fs::rename(&path, site.folder.path().join("elsewhere")).unwrap();
            make(&path);
            let (code, _, error) = site.run(&["export"]);
            let words =
                format!("{record}: it is a link, a pipe, a device or a folder, and no file of its own");
            assert_eq!((code, error.contains(&words)), (2, true), "{kind}: {error}");
            assert!(error.contains("restore the folder from a backup"), "{kind}: {error}");
        }
    }
    let site = Site::with_lists();
    let lock = site.folder.path().join("shelf/lock");
    fs::remove_file(&lock).unwrap();
    pipe(&lock);
    let (code, _, error) = site.run(&["activate", "local"]);
    assert_eq!((code, error.contains("lock: it is a link, a pipe, a device")), (2, true), "{error}");
}

#[test]
fn what_replaces_a_newer_list_is_asked_about() {
    let site = Site::with_lists();
    let text = fs::read(list("2025-10-05XWalk.csv")).unwrap();
    let older = site.write("2025-09-05XWalk.csv", &text);
    fs::write(&older, [&text[..], b"\n"].concat()).unwrap();
    site.does(&["import", &older]);
    let (code, _, error) = site.run(&["activate", "pdac-2025-09-05"]);
    assert_eq!((code, error.contains("is older than pdac-2025-10-05")), (2, true), "{error}");
    let (code, _, error) = site.run(&["activate", "pdac-2025-09-05", "pdac-2025-10-05"]);
    assert_eq!((code, error.contains("each replaces the other")), (2, true), "{error}");
    site.does(&["activate", "pdac-2025-09-05", "--accept-older"]);
}

#[test]
fn who_does_it_is_known_where_the_environment_says_nothing() {
    let site = Site::new();
    let user = Command::new("id").arg("-un").output().unwrap().stdout;
    let mut import = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    import.args(["crosswalk", "import", &list("local.csv"), "--crosswalk", &site.path("shelf")]).env_clear();
    let said = String::from_utf8(import.output().unwrap().stdout).unwrap();
    let by = format!(" by {}\n", String::from_utf8(user).unwrap().trim());
    assert!(said.contains(&by), "{said}");
}

#[test]
fn a_comparison_is_a_workbook_too() {
    use calamine::{Reader, Xlsx, open_workbook};
    let site = Site::with_lists();
    let place = site.path("changes.xlsx");
    site.does(&["diff", "active", "local", "--xlsx", &place]);
    let mut book: Xlsx<_> = open_workbook(&place).unwrap();
    let sheet = book.worksheet_range("changes").unwrap();
    let rows: Vec<Vec<String>> =
        sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(rows.len(), 1 + 3);
    assert_eq!(rows[1][..4], ["local", "added", "J0897", "99501-0210-05"]);
}
