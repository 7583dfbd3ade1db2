//! Ends a run: holds what was written against what was read, and puts the files together.

use chrono::NaiveDate;
use claims::{Counted, Tally, Usage};
use crosswalk::Crosswalk;
use edits::{Channel, Disposition};

use crate::acks::Acknowledgement;
use crate::brr::{self, Closing, Passage, Section};
use crate::denials;
use crate::outputs::{Imbalance, Outputs, Unfinished};
use crate::results::Results;
use crate::store::{OutputFile, Part, Store, Stream};
use crate::totals::Totals;

/// What the reports say of the run itself.
#[derive(Clone, Copy)]
pub struct RunFacts<'r> {
    /// The lists that were asked.
    pub crosswalk: &'r Crosswalk,
    /// When the run took place, as the stamp has it.
    pub stamp: &'r str,
    /// The day of the stamp.
    pub today: NaiveDate,
    /// How the claims came in.
    pub channel: Channel,
    /// Name of the input.
    pub input_name: &'r str,
    /// Version of the program.
    pub version: &'r str,
}

/// The files of a run and what they add up to.
#[derive(Debug)]
pub struct Finished {
    /// All files but the summary.
    pub files: Vec<OutputFile>,
    /// What came of the run.
    pub totals: Totals,
}

/// Name of the file that keeps the claims of a disposition.
pub fn claims_file_name(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Accepted => "accepted.837",
        Disposition::Rejected => "rejected.837",
        Disposition::Held => "held.837",
        Disposition::Refused => "refused.837",
    }
}

/// Name of the file with one line a claim.
pub const RESULTS_FILE_NAME: &str = "results.ndjson";

/// Name of the file with the figures of a run and the list of its outputs.
pub const SUMMARY_FILE_NAME: &str = "summary.json";

impl Outputs<'_> {
    /// Ends the run.
    ///
    /// Errors: [`Unfinished::Imbalance`] if `counted`, which the reader counted on its own, differs from the verdicts or from what was written.
    pub fn finish(
        mut self,
        counted: &Counted,
        run: RunFacts<'_>,
        store: &mut dyn Store,
    ) -> Result<Finished, Unfinished> {
        self.end_branches(store)?;
        self.end_interchange(store)?;
        self.end_acknowledgements(store)?;
        self.balance(counted)?;
        let mut files = Vec::new();
        for disposition in Disposition::ALL {
            let stream = Stream::Claims(disposition);
            let claims = self.written(disposition).claims;
            // Refused units are kept even without a claim; of the others only what has one is worth a file.
            if claims > 0 || (disposition == Disposition::Refused && store.length(stream) > 0) {
                files.push(whole(claims_file_name(disposition), stream, store)?);
            }
        }
        if self.wanted().results != Results::None {
            files.push(whole(RESULTS_FILE_NAME, Stream::Results, store)?);
        }
        finish_denials(&mut files, store)?;
        for form in Acknowledgement::ALL {
            let stream = Stream::Acknowledgement(form);
            if store.length(stream) > 0 {
                files.push(whole(form.file_name(), stream, store)?);
            }
        }
        self.finish_reports(run, &mut files, store)?;
        Ok(Finished { files, totals: self.into_totals() })
    }

    fn balance(&self, counted: &Counted) -> Result<(), Unfinished> {
        let unequal =
            |between, expected, found| Err(Unfinished::Imbalance(Imbalance { between, expected, found }));
        for usage in Usage::ALL {
            let (read, judged) = (counted.received[usage.place()], self.totals().received(usage));
            if read != judged {
                return unequal("claims read and claims judged", read, judged);
            }
        }
        for disposition in Disposition::ALL {
            let (judged, written): (Tally, Tally) =
                (self.totals().of(disposition), self.written(disposition));
            if judged != written {
                return unequal("claims judged and claims written", judged, written);
            }
        }
        Ok(())
    }

    fn finish_reports(
        &self,
        run: RunFacts<'_>,
        files: &mut Vec<OutputFile>,
        store: &mut dyn Store,
    ) -> Result<(), Unfinished> {
        if !self.totals().has_report() {
            return Ok(());
        }
        for &form in &self.wanted().reports {
            let cuts = Section::ALL.map(|section| {
                let length = store.length(Stream::Report(form, section));
                let mut cuts = self.cuts(form, section);
                if cuts.last() != Some(&length) {
                    cuts.push(length);
                }
                cuts
            });
            let closing = Closing {
                totals: self.totals(),
                crosswalk: run.crosswalk,
                stamp: run.stamp,
                today: run.today,
                channel: run.channel,
                input_name: run.input_name,
                version: run.version,
                cuts: cuts.each_ref().map(Vec::as_slice),
            };
            for (name, passages) in brr::FORMS[form].finish(&closing) {
                let parts: Vec<Part> = passages.into_iter().map(|passage| part(form, passage)).collect();
                files.push(store.assemble(&name, &parts)?);
            }
        }
        Ok(())
    }
}

fn finish_denials(files: &mut Vec<OutputFile>, store: &mut dyn Store) -> Result<(), Unfinished> {
    for (index, form) in denials::FORMS.iter().enumerate() {
        let stream = Stream::Denials(index);
        let length = store.length(stream);
        if length > 0 {
            let parts = [
                Part::Bytes(form.open().to_vec()),
                Part::Stream(stream, form.separator_bytes()..length),
                Part::Bytes(form.close().to_vec()),
            ];
            files.push(store.assemble(form.file_name(), &parts)?);
        }
    }
    Ok(())
}

fn part(form: usize, passage: Passage) -> Part {
    match passage {
        Passage::Bytes(bytes) => Part::Bytes(bytes),
        Passage::Section(section, range) => Part::Stream(Stream::Report(form, section), range),
    }
}

fn whole(name: &str, stream: Stream, store: &mut dyn Store) -> Result<OutputFile, Unfinished> {
    let all = Part::Stream(stream, 0..store.length(stream));
    Ok(store.assemble(name, &[all])?)
}
