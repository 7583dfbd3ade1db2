//! Every claim that comes out otherwise, in a file without a name, for the forms that list all of them.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

use serde::ser::{Error as _, SerializeSeq, Serializer};

use super::flip::Flip;

/// The rows, one JSON object a line.
pub struct Rows {
    file: File,
}

impl Rows {
    /// Begins without any, in the folder of files without names.
    pub fn new(spool: &Path) -> io::Result<Rows> {
        tempfile::tempfile_in(spool).map(|file| Rows { file })
    }

    /// Writes the line of `flip` behind `lines`.
    pub fn line(flip: &Flip, lines: &mut Vec<u8>) {
        serde_json::to_writer(&mut *lines, flip).expect("a row of strings and numbers is always JSON");
        lines.push(b'\n');
    }

    /// Adds lines behind the others.
    pub fn add(&mut self, lines: &[u8]) -> io::Result<()> {
        self.file.write_all(lines)
    }

    /// Reads all of them, from the first on; one reader at a time.
    pub fn read(&self) -> io::Result<impl Iterator<Item = io::Result<Flip>> + use<'_>> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        Ok(BufReader::new(file).lines().map(|line| Ok(serde_json::from_str(&line?)?)))
    }
}

impl serde::Serialize for Rows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for flip in self.read().map_err(S::Error::custom)? {
            list.serialize_element(&flip.map_err(S::Error::custom)?)?;
        }
        list.end()
    }
}
