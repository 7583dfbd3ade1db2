//! Examines an .xls file before the workbook reader sees it.
//!
//! The reader follows chains of sectors without looking for a ring, and makes room for as many cells as the records claim,
//! so a damaged file could exhaust the memory of the whole process. Here every chain and every claim that it will follow is
//! bounded; the cells themselves are left to it.
//!
//! Source: [MS-CFB] for the container, [MS-XLS] for the records.

use super::error::SourceError;

/// Cells of all sheets together, blank ones between the first and the last included.
///
/// The largest list has 2 million: 8,300 rows of 250 columns.
pub const CELLS_MAX: u64 = 8_000_000;

/// The last column of a sheet, IV, counted from 0.
const COLUMN_MAX: u16 = 255;

const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
/// Sector numbers from here on mark free and special sectors.
const RESERVED_SECTORS: u32 = 0xFFFF_FFFA;

/// Streams below this size lie in mini sectors.
const MINI_STREAM_BYTES: usize = 4096;

/// Follows the container and the records as the workbook reader does, and keeps nothing.
pub(super) fn examine(bytes: &[u8]) -> Result<(), SourceError> {
    let stream = workbook_stream(bytes).ok_or(damaged("its container is damaged or cut off"))?;
    let cells = cells_claimed(&stream).ok_or(damaged("its records are damaged or cut off"))?;
    if cells > CELLS_MAX {
        return Err(damaged("it claims more cells than a list can have"));
    }
    Ok(())
}

fn damaged(problem: &str) -> SourceError {
    SourceError::Workbook { problem: problem.to_owned() }
}

/// Sectors of one size, and the table that chains them.
struct Sectors<'a> {
    bytes: &'a [u8],
    size: usize,
    next: Vec<u32>,
}

impl Sectors<'_> {
    fn get(&self, id: u32) -> Option<&[u8]> {
        let start = usize::try_from(id).ok()?.checked_mul(self.size)?;
        let end = start.checked_add(self.size)?.min(self.bytes.len());
        self.bytes.get(start..end).filter(|sector| !sector.is_empty())
    }

    /// Returns the first `length` bytes of a chain, or all of it; `None` if it leaves the file or runs in a ring.
    fn chain(&self, start: u32, length: usize) -> Option<Vec<u8>> {
        let mut chain = Vec::new();
        let mut id = start;
        for _ in 0..=self.bytes.len() / self.size + 1 {
            if id == END_OF_CHAIN {
                return Some(chain);
            }
            let sector = self.get(id)?;
            chain.extend_from_slice(&sector[..sector.len().min(length - chain.len())]);
            if chain.len() >= length {
                return Some(chain);
            }
            id = *self.next.get(usize::try_from(id).ok()?)?;
        }
        None
    }
}

/// Returns the stream of records, `Workbook` or in older files `Book`.
fn workbook_stream(bytes: &[u8]) -> Option<Vec<u8>> {
    let size = match u16_at(bytes, 30)? {
        9 => 512,
        12 => 4096,
        _ => return None,
    };
    let mut sectors = Sectors { bytes: bytes.get(size..)?, size, next: Vec::new() };
    for id in table_sectors(bytes, &sectors)? {
        let table = numbers(sectors.get(id)?).collect::<Vec<u32>>();
        sectors.next.extend(table);
    }
    let directory = sectors.chain(u32_at(bytes, 48)?, usize::MAX)?;
    let root = directory.first_chunk::<128>()?;
    let mini_table_bytes = usize::try_from(u32_at(bytes, 64)?).ok()?.checked_mul(size)?;
    let (mini_bytes, mini_next) = match mini_table_bytes {
        0 => (Vec::new(), Vec::new()),
        length => (
            sectors.chain(u32_at(root, 116)?, stream_bytes(root, size)?)?,
            numbers(&sectors.chain(u32_at(bytes, 60)?, length)?).collect(),
        ),
    };
    let mini = Sectors { bytes: &mini_bytes, size: 64, next: mini_next };
    let entry = |name: &str| directory.chunks_exact(128).find(|entry| is_named(entry, name));
    let entry = entry("Workbook").or_else(|| entry("Book"))?;
    let (start, length) = (u32_at(entry, 116)?, stream_bytes(entry, size)?);
    if length < MINI_STREAM_BYTES { mini.chain(start, length) } else { sectors.chain(start, length) }
}

/// Returns the sectors that hold the chaining table: 109 named in the header, more in a chain of their own.
fn table_sectors(bytes: &[u8], sectors: &Sectors<'_>) -> Option<Vec<u32>> {
    let mut ids: Vec<u32> = numbers(bytes.get(76..512)?).collect();
    let mut next = u32_at(bytes, 68)?;
    for _ in 0..=sectors.bytes.len() / sectors.size + 1 {
        if next >= RESERVED_SECTORS {
            ids.retain(|id| *id < RESERVED_SECTORS);
            return Some(ids);
        }
        ids.extend(numbers(sectors.get(next)?));
        next = ids.pop()?;
    }
    None
}

/// Returns the length that a directory entry claims; 64 bits where sectors are large.
fn stream_bytes(entry: &[u8], sector_size: usize) -> Option<usize> {
    let low = u32_at(entry, 120)?;
    let high = if sector_size == 512 { 0 } else { u32_at(entry, 124)? };
    usize::try_from(u64::from(high) << 32 | u64::from(low)).ok()
}

fn is_named(entry: &[u8], name: &str) -> bool {
    let units = entry[..64].chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    let own = char::decode_utf16(units.take_while(|unit| *unit != 0));
    let own: String = own.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    own.eq_ignore_ascii_case(name)
}

/// Returns how many cells the sheets make room for; `None` if a record is damaged.
fn cells_claimed(stream: &[u8]) -> Option<u64> {
    const END_OF_SUBSTREAM: u16 = 0x000A;
    const BOUND_SHEET: u16 = 0x0085;
    let mut rest = stream;
    let mut cells = 0u64;
    while let Some((kind, data)) = record(&mut rest)? {
        if kind == END_OF_SUBSTREAM {
            break;
        }
        if kind == BOUND_SHEET {
            let start = usize::try_from(u32_at(data, 0)?).ok()?;
            cells = cells.checked_add(cells_of_sheet(stream.get(start..)?)?)?;
            // Sheets may share their records, so the sum is watched as it grows.
            if cells > CELLS_MAX {
                break;
            }
        }
    }
    Some(cells)
}

/// Returns the cells between the first and the last of a sheet, and those that its dimensions claim.
fn cells_of_sheet(mut rest: &[u8]) -> Option<u64> {
    const BEGIN_OF_SUBSTREAM: u16 = 0x0809;
    const END_OF_SUBSTREAM: u16 = 0x000A;
    const DIMENSIONS: u16 = 0x0200;
    let mut area = Area::default();
    let (mut claimed, mut depth) = (0u64, 0u32);
    while let Some((kind, data)) = record(&mut rest)? {
        match kind {
            BEGIN_OF_SUBSTREAM => depth += 1,
            // The reader stops at the end of the sheet; charts within it have ends of their own.
            END_OF_SUBSTREAM if depth <= 1 => break,
            END_OF_SUBSTREAM => depth -= 1,
            DIMENSIONS => claimed = claimed.checked_add(dimensions(data)?)?,
            _ if is_cell(kind) => area.add(data)?,
            _ => {}
        }
    }
    claimed.checked_add(area.cells())
}

/// Number, label, rich text, boolean, number in short, shared string, several numbers, formula.
fn is_cell(kind: u16) -> bool {
    matches!(kind, 0x0203 | 0x0204 | 0x00D6 | 0x0205 | 0x027E | 0x00FD | 0x00BD | 0x0006)
}

/// Returns the cells that a record of dimensions claims; rows and columns are given from the first to behind the last.
fn dimensions(data: &[u8]) -> Option<u64> {
    let (rows, columns) = match data.len() {
        10 => (u16_at(data, 0)?.into()..u16_at(data, 2)?.into(), u16_at(data, 4)?..u16_at(data, 6)?),
        14 | 16 => (u32_at(data, 0)?..u32_at(data, 4)?, u16_at(data, 8)?..u16_at(data, 10)?),
        _ => return None,
    };
    // An empty sheet has no row or no column behind the last.
    if rows.end == 0 || columns.end == 0 {
        return Some(1);
    }
    let rows = rows.end.checked_sub(rows.start).filter(|rows| 0 < *rows)?;
    if columns.end - 1 > COLUMN_MAX {
        return None;
    }
    Some(u64::from(rows) * u64::from(columns.end))
}

/// The rectangle around the cells of a sheet.
#[derive(Default)]
struct Area {
    rows: Option<(u16, u16)>,
    column_last: u16,
    records: u64,
}

impl Area {
    fn add(&mut self, data: &[u8]) -> Option<()> {
        let (row, column) = (u16_at(data, 0)?, u16_at(data, 2)?);
        if column > COLUMN_MAX {
            return None;
        }
        let (first, last) = self.rows.unwrap_or((row, row));
        self.rows = Some((first.min(row), last.max(row)));
        self.column_last = self.column_last.max(column);
        self.records += 1;
        Some(())
    }

    fn cells(&self) -> u64 {
        let rows = self.rows.map_or(0, |(first, last)| u64::from(last - first) + 1);
        (rows * (u64::from(self.column_last) + 1)).max(self.records)
    }
}

/// Takes the next record off: its kind and its data. The inner `None` is the end, the outer one a record that is cut off.
#[expect(clippy::option_option, reason = "an end and a damage are different, and both end the walk")]
fn record<'a>(rest: &mut &'a [u8]) -> Option<Option<(u16, &'a [u8])>> {
    if rest.is_empty() {
        return Some(None);
    }
    let kind = u16_at(rest, 0)?;
    let end = 4 + usize::from(u16_at(rest, 2)?);
    let data = rest.get(4..end)?;
    *rest = &rest[end..];
    Some(Some((kind, data)))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_le_bytes(*two))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*four))
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PDAC: &[u8] = include_bytes!("../../tests/fixtures/pdac.xls");

    /// Offset of the sheet's record of dimensions in the fixture.
    fn dimensions_at() -> usize {
        let is_dimensions = |window: &[u8]| window == [0x00, 0x02, 0x0E, 0x00];
        PDAC.windows(4).position(is_dimensions).unwrap() + 4
    }

    #[test]
    fn accepts_a_sound_workbook_and_no_part_of_it() {
        assert_eq!(examine(PDAC), Ok(()));
        for end in (0..PDAC.len() - 1024).step_by(64) {
            assert!(examine(&PDAC[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn refuses_dimensions_that_claim_too_much() {
        for (at, claim) in [(6, 0xFF), (7, 0xFF), (11, 0xFF)] {
            let mut bytes = PDAC.to_vec();
            bytes[dimensions_at() + at] = claim;
            assert!(examine(&bytes).is_err(), "{at}");
        }
    }

    #[test]
    fn refuses_a_chain_that_runs_in_a_ring() {
        let ring = Sectors { bytes: &[0; 192], size: 64, next: vec![1, 2, 0] };
        assert_eq!(ring.chain(0, usize::MAX), None);
        assert_eq!(ring.chain(0, 100).map(|chain| chain.len()), Some(100));
        let away = Sectors { bytes: &[0; 192], size: 64, next: vec![1, 7, 0] };
        assert_eq!(away.chain(0, usize::MAX), None);
        let ended = Sectors { bytes: &[0; 150], size: 64, next: vec![1, 2, END_OF_CHAIN] };
        assert_eq!(ended.chain(0, usize::MAX).map(|chain| chain.len()), Some(150));
    }

    #[test]
    fn counts_blank_cells_between_the_first_and_the_last() {
        let number = |row: u16, column: u16| {
            let mut record = vec![0x03, 0x02, 4, 0];
            record.extend(row.to_le_bytes().into_iter().chain(column.to_le_bytes()));
            record
        };
        let sheet = [number(10, 0), number(19, 3)].concat();
        assert_eq!(cells_of_sheet(&sheet), Some(40));
        assert_eq!(cells_of_sheet(&number(0, 256)), None);
        assert_eq!(cells_of_sheet(&sheet[..sheet.len() - 1]), None);
    }
}
