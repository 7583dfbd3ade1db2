//! Health data in a station: where it must not be, whoever may read that.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::PathBuf;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, Running, batch, say, wait_until};

/// What nothing but claims and answers about them may hold.
const CANARY: &str = "QZCANARY";

/// Elements that hold people, their addresses, their numbers or free text: segment, and which elements of it.
const PRIVATE: [(&str, &[usize]); 7] = [
    ("NM1", &[3, 4, 5, 9]),
    ("N3", &[1]),
    ("N4", &[1, 3]),
    ("PER", &[2, 4]),
    ("DMG", &[2]),
    ("SBR", &[3, 4]),
    ("HI", &[1]),
];

fn segments(number: u32) -> Vec<Vec<String>> {
    let text = String::from_utf8(batch(number)).unwrap();
    let segments = text.split('~').map(str::trim).filter(|segment| !segment.is_empty());
    segments.map(|segment| segment.split('*').map(str::to_owned).collect()).collect()
}

fn text(segments: &[Vec<String>]) -> String {
    segments.iter().map(|segment| segment.join("*") + "~\n").collect()
}

/// Files with the canary: in every private element at once, and in each element of the set alone, where most of them are wrong.
fn files_with_canary() -> Vec<String> {
    let mut number = 1;
    let mut all = segments(number);
    for segment in &mut all {
        let private = PRIVATE.iter().find(|(name, _)| *name == segment[0]);
        for &element in private.map_or(&[][..], |(_, elements)| elements) {
            if element < segment.len() {
                segment[element] = format!("{CANARY}{element}");
            }
        }
    }
    let mut made = vec![text(&all)];
    let mut tried = BTreeSet::new();
    let sound = segments(0);
    for (place, segment) in sound.iter().enumerate() {
        // What is in an ISA says which partner it is; the number of a claim is what the ledger knows it by.
        let elements = (1..segment.len())
            .filter(|&element| segment[0] != "ISA" && (&*segment[0], element) != ("CLM", 1));
        for element in elements {
            if tried.insert((segment[0].clone(), element)) {
                number += 1;
                let mut wrong = segments(number);
                CANARY.clone_into(&mut wrong[place][element]);
                made.push(text(&wrong));
            }
        }
    }
    // Something that is no X12 at all, and something that is cut off.
    made.extend([format!("{CANARY} is no claim"), text(&all)[..900].to_owned()]);
    made
}

/// Every file that tells about the station: what it logs, remembers and counts.
fn told(rig: &Rig) -> Vec<(String, String)> {
    let mut told = vec![("log".to_owned(), rig.folder.path().join("log"))];
    let own = ["ledger.db", "ledger.db-wal", "anchors", "lock"]
        .map(|name| (name.to_owned(), rig.root().join(name)));
    told.extend(own);
    let more =
        fs::read_dir(rig.root()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    told.extend(more.map(|path: PathBuf| (path.display().to_string(), path)));
    let read = |(name, path): (String, PathBuf)| {
        Some((name, String::from_utf8_lossy(&fs::read(path).ok()?).into_owned()))
    };
    let mut told: Vec<(String, String)> = told.into_iter().filter_map(read).collect();
    let commands: [&[&str]; 5] = [
        &["status"],
        &["submission", "list"],
        &["partner", "list"],
        &["ledger", "verify"],
        &["rerun", "--held"],
    ];
    for command in commands {
        let (_, out, err) = rig.run(command);
        told.push((command.join(" "), out + &err));
    }
    for line in rig.run(&["submission", "list"]).1.lines() {
        let id = line.split(' ').next().unwrap();
        let (_, out, err) = rig.run(&["submission", "show", id]);
        told.push((format!("submission show {id}"), out + &err));
    }
    told
}

#[test]
fn no_content_of_claims_is_in_what_tells_about_them() {
    let rig = Rig::default();
    let sent = files_with_canary();
    let lists = station::lists().display().to_string();
    let mut serve = rig.command(&["serve", "--log", "trace", "--crosswalk", &lists]);
    serve.env("CLAIMGATE_STATION__INCOMPLETE_AFTER_SECONDS", "0");
    let serving = Running::begin(serve.stderr(File::create(rig.folder.path().join("log")).unwrap()));
    for (number, text) in sent.iter().enumerate() {
        rig.put("pine", "prod", &format!("n{number:03}.837"), text.as_bytes());
    }
    let answered = || rig.answers("pine").keys().filter(|name| name.ends_with("sha256")).count();
    wait_until("every file is answered", || answered() == sent.len());
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    // Reports show it, so it was there to be told.
    assert!(rig.answers("pine").values().any(|bytes| String::from_utf8_lossy(bytes).contains(CANARY)));
    let told = told(&rig);
    let log = &told[0].1;
    assert!(log.contains("TRACE") || log.contains("DEBUG"), "little was logged");
    for (name, text) in &told {
        if let Some(place) = text.find(CANARY) {
            let around =
                String::from_utf8_lossy(&text.as_bytes()[place.saturating_sub(200)..place]).into_owned();
            panic!("{name} tells of it, after: {around}");
        }
    }
    for (name, bytes) in rig.answers("pine") {
        let is_notice = name.ends_with("NOTICE.txt") || name.ends_with("MANIFEST.sha256");
        assert!(!is_notice || !String::from_utf8_lossy(&bytes).contains(CANARY), "{name}");
    }
    say(&format!(
        "S7: a canary in {} files, and looked for in {} places that tell of them: 0 found",
        sent.len(),
        told.len()
    ));
}
