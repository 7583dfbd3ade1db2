//! Lays text out on pages.
//!
//! Pages are made of lines of text and of shapes behind them; beside the pages grows the tree of elements that the lines belong to,
//! in the order in which they are to be read.

use super::faces::{Face, Faces};
use super::lines::lines;
use crate::words::Field;

/// Width of a page, in points: US Letter.
pub(super) const PAGE_WIDTH: f32 = 612.0;

/// Height of a page.
pub(super) const PAGE_HEIGHT: f32 = 792.0;

/// What stays free on either side.
pub(super) const MARGIN: f32 = 48.0;

/// Width of the text.
pub(super) const WIDTH: f32 = PAGE_WIDTH - 2.0 * MARGIN;

/// Where the last line of a page may end; the page number stands below.
const BOTTOM: f32 = PAGE_HEIGHT - 60.0;

/// Blank between a label and its value, or between two columns.
const GAP: f32 = 8.0;

/// A colour, in sRGB.
pub(super) type Colour = [u8; 3];

pub(super) const BLACK: Colour = [0x1a, 0x20, 0x2c];
pub(super) const GREY: Colour = [0x4a, 0x55, 0x68];
pub(super) const BLUE: Colour = [0x17, 0x32, 0x4d];
pub(super) const RED: Colour = [0x9b, 0x1c, 0x1c];
const SHADE: Colour = [0xf0, 0xf2, 0xf6];

/// How text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub face: Face,
    pub size: f32,
    pub colour: Colour,
}

pub(super) const BODY: Style = Style { face: Face::Regular, size: 9.0, colour: BLACK };
const LABEL: Style = Style { colour: GREY, ..BODY };
const STRONG: Style = Style { face: Face::Bold, ..BODY };
const SENT: Style = Style { face: Face::Mono, ..BODY };

/// What an element is, for whoever does not see the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Heading(u16),
    Paragraph,
    Section,
    Table,
    Row,
    ColumnHeader,
    RowHeader,
    Cell,
}

/// An element of the document; those that it is made of come behind it.
pub(super) struct Element {
    pub role: Role,
    /// The words of a heading.
    pub title: Option<String>,
    pub parent: Option<usize>,
}

/// A line of text on a page.
pub(super) struct Line {
    pub x: f32,
    /// Where it stands on, from the top of the page.
    pub baseline: f32,
    pub text: String,
    pub style: Style,
    /// Whose it is; `None` for what is there for the eye alone.
    pub element: Option<usize>,
}

/// A rectangle behind the text.
pub(super) struct Shape {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
    pub colour: Colour,
}

/// A page.
#[derive(Default)]
pub(super) struct Page {
    pub shapes: Vec<Shape>,
    pub lines: Vec<Line>,
}

/// A place that the outline leads to.
pub(super) struct Target {
    pub level: u16,
    pub title: String,
    pub page: usize,
    pub y: f32,
}

/// A column of a table: its heading, its width in parts of the page's, and whether it holds numbers.
pub(super) struct Column {
    pub title: &'static str,
    pub share: f32,
    pub is_number: bool,
}

/// Pages that grow.
pub(super) struct Paper<'f> {
    pub faces: &'f Faces,
    pub pages: Vec<Page>,
    pub elements: Vec<Element>,
    pub outline: Vec<Target>,
    /// How far down the last page is filled.
    y: f32,
    /// The sections that are open, the innermost last.
    open: Vec<usize>,
}

/// Text that runs down a column.
struct Flow<'t> {
    x: f32,
    /// How wide the column is.
    width: f32,
    style: Style,
    is_right: bool,
    element: Option<usize>,
    lines: Vec<&'t str>,
}

impl<'f> Paper<'f> {
    /// Begins with one page.
    pub(super) fn new(faces: &'f Faces) -> Paper<'f> {
        let (pages, elements, outline, open) = (vec![Page::default()], Vec::new(), Vec::new(), Vec::new());
        Paper { faces, pages, elements, outline, y: MARGIN, open }
    }

    /// Opens a section; what follows is part of it.
    pub(super) fn open(&mut self) {
        let section = self.element(Role::Section);
        self.open.push(section);
    }

    /// Closes the section that was opened last.
    pub(super) fn close(&mut self) {
        self.open.pop();
    }

    /// Leaves `points` free, if anything stands above on the page.
    pub(super) fn space(&mut self, points: f32) {
        if MARGIN < self.y {
            self.y += points;
        }
    }

    /// Goes to the next page if less than `points` are left on this one.
    pub(super) fn need(&mut self, points: f32) {
        if BOTTOM < self.y + points {
            self.turn();
        }
    }

    /// Writes a heading of `level` that the outline leads to.
    pub(super) fn heading(&mut self, level: u16, text: &str, colour: Colour) {
        let style = Style { face: Face::Bold, size: size_of_heading(level), colour };
        let text = self.faces.spelled(style.face, text).into_owned();
        self.outline.push(Target { level, title: text.clone(), page: self.pages.len() - 1, y: self.y });
        self.heading_lines(level, &text, style);
        if level == 2 {
            self.rule(WIDTH, 1.5, colour);
            self.y += 5.0;
        }
    }

    /// Writes the heading of an error, on a ground of its own.
    pub(super) fn error_heading(&mut self, text: &str, colour: Colour) {
        let style = Style { face: Face::Bold, size: size_of_heading(4), colour };
        let text = self.faces.spelled(style.face, text).into_owned();
        let count = lines(self.faces, style.face, &text, (WIDTH - 2.0 * GAP) / style.size).len();
        #[allow(clippy::cast_precision_loss, reason = "a heading has few lines")]
        let height = count as f32 * leading(style) + 4.0;
        let (y, shade) = (self.y, SHADE);
        self.page().shapes.push(Shape { x: MARGIN, y, width: WIDTH, height, colour: shade });
        self.y += 2.0;
        self.heading_lines(4, &text, style);
        self.y += 4.0;
    }

    fn heading_lines(&mut self, level: u16, text: &str, style: Style) {
        let element = self.element(Role::Heading(level));
        self.elements[element].title = Some(text.to_owned());
        let inset = if level == 4 { GAP } else { 0.0 };
        let flow = self.flow(MARGIN + inset, WIDTH - 2.0 * inset, style, Some(element), text);
        self.pour(&[flow]);
        self.y += 2.0;
    }

    /// Writes a paragraph.
    pub(super) fn paragraph(&mut self, text: &str, style: Style) {
        let text = self.faces.spelled(style.face, text);
        let element = Some(self.element(Role::Paragraph));
        let flow = self.flow(MARGIN, WIDTH, style, element, &text);
        self.pour(&[flow]);
        self.y += 4.0;
    }

    /// Writes labels with their values in `columns` columns, each label `label_width` points wide.
    pub(super) fn fields(&mut self, fields: &[Field<'_>], columns: u8, label_width: f32) {
        let width = WIDTH / f32::from(columns);
        for row in fields.chunks(usize::from(columns)) {
            let texts: Vec<_> = row
                .iter()
                .map(|field| {
                    let style = if field.as_sent { SENT } else { BODY };
                    // The blank parts the label from its value for whoever does not see the page.
                    (field.label.to_owned() + " ", style, self.faces.spelled(style.face, &field.value))
                })
                .collect();
            let mut flows = Vec::with_capacity(4);
            let mut x = MARGIN;
            for (label, style, value) in &texts {
                let element = Some(self.element(Role::Paragraph));
                flows.push(self.flow(x, label_width - GAP, LABEL, element, label));
                let value_width = width - label_width - GAP;
                flows.push(self.flow(x + label_width, value_width, *style, element, value));
                x += width;
            }
            self.pour(&flows);
            self.y += 1.5;
        }
        self.y += 4.0;
    }

    /// Writes a table whose header is repeated on every page that it goes on to; the first cell of a row heads it.
    pub(super) fn table(&mut self, columns: &[Column], rows: &[Vec<String>]) {
        let table = self.element(Role::Table);
        self.open.push(table);
        self.need(3.0 * leading(BODY));
        self.table_header(columns, true);
        for row in rows {
            let texts: Vec<_> = row.iter().map(|text| self.faces.spelled(BODY.face, text)).collect();
            let tallest = self.row_flows(columns, &texts, None).iter().map(|flow| flow.lines.len()).max();
            #[allow(clippy::cast_precision_loss, reason = "a row has few lines")]
            let height = tallest.unwrap_or(0) as f32 * leading(BODY);
            if BOTTOM < self.y + height && height < BOTTOM / 2.0 {
                self.turn();
                self.table_header(columns, false);
            }
            let element = self.element(Role::Row);
            self.open.push(element);
            let flows = self.row_flows(columns, &texts, Some((Role::RowHeader, Role::Cell)));
            self.pour(&flows);
            self.open.pop();
            self.y += 2.0;
            self.rule(table_width(columns), 0.4, [0xcb, 0xd5, 0xe0]);
            self.y += 1.0;
        }
        self.open.pop();
        self.y += 6.0;
    }

    /// Writes the header of a table; repeated, it is there for the eye alone.
    fn table_header(&mut self, columns: &[Column], is_first: bool) {
        let titles: Vec<_> = columns.iter().map(|column| column.title.into()).collect();
        let roles = is_first.then_some((Role::ColumnHeader, Role::ColumnHeader));
        if is_first {
            let row = self.element(Role::Row);
            self.open.push(row);
        }
        let mut flows = self.row_flows(columns, &titles, roles);
        for flow in &mut flows {
            flow.style = STRONG;
        }
        self.pour(&flows);
        if is_first {
            self.open.pop();
        }
        self.rule(table_width(columns), 0.8, BLUE);
        self.y += 1.5;
    }

    /// Returns the cells of a row; with `roles`, each is an element: the first of one role, the rest of another.
    fn row_flows<'t>(
        &mut self,
        columns: &[Column],
        texts: &'t [std::borrow::Cow<'t, str>],
        roles: Option<(Role, Role)>,
    ) -> Vec<Flow<'t>> {
        let mut x = MARGIN;
        let mut flows = Vec::with_capacity(columns.len());
        for (place, (column, text)) in columns.iter().zip(texts).enumerate() {
            let width = column.share * WIDTH;
            let element = roles.map(|(first, rest)| self.element(if place == 0 { first } else { rest }));
            let mut flow = self.flow(x, width - GAP, BODY, element, text);
            flow.is_right = column.is_number;
            flows.push(flow);
            x += width;
        }
        flows
    }

    fn flow<'t>(&self, x: f32, width: f32, style: Style, element: Option<usize>, text: &'t str) -> Flow<'t> {
        let lines = lines(self.faces, style.face, text, width / style.size);
        Flow { x, width, style, is_right: false, element, lines }
    }

    /// Writes columns of text side by side, each over as many pages as it needs, and goes on below the longest.
    fn pour(&mut self, flows: &[Flow<'_>]) {
        let start = (self.pages.len() - 1, self.y);
        let mut end = start;
        for flow in flows {
            let Style { face, size, .. } = flow.style;
            let leading = leading(flow.style);
            let (mut page, mut y) = start;
            for text in &flow.lines {
                if BOTTOM < y + leading {
                    (page, y) = (page + 1, MARGIN);
                }
                if page == self.pages.len() {
                    self.pages.push(Page::default());
                }
                let indent =
                    if flow.is_right { flow.width - self.faces.text_width(face, text) * size } else { 0.0 };
                let (x, text, style, element) =
                    (flow.x + indent, (*text).to_owned(), flow.style, flow.element);
                // What stands above and below a line, in the proportions of the fonts.
                let baseline = y + leading * 0.76;
                self.pages[page].lines.push(Line { x, baseline, text, style, element });
                y += leading;
            }
            if end.0 < page || (end.0 == page && end.1 < y) {
                end = (page, y);
            }
        }
        self.y = end.1;
    }

    /// Draws a rule from the left margin.
    fn rule(&mut self, width: f32, height: f32, colour: Colour) {
        let y = self.y;
        self.page().shapes.push(Shape { x: MARGIN, y, width, height, colour });
        self.y += height;
    }

    fn element(&mut self, role: Role) -> usize {
        self.elements.push(Element { role, title: None, parent: self.open.last().copied() });
        self.elements.len() - 1
    }

    fn page(&mut self) -> &mut Page {
        self.pages.last_mut().expect("a paper begins with a page, and none is taken away")
    }

    fn turn(&mut self) {
        self.pages.push(Page::default());
        self.y = MARGIN;
    }
}

fn table_width(columns: &[Column]) -> f32 {
    columns.iter().map(|column| column.share).sum::<f32>() * WIDTH - GAP
}

fn size_of_heading(level: u16) -> f32 {
    match level {
        1 => 18.0,
        2 => 13.0,
        3 => 11.0,
        _ => 9.5,
    }
}

/// Returns the distance from one line to the next.
fn leading(style: Style) -> f32 {
    style.size * 1.36
}
