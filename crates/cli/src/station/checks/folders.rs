//! Who owns the folders of a station, and who else can enter them.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use ledger::Partner;

use super::{Answer, Subject};
use crate::exit::Exit;
use crate::station::keys;

/// Bits of a mode: what others may do, and writing by anybody but the owner. Source: inode(7).
const OTHERS: u32 = 0o007;
const GROUP_AND_OTHERS: u32 = 0o077;
const WRITTEN_BY_MORE: u32 = 0o022;

pub fn modes(subject: &Subject<'_>) -> Answer {
    let layout = &subject.station.layout;
    let mut open = Vec::new();
    let mut foreign = Vec::new();
    let user = rustix::process::geteuid().as_raw();
    let private =
        ["stage", "blob", "runs", "outbox", "onward", "archive", "quarantine", "tries", "names", "ledger.db"];
    for path in private.map(|name| layout.root().join(name)) {
        look(&path, GROUP_AND_OTHERS, &mut open);
        if fs::symlink_metadata(&path).is_ok_and(|found| found.uid() != user) {
            foreign.push(path.display().to_string());
        }
    }
    look(layout.root(), WRITTEN_BY_MORE, &mut open);
    let mut not_of_root = BTreeSet::new();
    for partner in &subject.partners {
        let home = layout.home(&partner.name);
        look(&home.root(), WRITTEN_BY_MORE, &mut open);
        look(&home.keys(), WRITTEN_BY_MORE, &mut open);
        home.inbound().iter().chain(&home.outbound()).for_each(|folder| look(folder, OTHERS, &mut open));
        if let Some(folder) = home.root().ancestors().find(|folder| !is_fit_for_sshd(folder)) {
            not_of_root.insert(folder.display().to_string());
        }
    }
    if !open.is_empty() {
        let words = format!("more can be done with these than should be: {}", open.join(", "));
        return Answer::fails(
            Exit::Usage,
            words,
            "take the bits away with chmod; `claimgate partner add` makes folders as they should be",
        );
    }
    if !foreign.is_empty() {
        let words = format!("these belong to another user than this one: {}", foreign.join(", "));
        return Answer::warns(words, "run the station as one user, and commands about it as the same");
    }
    if !not_of_root.is_empty() {
        let names: Vec<String> = not_of_root.into_iter().collect();
        let words =
            format!("sshd shuts nobody into a folder below one that others can change: {}", names.join(", "));
        return Answer::warns(
            words,
            "put the station where root alone can write on the whole way, such as /srv, and serve it as root",
        );
    }
    Answer::holds("nobody but the station enters what it keeps")
}

pub fn partners(subject: &Subject<'_>) -> Answer {
    let (mut found, mut remedies) = (Vec::new(), Vec::new());
    for Partner { name, .. } in &subject.partners {
        let home = subject.station.layout.home(name);
        let missing = home.missing();
        if !missing.is_empty() {
            found.push(format!("{name} has no {}", missing.join(", ")));
            remedies.push(remake(name));
        } else if fs::read(home.keys()).is_ok_and(|kept| keys::count(&kept) == 0) {
            found.push(format!("{name} has no public key in {}", home.keys().display()));
            remedies.push(remake(name));
        }
    }
    if found.is_empty() {
        return Answer::holds("every partner has its folders and its keys");
    }
    Answer::fails(Exit::Usage, found.join("; "), format!("make them with {}", remedies.join(", ")))
}

/// Returns the command that makes the folders of a partner.
pub fn remake(partner: &str) -> String {
    format!("`claimgate partner set {partner} --key FILE`")
}

/// Returns whether sshd takes a folder on the way to one that a partner is shut into.
///
/// Source: `sshd_config(5)`, `ChrootDirectory`.
fn is_fit_for_sshd(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|found| found.uid() == 0 && found.mode() & WRITTEN_BY_MORE == 0)
}

/// Notes a path whose mode has one of some bits; one that is not there is told of by others.
fn look(path: &Path, bits: u32, open: &mut Vec<String>) {
    if let Ok(found) = fs::symlink_metadata(path)
        && found.mode() & bits != 0
    {
        open.push(format!("{} ({:o})", path.display(), found.mode() & 0o7777));
    }
}
