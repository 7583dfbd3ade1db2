//! What `report` writes of a file that came to a station, and what it says where there is no report.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "station/mod.rs"]
mod station;

use station::{Rig, batch, files, large};

/// A station at which three claims were held; two were rejected by hand since, one after the other.
fn with_reruns() -> (Rig, String) {
    let rig = Rig::default();
    let id = rig.put_held();
    for claim in ["QNL-1", "QNL-4"] {
        let reject = ["held", "reject", &id, "--claim", claim, "--apply", "--reason", "withdrawn"];
        assert_eq!(rig.run(&reject).0, Some(0));
        rig.serve_once();
    }
    (rig, id)
}

/// Asserts that a command is refused with these words.
#[track_caller]
fn refused(rig: &Rig, arguments: &[&str], words: &str) {
    let refused = rig.run(arguments);
    assert_eq!((refused.0, refused.1.as_str(), refused.2.as_str()), (Some(2), "", words));
}

#[test]
fn which_of_several_runs_is_shown_is_said_and_chosen() {
    let (rig, id) = with_reruns();
    let shown = rig.run(&["report", &id]);
    assert!(shown.0 == Some(0) && shown.1.contains("QNL-4") && !shown.1.contains("QNL-1"), "{shown:?}");
    assert_eq!(shown.2, "note: this is run 3; `--run N` writes what there is of runs 1 and 2\n");
    let first = rig.run(&["report", &id, "--run", "1"]);
    assert!(first.1.contains("QNL-1") && first.2.is_empty(), "{first:?}");

    let differences = rig.run(&["report", "--diff", "--format", "csv", &id]);
    assert!(differences.1.contains(",QNL-4,") && !differences.1.contains(",QNL-1,"), "{differences:?}");
    assert_eq!(differences.2, "note: this is run 3; `--run N` writes what there is of run 2\n");
    let of_first = rig.run(&["report", "--diff", "--format", "csv", "--run", "2", &id]);
    assert!(of_first.1.contains(",QNL-1,") && of_first.2.is_empty(), "{of_first:?}");
    let silent = rig.run(&["--quiet", "report", "--diff", &id]);
    assert_eq!((silent.0, silent.2.as_str()), (Some(0), ""));
}

#[test]
fn of_a_run_that_is_none_nothing_is_shown() {
    let (rig, id) = with_reruns();
    rig.put("pine", "prod", "other.837", &batch(1));
    rig.serve_once();
    let none = |number| format!("error: {id} has no run {number}\nhint: it has runs 1, 2 and 3\n");
    refused(&rig, &["report", &id, "--run", "999"], &none(999));
    refused(&rig, &["report", &id, "--run", "4"], &none(4));
    let other = rig.id_of("other.837");
    let one = format!("error: {other} has no run 1\nhint: it has run 4\n");
    refused(&rig, &["report", &other, "--run", "1"], &one);
    let whole = "error: run 1 judges the file as it came, so it has no differences\nhint: claims of it were judged again by runs 2 and 3\n";
    refused(&rig, &["report", &id, "--run", "1", "--diff"], whole);
    let nothing = format!(
        "error: nothing of {other} was judged again\nhint: `claimgate submission show {other}` names its runs\n"
    );
    refused(&rig, &["report", &other, "--diff"], &nothing);
    refused(&rig, &["report", &other, "--diff", "--run", "4"], &nothing);
    // What somebody has handed over is to be waited for.
    let reject = ["held", "reject", &id, "--apply", "--reason", "withdrawn"];
    assert_eq!(rig.run(&reject).0, Some(0));
    let open = rig.run(&["report", &id, "--run", "5"]);
    assert_eq!((open.0, open.1.as_str()), (Some(75), ""));
    assert!(open.2.starts_with("error: run 5 is not decided yet\nhint: "), "{open:?}");
}

#[test]
fn a_file_that_was_not_judged_has_a_notice_and_no_report() {
    let rig = Rig::default();
    for (name, bytes) in [
        ("first.837", batch(1)),
        ("again.837", batch(1)),
        ("known.837", [batch(1), b"\n".to_vec()].concat()),
        ("hello.837", b"hello".to_vec()),
    ] {
        rig.put("pine", "prod", name, &bytes);
        rig.serve_once();
    }
    rig.put("pine", "test", "elsewhere.837", &batch(2));
    rig.serve_once();
    let first = rig.id_of("first.837");
    for (name, why) in [
        ("again.837", "the file was sent before"),
        ("known.837", "its control number was used before"),
        ("hello.837", "the file cannot be read"),
        ("elsewhere.837", "the file does not belong into its folder"),
    ] {
        let id = rig.id_of(name);
        let shown = rig.run(&["report", &id]);
        assert!(shown.0 == Some(0) && shown.1.contains("What to do: "), "{shown:?}");
        let words = format!(" has no report, since {why}; this is the notice that its partner has\n");
        assert!(shown.2.contains(&words), "{shown:?}");
        assert_eq!(shown.2.contains(&format!("the report is that of {first}")), name == "again.837");
        let form = rig.run(&["report", &id, "--format", "csv"]);
        assert!(form.0 == Some(2) && form.1.is_empty(), "a notice is no table: {form:?}");
        assert!(form.2.contains(&format!("has no report: {why}\nhint: `claimgate report` without a form")));
    }
}

#[test]
fn a_form_that_is_not_there_is_told() {
    let (rig, id) = with_reruns();
    let forms =
        if cfg!(feature = "office") { "html, json, csv, txt, xlsx, pdf" } else { "html, json, csv, txt" };
    let unknown = format!("error: there is no report in form none\nhint: choose any of {forms}\n");
    refused(&rig, &["report", &id, "--format", "none"], &unknown);
    let of_differences = "error: there are no differences in form html\nhint: choose any of csv, json, txt\n";
    refused(&rig, &["report", &id, "--diff", "--format", "html"], of_differences);
    if cfg!(feature = "office") {
        let not_made = "error: run 3 has no report in form pdf\nhint: forms that it has: html, json, csv, txt; `reports` of the configuration says which are made\n";
        refused(&rig, &["report", &id, "--format", "pdf"], not_made);
    }
    let sound = String::from_utf8(batch(1)).unwrap().replace("J1885", "J1100");
    rig.put("pine", "prod", "sound.837", sound.as_bytes());
    rig.serve_once();
    let accepted = "error: run 4 has no report: every claim was accepted\nhint: `claimgate submission show` has its counts\n";
    refused(&rig, &["report", &rig.id_of("sound.837")], accepted);
}

#[test]
fn every_page_of_a_report_is_written() {
    let rig = Rig::default();
    rig.put("pine", "prod", "large.837", &large(1, 5_001));
    rig.serve_once();
    let id = rig.id_of("large.837");
    let first = rig.run(&["report", &id, "--format", "html"]);
    assert!(first.1.contains("href=\"brr-0001.html\""), "{}", first.1);
    assert_eq!(first.2, "note: brr.html leads to 2 parts, which `--out DIR` writes with it\n");
    let out = rig.folder.path().join("report");
    let written = out.display().to_string();
    let all = ["report", &id, "--format", "html", "--out", &written];
    assert_eq!(rig.run(&all), (Some(0), String::new(), String::new()));
    let names: Vec<String> = files(&out).into_keys().collect();
    assert_eq!(names, ["brr-0001.html", "brr-0002.html", "brr.html"]);
    refused(&rig, &all, &format!("error: {written} exists\nhint: choose another --out\n"));
    let shown = rig.run(&["submission", "show", &id]).1;
    assert_eq!(shown.matches("  viewed  ").count(), 2, "what was not written was not seen: {shown}");
}
