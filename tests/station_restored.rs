//! What a copy that was put in the place of the ledger finds, and what it leaves to be done.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, batch, can_trace, ended, files, is_killed_restoring, say, user};

/// A station with a copy of its ledger, and what was received since: a file, and one of claims that are held.
fn with_copy() -> (Rig, String) {
    let rig = Rig::default();
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.serve_once();
    let copy = rig.back_up("copy.db");
    rig.put("pine", "prod", "b.837", &batch(2));
    rig.put_held();
    (rig, copy)
}

#[test]
fn files_of_a_partner_that_the_copy_does_not_know_keep_nobody_waiting() {
    let (rig, copy) = with_copy();
    rig.add("oak", "TPID00000002");
    // Taken, and then the station was ended.
    let staged = rig.root().join("stage/oak/prod/01KAQ3V5T80000000000000001");
    fs::create_dir_all(&staged).unwrap();
    let of_oak = String::from_utf8(batch(3)).unwrap().replace("TPID00000001", "TPID00000002");
    fs::write(staged.join("oak.837"), of_oak).unwrap();
    let told = rig.restore(&copy);
    assert!(told.contains("  partner since      oak: add it again with `claimgate partner add`\n"), "{told}");
    rig.put("pine", "prod", "c.837", &batch(4));
    rig.serve_once();
    assert_eq!(rig.standings(), ["delivered judged a.837", "delivered judged c.837"]);
    rig.add("oak", "TPID00000002");
    rig.serve_once();
    assert_eq!(rig.standings()[2], "delivered judged oak.837");
    rig.verify();
}

#[test]
fn on_another_machine_it_is_said_which_partners_have_no_folders() {
    let (rig, copy) = with_copy();
    fs::remove_dir_all(rig.root()).unwrap();
    let told = rig.restore(&copy);
    let remedy = "`claimgate partner set pine --key FILE`";
    assert!(told.contains(&format!("\n  folders missing    of pine: {remedy} makes them\n")), "{told}");
    let checked = rig.run(&["doctor"]);
    let missing = "inbound/prod, inbound/test, outbound/ack, outbound/report, authorized_keys";
    assert!(checked.1.contains(&format!("FAILS    partners     pine has no {missing}\n")), "{checked:?}");
    assert!(checked.1.contains(&format!("do: make them with {remedy}\n")), "{checked:?}");
    let served = ended(&rig.serve(&["--once"]).output().unwrap());
    assert_eq!(served.0, Some(0), "{served:?}");
    assert!(served.2.contains(&format!("folders are missing; {remedy} makes them")), "{served:?}");
    let keys = rig.folder.path().join("keys.pub").display().to_string();
    let set = rig.run(&["partner", "set", "pine", "--key", &keys, "--by", "ann"]);
    assert!(
        set.1.starts_with(&format!("pine: keys of {keys}\n")) && set.1.contains("Match User pine\n"),
        "{set:?}"
    );
    assert!(
        rig.run(&["doctor"]).1.contains("holds    partners     every partner has its folders and its keys\n")
    );
    rig.put("pine", "prod", "c.837", &batch(4));
    rig.serve_once();
    assert_eq!(rig.standings()[1], "delivered judged c.837");
    // What is there already is not told again.
    let set = rig.run(&["partner", "set", "pine", "--key", &keys, "--expect", "none"]);
    assert_eq!(set.1, format!("pine: nothing is expected\npine: keys of {keys}\n"));
}

#[test]
fn what_was_removed_since_the_copy_was_made_is_not_missed() {
    let rig = Rig::default();
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.serve_once();
    let copy = rig.back_up("copy.db");
    let mut retention = rig.command(&["retention", "--now", "2035-01-01T00:00:00Z", "--apply"]);
    for class in ["ARCHIVE", "RUNS"] {
        retention.env(format!("CLAIMGATE_RETENTION__{class}_DAYS"), "1");
    }
    let removed = ended(&retention.output().unwrap());
    assert!(removed.1.ends_with(" files removed\n"), "{removed:?}");
    for _ in 0..2 {
        rig.restore(&copy);
        rig.verify();
        let shown = rig.run(&["submission", "show", &rig.id_of("a.837")]).1;
        assert_eq!(shown.matches(&format!("  disposed of    by {}", user())).count(), 2, "{shown}");
    }
}

#[test]
fn what_was_put_aside_comes_back_with_a_ledger_that_knows_it() {
    let (rig, copy) = with_copy();
    let onward = rig.root().join("onward/prod");
    let (standings, went_on) = (rig.standings(), files(&onward));
    rig.restore(&copy);
    assert_eq!(rig.standings(), ["delivered judged a.837"]);
    assert_eq!(files(&onward).into_keys().collect::<Vec<_>>(), ["pine-a-1.837"]);
    let forgotten = fs::read_dir(rig.root().join("forgotten")).unwrap().next().unwrap().unwrap().path();
    let told = rig.restore(&forgotten.join("ledger.db").display().to_string());
    assert!(!told.contains("received since"), "{told}");
    assert_eq!(rig.standings(), standings);
    assert!(files(&onward) == went_on);
    rig.verify();
    rig.serve_once();
    assert_eq!(files(&rig.root().join("archive")).len(), 3);
    let id = rig.id_of("held.837");
    let released = rig.run(&["held", "release", &id, "--apply", "--reason", "invoice seen"]);
    assert_eq!(released.0, Some(0), "{released:?}");
    rig.serve_once();
    rig.verify();
}

/// ISA13 of what went on by run 2, in `onward/`.
fn number_of_rerun(rig: &Rig) -> String {
    let bytes = fs::read(rig.root().join("onward/prod/pine-held-2.837")).unwrap();
    String::from_utf8_lossy(&bytes[90..99]).into_owned()
}

#[test]
fn a_rerun_that_was_open_in_the_copy_goes_on_under_another_number() {
    let rig = Rig::default();
    let id = rig.put_held();
    let released = rig.run(&["held", "release", &id, "--apply", "--reason", "invoice seen"]);
    assert_eq!(released.0, Some(0), "{released:?}");
    let copy = rig.back_up("copy.db");
    let told = |told: &str| {
        let lines = told.lines().skip_while(|line| !line.starts_with("  judged again "));
        lines.take_while(|line| !line.starts_with("  numbers ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let again = |number| format!("  judged again       run 2 of {id}: its claims go on under {number}");
    let words = |words: &str| format!("                     {words}");
    let not_judged = words("it was not judged since the copy was made");
    assert_eq!(told(&rig.restore(&copy)), [again(501_000_001), not_judged]);
    rig.serve_once();
    assert_eq!(number_of_rerun(&rig), "501000001");
    let went_on = words("it was judged since, and 3 claims went on under 501000001:");
    let path = rig.root().join("onward/prod/pine-held-2.837");
    let aside = words("they were not taken from onward/ yet, and are put aside");
    let restored = rig.restore(&copy);
    assert!(restored.contains("\n  was to go on       1 file, taken out of onward/ into "), "{restored}");
    assert_eq!(told(&restored), [again(502_000_002), went_on, aside]);
    assert!(!path.exists());
    rig.serve_once();
    assert_eq!(number_of_rerun(&rig), "502000002");
    fs::remove_file(&path).unwrap();
    let taken = words("they were taken from onward/, so whoever has them must know that they come again");
    assert_eq!(told(&rig.restore(&copy))[2], taken);
    fs::remove_dir_all(rig.root().join("forgotten")).unwrap();
    fs::remove_file(rig.root().join("ledger.db")).unwrap();
    let unknown = "no ledger tells whether it was judged since: look for its claims in onward/ first";
    assert_eq!(told(&rig.restore(&copy))[1], words(unknown));
    rig.serve_once();
    rig.verify();
}

#[test]
fn a_copy_is_read_and_nothing_is_written_beside_it() {
    let (rig, copy) = with_copy();
    let shelf = rig.folder.path().join("shelf");
    fs::create_dir(&shelf).unwrap();
    let shelved = shelf.join("copy.db");
    fs::rename(copy, &shelved).unwrap();
    let before = files(&shelf);
    // Root may write whatever the modes say, so the names and the bytes are looked at too.
    fs::set_permissions(&shelved, Permissions::from_mode(0o400)).unwrap();
    fs::set_permissions(&shelf, Permissions::from_mode(0o500)).unwrap();
    for _ in 0..2 {
        rig.restore(&shelved.display().to_string());
        assert!(files(&shelf) == before, "{:?}", files(&shelf).keys());
        assert_eq!(rig.standings(), ["delivered judged a.837"]);
    }
    fs::set_permissions(&shelf, Permissions::from_mode(0o700)).unwrap();
    rig.serve_once();
    rig.verify();
}

#[test]
fn what_was_received_since_is_handed_in_again_as_it_came() {
    let (rig, copy) = with_copy();
    let name = "it's $(id) `id`.837";
    rig.put(
        "pine",
        "test",
        name,
        &String::from_utf8(batch(5)).unwrap().replace("*P*:~", "*T*:~").into_bytes(),
    );
    rig.serve_once();
    let standings = rig.standings();
    let told = rig.restore(&copy);
    let line = told.lines().find(|line| line.starts_with("  received since     3 files, in ")).unwrap();
    let (_, script) = line.split_once(": hand them in with `sh ").unwrap();
    let script = script.strip_suffix('`').unwrap();
    assert_eq!(fs::metadata(script).unwrap().permissions().mode() & 0o777, 0o600);
    let program = Path::new(env!("CARGO_BIN_EXE_claimgate")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    for _ in 0..2 {
        let handed_in = Command::new("sh").arg(script).env("PATH", &path).output().unwrap();
        assert_eq!(handed_in.stderr, b"", "{handed_in:?}");
        rig.serve_once();
    }
    assert_eq!(rig.standings()[..4], standings[..]);
    assert!(rig.standings()[4..].iter().all(|standing| standing.starts_with("delivered duplicate")));
    let listed = rig.run(&["submission", "list"]).1;
    assert!(
        listed.lines().any(|line| line.contains("  pine                 test ") && line.ends_with(name)),
        "{listed}"
    );
    rig.verify();
    let forgotten = Path::new(script).parent().unwrap();
    fs::write(forgotten.join("ledger.db"), "").unwrap();
    let told = rig.restore(&copy);
    let unknown = "no ledger tells who sent 3 of them: `claimgate submit FILE --partner NAME --name NAME`";
    assert!(told.contains(unknown), "{told}");
}

#[test]
fn a_file_without_a_ledger_in_it_is_not_restored() {
    let (rig, _) = with_copy();
    let standings = rig.standings();
    let empty = rig.folder.path().join("empty.db").display().to_string();
    let text = rig.folder.path().join("keys.pub").display().to_string();
    fs::write(&empty, "").unwrap();
    for (copy, exit, words) in [
        (&empty, 2, "error: there is no entry in it\nhint: take a copy that `claimgate ledger backup` made"),
        (&text, 1, "file is not a database\nhint: take a copy that `claimgate ledger backup` made"),
    ] {
        let refused = rig.run(&["ledger", "restore", copy, "--reason", "the disk broke"]);
        assert_eq!((refused.0, refused.1.as_str()), (Some(exit), ""), "{refused:?}");
        assert!(refused.2.contains(words), "{refused:?}");
    }
    assert_eq!(rig.standings(), standings);
    rig.verify();
}

#[test]
fn whoever_restores_again_after_a_kill_is_told_the_same() {
    if !can_trace() {
        return say("SKIPPED: strace is not there, or may not trace");
    }
    for number in 1.. {
        let (rig, copy) = with_copy();
        if !is_killed_restoring(&rig, &copy, number) {
            assert!(4 < number, "{number}");
            return;
        }
        let told = rig.restore(&copy);
        assert!(told.contains("runs from 1000004, replies from 1000013, "), "{number}: {told}");
        let received = told.lines().filter(|line| line.starts_with("  received since "));
        let received: usize =
            received.map(|line| line.split_whitespace().nth(2).unwrap().parse::<usize>().unwrap()).sum();
        assert_eq!(received, 2, "{number}: {told}");
        let left: Vec<String> =
            files_and_folders(&rig).into_iter().filter(|name| name.starts_with('.')).collect();
        assert!(left.is_empty(), "{number}: {left:?}");
        rig.verify();
        rig.serve_once();
    }
}

fn files_and_folders(rig: &Rig) -> Vec<String> {
    let names = fs::read_dir(rig.root()).unwrap();
    names.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}
