//! The folders of two runs, or of several each, and which belongs to which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use responses::SUMMARY_FILE_NAME;
use serde::Deserialize;

use crate::failure::Failure;
#[cfg(feature = "office")]
use crate::stamp::Stamp;

/// The runs of both sides.
pub struct Runs {
    /// Runs that both sides have, by name.
    pub pairs: Vec<Pair>,
    /// Names of runs that only one side has.
    pub only: [Vec<String>; 2],
}

/// A run of either side, with one name.
pub struct Pair {
    /// The name of the folder, where there are several; else none.
    pub name: Option<String>,
    /// The run of A.
    pub a: Run,
    /// The run of B.
    pub b: Run,
}

/// A finished run.
pub struct Run {
    /// Its `results.ndjson`.
    pub results: PathBuf,
    /// Its `summary.json`.
    pub summary: Summary,
}

/// What is needed of `summary.json`; its fields are those of the schema.
#[derive(Deserialize)]
pub struct Summary {
    pub inputs: Vec<String>,
    pub stamp: String,
    pub version: String,
    claims: Received<u64>,
    charges: Received<String>,
    interchanges: u64,
    groups: u64,
    transaction_sets: u64,
    segments: u64,
    service_lines: u64,
    drug_lines: u64,
    bytes: u64,
    crosswalk: Crosswalk,
}

#[derive(Deserialize, PartialEq, Eq)]
struct Received<T> {
    received: T,
}

#[derive(Deserialize)]
struct Crosswalk {
    snapshot: String,
}

impl Run {
    /// Returns how many claims it received.
    pub fn received(&self) -> u64 {
        self.summary.claims.received
    }

    /// Says what the run was: `in.837, 2025-11-03T08:00:00Z, claimgate 0.1.0, crosswalk 1223ae02`.
    pub fn words(&self) -> String {
        let Summary { inputs, stamp, version, crosswalk, .. } = &self.summary;
        let snapshot = crosswalk.snapshot.get(..8).unwrap_or(&crosswalk.snapshot);
        format!("{}, {stamp}, claimgate {version}, crosswalk {snapshot}", inputs.join(" "))
    }
}

impl Pair {
    /// Returns whether both runs counted the same: then they may well have read one file.
    pub fn counts_agree(&self) -> bool {
        let counts = |run: &Run| {
            let Summary { interchanges, groups, transaction_sets, segments, .. } = run.summary;
            let Summary { service_lines, drug_lines, bytes, .. } = run.summary;
            [interchanges, groups, transaction_sets, segments, service_lines, drug_lines, bytes]
        };
        let (a, b) = (&self.a.summary, &self.b.summary);
        a.claims == b.claims && a.charges == b.charges && counts(&self.a) == counts(&self.b)
    }
}

impl Runs {
    /// Returns the moment of the latest run.
    #[cfg(feature = "office")]
    pub fn moment(&self) -> chrono::NaiveDateTime {
        let runs = self.pairs.iter().flat_map(|pair| [&pair.a, &pair.b]);
        let stamps = runs.filter_map(|run| Stamp::parse(&run.summary.stamp).ok());
        stamps.map(Stamp::moment).max().unwrap_or_default()
    }

    /// Finds the runs in the folders `a` and `b`.
    ///
    /// Errors: a folder has none; one has a run and the other several; a run has no results.
    pub fn open(a: &Path, b: &Path) -> Result<Runs, Failure> {
        let (of_a, of_b) = (folders(a)?, folders(b)?);
        let names: BTreeSet<&Option<String>> = of_a.keys().chain(of_b.keys()).collect();
        let (mut pairs, mut only) = (Vec::new(), [Vec::new(), Vec::new()]);
        for name in names {
            match (of_a.get(name), of_b.get(name)) {
                (Some(a), Some(b)) => pairs.push(Pair { name: name.clone(), a: open(a)?, b: open(b)? }),
                (Some(_), None) => only[0].extend(name.clone()),
                (None, _) => only[1].extend(name.clone()),
            }
        }
        if of_a.contains_key(&None) != of_b.contains_key(&None) {
            return Err(Failure::usage(
                "one folder has the outputs of one run, the other those of several",
                "name the folder of the run that is to be compared, such as out/in",
            ));
        }
        Ok(Runs { pairs, only })
    }
}

/// Returns the folders of the runs in `place` by their names; a run that stands there itself has none.
fn folders(place: &Path) -> Result<BTreeMap<Option<String>, PathBuf>, Failure> {
    if place.join("results.ndjson").exists() {
        return Ok(BTreeMap::from([(None, place.to_owned())]));
    }
    let unreadable = |error: io::Error| Failure::io("cannot read folder", place, &error);
    let mut folders = BTreeMap::new();
    for entry in fs::read_dir(place).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // What a killed run leaves is hidden.
        if !name.starts_with('.') && path.join(SUMMARY_FILE_NAME).exists() {
            folders.insert(Some(name), path);
        }
    }
    if folders.is_empty() && place.join(SUMMARY_FILE_NAME).exists() {
        // A run without results; what is missing is told where they are looked for.
        folders.insert(None, place.to_owned());
    }
    if folders.is_empty() {
        return Err(Failure::usage(
            format!("{} has no outputs of a run", place.display()),
            "name a folder that process wrote, or the --out that it stands in",
        ));
    }
    Ok(folders)
}

fn open(folder: &Path) -> Result<Run, Failure> {
    let results = folder.join("results.ndjson");
    if !results.exists() {
        return Err(Failure::usage(
            format!("{} has no results.ndjson", folder.display()),
            "process the file with --results findings or --results all",
        ));
    }
    let path = folder.join(SUMMARY_FILE_NAME);
    let bytes = fs::read(&path).map_err(|error| Failure::io("cannot read", &path, &error))?;
    let summary = serde_json::from_slice(&bytes).map_err(|_| {
        Failure::unreadable(
            format!("{} is not a summary", path.display()),
            "name the outputs of a run of this claimgate",
        )
    })?;
    Ok(Run { results, summary })
}
