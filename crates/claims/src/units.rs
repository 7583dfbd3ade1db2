//! The units around claims: interchange, group and set, as their headers describe them.

use x12::{Delimiters, Segment};

use crate::counted::Usage;
use crate::fault::Fault;
use crate::implementation::Implementation;

/// An interchange that pieces of a block belong to.
#[derive(Clone)]
pub struct InterchangeUnit<'a> {
    /// ISA.
    pub isa: Segment<'a>,
    /// Position in the file, from 1.
    pub number: u64,
    /// ISA15, understood.
    pub usage: Usage,
    /// Every fault that refuses it.
    pub faults: Vec<Fault<'a>>,
    /// Whether its ISA stands in this block.
    pub begins_here: bool,
}

/// A functional group that pieces of a block belong to.
#[derive(Clone)]
pub struct GroupUnit<'a> {
    /// GS; `None` where it is missing.
    pub gs: Option<Segment<'a>>,
    /// Position in the file, from 1.
    pub number: u64,
    /// Its interchange, as an index into the block's.
    pub interchange: u32,
    /// Every fault that refuses it.
    pub faults: Vec<Fault<'a>>,
    /// Whether its GS stands in this block.
    pub begins_here: bool,
}

/// A transaction set that pieces of a block belong to.
#[derive(Clone)]
pub struct SetUnit<'a> {
    /// ST.
    pub st: Segment<'a>,
    /// Position in the file of the ST segment, from 1.
    pub first_segment: u64,
    /// Position in the file, from 1.
    pub number: u64,
    /// Its group, as an index into the block's.
    pub group: u32,
    /// The guide that it follows.
    pub implementation: Implementation<'a>,
    /// The bytes from ST up to the first HL.
    pub head: &'a [u8],
    /// Every fault that refuses it.
    pub faults: Vec<Fault<'a>>,
    /// Whether its ST stands in this block.
    pub begins_here: bool,
}

impl<'a> InterchangeUnit<'a> {
    /// Returns the separators that its ISA declares.
    pub fn delimiters(&self) -> Delimiters {
        self.isa.delimiters
    }

    /// Returns ISA13.
    pub fn control_number(&self) -> &'a [u8] {
        self.isa.element(13)
    }
}

impl<'a> GroupUnit<'a> {
    /// Returns GS06, or nothing where GS is missing.
    pub fn control_number(&self) -> &'a [u8] {
        self.gs.map_or(&[], |gs| gs.element(6))
    }
}

impl<'a> SetUnit<'a> {
    /// Returns ST02.
    pub fn control_number(&self) -> &'a [u8] {
        self.st.element(2)
    }
}
