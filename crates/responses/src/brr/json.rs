//! `brr.json`: the report as one document, for programs.
//!
//! The fields, their order and their meaning are those of `schemas/brr.schema.json`; none is ever left out.
//! Every fragment begins with a separator, so that fragments made apart can follow one another;
//! the separator in front of the first of an array is left out of the range that is taken from its stream.

use std::borrow::Cow;
use std::collections::BTreeMap;

use claims::{Fault, Level, Party, Tally, Usage, decimal};
use crosswalk::{Effective, List};
use edits::{Disposition, Finding, about_fault, element_of_fault, message_of_fault, text_of};
use serde::Serialize;
use x12::offset_in;

use super::overview::Overview;
use super::{ClaimWords, Closing, FileInformation, Form, Passage, RefusedUnit, Section};
use crate::json::JsonPage;
use crate::record::{InterchangeFacts, Record};
use crate::rows::{write_claim, write_place, write_why};

/// The report as JSON.
pub(super) struct Json;

/// Parts one object of an array from the one before.
const SEPARATOR: &[u8] = b",\n";

#[derive(Serialize)]
struct UnitRow {
    kind: &'static str,
    control_number: String,
    interchange_control_number: String,
    sender_id: String,
    receiver_id: String,
    usage_indicator: String,
    faults: Vec<FaultRow>,
}

#[derive(Serialize)]
struct FaultRow {
    number: usize,
    code: &'static str,
    title: &'static str,
    message: String,
    remedy: &'static str,
    data_in_error: Option<String>,
    #[serde(rename = "loop")]
    within: Option<&'static str>,
    element: Cow<'static, str>,
    segment: u64,
    byte: u64,
}

#[derive(Serialize)]
struct FileRow {
    number: u64,
    sender_id: String,
    receiver_id: String,
    transaction_types: Vec<String>,
    usage_indicator: String,
    date: String,
    time: String,
    interchange_control_number: String,
    transaction_control_number: String,
    claims: Dispositions<u64>,
}

#[derive(Serialize)]
struct HeadRow<'r> {
    schema: &'static str,
    version: &'r str,
    stamp: &'r str,
    channel: &'static str,
    input: &'r str,
    transaction_rejections: u64,
    claims: Counts<u64>,
    charges: Counts<String>,
    crosswalk: CrosswalkRow<'r>,
    warnings: Vec<String>,
    guidance: Vec<GuidanceRow>,
}

#[derive(Serialize)]
struct GuidanceRow {
    disposition: String,
    words: String,
}

#[derive(Serialize)]
struct Counts<T> {
    #[serde(flatten)]
    total: Dispositions<T>,
    by_usage: BTreeMap<&'static str, Dispositions<T>>,
}

#[derive(Serialize)]
struct Dispositions<T> {
    received: T,
    accepted: T,
    rejected: T,
    held: T,
    refused: T,
}

#[derive(Serialize)]
struct CrosswalkRow<'r> {
    snapshot: &'r str,
    releases: Vec<ReleaseRow<'r>>,
}

#[derive(Serialize)]
struct ReleaseRow<'r> {
    list: &'static str,
    release: &'r str,
    covers_from: Option<String>,
    covers_through: Option<String>,
    stale: bool,
}

impl Form for Json {
    fn file_name(&self) -> &'static str {
        "brr.json"
    }

    fn claim(&self, record: &Record<'_, '_>, _words: &ClaimWords<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(SEPARATOR);
        let mut json = JsonPage(out);
        let days = record.service_dates();
        json.object().field("kind").fixed("claim");
        write_claim(record, &mut json);
        json.field("usage_indicator").text(record.interchange.usage_indicator);
        json.field("claim_id").text(record.claim.patient_control_number);
        json.field("charge").text(record.charge());
        json.field("service_from").option(days.map(|(first, _)| first), JsonPage::day);
        json.field("service_through").option(days.map(|(_, last)| last), JsonPage::day);
        write_party(json.field("billing_provider"), &record.billing_provider);
        write_party(json.field("subscriber"), &record.subscriber);
        json.field("patient").option(record.patient.as_ref(), write_party);
        let findings = (1..).zip(&record.verdict.findings);
        json.field("findings")
            .array(findings, |json, (number, finding)| write_finding(record, number, finding, json));
        json.end_object();
    }

    fn unit(&self, unit: &RefusedUnit<'_, '_>, out: &mut Vec<u8>) {
        let RefusedUnit { file, interchange, level, control_number, faults } = unit;
        let row = UnitRow {
            kind: level_name(*level),
            control_number: text_of(control_number),
            interchange_control_number: text_of(interchange.control_number),
            sender_id: text_of(interchange.sender),
            receiver_id: text_of(interchange.receiver),
            usage_indicator: text_of(interchange.usage_indicator),
            faults: (1..).zip(*faults).map(|(number, fault)| fault_row(file, number, fault)).collect(),
        };
        write(&row, out);
    }

    fn file(&self, file: &FileInformation<'_, '_>, out: &mut Vec<u8>) {
        let interchange = &file.interchange;
        let [accepted, rejected, held, refused] = file.claims;
        let received = file.claims.iter().sum();
        let row = FileRow {
            number: interchange.number,
            sender_id: text_of(interchange.sender),
            receiver_id: text_of(interchange.receiver),
            transaction_types: file.implementations.iter().map(|name| text_of(name)).collect(),
            usage_indicator: text_of(interchange.usage_indicator),
            date: text_of(interchange.date),
            time: text_of(interchange.time),
            interchange_control_number: text_of(interchange.control_number),
            transaction_control_number: transaction_control_number(interchange),
            claims: Dispositions { received, accepted, rejected, held, refused },
        };
        write(&row, out);
    }

    fn finish(&self, closing: &Closing<'_>) -> Vec<(String, Vec<Passage>)> {
        let mut head = Vec::new();
        write(&head_of(closing), &mut head);
        // The document goes on behind the fields of the head.
        head.pop();
        let mut passages = vec![Passage::Bytes(head.split_off(SEPARATOR.len()))];
        let arrays =
            [&b",\n\"files\":[\n"[..], b"],\n\"rejected\":[\n", b"],\n\"held\":[\n", b"],\n\"refused\":[\n"];
        for (section, opening) in Section::ALL.into_iter().zip(arrays) {
            passages.push(Passage::Bytes(opening.to_vec()));
            let end = closing.cuts[section.place()].last().copied().unwrap_or(0);
            if end > 0 {
                passages.push(Passage::Section(section, SEPARATOR.len() as u64..end));
                passages.push(Passage::Bytes(b"\n".to_vec()));
            }
        }
        passages.push(Passage::Bytes(b"]}\n".to_vec()));
        vec![("brr.json".to_owned(), passages)]
    }
}

fn write(row: &impl Serialize, out: &mut Vec<u8>) {
    out.extend_from_slice(SEPARATOR);
    serde_json::to_writer(out, row).expect("strings and numbers are always JSON");
}

fn write_party(json: &mut JsonPage<'_>, party: &Party<'_>) {
    json.object().field("last_name").text(party.last_name);
    json.field("first_name").text(party.first_name);
    json.field("qualifier").text(party.qualifier);
    json.field("id").text(party.id);
    json.field("secondary_qualifier").text(party.secondary_qualifier);
    json.field("secondary_id").text(party.secondary_id);
    json.end_object();
}

/// Writes a finding as `results.ndjson` has it, and beside that the words that the report shows.
fn write_finding(record: &Record<'_, '_>, number: u64, finding: &Finding<'_>, json: &mut JsonPage<'_>) {
    let sent = finding.element.place;
    json.object().field("number").number(number);
    json.field("code").fixed(finding.about.code);
    json.field("severity").fixed(finding.severity.as_str());
    json.field("title").words(finding.about.title);
    json.field("message").words(&finding.message);
    json.field("remedy").words(record.remedy(finding));
    json.field("data_in_error").option((!sent.is_empty()).then_some(sent), JsonPage::text);
    write_place(record, finding, json);
    write_why(finding, true, json);
    json.end_object();
}

fn transaction_control_number(interchange: &InterchangeFacts<'_>) -> String {
    text_of(&[interchange.sender, interchange.control_number, interchange.receiver].concat())
}

/// Returns the name of a unit in the data forms.
pub(super) fn level_name(level: Level) -> &'static str {
    match level {
        Level::File => "file",
        Level::Interchange => "interchange",
        Level::Group => "group",
        Level::Set | Level::Segment => "set",
    }
}

fn fault_row(file: &[u8], number: usize, fault: &Fault<'_>) -> FaultRow {
    let about = about_fault(fault.kind);
    let element = element_of_fault(fault);
    FaultRow {
        number,
        code: about.code,
        title: about.title,
        message: message_of_fault(fault),
        remedy: about.remedy,
        data_in_error: (!fault.place.is_empty()).then(|| text_of(fault.place)),
        within: element.within,
        element: element.name.text(),
        segment: fault.segment_number,
        byte: offset_in(file, fault.place) as u64,
    }
}

fn head_of<'r>(closing: &Closing<'r>) -> HeadRow<'r> {
    let Overview { warnings, guidance, .. } = Overview::of(closing);
    let guidance = guidance.into_iter();
    HeadRow {
        schema: "claimgate.brr.v1",
        version: closing.version,
        stamp: closing.stamp,
        channel: closing.channel.as_str(),
        input: closing.input_name,
        transaction_rejections: closing.totals.of(Disposition::Rejected).claims,
        claims: counts(closing, |tally| tally.claims),
        charges: counts(closing, |tally| decimal(tally.charge_cents)),
        crosswalk: crosswalk_row(closing),
        warnings,
        guidance: guidance
            .map(|(title, words)| GuidanceRow { disposition: title.to_ascii_lowercase(), words })
            .collect(),
    }
}

fn counts<T>(closing: &Closing<'_>, of: impl Fn(Tally) -> T) -> Counts<T> {
    let totals = closing.totals;
    let row = |tallies: [Tally; 4]| {
        let mut received = Tally::default();
        for tally in tallies {
            received += tally;
        }
        let [accepted, rejected, held, refused] = tallies.map(&of);
        Dispositions { received: of(received), accepted, rejected, held, refused }
    };
    let usages = Usage::ALL.into_iter().map(|usage| (usage.as_str(), row(totals.claims[usage.place()])));
    Counts {
        total: row(Disposition::ALL.map(|disposition| totals.of(disposition))),
        by_usage: usages.collect(),
    }
}

fn crosswalk_row<'r>(closing: &Closing<'r>) -> CrosswalkRow<'r> {
    let crosswalk = closing.crosswalk;
    let stale: Vec<(List, &str)> =
        crosswalk.stale_on(closing.today).map(|release| (release.list, release.name.as_str())).collect();
    let releases = crosswalk.releases().iter().map(|release| ReleaseRow {
        list: release.list.as_str(),
        release: &release.name,
        covers_from: release
            .covers
            .filter(|covers| covers.from != Effective::BEGINNING)
            .map(|covers| covers.from.to_string()),
        covers_through: release.covers.map(|covers| covers.through.to_string()),
        stale: stale.contains(&(release.list, release.name.as_str())),
    });
    CrosswalkRow { snapshot: crosswalk.id(), releases: releases.collect() }
}

#[cfg(test)]
mod tests;
