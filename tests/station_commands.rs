//! What operators' commands say of what there is not, and how they count.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, batch, samples};

/// The row of `status` about a partner.
fn status(rig: &Rig) -> serde_json::Value {
    let all: serde_json::Value = serde_json::from_str(&rig.run(&["status", "--json"]).1).unwrap();
    all["partners"][0].clone()
}

#[test]
fn files_are_counted_once_and_reruns_apart() {
    let rig = Rig::default();
    rig.put("pine", "prod", "held.837", &fs::read(samples().join("quarter-not-loaded/in.837")).unwrap());
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.serve_once();
    rig.put("pine", "prod", "again.837", &batch(1));
    rig.serve_once();
    let counts = || {
        let row = status(&rig);
        ["open", "owed", "judged", "refused", "quarantined", "reruns"].map(|name| row[name].as_u64().unwrap())
    };
    assert_eq!(counts(), [0, 0, 2, 1, 0, 0]);
    for claim in ["QNL-1", "QNL-4"] {
        let id = rig.id_of("held.837");
        let reject = ["held", "reject", &id, "--claim", claim, "--apply", "--reason", "withdrawn"];
        assert_eq!(rig.run(&reject).0, Some(0));
        assert_eq!(counts()[0], 1, "it is to be judged");
        rig.serve_once();
    }
    assert_eq!(counts(), [0, 0, 2, 1, 0, 2]);
    let words = rig.run(&["status"]).1;
    assert!(words.contains("quarantined   reruns came before"), "{words}");
}
