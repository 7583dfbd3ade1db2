//! What two sides of a comparison can be: files as downloaded, kept releases, snapshots.

use std::path::Path;

use crosswalk::Crosswalk;
use crosswalk::sources::recognise;

use super::store::short;
use crate::desk::{Desk, SNAPSHOT_DIGITS_MIN};
use crate::failure::Failure;
use crate::lists::{ListArgs, read, refused};
use crate::panics::unsaid;

/// The word for what counts now.
const ACTIVE: &str = "active";

/// One side.
pub struct Side {
    /// What it is, for people.
    pub name: String,
    /// What it says.
    pub crosswalk: Crosswalk,
}

/// What a name stands for.
enum Named<'n> {
    /// What counts now.
    Active,
    /// A file.
    File(&'n Path),
    /// A kept release, by its id.
    Release(String),
    /// A snapshot that was in force, by its id and its releases.
    Snapshot(String, Vec<String>),
}

/// Loads both sides.
///
/// Against a snapshot, a kept release or a file stands for the snapshot that there would be if it counted.
pub fn sides(old: &str, new: &str, desk: &Desk) -> Result<[Side; 2], Failure> {
    let named = [named(old, desk)?, named(new, desk)?];
    let has_snapshot = named.iter().any(|one| matches!(one, Named::Active | Named::Snapshot(..)));
    let [old, new] = named.map(|one| side(&one, desk, has_snapshot));
    Ok([old?, new?])
}

/// Loads what is to count; a kept release or a file stands for the snapshot that there would be if it counted.
pub fn side_of(name: &str, desk: &Desk) -> Result<Side, Failure> {
    side(&named(name, desk)?, desk, true)
}

fn named<'n>(name: &'n str, desk: &Desk) -> Result<Named<'n>, Failure> {
    if name == ACTIVE {
        return Ok(Named::Active);
    }
    let path = Path::new(name);
    if path.is_file() {
        return Ok(Named::File(path));
    }
    match desk.entry(name) {
        Ok(entry) => return Ok(Named::Release(entry.id.clone())),
        // What several are called is nothing else.
        Err(failure) if desk.entries.iter().any(|entry| entry.id.starts_with(name)) => return Err(failure),
        Err(_) => {}
    }
    if SNAPSHOT_DIGITS_MIN <= name.len() && name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let switch = desk.as_of(name)?;
        return Ok(Named::Snapshot(switch.snapshot.clone(), switch.releases.clone()));
    }
    Err(Failure::usage(
        format!("{name} is neither a file, nor a kept release, nor a snapshot"),
        "name a file as downloaded, or what `claimgate crosswalk list` shows, or `active`",
    ))
}

fn side(named: &Named<'_>, desk: &Desk, against_snapshot: bool) -> Result<Side, Failure> {
    let kept = |name: String, ids: &[String]| Ok(Side { name, crosswalk: desk.crosswalk(ids)?.0 });
    match named {
        Named::Active => match desk.switches.last() {
            Some(last) => {
                let name = format!("snapshot {}, in force", short(&last.snapshot));
                Ok(Side { name, crosswalk: desk.snapshot(last)?.0 })
            }
            None => kept("no release, as none counts".to_owned(), &[]),
        },
        Named::Snapshot(id, releases) => kept(format!("snapshot {}", short(id)), releases),
        Named::Release(id) if against_snapshot => {
            let entry = desk.entry(id)?;
            kept(format!("what counts now, with {id}"), &desk.with(&[entry]))
        }
        Named::Release(id) => kept(id.clone(), std::slice::from_ref(id)),
        Named::File(path) => {
            let bytes = read(path)?;
            let list = unsaid(|| recognise(&bytes)).map_err(|error| refused(path, &error))?;
            let loaded = ListArgs::default().parse(list, path, &bytes)?;
            let name = path.display().to_string();
            if against_snapshot {
                let crosswalk = desk.crosswalk_with(loaded)?;
                return Ok(Side { name: format!("what counts now, with {name}"), crosswalk });
            }
            Ok(Side { name, crosswalk: Crosswalk::build(vec![loaded]).0 })
        }
    }
}
