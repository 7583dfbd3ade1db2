//! `claimgate explain`: everything that is said of a code, one claim's verdict in full, or what an acknowledgement says.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use clap::Args;
use edits::{About, about, acknowledgement_codes_of, catalogue};
use responses::brr::shown_text;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::inputs::Source;
use crate::page::Page;
use crate::settings::{Loaded, Origin};
use crate::stdout;

mod acknowledgement;
mod verdict;

/// Arguments of `explain`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ExplainArgs {
    /// Code of a finding; a results file and the number of a claim in it; or a file with TA1, 999, 997, 824 or 277, where - is standard input
    #[arg(value_name = "CODE|RESULTS:CLAIM_NUMBER|FILE|-", required_unless_present = "all")]
    pub what: Option<OsString>,
    /// File that the acknowledgement answers, in which the guilty segments are shown; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "all")]
    pub against: Option<PathBuf>,
    /// List every code with its title
    #[arg(long, conflicts_with = "what")]
    pub all: bool,
    /// Profile of the payer, whose severities are shown
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  claimgate explain NDC050
  claimgate explain --all --config site.toml --profile strict
  claimgate explain out/in/results.ndjson:17
  claimgate explain 999.edi --against in.837";

/// Says what was asked for.
pub fn run(args: &ExplainArgs, global: &Global) -> Result<Exit, Failure> {
    let configured = || Loaded::load(global.config.as_deref(), args.profile.as_deref());
    if let Some(source) = args.what.as_deref().and_then(source_of) {
        return file(&source, args.against.as_deref(), &configured()?);
    }
    if args.against.is_some() {
        return Err(Failure::usage(
            "--against belongs to an acknowledgement, and none is named",
            "name a file with TA1, 999, 997, 824 or 277 to explain",
        ));
    }
    let text = match &args.what {
        None => all(&configured()?),
        Some(what) => match split_place(what) {
            Some((file, number)) => verdict::of(Path::new(file), number)?,
            None if is_path(Path::new(what)) => return Err(not_there(Path::new(what))),
            None => one(&what.to_string_lossy(), &configured()?)?,
        },
    };
    stdout::write(text.as_bytes())?;
    Ok(Exit::Done)
}

/// Returns the file that `what` names, if it names one that is there.
fn source_of(what: &OsStr) -> Option<Source> {
    let path = Path::new(what);
    match what.as_bytes() {
        b"-" => Some(Source::Stdin),
        _ => path.exists().then(|| Source::File(path.to_owned())),
    }
}

/// Explains the acknowledgements in a file.
fn file(source: &Source, against: Option<&Path>, loaded: &Loaded) -> Result<Exit, Failure> {
    let against = against.map(|path| source_of(path.as_os_str()).unwrap_or(Source::File(path.to_owned())));
    if *source == Source::Stdin && against == Some(Source::Stdin) {
        return Err(Failure::usage("standard input is named more than once", "name - once"));
    }
    let bytes_max = loaded.settings.file_bytes_max;
    let opened = acknowledgement::opened(source, bytes_max)?.ok_or_else(|| no_number(source))?;
    stdout::look()?;
    acknowledgement::run(source, opened, against.as_ref(), bytes_max)
}

/// Takes `results.ndjson:17` apart; no code has a colon.
fn split_place(what: &OsStr) -> Option<(&OsStr, &[u8])> {
    let bytes = what.as_bytes();
    let colon = bytes.iter().rposition(|&byte| byte == b':')?;
    Some((OsStr::from_bytes(&bytes[..colon]), &bytes[colon + 1..]))
}

/// No code has a point or a slash.
fn is_path(what: &Path) -> bool {
    what.as_os_str().as_bytes().iter().any(|byte| b"./".contains(byte))
}

fn not_there(file: &Path) -> Failure {
    let error = std::fs::metadata(file).err();
    Failure::io("cannot read", file, &error.unwrap_or_else(|| std::io::ErrorKind::NotFound.into()))
}

fn no_number(file: &Source) -> Failure {
    let file = file.place();
    Failure::usage(
        format!("{file} is no code and no acknowledgement, and no claim of it is named"),
        format!("to explain a claim of results, add a colon and its claim_number, such as {file}:17"),
    )
}

/// Makes what cannot be seen visible, line by line.
fn shown_lines(text: &str) -> String {
    text.split_inclusive('\n')
        .flat_map(|line| [shown_text(line.trim_end_matches('\n')), "\n".to_owned()])
        .collect()
}

fn all(loaded: &Loaded) -> String {
    let mut page = Page::default();
    for about in catalogue() {
        let severity = loaded.settings.profile.severity(about.code, about.severity);
        page.line(&format!("{:<8}{:<8}{}", about.code, severity.as_str(), about.title));
    }
    page.text
}

/// Returns what there is to say of a code, in large or small letters.
pub fn known(code: &str) -> Result<&'static About, Failure> {
    let code = code.to_ascii_uppercase();
    about(&code).ok_or_else(|| unknown(&code))
}

fn one(code: &str, loaded: &Loaded) -> Result<String, Failure> {
    let about = known(code)?;
    let mut page = Page::default();
    page.line(&format!("{}  {}", about.code, about.title));
    page.blank();
    page.labelled("Where", about.element);
    page.labelled("Severity", &severity(about, loaded));
    page.labelled("Why", about.why);
    page.labelled("What to do", about.remedy);
    page.labelled("TA1 and 999", &acknowledgement_codes_of(about.code).words());
    page.labelled("277CA", &statuses(about));
    page.labelled("Line denial", &denial(about));
    page.labelled("Source", about.source);
    Ok(page.text)
}

/// Says what the profile makes of a finding, and who says so.
fn severity(about: &About, loaded: &Loaded) -> String {
    let default = about.severity.as_str();
    match loaded.origin(&format!("severities.{}", about.code)) {
        Origin::BuiltIn => format!("{default}, unless the profile says otherwise"),
        origin => {
            let severity = loaded.settings.profile.severity(about.code, about.severity);
            format!("{}, by {origin}; {default} without it", severity.as_str())
        }
    }
}

fn statuses(about: &About) -> String {
    let status = |status: &edits::ClaimStatus| format!("{}:{}", status.category, status.code);
    let statuses: Vec<String> = about.status.iter().map(status).collect();
    if statuses.is_empty() { String::new() } else { format!("STC01 {}", statuses.join(", ")) }
}

fn denial(about: &About) -> String {
    match about.denial {
        Some(denial) => format!("CARC {}, RARC {} (portal)", denial.carc, denial.rarc),
        None => "none: no line can deny for it".to_owned(),
    }
}

fn unknown(code: &str) -> Failure {
    let nearest = catalogue().min_by_key(|about| strsim::damerau_levenshtein(code, about.code));
    let hint = match nearest {
        Some(about) => {
            format!("the nearest is {}: {}; explain --all lists every code", about.code, about.title)
        }
        None => "explain --all lists every code".to_owned(),
    };
    Failure::usage(format!("there is no code {code}"), hint)
}
