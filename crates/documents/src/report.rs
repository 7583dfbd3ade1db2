//! The report as it stands in `brr.json`, read from front to back and never held as a whole.
//!
//! The fields are those of `brr.schema.json`, and stand in its order: whoever receives the parts knows the head before the first claim.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufReader, Read};

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::Error;

/// What stands in front: the run, and what came of it.
#[derive(Clone, Deserialize)]
pub(crate) struct Head {
    pub version: String,
    pub stamp: String,
    pub channel: String,
    pub input: String,
    pub transaction_rejections: u64,
    pub claims: Counts<u64>,
    pub charges: Counts<String>,
    pub crosswalk: Crosswalk,
    pub warnings: Vec<String>,
    pub guidance: Vec<Guidance>,
}

/// Claims or charges of one usage.
#[derive(Clone, Deserialize)]
pub(crate) struct Dispositions<T> {
    pub received: T,
    pub accepted: T,
    pub rejected: T,
    pub held: T,
    pub refused: T,
}

/// Claims or charges by usage.
#[derive(Clone, Deserialize)]
pub(crate) struct Counts<T> {
    pub by_usage: BTreeMap<String, Dispositions<T>>,
}

/// The lists that were asked.
#[derive(Clone, Deserialize)]
pub(crate) struct Crosswalk {
    pub snapshot: String,
    pub releases: Vec<Release>,
}

/// One list.
#[derive(Clone, Deserialize)]
#[allow(clippy::struct_field_names, reason = "the names are those of the schema")]
pub(crate) struct Release {
    pub list: String,
    pub release: String,
    pub covers_from: Option<String>,
    pub covers_through: Option<String>,
}

/// What to do with the claims of one disposition.
#[derive(Clone, Deserialize)]
pub(crate) struct Guidance {
    pub disposition: String,
    pub words: String,
}

/// *File Information* of one interchange.
#[derive(Deserialize)]
pub(crate) struct File {
    pub sender_id: String,
    pub receiver_id: String,
    pub transaction_types: Vec<String>,
    pub usage_indicator: String,
    pub date: String,
    pub time: String,
    pub interchange_control_number: String,
    pub transaction_control_number: String,
    pub claims: Dispositions<u64>,
}

/// Where a claim or a unit stands in the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Rejected,
    Held,
    Refused,
}

/// What a section is made of.
pub(crate) enum Entry {
    Claim(Box<Claim>),
    Unit(Unit),
}

/// A claim that was rejected, held or refused.
#[derive(Deserialize)]
#[allow(clippy::struct_field_names, reason = "the names are those of the schema")]
pub(crate) struct Claim {
    pub claim_number: u64,
    pub interchange_control_number: String,
    pub group_control_number: String,
    pub transaction_set_control_number: String,
    pub implementation: String,
    pub usage_indicator: String,
    pub claim_id: String,
    pub charge: String,
    pub service_from: Option<String>,
    pub service_through: Option<String>,
    pub billing_provider: Party,
    pub subscriber: Party,
    pub patient: Option<Party>,
    pub findings: Vec<Finding>,
}

/// A person or an organisation.
#[derive(Deserialize)]
pub(crate) struct Party {
    pub last_name: String,
    pub first_name: String,
    pub qualifier: String,
    pub id: String,
    pub secondary_qualifier: String,
    pub secondary_id: String,
}

/// An interchange, group or set that is refused.
#[derive(Deserialize)]
pub(crate) struct Unit {
    pub kind: String,
    pub control_number: String,
    pub interchange_control_number: String,
    pub sender_id: String,
    pub receiver_id: String,
    pub usage_indicator: String,
    pub faults: Vec<Finding>,
}

/// One error of a claim, or one reason why a unit is refused; the latter has neither severity, line nor why.
#[derive(Deserialize)]
pub(crate) struct Finding {
    pub number: u64,
    pub code: String,
    pub severity: Option<String>,
    pub title: String,
    pub message: String,
    pub remedy: String,
    pub data_in_error: Option<String>,
    pub line_number: Option<String>,
    pub procedure: Option<String>,
    pub ndc: Option<String>,
    pub service_date: Option<String>,
    #[serde(rename = "loop")]
    pub within: Option<String>,
    pub element: String,
    pub segment: u64,
    pub byte: u64,
    pub why: Option<Why>,
}

/// The why-not.
#[derive(Deserialize)]
pub(crate) struct Why {
    pub ndc: Option<String>,
    pub date_source: Option<String>,
    pub lists: Vec<ListSays>,
    pub nearest_valid_date: Option<String>,
    pub other_procedures: Vec<String>,
    pub other_procedures_total: usize,
    pub other_ndcs: Vec<String>,
    pub other_ndcs_total: usize,
    pub candidates: Vec<Candidate>,
}

/// What one list says.
#[derive(Deserialize)]
pub(crate) struct ListSays {
    pub list: String,
    pub release: Option<String>,
    pub says: String,
    pub row: Option<u32>,
    pub from: Option<String>,
    pub through: Option<String>,
}

/// An NDC that ten digits may stand for.
#[derive(Deserialize)]
pub(crate) struct Candidate {
    pub ndc: String,
    pub on_list: bool,
}

/// Whoever makes a document of the parts, in the order of the report.
pub(crate) trait Receive {
    fn head(&mut self, head: Head) -> Result<(), Error>;
    fn file(&mut self, file: File) -> Result<(), Error>;
    fn entry(&mut self, section: Section, entry: Entry) -> Result<(), Error>;
}

/// Gives every part of `report` to `receiver`.
pub(crate) fn read(report: impl Read, receiver: &mut impl Receive) -> Result<(), Error> {
    let mut refused = None;
    let mut document = serde_json::Deserializer::from_reader(BufReader::new(report));
    let parts = Parts { receiver, refused: &mut refused };
    let read = (&mut document).deserialize_map(parts).and_then(|()| document.end());
    match (refused, read) {
        (Some(error), _) => Err(error),
        // Not its words, which may quote an element.
        (None, Err(error)) if error.is_io() => Err(Error::Io(error.into())),
        (None, Err(error)) => Err(Error::Report { line: error.line(), column: error.column() }),
        (None, Ok(())) => Ok(()),
    }
}

/// The document on its way to its receiver.
struct Parts<'p, R> {
    receiver: &'p mut R,
    /// Why the receiver wants no more of it.
    refused: &'p mut Option<Error>,
}

impl<R: Receive> Parts<'_, R> {
    fn give<E: serde::de::Error>(&mut self, give: impl FnOnce(&mut R) -> Result<(), Error>) -> Result<(), E> {
        give(self.receiver).map_err(|error| {
            *self.refused = Some(error);
            E::custom("refused")
        })
    }
}

impl<'de, R: Receive> Visitor<'de> for Parts<'_, R> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        let mut head = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let array = match name.as_str() {
                "files" => Array::Files,
                "rejected" => Array::Entries(Section::Rejected),
                "held" => Array::Entries(Section::Held),
                "refused" => Array::Entries(Section::Refused),
                _ => {
                    head.insert(name, fields.next_value::<Value>()?);
                    continue;
                }
            };
            if let Array::Files = array {
                let head = Head::deserialize(Value::Object(std::mem::take(&mut head)));
                let head = head.map_err(|_| A::Error::custom("no head"))?;
                self.give(|receiver| receiver.head(head))?;
            }
            fields.next_value_seed(Elements { array, parts: &mut self })?;
        }
        Ok(())
    }
}

/// An array of the document.
#[derive(Clone, Copy)]
enum Array {
    Files,
    Entries(Section),
}

/// The elements of an array, each given away before the next is read.
struct Elements<'e, 'p, R> {
    array: Array,
    parts: &'e mut Parts<'p, R>,
}

impl<'de, R: Receive> DeserializeSeed<'de> for Elements<'_, '_, R> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, R: Receive> Visitor<'de> for Elements<'_, '_, R> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        match self.array {
            Array::Files => {
                while let Some(file) = elements.next_element()? {
                    self.parts.give(|receiver| receiver.file(file))?;
                }
            }
            Array::Entries(section @ Section::Refused) => {
                while let Some(entry) = elements.next_element::<Value>()? {
                    let entry = claim_or_unit(entry).map_err(|_| A::Error::custom("no claim and no unit"))?;
                    self.parts.give(|receiver| receiver.entry(section, entry))?;
                }
            }
            Array::Entries(section) => {
                while let Some(claim) = elements.next_element()? {
                    self.parts.give(|receiver| receiver.entry(section, Entry::Claim(claim)))?;
                }
            }
        }
        Ok(())
    }
}

fn claim_or_unit(entry: Value) -> Result<Entry, serde_json::Error> {
    if entry["kind"] == "claim" {
        Claim::deserialize(entry).map(|claim| Entry::Claim(Box::new(claim)))
    } else {
        Unit::deserialize(entry).map(Entry::Unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Refuses;

    impl Receive for Refuses {
        fn head(&mut self, _: Head) -> Result<(), Error> {
            Err(Error::Workbook("full".to_owned()))
        }

        fn file(&mut self, _: File) -> Result<(), Error> {
            Ok(())
        }

        fn entry(&mut self, _: Section, _: Entry) -> Result<(), Error> {
            Ok(())
        }
    }

    #[test]
    fn what_is_no_report_is_told_by_its_place_alone() {
        for (text, words) in [
            ("", "line 1, column 0 of brr.json is not as its schema has it"),
            ("{\"input\":\n\"SECRET", "line 2, column 7 of brr.json is not as its schema has it"),
            ("{\"files\":[]}", "line 1, column 9 of brr.json is not as its schema has it"),
            ("[\"SECRET\"]", "line 1, column 1 of brr.json is not as its schema has it"),
        ] {
            assert_eq!(read(text.as_bytes(), &mut Refuses).unwrap_err().to_string(), words);
        }
    }
}
