//! What several inputs add up to.

use std::path::Path;

use claims::Counted;
use responses::{FailedInput, SummaryFacts, SummaryFault, Timing, Totals, run_hash, summary};

use crate::failure::Failure;
use crate::inputs::Source;
use crate::run::{Ran, Run};

/// What several inputs add up to.
#[derive(Default)]
pub struct All {
    inputs: Vec<String>,
    failed_inputs: Vec<FailedInput>,
    bytes: u64,
    counted: Counted,
    totals: Totals,
    faults: Vec<SummaryFault>,
    files: Vec<responses::OutputFile>,
}

impl All {
    /// Adds an input that went through.
    pub fn add(&mut self, ran: Ran) {
        let folder = ran.place.as_deref().and_then(Path::file_name).unwrap_or_default();
        let folder = folder.to_string_lossy().into_owned();
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

    /// Adds an input that has no outputs.
    pub fn add_failed(&mut self, source: &Source, failure: &Failure) {
        let (exit_code, class) = (failure.exit.code(), failure.class);
        self.failed_inputs.push(FailedInput { input: source.place(), exit_code, class });
    }

    /// Writes `summary.json` into `out`; with `sync`, it is on disk before this returns.
    pub fn write(&self, out: &Path, run: &Run<'_>, timing: Timing, sync: bool) -> Result<(), Failure> {
        let hash = run_hash(&self.files);
        let bytes = summary(&SummaryFacts {
            inputs: &self.inputs,
            failed_inputs: &self.failed_inputs,
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
        let path = out.join(responses::SUMMARY_FILE_NAME);
        intake::write_file(&path, &bytes, sync).map_err(|error| Failure::io("cannot write", &path, &error))
    }
}
