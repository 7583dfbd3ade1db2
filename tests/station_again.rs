//! Claims that came before, in another file, and files that mend what was rejected.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, batch};

/// The lines of `submission show` about claims that came again.
fn again(rig: &Rig, id: &str) -> Vec<String> {
    let shown = rig.run(&["submission", "show", id]).1;
    let lines = shown.lines().filter_map(|line| line.strip_prefix("  Again      "));
    lines.map(str::to_owned).collect()
}

fn came_before(rig: &Rig, partner: &str) -> u64 {
    let status: serde_json::Value = serde_json::from_str(&rig.run(&["status", "--json"]).1).unwrap();
    let mut partners = status["partners"].as_array().unwrap().iter();
    partners.find(|row| row["partner"] == partner).unwrap()["came_before"].as_u64().unwrap()
}

#[test]
fn claims_that_came_before_are_pointed_out() {
    let rig = Rig::default();
    rig.add("oak", "TPID00000002");
    let numbered = |number| String::from_utf8(batch(number)).unwrap();
    let of_oak = numbered(1).replace("TPID00000001", "TPID00000002");
    rig.put("pine", "prod", "first.837", &batch(1));
    rig.put("oak", "prod", "oak.837", of_oak.as_bytes());
    rig.put("pine", "test", "test.837", numbered(1).replace("*P*:", "*T*:").as_bytes());
    rig.serve_once();
    let [first, oak, test] = ["first.837", "oak.837", "test.837"].map(|name| rig.id_of(name));
    for id in [&first, &oak, &test] {
        assert_eq!(again(&rig, id), [""; 0], "claims of others, and tests, are no claims of these");
    }
    rig.put("pine", "prod", "second.837", &batch(2));
    rig.serve_once();
    let second = rig.id_of("second.837");
    let run = |id: &str| {
        let shown = rig.run(&["submission", "show", id]).1;
        shown
            .lines()
            .find_map(|line| line.strip_prefix("Run ")?.split(':').next().map(str::to_owned))
            .unwrap()
    };
    let (in_first, in_second) =
        (format!("{first}, run {}", run(&first)), format!("{second}, run {}", run(&second)));
    assert_eq!(
        again(&rig, &second),
        [format!("1 claim came before in {in_first}"), format!("1 claim may replace claims of {in_first}")]
    );
    assert_eq!(again(&rig, &first), [format!("2 claims came again in {in_second}")]);
    assert_eq!((came_before(&rig, "pine"), came_before(&rig, "oak")), (1, 0));
    assert!(!rig.run(&["submission", "show", &second]).1.contains("OOT-"));
    let named = rig.run(&["submission", "show", &second, "--claims"]).1;
    assert!(named.contains("\n    OOT-1\n") && named.contains("OOT-2                 NDC050\n"), "{named}");
    rig.verify();
}

#[test]
fn a_mended_file_is_linked_to_what_it_replaces() {
    let rig = Rig::default();
    rig.put("pine", "prod", "first.837", &batch(1));
    rig.serve_once();
    let mended = String::from_utf8(batch(2)).unwrap().replace("J1885", "J1100").replace("OOT-1", "OOT-9");
    rig.put("pine", "prod", "mended.837", mended.as_bytes());
    rig.serve_once();
    let first = rig.id_of("first.837");
    assert_eq!(
        again(&rig, &rig.id_of("mended.837")),
        [format!("1 claim may replace claims of {first}, run 1")]
    );
    assert_eq!(came_before(&rig, "pine"), 0);
    // Sent once more, both claims are ones that were accepted before.
    rig.put("pine", "prod", "third.837", mended.replace("000000002", "000000003").as_bytes());
    rig.serve_once();
    let mended = rig.id_of("mended.837");
    assert_eq!(again(&rig, &rig.id_of("third.837")), [format!("2 claims came before in {mended}, run 2")]);
    assert_eq!(came_before(&rig, "pine"), 2);
    // Nothing is left of what was turned away.
    rig.put("pine", "test", "turned-away.837", &batch(4));
    rig.serve_once();
    assert_eq!(station::files(&rig.root().join("names")).len(), 0);
    rig.verify();
}

#[test]
fn only_claims_that_are_held_still_are_told_to_be() {
    let rig = Rig::default();
    let sent = fs::read_to_string(station::samples().join("quarter-not-loaded/in.837")).unwrap();
    rig.put("pine", "prod", "first.837", sent.as_bytes());
    rig.serve_once();
    rig.put("pine", "prod", "second.837", sent.replace("000000801", "000000802").as_bytes());
    rig.serve_once();
    let [first, second] = ["first.837", "second.837"].map(|name| rig.id_of(name));
    let held = |count, words| format!("{count} came before, {words} in {first}, run 1");
    let told =
        || again(&rig, &second).into_iter().filter(|line| line.contains("before, ")).collect::<Vec<_>>();
    assert_eq!(told(), [held("3 claims", "still held")]);
    let reject = ["held", "reject", &first, "--claim", "QNL-4", "--apply", "--reason", "withdrawn"];
    assert_eq!(rig.run(&reject).0, Some(0));
    assert_eq!(told(), [held("3 claims", "still held")], "nothing is decided yet");
    rig.serve_once();
    assert_eq!(told(), [held("1 claim", "decided since"), held("2 claims", "still held")]);
    assert_eq!(rig.run(&["held", "list", &first]).1.lines().count(), 2);
    let named = rig.run(&["submission", "show", &second, "--claims"]).1;
    assert!(named.contains(&format!("{}\n    QNL-4\n", held("1 claim", "decided since"))), "{named}");
}
