//! What an acknowledgement says, in sentences, and the guilty segments of the file that it answers.

use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use acknowledgements::{
    Answered, Content, Pointer, Spot, Statement, content, explain, with_lines_as_segments,
};
use claims::Fault;
use edits::{ElementName, about, about_fault, message_of_fault};
use intake::Input;
use responses::brr::{Annotated, Pointed, shown_text};
use tempfile::SpooledTempFile;
use x12::offset_in;

use super::shown_lines;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs::Source;
use crate::page::Page;
use crate::run::{failure, open, spool_folder};
use crate::stdout;

/// Bytes of text that stay in memory.
const MEMORY_BYTES: usize = 4 * 1024 * 1024;

/// Columns that each level stands further inwards.
const INDENT: usize = 2;

/// Most faults of the envelopes that are told: more say no more.
const FAULTS_MAX: usize = 20;

/// Opens what may be an acknowledgement; nothing for a file in which there is no interchange.
pub fn opened(source: &Source, bytes_max: Option<u64>) -> Result<Option<(Input, Content)>, Failure> {
    let input = open(source, &spool_folder()?, bytes_max)?;
    let content = content(&with_lines_as_segments(input.bytes()));
    Ok(content.has_interchange.then_some((input, content)))
}

/// Says everything that the acknowledgements of `input` say; with `against`, shows where.
pub fn run(
    source: &Source,
    (input, content): (Input, Content),
    against: Option<&Source>,
    bytes_max: Option<u64>,
) -> Result<Exit, Failure> {
    if !content.has_acknowledgement {
        return Err(no_acknowledgement(source, &content));
    }
    let answered = match against {
        Some(answered) => Some((answered, open(answered, &spool_folder()?, bytes_max)?)),
        None => None,
    };
    let shown = answered.as_ref().map(|(source, input)| Shown {
        annotated: Annotated { input_name: source.name(), coloured: is_coloured() },
        file: input.bytes(),
        answered: Answered::read(input.bytes()),
    });
    let to = SpooledTempFile::new_in(MEMORY_BYTES, spool_folder()?);
    let mut out = Out { to: BufWriter::new(to), shown, waiting: None, is_first: true, written: Ok(()) };
    let file = with_lines_as_segments(input.bytes());
    let faults = explain(&file, &mut |statement| out.statement(&statement));
    let cuts_off = faults.iter().any(|fault| fault.kind.cuts_off());
    out.faults(&file, faults.into_iter().map(Fault::from));
    drop(file);
    let content =
        out.content().map_err(|error| Failure::io("cannot write to", &std::env::temp_dir(), &error))?;
    for (source, input) in answered.iter().map(|(source, input)| (*source, input)).chain([(source, &input)]) {
        if !input.is_ours() {
            return Err(failure(source, input.bytes(), batch::Failed::Disturbed));
        }
    }
    // A reader may take its time, and whoever wants to write to an input must not wait for it.
    drop((input, answered));
    stdout::copy(content)?;
    Ok(if cuts_off { Exit::Unreadable } else { Exit::Done })
}

fn is_coloured() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

fn no_acknowledgement(source: &Source, content: &Content) -> Failure {
    let place = source.place();
    // What is no number is no name of a set, and may be anything.
    match content.other.as_ref().filter(|kind| kind.len() == 3 && kind.parse::<u16>().is_ok()) {
        Some(kind) => Failure::usage(
            format!("{place} holds no acknowledgement, but a transaction set {kind}"),
            format!(
                "claimgate check {place} says what is wrong with claims, claimgate inspect {place} what is in the file"
            ),
        ),
        None => Failure::usage(
            format!("{place} holds no acknowledgement"),
            format!("claimgate inspect {place} says what is in the file"),
        ),
    }
}

/// The file that was answered, and how its segments are shown.
struct Shown<'f> {
    annotated: Annotated,
    file: &'f [u8],
    answered: Answered<'f>,
}

/// Where the sentences go.
struct Out<'f> {
    to: BufWriter<SpooledTempFile>,
    shown: Option<Shown<'f>>,
    /// A place that is shown once everything is said of it, and how far inwards it was told.
    waiting: Option<(usize, Vec<u8>)>,
    is_first: bool,
    /// Once something could not be written, nothing more is.
    written: io::Result<()>,
}

impl Out<'_> {
    fn statement(&mut self, statement: &Statement<'_>) {
        if self.waiting.as_ref().is_some_and(|(depth, _)| statement.depth <= *depth) {
            self.show();
        }
        let mut page = Page::default();
        if statement.depth == 0 && !std::mem::replace(&mut self.is_first, false) {
            page.blank();
        }
        page.paragraph(INDENT * statement.depth, &statement.words);
        if let Some(about) = statement.finding.and_then(|code| about(std::str::from_utf8(code).ok()?)) {
            page.paragraph(INDENT * statement.depth, &format!("What to do: {}", about.remedy));
        }
        if let (Some(pointer), Some(shown)) = (&statement.pointer, &mut self.shown) {
            let block = shown.block(pointer, INDENT * (statement.depth + 1), &mut page);
            self.waiting = Some((statement.depth, block));
        }
        self.put(shown_lines(&page.text).as_bytes());
    }

    /// Shows the place that waits.
    fn show(&mut self) {
        if let Some((_, block)) = self.waiting.take().filter(|(_, block)| !block.is_empty()) {
            self.put(b"\n");
            self.put(&block);
        }
    }

    fn faults<'a>(&mut self, file: &[u8], faults: impl ExactSizeIterator<Item = Fault<'a>>) {
        self.show();
        let count = faults.len();
        let mut page = Page::default();
        if 0 < count {
            page.blank();
            page.line("The envelopes of the acknowledgement itself are faulty:");
        }
        for fault in faults.take(FAULTS_MAX) {
            let (about, byte) = (about_fault(fault.kind), offset_in(file, fault.place));
            let words = message_of_fault(&fault);
            page.paragraph(
                INDENT,
                &format!("Segment {}, byte {byte}: {words} ({})", fault.segment_number, about.code),
            );
        }
        if FAULTS_MAX < count {
            page.paragraph(INDENT, &format!("There are {} more.", count - FAULTS_MAX));
        }
        self.put(page.text.as_bytes());
    }

    /// Returns all that was written, from its begin.
    fn content(self) -> io::Result<SpooledTempFile> {
        self.written?;
        let mut content = self.to.into_inner().map_err(io::IntoInnerError::into_error)?;
        content.seek(SeekFrom::Start(0))?;
        Ok(content)
    }

    fn put(&mut self, bytes: &[u8]) {
        if self.written.is_ok() {
            self.written = self.to.write_all(bytes);
        }
    }
}

impl Shown<'_> {
    /// Shows the place of `pointer`, or says why it is not in the file.
    fn block(&mut self, pointer: &Pointer<'_>, indent: usize, page: &mut Page) -> Vec<u8> {
        let spot = match self.answered.find(pointer) {
            Ok(spot) => spot,
            Err(not_found) => {
                page.paragraph(indent, &format!("It is not shown: {}", not_found.0));
                return Vec::new();
            }
        };
        if let Some(doubt) = &spot.doubt {
            page.paragraph(indent, doubt);
        }
        let Spot { place, segment, element, segment_number, delimiters, .. } = &spot;
        let name = ElementName::At { segment, element: element.element, component: element.component };
        self.annotated.pointed(&Pointed {
            code: &shown_text(&pointer.code),
            title: &shown_text(&pointer.title),
            file: self.file,
            delimiters: *delimiters,
            place,
            within: &shown_text(&edits::text_of(pointer.within)),
            element: name,
            segment_number: *segment_number,
        })
    }
}
