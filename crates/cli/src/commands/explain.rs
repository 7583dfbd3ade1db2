//! `claimgate explain`: everything that is said of a code, or one claim's verdict in full.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use clap::Args;
use edits::{About, about, acknowledgement_codes_of, catalogue};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::page::Page;
use crate::settings::{Loaded, Origin};
use crate::stdout;

mod verdict;

/// Arguments of `explain`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ExplainArgs {
    /// Code of a finding, or a results file and the number of a claim in it
    #[arg(value_name = "CODE|RESULTS:CLAIM_NUMBER", required_unless_present = "all")]
    pub what: Option<OsString>,
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
  claimgate explain out/in/results.ndjson:17";

/// Says what was asked for.
pub fn run(args: &ExplainArgs, global: &Global) -> Result<Exit, Failure> {
    let configured = || Loaded::load(global.config.as_deref(), args.profile.as_deref());
    let text = match &args.what {
        None => all(&configured()?),
        Some(what) => match split_place(what) {
            Some((file, number)) => verdict::of(Path::new(file), number)?,
            None if is_file(Path::new(what)) => return Err(no_number(Path::new(what))),
            None => one(&what.to_string_lossy(), &configured()?)?,
        },
    };
    stdout::write(text.as_bytes())?;
    Ok(Exit::Done)
}

/// Takes `results.ndjson:17` apart; no code has a colon.
fn split_place(what: &OsString) -> Option<(&std::ffi::OsStr, &[u8])> {
    let bytes = what.as_bytes();
    let colon = bytes.iter().rposition(|&byte| byte == b':')?;
    Some((std::ffi::OsStr::from_bytes(&bytes[..colon]), &bytes[colon + 1..]))
}

/// No code has a point or a slash, and somebody may have given the file another name.
fn is_file(what: &Path) -> bool {
    what.as_os_str().as_bytes().iter().any(|byte| b"./".contains(byte)) || what.is_file()
}

fn no_number(file: &Path) -> Failure {
    let file = file.display();
    Failure::usage(
        format!("{file} is no code, and no claim of it is named"),
        format!("add a colon and a claim_number, such as {file}:17"),
    )
}

fn all(loaded: &Loaded) -> String {
    let mut page = Page::default();
    for about in catalogue() {
        let severity = loaded.settings.profile.severity(about.code, about.severity);
        page.line(&format!("{:<8}{:<8}{}", about.code, severity.as_str(), about.title));
    }
    page.text
}

fn one(code: &str, loaded: &Loaded) -> Result<String, Failure> {
    let code = code.to_ascii_uppercase();
    let about = about(&code).ok_or_else(|| unknown(&code))?;
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
