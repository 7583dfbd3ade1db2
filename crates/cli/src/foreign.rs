//! Inputs that are no X12 as they are, told from their first bytes, so that whoever sent one is told what to do.
//!
//! Files with two bytes a character are not here: the core knows those.

use crate::failure::Failure;

/// What a file can be instead.
struct Foreign {
    /// Ways it can begin.
    starts: &'static [&'static [u8]],
    class: &'static str,
    /// Reads well after the name of the file.
    what: &'static str,
    hint: &'static str,
}

/// Sources: RFC 1952, 2.3.1; PKWARE APPNOTE.TXT, 4.3.7, 4.3.16 and 8.5.4; Unicode Standard, 23.8.
static FOREIGN: [Foreign; 3] = [
    Foreign {
        starts: &[b"\x1F\x8B"],
        class: "gzip",
        what: "is packed by gzip",
        hint: "unpack it first: gunzip -c FILE | claimgate process -",
    },
    Foreign {
        starts: &[b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"],
        class: "zip",
        what: "is a zip archive",
        hint: "unpack it, and name the files that were in it",
    },
    Foreign {
        starts: &[b"\xFF\xFE\0\0", b"\0\0\xFE\xFF", b"I\0\0\0S\0\0\0", b"\0\0\0I\0\0\0S"],
        class: "utf_32",
        what: "is written with four bytes a character",
        hint: "save it as plain ASCII text and send it again",
    },
];

/// Looks at the first bytes of the input called `name`.
///
/// Errors: they are those of something else than X12.
pub fn look(name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let begins = |foreign: &&Foreign| foreign.starts.iter().any(|start| bytes.starts_with(start));
    match FOREIGN.iter().find(begins) {
        None => Ok(()),
        Some(foreign) => Err(Failure {
            class: foreign.class,
            ..Failure::unreadable(format!("{name} {}", foreign.what), foreign.hint)
        }),
    }
}
