//! What operators decide by hand: claims that wait are released or sent back.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::process::Stdio;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, activate, ended, files, samples};

/// A station at which the claims QNL-1, QNL-4 and QNL-7 are held.
fn with_held_claims() -> Rig {
    let rig = Rig::default();
    rig.put_held();
    rig
}

/// The claims in a file of those that go on.
fn claims_in(rig: &Rig, name: &str) -> Vec<String> {
    let onward = files(&rig.root().join("onward/prod"));
    let text = String::from_utf8(onward[name].clone()).unwrap();
    text.lines().filter_map(|line| line.strip_prefix("CLM*")?.split('*').next().map(str::to_owned)).collect()
}

#[test]
fn held_claims_are_released_and_rejected_by_hand() {
    let rig = with_held_claims();
    let id = rig.id_of("held.837");
    let listed = rig.run(&["held", "list"]).1;
    assert!(
        listed.starts_with(&id) && listed.contains("run 1            3        7016.00  pine"),
        "{listed}"
    );
    let claims = rig.run(&["held", "list", &id]).1;
    assert_eq!(claims.lines().count(), 3);
    assert!(claims.contains("  QNL-4                       5200.00  GAP010\n"), "{claims}");

    let release = ["held", "release", &id, "--claim", "QNL-4"];
    let asked = rig.run(&release).1;
    assert!(asked.contains("1 claim of 5200.00 would be released; `claimgate held release"), "{asked}");
    assert_eq!(rig.run(&[&release[..], &["--apply"]].concat()).0, Some(2), "somebody has to say why");
    let apply = [&release[..], &["--apply", "--reason", "invoice seen", "--by", "ann"]].concat();
    let applied = rig.run(&apply).1;
    assert!(applied.ends_with("  as run 2\n1 claim of 5200.00 handed to the station, to be released.\n"));
    assert_eq!(rig.run(&apply).0, Some(75), "twice does nothing the second time");
    rig.serve_once();
    let twice = rig.run(&apply);
    assert_eq!((twice.0, twice.1.as_str()), (Some(2), ""));
    assert!(
        twice.2.contains(&format!("error: not held in {id}: QNL-4\nhint: `claimgate held list {id}` names"))
    );
    assert_eq!(claims_in(&rig, "pine-held-2.837"), ["QNL-4"]);
    assert_eq!(rig.run(&["held", "list", &id]).1.lines().count(), 2, "the others wait on");

    let changes = rig.run(&["report", "--diff", "--format", "csv", &id]).1;
    let flipped =
        ",flipped,000000801,8011,0001,QNL-4,4,5200,held,GAP010 hold,2,5200,accepted,GAP010 warn\r\n";
    assert!(changes.ends_with(flipped) && changes.lines().count() == 2, "{changes}");
    assert_eq!(fs::read_to_string(rig.root().join("runs/2/diff.csv")).unwrap(), changes);
    let words = rig.run(&["report", "--diff", &id]).1;
    assert!(words.contains("2 claims the same\n1 claim flipped\n  held -> accepted"), "{words}");

    let reject = ["held", "reject", &id, "--apply", "--reason", "withdrawn by the provider", "--by", "bob"];
    assert!(rig.run(&reject).1.contains("2 claims of 1816.00 handed to the station, to be rejected.\n"));
    rig.serve_once();
    assert_eq!(rig.run(&reject).1, "No such claim is held.\n");
    assert_eq!(rig.run(&["held", "list"]).1, "");
    let report = String::from_utf8(rig.answers("pine")["held-3-BRR.txt"].clone()).unwrap();
    assert!(report.contains("Rejected by hand: withdrawn by the provider."), "{report}");
    assert!(report.contains("QNL-1") && report.contains("QNL-7") && !report.contains("QNL-4"), "{report}");
    assert!(!rig.answers("pine").contains_key("held-3-999.edi"), "the file was acknowledged before");

    let shown = rig.run(&["submission", "show", &id]).1;
    for entry in [
        "released by hand by ann: invoice seen\n          1 claim of run 1, at position 4\n",
        "rejected by hand by bob: withdrawn by the provider\n          2 claims of run 2, at position 1, 3\n",
    ] {
        assert!(shown.contains(entry), "{entry}: {shown}");
    }
    assert!(!shown.contains("QNL-"), "names are for who asks for claims: {shown}");
    rig.verify();
}

#[test]
fn what_a_list_rejects_is_not_released() {
    let rig = with_held_claims();
    let id = rig.id_of("held.837");
    // A configuration that makes less of what somebody has decided is passed over.
    let apply = ["held", "reject", &id, "--claim", "QNL-1", "--apply", "--reason", "withdrawn"];
    assert_eq!(rig.run(&apply).0, Some(0));
    let served = rig.serve(&["--once"]).env("CLAIMGATE_SEVERITIES__HND010", "off").output().unwrap();
    assert_eq!(served.status.code(), Some(0));
    let report = String::from_utf8(rig.answers("pine")["held-2-BRR.txt"].clone()).unwrap();
    assert!(report.contains("HND010"), "{report}");
    // With what rejects it configured since, a claim is judged as any other.
    let apply = ["held", "release", &id, "--apply", "--reason", "in a hurry"];
    assert_eq!(rig.run(&apply).0, Some(0));
    let served = rig.serve(&["--once"]).env("CLAIMGATE_SEVERITIES__GAP010", "reject").output().unwrap();
    assert_eq!(served.status.code(), Some(0));
    assert!(!files(&rig.root().join("onward/prod")).contains_key("pine-held-3.837"));
    rig.verify();
}

#[test]
fn what_was_not_judged_again_has_no_differences() {
    let rig = with_held_claims();
    let id = rig.id_of("held.837");
    let asked = rig.run(&["report", "--diff", &id]);
    assert_eq!(asked.0, Some(2));
    assert!(asked.2.contains(&format!("nothing of {id} was judged again")), "{asked:?}");
}

/// A station at which the claims QNL-1, QNL-4 and QNL-7 are held, with lists of its own.
fn with_lists() -> (Rig, String) {
    let rig = Rig::default();
    let kept = rig.keep_lists();
    rig.put("pine", "prod", "held.837", &fs::read(samples().join("quarter-not-loaded/in.837")).unwrap());
    serve_by(&rig, &kept);
    (rig, kept)
}

fn serve_by(rig: &Rig, kept: &str) {
    let served = rig.command(&["serve", "--once", "--crosswalk", kept]).output().unwrap();
    assert_eq!(served.status.code(), Some(0), "{served:?}");
}

#[test]
fn what_was_rejected_by_hand_stays_rejected() {
    let (rig, kept) = with_lists();
    let id = rig.id_of("held.837");
    let apply = ["held", "reject", &id, "--claim", "QNL-7", "--apply", "--reason", "withdrawn"];
    assert_eq!(rig.run(&apply).0, Some(0));
    serve_by(&rig, &kept);
    // The list by which the claim would be accepted.
    activate(&kept, "local.csv", "local");
    let rerun = |more: &[&str]| rig.run(&[&["rerun", "--crosswalk", &kept], more].concat()).1;
    let listed = rerun(&[]);
    assert!(listed.contains("run 2      held") && !listed.contains("run 2      rejected"), "{listed}");
    rerun(&["--apply", "--reason", "the local list is in force"]);
    serve_by(&rig, &kept);
    let onward = files(&rig.root().join("onward/prod"));
    let passed_on = onward.values().map(|bytes| String::from_utf8_lossy(bytes));
    assert!(passed_on.into_iter().all(|text| !text.contains("CLM*QNL-7*")));
    assert!(rerun(&[]).starts_with("Nothing"));
    rig.verify();
}

#[test]
fn claims_that_are_not_named_wait_on_whatever_the_lists_say() {
    let (rig, kept) = with_lists();
    let id = rig.id_of("held.837");
    activate(&kept, "local.csv", "local");
    let apply = ["held", "reject", &id, "--claim", "QNL-1", "--apply", "--reason", "withdrawn"];
    assert_eq!(rig.run(&apply).0, Some(0));
    serve_by(&rig, &kept);
    let waiting = rig.run(&["held", "list", &id]).1;
    assert!(waiting.contains("  QNL-4                       5200.00  GAP010\n"), "{waiting}");
    assert!(waiting.contains("  QNL-7                       1800.00  HND020\n"), "{waiting}");
    assert!(!files(&rig.root().join("onward/prod")).contains_key("pine-held-2.837"));
    // The lists in force decide about them once somebody asks.
    let rerun = ["rerun", "--held", "--crosswalk", &kept, "--apply", "--reason", "the local list"];
    assert!(rig.run(&rerun).1.contains("as run 3"));
    serve_by(&rig, &kept);
    assert_eq!(claims_in(&rig, "pine-held-3.837"), ["QNL-7"]);
    assert!(rig.run(&rerun).1.starts_with("Nothing"));
    rig.verify();
}

#[test]
fn a_claim_that_was_sent_again_and_accepted_since_is_not_passed_on_by_the_way() {
    let (rig, kept) = with_lists();
    let id = rig.id_of("held.837");
    let sent = fs::read_to_string(samples().join("quarter-not-loaded/in.837")).unwrap();
    // QNL-1 comes again for a day that a list covers, and so does QNL-6, which was rejected.
    let again = sent.replace("20250930", "20251001").replace("000000801", "000000802");
    let again = again.replace("00143961901", "00409475503");
    let others = ["QNL-4*", "QNL-2*", "QNL-5*", "QNL-3*", "QNL-7*"];
    let again = others.iter().fold(again, |text, id| text.replace(id, &id.replace("QNL", "NEW")));
    rig.put("pine", "prod", "again.837", again.as_bytes());
    serve_by(&rig, &kept);

    let release = ["held", "release", &id];
    let asked = rig.run(&release).1;
    assert!(
        asked.contains("  QNL-1                came in another file too, and was accepted by run 2\n"),
        "{asked}"
    );
    assert!(asked.contains("2 claims of 7000.00 would be released;"), "{asked}");
    assert!(asked.contains("`--even-if-resent` takes them too.\n"), "{asked}");
    let all = rig.run(&[&release[..], &["--even-if-resent"]].concat()).1;
    assert!(all.contains("3 claims of 7016.00 would be released;"), "{all}");

    activate(&kept, "local.csv", "local");
    let rerun = |more: &[&str]| rig.run(&[&["rerun", &id, "--crosswalk", &kept], more].concat()).1;
    let listed = rerun(&[]);
    for claim in ["QNL-6", "QNL-1"] {
        let line = format!("  {claim}                came in another file too, and was accepted by run 2\n");
        assert!(listed.contains(&line), "{listed}");
    }
    assert!(rerun(&["--apply", "--reason", "the local list"]).contains("  as run 3\n"));
    serve_by(&rig, &kept);
    let shown = rig.run(&["submission", "show", &id, "--claims"]).1;
    assert!(shown.contains("rerun in part  by ") && shown.contains("QNL-7"), "{shown}");
    assert!(shown.contains("\n          all but 1 claim of run 1, at position 1\n"), "{shown}");
    let waiting = rig.run(&["held", "list", &id]).1;
    assert!(waiting.contains("QNL-1 ") && !waiting.contains("QNL-7 "), "{waiting}");
    // It is known to have come again to the run that its claim comes from, too.
    let apply = [&release[..], &["--apply", "--reason", "invoice seen"]].concat();
    let alone = rig.run(&[&release[..], &["--claim", "QNL-1"]].concat()).1;
    let words = "QNL-1                came in another file too, and was accepted by run 2\nNo other claim is to be released.\n";
    assert!(alone.contains(words), "{alone}");
    assert!(rig.run(&apply).1.contains("QNL-1                came in another file too"));
    serve_by(&rig, &kept);
    assert_eq!(times_onward(&rig, "CLM*QNL-1*"), 1);
    rig.verify();
}

#[test]
fn a_partner_hears_of_claims_that_all_go_on() {
    let rig = with_held_claims();
    let release =
        ["held", "release", &rig.id_of("held.837"), "--apply", "--reason", "invoices seen", "--by", "ann"];
    assert_eq!(rig.run(&release).0, Some(0));
    rig.serve_once();
    let answers = rig.answers("pine");
    let of_run: Vec<&String> = answers.keys().filter(|name| name.starts_with("held-2-")).collect();
    assert_eq!(of_run, ["held-2-MANIFEST.sha256", "held-2-NOTICE.txt"]);
    assert_eq!(
        rig.answer("pine", "held-2-NOTICE.txt"),
        "All claims that were judged again are accepted.\n\nFile          held.837\n\
         Claims        3 claims of 7016.00\n\n\
         What to do: Nothing. They are passed on, and must not be sent again.\n"
    );
    rig.verify();
}

#[test]
fn of_two_that_are_held_and_the_same_only_one_goes_on() {
    let rig = with_held_claims();
    let sent = fs::read_to_string(samples().join("quarter-not-loaded/in.837")).unwrap();
    rig.put("pine", "prod", "again.837", sent.replace("000000801", "000000802").as_bytes());
    rig.serve_once();
    let [first, again] = ["held.837", "again.837"].map(|name| rig.id_of(name));
    let release = |id: &str, claim: &str| {
        rig.run(&["held", "release", id, "--claim", claim, "--apply", "--reason", "invoice seen"]).1
    };
    assert!(release(&first, "QNL-1").contains("as run 3"));
    // Nobody serves yet, so that it may still be held in the end.
    let twin = release(&again, "QNL-1");
    assert!(
        twin.contains("  QNL-1                came in another file too, and run 3 is judging it\n"),
        "{twin}"
    );
    rig.serve_once();
    assert!(release(&again, "QNL-4").contains("as run 4"));
    rig.serve_once();
    let twin = release(&again, "QNL-1");
    assert!(
        twin.contains("  QNL-1                came in another file too, and was accepted by run 3\n"),
        "{twin}"
    );
    let twin = release(&first, "QNL-4");
    assert!(
        twin.contains("  QNL-4                came in another file too, and was accepted by run 4\n"),
        "{twin}"
    );
    rig.serve_once();
    assert_eq!(times_onward(&rig, "CLM*QNL-1*"), 1);
    assert_eq!(times_onward(&rig, "CLM*QNL-4*"), 1);
    rig.verify();
}

#[test]
fn of_two_that_are_judged_again_at_once_only_one_goes_on() {
    let (rig, kept) = with_lists();
    let sent = fs::read_to_string(samples().join("quarter-not-loaded/in.837")).unwrap();
    rig.put("pine", "prod", "again.837", sent.replace("000000801", "000000802").as_bytes());
    serve_by(&rig, &kept);
    activate(&kept, "local.csv", "local");
    let rerun = ["rerun", "--held", "--crosswalk", &kept, "--apply", "--reason", "the local list"];
    let told = rig.run(&rerun).1;
    assert!(
        told.contains("QNL-7                came in another file too, and run 3 is judging it\n"),
        "{told}"
    );
    serve_by(&rig, &kept);
    assert_eq!(times_onward(&rig, "CLM*QNL-7*"), 1);
    rig.verify();
}

#[test]
fn of_many_that_are_judged_again_by_several_at_once_only_one_goes_on() {
    let (rig, kept) = with_lists();
    let sent = fs::read_to_string(samples().join("quarter-not-loaded/in.837")).unwrap();
    for number in 802..=809 {
        let again = sent.replace("000000801", &format!("{number:09}"));
        rig.put("pine", "prod", &format!("{number}.837"), again.as_bytes());
    }
    serve_by(&rig, &kept);
    activate(&kept, "local.csv", "local");
    let rerun = ["rerun", "--held", "--crosswalk", &kept, "--apply", "--reason", "the local list"];
    let at_once: Vec<_> =
        (0..4).map(|_| rig.command(&rerun).stdout(Stdio::null()).spawn().unwrap()).collect();
    for mut child in at_once {
        assert!(child.wait().unwrap().success());
    }
    serve_by(&rig, &kept);
    assert_eq!(times_onward(&rig, "CLM*QNL-7*"), 1);
    rig.verify();
}

/// How often something stands in the claims that go on.
fn times_onward(rig: &Rig, text: &str) -> usize {
    let onward = files(&rig.root().join("onward/prod"));
    onward.values().map(|bytes| String::from_utf8_lossy(bytes).matches(text).count()).sum()
}

#[test]
fn of_a_claim_that_is_not_held_nothing_is_done() {
    let rig = with_held_claims();
    let id = rig.id_of("held.837");
    let both =
        ["held", "reject", &id, "--claim", "QNL-1", "--claim", "QNL-99", "--apply", "--reason", "late"];
    let refused = rig.run(&both);
    assert_eq!((refused.0, refused.1.as_str()), (Some(2), ""));
    assert!(refused.2.contains("QNL-99") && !refused.2.contains("QNL-1\n"), "{refused:?}");
    assert_eq!(rig.run(&["held", "list", &id]).1.lines().count(), 3);
}

#[test]
fn a_reason_says_something() {
    let rig = with_held_claims();
    let id = rig.id_of("held.837");
    for asked in [&["held", "release", &id][..], &["held", "reject", &id], &["rerun"]] {
        for blank in ["", "  "] {
            let refused = rig.run(&[asked, &["--apply", "--reason", blank]].concat());
            assert_eq!(refused.0, Some(2), "{refused:?}");
            assert!(refused.2.contains("a record without a reason tells nobody why it was done"));
        }
    }
    assert_eq!(rig.run(&["held", "list", &id]).1.lines().count(), 3);
}

#[test]
fn what_is_judged_at_this_moment_is_to_be_tried_later() {
    let rig = with_held_claims();
    let id = rig.id_of("held.837");
    let reject = ["held", "reject", &id, "--claim", "QNL-1"];
    let applied = rig.run(&[&reject[..], &["--apply", "--reason", "withdrawn"]].concat());
    assert_eq!(applied.0, Some(0));
    for asked in [&reject[..], &["held", "release", &id], &["held", "release", &id, "--claim", "QNL-4"]] {
        let busy = rig.run(asked);
        assert_eq!((busy.0, busy.1.as_str()), (Some(75), ""));
        let words =
            format!("error: run 2 is judging held claims of {id}\nhint: run it again once the station");
        assert!(busy.2.contains(&words), "{busy:?}");
    }
    let listed = rig.run(&["held", "list", &id]);
    assert_eq!(listed, (Some(0), String::new(), format!("note: run 2 is judging held claims of {id}\n")));
    let slip = rig.run(&["held", "reject", &id, "--claim", "QNL-99"]);
    assert_eq!(slip.0, Some(2), "no later moment has it: {slip:?}");
    rig.serve_once();
    assert_eq!(rig.run(&["held", "release", &id, "--claim", "QNL-4"]).0, Some(0));
}

#[test]
fn claims_that_somebody_else_was_quicker_with_are_counted_once() {
    let (rig, kept) = with_lists();
    let sent = fs::read_to_string(samples().join("quarter-not-loaded/in.837")).unwrap();
    for number in 802..=809 {
        let others =
            sent.replace("000000801", &format!("{number:09}")).replace("QNL-", &format!("{number}-"));
        rig.put("pine", "prod", &format!("{number}.837"), others.as_bytes());
    }
    serve_by(&rig, &kept);
    activate(&kept, "local.csv", "local");
    let rerun = ["rerun", "--held", "--crosswalk", &kept, "--apply", "--reason", "the local list"];
    let begin = |_| rig.command(&rerun).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let at_once: Vec<_> = (0..4).map(begin).collect();
    let told: Vec<_> = at_once.into_iter().map(|child| ended(&child.wait_with_output().unwrap())).collect();
    let claims = |line: &str| line.split(' ').next().unwrap().parse::<u64>().unwrap();
    let (mut handed_over, mut opened) = (0, 0);
    for (exit, out, err) in &told {
        assert_eq!(*exit, Some(0), "{out}{err}");
        assert_eq!(
            err.starts_with("note: nobody serves the station"),
            out.contains(" handed to "),
            "{out}{err}"
        );
        let of_others = 3 * out.matches("  somebody else was quicker, as run ").count() as u64;
        let told_of_others = out.lines().find(|line| line.contains(" left to somebody else"));
        assert_eq!(told_of_others.map_or(0, claims), of_others, "{out}");
        handed_over += out.lines().find(|line| line.contains(" handed to the ")).map_or(0, claims);
        opened += out.lines().filter(|line| line.starts_with("  as run ")).count();
    }
    assert_eq!((handed_over, opened), (27, 9), "{told:?}");
}

#[test]
fn claims_that_are_rejected_by_hand_are_answered_like_those_of_any_rerun() {
    let (rig, kept) = with_lists();
    let serve = || {
        let mut serve = rig.command(&["serve", "--once", "--crosswalk", &kept]);
        let served = serve.env("CLAIMGATE_CLAIM_ACK_277CA", "on").output().unwrap();
        assert_eq!(served.status.code(), Some(0), "{served:?}");
    };
    let id = rig.id_of("held.837");
    let reject = ["held", "reject", &id, "--claim", "QNL-7", "--apply", "--reason", "withdrawn"];
    assert_eq!(rig.run(&reject).0, Some(0));
    serve();
    activate(&kept, "local.csv", "local");
    let rerun = ["rerun", "--crosswalk", &kept, "--apply", "--reason", "the local list"];
    assert!(rig.run(&rerun).1.contains("as run 4"));
    serve();
    let answers = rig.answers("pine");
    let of_run = |run: u32| {
        let names = answers.keys().filter_map(|name| name.strip_prefix(&format!("held-{run}-")));
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    // Positions that an 824 tells are those of the file that was judged, which nobody has sent.
    let all = ["277CA.edi", "BRR.csv", "BRR.html", "BRR.txt", "MANIFEST.sha256"];
    for run in 2..=4 {
        assert_eq!(of_run(run), all, "run {run}");
    }
    assert!(of_run(1).contains(&"824.edi".to_owned()));
}
