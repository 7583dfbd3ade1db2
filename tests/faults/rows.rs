//! The rows of a guide as the maps of pyx12 have them, and a value that is lawful in each element.

use serde::Deserialize;

/// A loop: its segments and the loops in it, in order.
#[derive(Deserialize)]
pub struct Loop {
    pub name: String,
    pub usage: String,
    /// 0 for any number.
    pub repeat: usize,
    pub children: Vec<Child>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Child {
    Loop(Loop),
    Segment(Row),
}

/// A segment in its loop.
#[derive(Deserialize)]
pub struct Row {
    pub id: String,
    /// The segment with the codes that tell it from others of its name.
    pub label: String,
    pub usage: String,
    /// 0 for any number.
    pub repeat: usize,
    /// Conditions between its elements, as the standard writes them.
    pub notes: Vec<String>,
    pub elements: Vec<Element>,
}

/// An element, or a component of one.
#[derive(Deserialize)]
pub struct Element {
    pub usage: String,
    /// The standard's number of the data element.
    pub number: String,
    pub codes: Vec<String>,
    pub repeat: usize,
    pub components: Vec<Element>,
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    pub least: usize,
    #[serde(default)]
    pub most: usize,
}

impl Row {
    /// Returns whether an element at `position` stays empty because another is filled that excludes it.
    fn is_excluded(&self, position: usize, filled: &[String]) -> bool {
        let exclusions = self.notes.iter().filter(|note| note.starts_with('E'));
        exclusions.map(|note| positions(note)).any(|named| {
            let others = named.iter().filter(|&&other| other != position);
            named.contains(&position)
                && others.into_iter().any(|&other| filled.get(other - 1).is_some_and(|text| !text.is_empty()))
        })
    }

    /// Returns lawful elements: all that are used, or those alone that must be there.
    pub fn lawful(&self, is_full: bool) -> Vec<String> {
        let mut filled: Vec<String> = Vec::new();
        for (position, element) in (1..).zip(&self.elements) {
            let is_wanted = element.usage == "R" || (is_full && element.usage == "S");
            let before = filled.last().cloned().unwrap_or_default();
            let text = match element.number.as_str() {
                _ if !is_wanted || self.is_excluded(position, &filled) => String::new(),
                // Adjustments of nothing keep what payers paid in balance.
                "782" if self.id == "CAS" => "0".to_owned(),
                _ => element.lawful(&before, is_full),
            };
            filled.push(text);
        }
        trimmed(filled)
    }
}

impl Element {
    /// Returns a lawful value, where `before` is the value in front of it.
    pub fn lawful(&self, before: &str, is_full: bool) -> String {
        if self.components.is_empty() {
            return self.value(before);
        }
        let mut filled: Vec<String> = Vec::new();
        for component in &self.components {
            let is_wanted = component.usage == "R" || (is_full && component.usage == "S");
            let before = filled.last().cloned().unwrap_or_default();
            filled.push(if is_wanted { component.value(&before) } else { String::new() });
        }
        trimmed(filled).join(":")
    }

    /// Returns the first code that is listed, or else a short value of its type that no rule has anything to say of.
    fn value(&self, before: &str) -> String {
        // The maps have ED, which is a code of an older release, in front of those of 005010X222A1, loop 1000A, PER03.
        if let Some(code) = self.codes.iter().find(|code| *code != "ED") {
            return code.clone();
        }
        match (self.number.as_str(), before) {
            // Numbers of providers, diagnoses and drugs have a form that their qualifier announces.
            ("67", "XX") => "2000001018".to_owned(),
            ("1271", "ABF" | "ABJ" | "ABK" | "ABN" | "APR") => "R079".to_owned(),
            ("1271", "BBQ" | "BBR") => "0DB64Z3".to_owned(),
            ("234", "N4") => "00641036725".to_owned(),
            ("1251", "RD8") => "20251003-20251004".to_owned(),
            ("1251", "DT") => "202510031200".to_owned(),
            ("1251", "TM") => "1200".to_owned(),
            ("1251", _) => "20251003".to_owned(),
            _ => self.shortest(),
        }
    }

    fn shortest(&self) -> String {
        match self.kind.as_str() {
            "DT" => "20251003".to_owned(),
            "TM" => "1200".to_owned(),
            "AN" | "ID" => "A".repeat(self.least.max(1)),
            _ => "1".repeat(self.least.max(1)),
        }
    }
}

/// Returns the elements that a condition names, counted from 1.
pub fn positions(note: &str) -> Vec<usize> {
    let digits = note.as_bytes()[1..].chunks_exact(2);
    digits.map(|pair| std::str::from_utf8(pair).unwrap().parse().unwrap()).collect()
}

/// Leaves out what is empty at the end.
pub fn trimmed(mut parts: Vec<String>) -> Vec<String> {
    while parts.last().is_some_and(String::is_empty) {
        parts.pop();
    }
    parts
}
