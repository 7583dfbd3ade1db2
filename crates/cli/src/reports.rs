//! The forms of the Business Rejection Report that can be asked for.
//!
//! Most are written while the run goes on; workbook and PDF are made of `brr.json` when it is finished.

use responses::OutputFile;
use responses::brr::FORMS;

use crate::failure::Failure;
use crate::run::Run;
use crate::store::FileStore;

/// The form that documents are made of, which is written whenever one is asked for.
const SOURCE: &str = "json";

/// Forms that are made of [`SOURCE`].
#[cfg(feature = "office")]
const DOCUMENTS: &[&str] = &[documents::workbook::NAME, documents::pdf::NAME];
#[cfg(not(feature = "office"))]
const DOCUMENTS: &[&str] = &[];

/// Returns every form, in their order: what follows `brr.` in the names of their files.
pub fn all() -> Vec<&'static str> {
    [written(), DOCUMENTS.to_vec()].concat()
}

/// Returns the forms that are written if nobody says otherwise: documents take time, and few ask for them.
pub fn usual() -> Vec<&'static str> {
    written()
}

/// Returns the forms that `names` stand for, in their order.
///
/// Errors: there is no form of a name.
pub fn chosen(names: &[String]) -> Result<Vec<&'static str>, Failure> {
    if names == ["none"] {
        return Ok(Vec::new());
    }
    let all = all();
    match names.iter().find(|name| !all.contains(&name.as_str())) {
        None => Ok(all.into_iter().filter(|form| names.iter().any(|name| name == form)).collect()),
        Some(unknown) => Err(Failure::usage(
            format!("there is no report in form {unknown}"),
            format!("choose any of {}, or none", all.join(", ")),
        )),
    }
}

/// Returns what has to be written for `chosen` while the run goes on, as indexes into [`FORMS`].
pub fn forms(chosen: &[&str]) -> Vec<usize> {
    let has_document = DOCUMENTS.iter().any(|form| chosen.contains(form));
    let is_needed = |form: &str| chosen.contains(&form) || (has_document && form == SOURCE);
    written().into_iter().enumerate().filter(|(_, form)| is_needed(form)).map(|(index, _)| index).collect()
}

fn written() -> Vec<&'static str> {
    FORMS.iter().map(|form| form.file_name().trim_start_matches("brr.")).collect()
}

/// Makes the documents that are asked for, if there is a report, and adds them to `files`.
///
/// What they are made of goes again if nobody has asked for it.
pub fn add_documents(
    run: &Run<'_>,
    store: &mut FileStore,
    files: &mut Vec<OutputFile>,
) -> Result<(), Failure> {
    let source = format!("brr.{SOURCE}");
    if !files.iter().any(|file| file.name == source) {
        return Ok(());
    }
    #[cfg(feature = "office")]
    for form in DOCUMENTS.iter().filter(|form| run.settings.reports.contains(form)) {
        office::make(form, &source, run, store, files)?;
    }
    if !run.settings.reports.contains(&SOURCE) {
        files.retain(|file| file.name != source);
        store
            .remove(&source)
            .map_err(|error| Failure::io("cannot remove", std::path::Path::new(&source), &error))?;
    }
    Ok(())
}

#[cfg(feature = "office")]
mod office {
    use std::fs::File;
    use std::io::Write;
    use std::path::Path;

    use responses::OutputFile;

    use crate::failure::Failure;
    use crate::panics;
    use crate::run::Run;
    use crate::store::FileStore;

    /// Makes one document of the file `source`.
    pub fn make(
        form: &str,
        source: &str,
        run: &Run<'_>,
        store: &mut FileStore,
        files: &mut Vec<OutputFile>,
    ) -> Result<(), Failure> {
        let name = format!("brr.{form}");
        let again = |error: &std::io::Error| Failure::io("cannot read again", Path::new(source), error);
        let Some(report) = store.open(source).map_err(|error| again(&error))? else { return Ok(()) };
        let made = if form == documents::workbook::NAME {
            workbook(&name, &report, run, store, files)
        } else {
            documents::pdf::write_brr(&report, run.stamp.moment(), |name, bytes| {
                files.push(store.add(name, |file| file.write_all(bytes))?);
                Ok(())
            })
        };
        made.map_err(|error| failure(&name, &error))
    }

    fn workbook(
        name: &str,
        report: &File,
        run: &Run<'_>,
        store: &mut FileStore,
        files: &mut Vec<OutputFile>,
    ) -> Result<(), documents::Error> {
        let spool = store.spool().to_owned();
        let moment = run.stamp.moment();
        // A temporary file that cannot be written is a panic in the library, which is answered as an error.
        let write =
            |file: &mut File| panics::unsaid(|| documents::workbook::write_brr(report, moment, &spool, file));
        files.push(store.add(name, write)?);
        Ok(())
    }

    /// Says why a document cannot be made.
    fn failure(name: &str, error: &documents::Error) -> Failure {
        match error {
            documents::Error::Io(error) => Failure::io("cannot write", Path::new(name), error),
            other => Failure::internal(format!("cannot make {name}: {other}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_asks_for_what_it_is_made_of() {
        assert_eq!(forms(&["html", "txt"]), [0, 3]);
        assert_eq!(forms(&[]), [0; 0]);
        #[cfg(feature = "office")]
        assert_eq!(forms(&["csv", "pdf"]), [1, 2]);
    }

    #[test]
    fn forms_are_chosen_by_name() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(chosen(&names(&["txt", "html", "txt"])).unwrap(), ["html", "txt"]);
        assert_eq!(chosen(&names(&["none"])).unwrap(), [""; 0]);
        assert!(chosen(&names(&["html", "none"])).is_err());
        assert_eq!(usual(), ["html", "json", "csv", "txt"]);
    }
}
