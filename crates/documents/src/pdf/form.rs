//! A form that is filled in: a title, some words, and fields one below the other.

use chrono::NaiveDateTime;

use super::draw::{Facts, pdf};
use super::faces::Faces;
use super::paper::{BLUE, BODY, Paper};
use crate::error::Error;
use crate::shown::shown;
use crate::words::Field;

/// Width of the labels.
const LABEL: f32 = 150.0;

/// What stands where nothing was filled in: room for a pen.
const EMPTY: &str = "______________________________";

/// What a form says beside its fields.
#[derive(Clone, Copy, Debug)]
pub struct FormFacts<'f> {
    /// Its title.
    pub title: &'f str,
    /// What is asked for, in a sentence or two.
    pub words: &'f str,
    /// What made it.
    pub producer: &'f str,
    /// When.
    pub moment: NaiveDateTime,
}

/// Returns the form with `fields`, label and value, as PDF.
pub fn form(facts: FormFacts<'_>, fields: &[(&'static str, String)]) -> Result<Vec<u8>, Error> {
    let letters = Faces::load()?;
    let mut paper = Paper::new(&letters);
    paper.heading(1, facts.title, BLUE);
    paper.paragraph(facts.words, BODY);
    paper.space(6.0);
    let fields: Vec<Field<'_>> = fields
        .iter()
        .map(|(label, value)| {
            let value = if value.is_empty() { EMPTY.into() } else { shown(value) };
            Field { label, value, as_sent: false }
        })
        .collect();
    paper.fields(&fields, 1, LABEL);
    pdf(paper, &Facts { title: facts.title, producer: facts.producer, moment: facts.moment })
}
