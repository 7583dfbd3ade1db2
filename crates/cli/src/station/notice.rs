//! What a partner is told where there is nothing that the acknowledgements could tell.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use ledger::{Outcome, Part, Run, Submission};

use super::job::Words;
use super::receive::shown_sha256;
use crate::figures::number_of;
use crate::inputs::shown_name;

/// Writes the notice of a submission.
pub fn notice(submission: &Submission, outcome: Outcome, words: &Words) -> String {
    let mut text = format!(
        "{}\n\nFile          {}\nReceived      {}\nLength        {} bytes\nSHA-256       {}\nSubmission    {}\n\n{}\n",
        title(outcome),
        shown(&submission.name),
        submission.received_at,
        submission.bytes,
        shown_sha256(submission),
        submission.id,
        words.what,
    );
    text.push_str("What to do: ");
    text.push_str(&words.hint);
    text.push_str("\nNone of its claims was passed on.\n");
    text
}

/// Says that all claims of a file that were judged again go on; `sent` is its name.
pub fn of_all_accepted(sent: &str, claims: u64, charge: &str) -> String {
    let they = if claims == 1 { "It is" } else { "They are" };
    format!(
        "All claims that were judged again are accepted.\n\nFile          {}\nClaims        {} of {charge}\n\n\
         What to do: Nothing. {they} passed on, and must not be sent again.\n",
        shown(sent.as_bytes()),
        number_of(claims, "claim"),
    )
}

fn title(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Judged => "The file was judged.",
        Outcome::Duplicate => "The file was sent before.",
        Outcome::KnownControlNumber => "The control number was used before.",
        Outcome::Misaddressed => "The file does not belong into this folder.",
        Outcome::Unreadable => "The file cannot be read.",
        Outcome::Quarantined => "The file could not be judged.",
    }
}

/// Says of which submission this one has the bytes.
pub fn of_duplicate(first: &Submission) -> Words {
    Words {
        what: format!(
            "It has the same bytes as {}, which was received {} as submission {} and was answered then.",
            shown(&first.name),
            first.received_at,
            first.id
        ),
        hint: "Nothing, if it was sent twice by mistake. Claims that were mended are sent as a new file with control numbers of its own.".to_owned(),
    }
}

/// TA105 of an interchange whose control number was used before. Source: X12.5, TA105.
pub const DUPLICATE: &str = "025";

const ANOTHER_NUMBER: &str = "Give every interchange a number of its own, and send the file again.";

/// Says which control number was used before, by a run over a submission.
pub fn of_known_control_number(control_number: &str, first: &Run, sent: &Submission) -> Words {
    let file = format!("{} of {}", shown(&sent.name), sent.received_at);
    let used = match first.part {
        Part::Whole => format!("was received before, in {file}, with other content"),
        Part::Rejected | Part::Held => {
            format!("has the number of claims of {file} that were judged again, and go on with it")
        }
    };
    Words {
        what: format!("Interchange {control_number} (ISA13) {used} (TA105 {DUPLICATE})."),
        hint: ANOTHER_NUMBER.to_owned(),
    }
}

/// Says which control number may have been used before, by claims that nobody remembers.
pub fn of_forgotten_control_number(control_number: &str) -> Words {
    Words {
        what: format!(
            "Interchange {control_number} (ISA13) has a number that claims which were judged again may go on with (TA105 {DUPLICATE})."
        ),
        hint: ANOTHER_NUMBER.to_owned(),
    }
}

/// Says that a file is larger than is taken.
pub fn of_too_large(bytes_max: u64) -> Words {
    Words {
        what: format!("It is larger than the {bytes_max} bytes that are taken at once."),
        hint: "Send its claims in several files.".to_owned(),
    }
}

/// Says that judging failed.
pub fn of_quarantine(tries: u64) -> Words {
    Words {
        what: format!("Judging it failed {tries} times. The file is kept, and the operators know of it."),
        hint: "Wait to hear from the operators; do not send it again.".to_owned(),
    }
}

/// Shows the name of a sent file.
pub fn shown(name: &[u8]) -> String {
    shown_name(OsStr::from_bytes(name))
}
