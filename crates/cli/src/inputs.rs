//! The files that a command is given: names, globs, folders, lists of names, or standard input.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::failure::Failure;

/// Where the input is.
#[derive(Args, Clone, Debug, Default)]
pub struct InputArgs {
    /// 837 files, globs or folders; - is standard input
    #[arg(value_name = "FILE|DIR|-")]
    pub inputs: Vec<PathBuf>,
    /// Read names of input files from FILE, one a line; - is standard input
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,
    /// Names in --files-from end with NUL instead of a line end
    #[arg(short = '0', long = "null", requires = "files_from")]
    pub null: bool,
}

/// One input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// A file that is kept under another name than the one it was sent with.
    Kept {
        /// Where it is.
        path: PathBuf,
        /// Its name as it was sent.
        name: OsString,
    },
}

/// What the folder of an input's outputs is called after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum NameBy {
    /// The file, without its last extension
    #[default]
    File,
    /// The folder that the file lies in, as for held.837 of several runs
    Parent,
}

/// Names that transfer programs give to files they have not finished.
const UNFINISHED: [&str; 6] = [".tmp", ".part", ".partial", ".filepart", ".uploading", ".crdownload"];

impl Source {
    /// Returns the name of the folder its outputs go to; of standard input, it is `stdin`.
    ///
    /// A file in the root of the file system has no folder with a name, and gives its own.
    pub fn folder_name(&self, by: NameBy) -> OsString {
        let path = match self {
            Source::Stdin => return "stdin".into(),
            Source::File(path) => path,
            Source::Kept { name, .. } => Path::new(name),
        };
        let parent = if by == NameBy::Parent { parent_name(path) } else { None };
        parent.unwrap_or_else(|| path.file_stem().unwrap_or(path.as_os_str()).to_owned())
    }

    /// Returns where it was found, by which it can be found again among others of its name.
    pub fn place(&self) -> String {
        match self {
            Source::Stdin => "stdin".to_owned(),
            Source::File(path) => shown_name(path.as_os_str()),
            Source::Kept { name, .. } => shown_name(name),
        }
    }

    /// Returns the name that reports show.
    pub fn name(&self) -> String {
        match self {
            Source::Stdin => "stdin".to_owned(),
            Source::File(path) => shown_name(path.file_name().unwrap_or(path.as_os_str())),
            Source::Kept { name, .. } => shown_name(name),
        }
    }
}

/// Returns the name of the folder that `file` lies in, as it was named if it was.
fn parent_name(file: &Path) -> Option<OsString> {
    let parent = file.parent()?;
    let named = parent.file_name().map(OsStr::to_owned);
    let found = || {
        let here = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        Some(here.canonicalize().ok()?.file_name()?.to_owned())
    };
    named.or_else(found)
}

/// Writes a name such that it cannot break a line or steer a terminal.
pub fn shown_name(name: &OsStr) -> String {
    let text = name.to_string_lossy();
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

impl InputArgs {
    /// Returns every input, in the order given; what a glob or a folder stands for is sorted by name.
    ///
    /// Errors: none is given; a glob that matches nothing; a folder without files; standard input more than once; two that would share a folder of outputs are not looked for here.
    pub fn sources(&self) -> Result<Vec<Source>, Failure> {
        let mut sources = Vec::new();
        for input in &self.inputs {
            add(input, &mut sources)?;
        }
        self.check_stdin(&sources)?;
        if let Some(list) = &self.files_from {
            for name in self.names(list)? {
                add(Path::new(&name), &mut sources)?;
            }
            self.check_stdin(&sources)?;
        }
        if sources.is_empty() {
            return Err(Failure::usage(
                "no input is named",
                "name 837 files or folders, or - for standard input",
            ));
        }
        Ok(sources)
    }

    /// Looks whether standard input is to be read twice.
    fn check_stdin(&self, sources: &[Source]) -> Result<(), Failure> {
        let inputs = sources.iter().filter(|&source| *source == Source::Stdin).count();
        if self.files_from.as_deref().is_some_and(is_stdin) && 0 < inputs {
            return Err(Failure::usage(
                "standard input cannot be both an input and the list of inputs",
                "put the list into a file, and name that with --files-from",
            ));
        }
        if 1 < inputs {
            return Err(Failure::usage("standard input is named more than once", "name - once"));
        }
        Ok(())
    }

    fn names(&self, list: &Path) -> Result<Vec<OsString>, Failure> {
        let mut bytes = Vec::new();
        let read = if is_stdin(list) {
            std::io::stdin().read_to_end(&mut bytes).map(drop)
        } else {
            std::fs::read(list).map(|read| bytes = read)
        };
        read.map_err(|error| Failure::io("cannot read list of files", list, &error))?;
        let end = if self.null { 0 } else { b'\n' };
        let names = bytes.split(|&byte| byte == end);
        let names = names.map(|name| if self.null { name } else { name.strip_suffix(b"\r").unwrap_or(name) });
        Ok(names.filter(|name| !name.is_empty()).map(|name| OsString::from_vec(name.to_vec())).collect())
    }
}

/// Returns what messages call each of several inputs: its name or, where others have the same, where it was found.
pub fn called(sources: &[Source]) -> Vec<String> {
    let mut inputs: BTreeMap<String, u64> = BTreeMap::new();
    for source in sources {
        *inputs.entry(source.name()).or_default() += 1;
    }
    let call = |source: &Source| match source.name() {
        name if inputs.get(&name) == Some(&1) => name,
        _ => source.place(),
    };
    sources.iter().map(call).collect()
}

/// Returns two inputs whose outputs would go to the same folder.
pub fn shared_folder(sources: &[Source], by: NameBy) -> Option<(&Source, &Source)> {
    let mut folders: BTreeMap<OsString, &Source> = BTreeMap::new();
    sources.iter().find_map(|source| {
        let earlier = folders.insert(source.folder_name(by), source)?;
        Some((earlier, source))
    })
}

fn add(input: &Path, sources: &mut Vec<Source>) -> Result<(), Failure> {
    if is_stdin(input) {
        sources.push(Source::Stdin);
    } else if input.is_dir() {
        add_folder(input, sources)?;
    } else if !input.exists() && is_glob(input) {
        add_glob(input, sources)?;
    } else {
        sources.push(Source::File(input.to_owned()));
    }
    Ok(())
}

fn is_stdin(input: &Path) -> bool {
    input == Path::new("-")
}

fn is_glob(input: &Path) -> bool {
    input.as_os_str().as_bytes().iter().any(|byte| b"*?[".contains(byte))
}

fn add_folder(folder: &Path, sources: &mut Vec<Source>) -> Result<(), Failure> {
    let unreadable = |error| Failure::io("cannot read folder", folder, &error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_file() && is_finished(&path) {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(Failure::unreadable(
            format!("folder {} has no files to read", folder.display()),
            "files whose names begin with a dot or end like unfinished transfers are passed over",
        ));
    }
    files.sort();
    sources.extend(files.into_iter().map(Source::File));
    Ok(())
}

/// A name that begins with a dot or a tilde, or ends as transfers do that are not done, is not ready.
pub fn is_finished(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    !name.starts_with('.')
        && !name.starts_with("~$")
        && !name.ends_with('~')
        && !UNFINISHED.iter().any(|ending| name.ends_with(ending))
}

fn add_glob(pattern: &Path, sources: &mut Vec<Source>) -> Result<(), Failure> {
    let text = pattern.to_string_lossy();
    let found = glob::glob(&text).map_err(|error| {
        Failure::usage(format!("{text} is no pattern: {error}"), "quote * ? and [ as the shell does")
    })?;
    let ready = |path: &PathBuf| path.is_file() && is_finished(path);
    let mut files: Vec<PathBuf> = found.filter_map(Result::ok).filter(ready).collect();
    if files.is_empty() {
        return Err(Failure::unreadable(format!("no file matches {text}"), "check the pattern"));
    }
    files.sort();
    sources.extend(files.into_iter().map(Source::File));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_globs_are_sorted_and_leave_unfinished_files_alone() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.837", "a.837", ".hidden", "c.837.filepart", "d.tmp", "~$e.837", "f~"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        let sources = |input: PathBuf| InputArgs { inputs: vec![input], ..InputArgs::default() }.sources();
        let expected = ["a.837", "b.837"].map(|name| Source::File(folder.path().join(name)));
        assert_eq!(sources(folder.path().to_owned()).unwrap(), expected);
        assert_eq!(sources(folder.path().join("*.837")).unwrap(), expected);
        assert!(sources(folder.path().join("*.edi")).is_err());
        assert!(sources(folder.path().join("sub")).is_err());
    }

    #[test]
    fn names_come_from_a_list() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list");
        for (null, text) in [(false, "x.837\r\ny z.837\n\n"), (true, "x.837\0y z.837\0")] {
            std::fs::write(&list, text).unwrap();
            let inputs = InputArgs { inputs: vec![], files_from: Some(list.clone()), null };
            assert_eq!(
                inputs.sources().unwrap(),
                [Source::File("x.837".into()), Source::File("y z.837".into())]
            );
        }
        assert!(InputArgs::default().sources().is_err());
    }

    #[test]
    fn two_inputs_of_one_folder_are_found() {
        let file = |name: &str| Source::File(name.into());
        let sources = [file("in/a.837"), file("b.837"), file("old/a.txt")];
        assert_eq!(shared_folder(&sources, NameBy::File), Some((&sources[0], &sources[2])));
        assert_eq!(shared_folder(&sources[..2], NameBy::File), None);
        assert_eq!(shared_folder(&sources, NameBy::Parent), None);
        assert_eq!(file("x/claims.2025.837").folder_name(NameBy::File), "claims.2025");
    }

    #[test]
    fn inputs_of_one_name_are_called_by_their_places() {
        let file = |name: &str| Source::File(name.into());
        let sources = [file("in/a.837"), file("old/b.837"), file("old/a.837"), Source::Stdin];
        assert_eq!(called(&sources), ["in/a.837", "b.837", "old/a.837", "stdin"]);
    }

    #[test]
    fn a_folder_has_the_name_it_was_called_by_or_its_own() {
        let parent = |name: &str| Source::File(name.into()).folder_name(NameBy::Parent);
        assert_eq!(parent("out/claims.2025/held.837"), "claims.2025");
        assert_eq!(parent("/held.837"), "held");
        let here = std::env::current_dir().unwrap();
        assert_eq!(parent("held.837"), here.file_name().unwrap());
        assert_eq!(parent("src/../held.837"), here.file_name().unwrap());
        assert_eq!(Source::Stdin.folder_name(NameBy::Parent), "stdin");
    }
}
