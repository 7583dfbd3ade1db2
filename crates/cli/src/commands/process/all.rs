//! What several inputs add up to.

use std::io::Write;
use std::path::Path;

use claims::Counted;
use responses::{SummaryFacts, SummaryFault, Timing, Totals, run_hash, summary};

use crate::failure::Failure;
use crate::run::{Ran, Run};

/// What several inputs add up to.
#[derive(Default)]
pub struct All {
    inputs: Vec<String>,
    bytes: u64,
    counted: Counted,
    totals: Totals,
    faults: Vec<SummaryFault>,
    files: Vec<responses::OutputFile>,
}

impl All {
    /// Adds an input that went through.
    pub fn add(&mut self, ran: Ran) {
        let folder = ran.folder_name().to_owned();
        self.bytes += ran.bytes;
        self.counted += &ran.counted;
        self.totals += &ran.totals;
        self.faults.extend(ran.faults);
        self.inputs.push(ran.input_name);
        self.files.extend(
            ran.files
                .into_iter()
                .map(|file| responses::OutputFile { name: format!("{folder}/{}", file.name), ..file }),
        );
    }

    /// Writes `summary.json` into `out`.
    pub fn write(&self, out: &Path, run: &Run<'_>, timing: Timing) -> Result<(), Failure> {
        let hash = run_hash(&self.files);
        let bytes = summary(&SummaryFacts {
            inputs: &self.inputs,
            bytes: self.bytes,
            counted: &self.counted,
            totals: &self.totals,
            faults: &self.faults,
            crosswalk: run.crosswalk,
            stamp: &run.stamp.text(),
            today: run.stamp.day(),
            channel: run.settings.channel.as_str(),
            profile: &run.settings.profile.name,
            files: &self.files,
            run_hash: &hash,
            timing,
            version: crate::version::SHORT,
        });
        let path = out.join("summary.json");
        let aside = tempfile::NamedTempFile::new_in(out).and_then(|mut file| {
            file.write_all(&bytes)?;
            Ok(file)
        });
        aside
            .and_then(|file| file.persist(&path).map_err(|error| error.error))
            .map(drop)
            .map_err(|error| Failure::io("cannot write", &path, &error))
    }
}
