//! The loops of a file as an indented tree, down to the drugs and without the names of people.

use std::io::{self, Write};

use claims::{Claim, HierarchicalLevel};
use x12::Segment;

use super::items::{Item, Totals, View, is_n4, shown};
use super::overview::{fault, unit};
use super::spool::Spool;

/// Lines of the tree.
#[derive(Default)]
pub struct Tree {
    lines: Spool,
    /// How deep the last HL stands, from 0.
    depth: usize,
}

impl View for Tree {
    fn item(&mut self, item: &Item<'_, '_>) -> io::Result<()> {
        match item {
            Item::Interchange(_) | Item::Group(_) => unit(&mut self.lines, item),
            Item::Set(_) => {
                self.depth = 0;
                unit(&mut self.lines, item)
            }
            Item::Level(hl) => self.level(*hl),
            Item::Claim(read, _) => claim(&mut self.lines, " ".repeat(8 + 2 * self.depth).as_str(), read),
            Item::Fault(placed) => fault(&mut self.lines, placed),
            Item::SetEnd(_) => Ok(()),
        }
    }

    fn spools(&mut self) -> Vec<&mut Spool> {
        vec![&mut self.lines]
    }

    fn finish(&mut self, _: &Totals, out: &mut dyn Write) -> io::Result<()> {
        self.lines.copy_to(out)
    }
}

impl Tree {
    fn level(&mut self, hl: Segment<'_>) -> io::Result<()> {
        let level = <[u8; 2]>::try_from(hl.element(3)).ok().map(HierarchicalLevel);
        let name = match level {
            Some(HierarchicalLevel::BILLING_PROVIDER) => "billing provider",
            Some(HierarchicalLevel::SUBSCRIBER) => "subscriber",
            Some(HierarchicalLevel::PATIENT) => "patient",
            _ => "level that the 837 does not have",
        };
        // A level that the tree does not have hangs where the last one stood.
        self.depth = level.and_then(HierarchicalLevel::depth).unwrap_or(self.depth);
        writeln!(
            self.lines,
            "{}HL {}: {} {name}",
            " ".repeat(6 + 2 * self.depth),
            shown(hl.element(1)),
            shown(hl.element(3))
        )
    }
}

fn claim(out: &mut Spool, indent: &str, claim: &Claim<'_>) -> io::Result<()> {
    let charge = claim.total_charge.map_or(&[][..], |charge| charge.text);
    writeln!(out, "{indent}claim {}: {}", shown(claim.patient_control_number), shown(charge))?;
    for line in &claim.lines {
        let (qualifier, procedure) = line.procedure();
        let mut words = vec![shown(qualifier), shown(procedure)];
        if let Some(service) = line.service {
            words.insert(0, shown(service.revenue()));
            words.extend(service.modifiers().map(shown));
            words.push(shown(service.charge.text));
        }
        words.retain(|word| !word.is_empty());
        writeln!(out, "{indent}  line {}: {}", shown(line.number), words.join(" "))?;
        for drug in claim.drugs_of(line) {
            let name = if is_n4(drug) { "drug" } else { "product" };
            let words = [drug.qualifier, drug.ndc, drug.quantity(), drug.unit()].map(shown);
            let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
            writeln!(out, "{indent}    {name}: {}", words.join(" "))?;
        }
    }
    Ok(())
}
