//! The content of a file for people: its envelopes, what each set adds up to, and the faults.

use claims::decimal;
use std::io::{self, Write};

use claims::Usage;
use edits::{about_fault, message_of_fault};

use super::items::{Item, Placed, SetTotals, Totals, View, shown};
use super::spool::Spool;
use crate::figures::number_of;

/// Lines of the overview.
pub struct Overview {
    title: String,
    lines: Spool,
}

impl Overview {
    /// Begins the overview of the input called `name`.
    pub fn new(name: &str, bytes: usize) -> Overview {
        Overview { title: format!("{name}: {}", number_of(bytes as u64, "byte")), lines: Spool::default() }
    }
}

impl View for Overview {
    fn item(&mut self, item: &Item<'_, '_>) -> io::Result<()> {
        let lines = &mut self.lines;
        match item {
            Item::Interchange(_) | Item::Group(_) | Item::Set(_) => unit(lines, item),
            Item::SetEnd(totals) => writeln!(lines, "      {}", of_set(totals)),
            Item::Fault(placed) => fault(lines, placed),
            Item::Level(_) | Item::Claim(..) => Ok(()),
        }
    }

    fn spools(&mut self) -> Vec<&mut Spool> {
        vec![&mut self.lines]
    }

    fn finish(&mut self, totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.title)?;
        self.lines.copy_to(out)?;
        writeln!(
            out,
            "total: {}, {}, {}, {}, {}, {}, {}, {} charged",
            number_of(totals.interchanges, "interchange"),
            number_of(totals.groups, "functional group"),
            number_of(totals.transaction_sets, "transaction set"),
            number_of(totals.segments, "segment"),
            number_of(totals.claims, "claim"),
            number_of(totals.service_lines, "service line"),
            number_of(totals.lin_n4, "drug"),
            decimal(totals.charge_cents)
        )
    }
}

/// Writes the line of an interchange, group or set: its control number, and what its header says.
pub fn unit(out: &mut Spool, item: &Item<'_, '_>) -> io::Result<()> {
    match item {
        Item::Interchange(unit) => {
            let [sender_qualifier, sender, receiver_qualifier, receiver, version] =
                [5, 6, 7, 8, 12].map(|position| shown(unit.isa.element(position).trim_ascii()));
            let usage = match unit.usage {
                Usage::Production => "production",
                Usage::Test => "test",
                Usage::Other => "neither production nor test",
            };
            writeln!(
                out,
                "interchange {}: {version}, {usage}, from {sender_qualifier} {sender} to {receiver_qualifier} {receiver}",
                shown(unit.control_number())
            )
        }
        Item::Group(unit) => match unit.gs {
            Some(gs) => {
                let [code, sender, receiver, version] =
                    [1, 2, 3, 8].map(|position| shown(gs.element(position)));
                let number = shown(unit.control_number());
                writeln!(out, "  group {number}: {code} {version}, from {sender} to {receiver}")
            }
            None => writeln!(out, "  group without GS"),
        },
        Item::Set(unit) => {
            let implementation = unit.implementation;
            let taken = if implementation.guide.is_some() { "" } else { " (shown here, but not processed)" };
            writeln!(
                out,
                "    set {}: {} {}{taken}",
                shown(unit.control_number()),
                shown(implementation.transaction_set),
                shown(implementation.reference)
            )
        }
        _ => Ok(()),
    }
}

/// Writes the line of a fault under what it spoils.
pub fn fault(out: &mut Spool, placed: &Placed<'_, '_>) -> io::Result<()> {
    let units = placed.units;
    let indent = match (units.set, units.group, units.interchange) {
        (Some(_), _, _) => "      ",
        (None, Some(_), _) => "    ",
        (None, None, Some(_)) => "  ",
        (None, None, None) => "",
    };
    let fault = placed.fault;
    writeln!(
        out,
        "{indent}fault: segment {}, byte {}: {} ({})",
        fault.segment_number,
        placed.byte,
        message_of_fault(fault),
        about_fault(fault.kind).code
    )
}

fn of_set(totals: &SetTotals) -> String {
    let segments = number_of(totals.segments, "segment");
    if !totals.has_claims {
        return segments;
    }
    format!(
        "{segments}, {}, {}, {}, {} charged",
        number_of(totals.claims, "claim"),
        number_of(totals.service_lines, "service line"),
        number_of(totals.lin_n4, "drug"),
        decimal(totals.charge_cents)
    )
}
