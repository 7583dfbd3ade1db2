//! What one file or the environment sets, checked against the table of keys.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{Named, VARIABLE_PREFIX, named, tables, variable};
use super::value::{Value, Written};
use crate::exit::Exit;
use crate::failure::Failure;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The program.
    BuiltIn,
    /// A file, and the line in it.
    File(PathBuf, usize),
    /// A variable of the environment.
    Variable(String),
    /// An option of the command line.
    Option(&'static str),
}

/// A key set to a value.
pub struct Assignment {
    /// The key.
    pub named: &'static Named,
    /// What it is set to.
    pub value: Value,
    /// Where.
    pub origin: Origin,
}

/// Everything that one source sets.
#[derive(Default)]
pub struct Layer {
    /// What it sets whatever the profile.
    pub own: Vec<Assignment>,
    /// What it sets for each profile that it names.
    pub profiles: BTreeMap<String, Vec<Assignment>>,
    /// What is wrong with it, from its top.
    pub faults: Vec<Failure>,
    /// Whether parts of it could not be read, so that more may stand in it than is here.
    pub is_torn: bool,
}

/// The table that profiles stand in.
const PROFILES: &str = "profiles";

impl Layer {
    /// Reads the site's file, which need not be there.
    pub fn of_site(path: &Path) -> Layer {
        match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Layer::default(),
            text => Layer::of_text(path, text),
        }
    }

    /// Reads a file, which is named in faults as `path`.
    pub fn of_file(path: &Path) -> Layer {
        Layer::of_text(path, fs::read_to_string(path))
    }

    fn of_text(path: &Path, text: io::Result<String>) -> Layer {
        match text {
            Ok(text) => Reader { path, text: &text, layer: Layer::default(), problems: Vec::new() }.read(),
            Err(error) => {
                let failure = Failure::io("cannot read configuration", path, &error);
                let faults = vec![Failure { exit: Exit::Usage, ..failure }];
                Layer { faults, is_torn: true, ..Layer::default() }
            }
        }
    }

    /// Reads the variables that begin with `CLAIMGATE_`.
    pub fn of_environment(variables: impl Iterator<Item = (OsString, OsString)>) -> Layer {
        let mut layer = Layer::default();
        let ours = |name: &OsString| name.to_string_lossy().starts_with(VARIABLE_PREFIX);
        // A sorted map, so that faults always come in one order.
        let variables: BTreeMap<OsString, OsString> = variables.filter(|(name, _)| ours(name)).collect();
        for (name, text) in variables {
            match variable_assignment(name.to_string_lossy().into_owned(), &text) {
                Ok(assignment) => layer.own.push(assignment),
                Err(fault) => layer.faults.push(fault),
            }
        }
        layer
    }
}

fn variable_assignment(name: String, text: &OsStr) -> Result<Assignment, Failure> {
    let Some(named) = named().iter().find(|named| variable(&named.name) == name) else {
        let known = named().iter().map(|named| variable(&named.name));
        return Err(Failure::usage(format!("unknown variable {name}"), did_you_mean(&name, known)));
    };
    let value = text.to_str().and_then(|text| named.key.kind.read(Written::Variable(text)));
    match value {
        Some(value) => Ok(Assignment { named, value, origin: Origin::Variable(name) }),
        None => Err(Failure::usage(
            format!("{name} has a value that it does not take"),
            format!("{name} takes {}", named.key.kind),
        )),
    }
}

/// A file while it is read.
struct Reader<'f> {
    path: &'f Path,
    text: &'f str,
    layer: Layer,
    problems: Vec<Problem>,
}

/// What is wrong in a line.
struct Problem {
    line: usize,
    message: String,
    hint: String,
}

type Entry<'e, 'f> = (&'e Spanned<std::borrow::Cow<'f, str>>, &'e Spanned<DeValue<'f>>);

impl Reader<'_> {
    fn read(mut self) -> Layer {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for (key, value) in table.get_ref() {
            if key.get_ref() == PROFILES {
                self.profiles((key, value));
            } else {
                let assignments = self.entry(None, (key, value));
                self.layer.own.extend(assignments);
            }
        }
        let mut torn: Vec<Problem> = errors.iter().map(|error| self.no_toml(error)).collect();
        torn.dedup_by_key(|problem| problem.line);
        // In a line that is no TOML, its keys are guesswork.
        self.problems.retain(|problem| torn.iter().all(|torn| torn.line != problem.line));
        let is_torn = !torn.is_empty();
        self.problems.append(&mut torn);
        // The table is sorted by name; whoever mends the file reads it from the top.
        self.problems.sort_by_key(|problem| problem.line);
        let path = self.path.display();
        let faults = self
            .problems
            .into_iter()
            .map(|Problem { line, message, hint }| Failure::usage(format!("{path}:{line}: {message}"), hint));
        Layer { faults: faults.collect(), is_torn, ..self.layer }
    }

    fn no_toml(&self, error: &toml::de::Error) -> Problem {
        let line = error.span().map_or(1, |span| line_of(self.text, span.start));
        let hint = "the file is written in TOML: key = value, words in quotes, tables in brackets";
        Problem { line, message: error.message().to_owned(), hint: hint.to_owned() }
    }

    /// Reads `[profiles.NAME]`, each with keys of the payer.
    fn profiles(&mut self, (key, value): Entry<'_, '_>) {
        let Some(profiles) = value.get_ref().as_table() else {
            return self.is_table(key, PROFILES);
        };
        for (name, value) in profiles {
            let Some(table) = value.get_ref().as_table() else {
                self.is_table(name, &format!("{PROFILES}.{}", name.get_ref()));
                continue;
            };
            let profile = name.get_ref().as_ref();
            let assignments = table.iter().flat_map(|entry| self.entry(Some(profile), entry)).collect();
            self.layer.profiles.insert(profile.to_owned(), assignments);
        }
    }

    /// Reads a key, or a table of keys.
    fn entry(&mut self, profile: Option<&str>, (key, value): Entry<'_, '_>) -> Vec<Assignment> {
        let name = key.get_ref().as_ref();
        if !tables().any(|table| table == name) {
            return self.assignment(profile, name, (key, value)).into_iter().collect();
        }
        let Some(table) = value.get_ref().as_table() else {
            self.is_table(key, name);
            return Vec::new();
        };
        let assignment =
            |entry: Entry<'_, '_>| self.assignment(profile, &format!("{name}.{}", entry.0.get_ref()), entry);
        table.iter().filter_map(assignment).collect()
    }

    fn assignment(
        &mut self,
        profile: Option<&str>,
        name: &str,
        (key, value): Entry<'_, '_>,
    ) -> Option<Assignment> {
        let Some(named) = named().iter().find(|named| named.name == name) else {
            let known = named().iter().filter(|named| profile.is_none() || named.key.of_payer);
            let known = known.map(|named| named.name.clone());
            let hint = did_you_mean(name, known.chain(tables().chain([PROFILES]).map(str::to_owned)));
            self.problem(key, format!("unknown key {name}"), hint);
            return None;
        };
        if let Some(profile) = profile.filter(|_| !named.key.of_payer) {
            let hint = format!("set it outside of [{PROFILES}.{profile}]");
            self.problem(key, format!("{name} cannot be set in a profile"), hint);
            return None;
        }
        let Some(read) = named.key.kind.read(Written::Toml(value.get_ref())) else {
            let hint = format!("{name} takes {}", named.key.kind);
            self.problem(key, format!("{name} has a value that it does not take"), hint);
            return None;
        };
        let origin = Origin::File(self.path.to_owned(), line_of(self.text, key.span().start));
        Some(Assignment { named, value: read, origin })
    }

    fn is_table<T>(&mut self, place: &Spanned<T>, name: &str) {
        self.problem(
            place,
            format!("{name} is a table of keys, not a value"),
            format!("begin it with [{name}]"),
        );
    }

    fn problem<T>(&mut self, place: &Spanned<T>, message: String, hint: String) {
        self.problems.push(Problem { line: line_of(self.text, place.span().start), message, hint });
    }
}

/// Returns the line of a byte, counted from 1.
fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|&byte| byte == b'\n').count() + 1
}

/// Names what is spelt most like `name`.
fn did_you_mean(name: &str, known: impl Iterator<Item = String>) -> String {
    let nearest = known.min_by_key(|known| strsim::damerau_levenshtein(name, known));
    let all = "`claimgate config` lists them all";
    nearest.map_or_else(|| all.to_owned(), |nearest| format!("did you mean {nearest}? {all}"))
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::BuiltIn => out.write_str("built in"),
            Origin::File(path, line) => write!(out, "{}:{line}", path.display()),
            Origin::Variable(name) => write!(out, "environment {name}"),
            Origin::Option(name) => out.write_str(name),
        }
    }
}
