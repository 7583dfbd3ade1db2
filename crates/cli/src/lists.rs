//! The lists that a run asks, as the command line names them.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Args;
use crosswalk::sources::{ColumnNames, Loaded, Options, SourceError, asp, local, pdac};
use crosswalk::{Crosswalk, List, Note, RowError, RowErrorKind};
use rayon::prelude::*;

use crate::day;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::DeskSettings;

/// Where the lists are.
#[derive(Args, Clone, Debug, Default)]
pub struct ListArgs {
    /// PDAC NDC/HCPCS crosswalk, as downloaded (.xlsx .xls .csv .txt)
    #[arg(long, value_name = "FILE", help_heading = "Crosswalks")]
    pub pdac: Vec<PathBuf>,
    /// CMS ASP NDC-HCPCS crosswalk of one quarter, as downloaded (.csv .xlsx .xls .zip); repeat for several
    #[arg(long, value_name = "FILE", help_heading = "Crosswalks")]
    pub asp: Vec<PathBuf>,
    /// Pairs approved on request (.csv, seven columns from ndc to note)
    #[arg(long, value_name = "FILE", help_heading = "Crosswalks")]
    pub local: Vec<PathBuf>,
    /// Folder of kept releases, which count where no list is named
    #[arg(long, value_name = "DIR", help_heading = "Crosswalks", conflicts_with_all = ["pdac", "asp", "local"])]
    pub crosswalk: Option<PathBuf>,
    /// Snapshot of the kept releases that counts in place of the one in force: its id, or how that begins, or a day on which it was in force
    #[arg(long, value_name = "SNAPSHOT", help_heading = "Crosswalks", conflicts_with_all = ["pdac", "asp", "local"])]
    pub as_of: Option<String>,
    /// Day the PDAC list was posted, where neither its sheet nor its name says so
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day::parse, help_heading = "Crosswalks")]
    pub pdac_posted: Option<NaiveDate>,
    /// Columns of lists whose headers are not recognised: ndc=…,hcpcs=…,from=…,through=…; of one list alone, behind pdac: asp: or local:
    #[arg(long, value_name = "[LIST:]NAMES", value_parser = columns, help_heading = "Crosswalks")]
    pub columns: Vec<Columns>,
}

/// Columns as the command line names them.
#[derive(Clone, Debug)]
pub struct Columns {
    /// The list that has them; `None` for every list that is not named.
    list: Option<List>,
    names: ColumnNames,
}

/// Reads `ndc=…,hcpcs=…,from=…,through=…`, which a list and a colon can stand in front of.
pub fn columns(text: &str) -> Result<Columns, String> {
    let (list, text) = match text.split_once(':') {
        // A column can have a colon in its name, but that is behind a key.
        Some((list, names)) if !list.contains('=') => (Some(list_named(list.trim())?), names),
        _ => (None, text),
    };
    let mut names = ColumnNames::default();
    for pair in text.split(',') {
        let (key, value) =
            pair.split_once('=').ok_or_else(|| format!("`{pair}` is not of the form key=column"))?;
        let place = match key.trim() {
            "ndc" => &mut names.ndc,
            "hcpcs" => &mut names.hcpcs,
            "from" => &mut names.from,
            "through" => &mut names.through,
            other => return Err(format!("`{other}` is none of ndc, hcpcs, from, through")),
        };
        *place = Some(value.trim().to_owned());
    }
    Ok(Columns { list, names })
}

/// Returns the list that data and options call `name`.
pub fn list_named(name: &str) -> Result<List, String> {
    let found = List::ALL.into_iter().find(|list| list.as_str() == name);
    found.ok_or_else(|| format!("`{name}` is none of the lists pdac, asp, local"))
}

impl ListArgs {
    /// Loads every list that is named; where none is, the kept releases that count.
    ///
    /// Errors: no list at all; a file that cannot be read; a file that is not the list it is said to be.
    pub fn load(&self, settings: &DeskSettings) -> Result<(Crosswalk, Vec<Note>), Failure> {
        if self.pdac.is_empty() && self.asp.is_empty() && self.local.is_empty() {
            return self.load_kept(settings);
        }
        let named =
            |list, files: &[PathBuf]| files.iter().map(|file| (list, file.clone())).collect::<Vec<_>>();
        let files =
            [named(List::Pdac, &self.pdac), named(List::Asp, &self.asp), named(List::Local, &self.local)];
        let loaded: Result<Vec<Loaded>, Failure> = files
            .concat()
            .par_iter()
            .map(|(list, path)| {
                let bytes = read(path)?;
                self.parse(*list, path, &bytes)
            })
            .collect();
        Ok(Crosswalk::build(loaded?))
    }

    fn load_kept(&self, settings: &DeskSettings) -> Result<(Crosswalk, Vec<Note>), Failure> {
        let desk = Desk::open(self.crosswalk.as_deref(), settings)?;
        if self.crosswalk.is_none() && settings.folder.is_none() && !desk.is_there() {
            return Err(Failure::usage(
                "no crosswalk is named, so no claim can be judged",
                "name the lists with --pdac FILE and --asp FILE, as downloaded from their publishers, or keep them with `claimgate crosswalk import`",
            ));
        }
        let switch = match &self.as_of {
            Some(snapshot) => desk.as_of(snapshot)?,
            None => desk.in_force()?,
        };
        desk.snapshot(switch)
    }

    /// Returns the columns that are named for `list`: its own before those of every list, and of several the last.
    pub fn columns_of(&self, list: List) -> Option<ColumnNames> {
        let named_for = |of: Option<List>| self.columns.iter().rfind(|columns| columns.list == of);
        named_for(Some(list)).or_else(|| named_for(None)).map(|columns| columns.names.clone())
    }

    /// Reads one file as `list`.
    pub fn parse(&self, list: List, path: &Path, bytes: &[u8]) -> Result<Loaded, Failure> {
        let loaded = self.parse_any(list, path, bytes)?;
        // A list that lost its tail would reject claims for pairs that it no longer has.
        let cut_off = |row: &&RowError| row.kind == RowErrorKind::CutOff;
        match loaded.release.report.set_aside.iter().find(cut_off) {
            None => Ok(loaded),
            Some(row) => Err(Failure::usage(
                format!("{}: row {}: the list is cut off here", path.display(), row.row),
                "download it again",
            )),
        }
    }

    /// Does the same for a list that may be cut off.
    pub fn parse_any(&self, list: List, path: &Path, bytes: &[u8]) -> Result<Loaded, Failure> {
        let name = file_name(path);
        let columns = self.columns_of(list);
        let options = Options { posted: self.pdac_posted, columns, source_name: &name };
        parse(list, bytes, &options).map_err(|error| refused(path, &error))
    }
}

/// Reads the bytes of one file as `list`.
pub fn parse(list: List, bytes: &[u8], options: &Options<'_>) -> Result<Loaded, SourceError> {
    // A damaged workbook can make its reader panic, which the loader answers.
    crate::panics::unsaid(|| match list {
        List::Pdac => pdac::parse(bytes, options),
        List::Asp => asp::parse(bytes, options),
        List::Local => local::parse(bytes, options),
    })
}

/// Returns the name of a file, without the folders before it.
pub fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Reads a whole file.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let usage = |error| Failure { exit: Exit::Usage, ..Failure::io("cannot read crosswalk", path, &error) };
    std::fs::read(path).map_err(usage)
}

/// Says why a file is not the list that it was named as; the loader's words end with a hint on a line of its own.
pub fn refused(path: &Path, error: &SourceError) -> Failure {
    let words = error.to_string();
    let (message, hint) = words.split_once("\nhint: ").unwrap_or((&words, ""));
    Failure::usage(format!("{}: {message}", path.display()), hint)
}
