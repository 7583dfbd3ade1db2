//! What `results.ndjson` and `brr.json` say alike: which claim it is, and of a finding where it is, and why.
//!
//! The fields, their order and their meaning are those of `schemas/result.schema.json`; none is ever left out.

use crosswalk::Effective;
use edits::{Finding, ListSays, Why};

use crate::json::JsonPage;
use crate::record::Record;

/// Writes which claim it is: its number, and where its transaction set stands.
pub(crate) fn write_claim(record: &Record<'_, '_>, json: &mut JsonPage<'_>) {
    json.field("claim_number").number(record.claim_number);
    json.field("interchange_control_number").text(record.interchange.control_number);
    json.field("group_control_number").text(record.group_control_number);
    json.field("transaction_set_control_number").text(record.transaction_set_control_number);
    json.field("implementation").text(record.implementation);
}

/// Says where `finding` is: the line and the element that it is about.
pub(crate) fn write_place(record: &Record<'_, '_>, finding: &Finding<'_>, json: &mut JsonPage<'_>) {
    let (line, element) = (finding.line.as_ref(), &finding.element);
    json.field("line_number").option(line.map(|line| line.number), JsonPage::text);
    json.field("procedure").option(line.and_then(|line| line.procedure), JsonPage::text);
    json.field("ndc").option(line.and_then(|line| line.ndc), JsonPage::text);
    json.field("service_date").option(line.and_then(|line| line.service_date), JsonPage::day);
    json.field("loop").option(element.within, JsonPage::fixed);
    // A segment that is none of the standard's may have any name.
    json.field("element").words(&element.name.text());
    json.field("segment").number(element.segment_number);
    json.field("byte").number(record.byte_of(finding) as u64);
}

/// Says why `finding` is, or null where no list was asked.
///
/// How many procedures and NDCs there are in all, the report has `with_totals`, and a line of the results does not.
pub(crate) fn write_why(finding: &Finding<'_>, with_totals: bool, json: &mut JsonPage<'_>) {
    json.field("why").option(finding.why.as_deref(), |json, why: &Why<'_>| {
        json.object().field("ndc").option(why.ndc, JsonPage::ndc);
        json.field("date_source").option(why.date_source.map(claims::DateSource::as_str), JsonPage::fixed);
        json.field("lists").array(&why.lists, write_list);
        json.field("nearest_valid_date").option(why.nearest_valid_date, JsonPage::day);
        json.field("other_procedures").array(&why.other_procedures, |json, code| json.fixed(code.as_str()));
        if with_totals {
            json.field("other_procedures_total").number(why.other_procedures_total as u64);
        }
        json.field("other_ndcs").array(why.other_ndcs.iter().copied(), JsonPage::ndc);
        if with_totals {
            json.field("other_ndcs_total").number(why.other_ndcs_total as u64);
        }
        json.field("candidates").array(&why.candidates, |json, candidate| {
            json.object().field("ndc").ndc(candidate.ndc);
            json.field("on_list").flag(candidate.on_list);
            json.end_object();
        });
        json.end_object();
    });
}

fn write_list(json: &mut JsonPage<'_>, says: &ListSays<'_>) {
    let effective = says.relation.map(|relation| relation.effective);
    let from = effective.filter(|effective| effective.from != Effective::BEGINNING);
    let through = effective.filter(|effective| !effective.is_open());
    json.object().field("list").fixed(says.list.as_str());
    json.field("release").option(says.release, JsonPage::words);
    json.field("covers").flag(says.covers);
    json.field("says").fixed(says.says.as_str());
    json.field("row").option(says.relation.map(|relation| u64::from(relation.row)), JsonPage::number);
    json.field("from").option(from.map(|effective| effective.from), JsonPage::day);
    json.field("through").option(through.map(|effective| effective.through), JsonPage::day);
    json.end_object();
}
