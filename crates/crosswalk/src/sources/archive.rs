//! Opens zip containers, and never unpacks more than a list can be.
//!
//! An .xlsx file is such a container too, so it passes here before the workbook reader sees it.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::read::ZipFile;

use super::error::{SourceError, clipped};
use super::names::{another_crosswalk, base_name};

/// How far a zip container is followed.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Members, folders included.
    pub members: usize,
    /// Bytes of all members that are read together, unpacked.
    pub unpacked_bytes: u64,
    /// Unpacked bytes per packed byte of one member, beyond its first mebibyte.
    pub ratio: u64,
}

/// The limits in force.
///
/// A PDAC workbook is about 1 MB and unpacks to some 20 MB; a sheet of repeated cells packs about a hundredfold.
pub const LIMITS: Limits = Limits { members: 1_000, unpacked_bytes: 512 << 20, ratio: 200 };

/// Unpacked bytes of a member below which its ratio says nothing.
const RATIO_FREE_BYTES: u64 = 1 << 20;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Tells whether the bytes are a zip that is not itself a workbook.
///
/// Errors: [`SourceError::ArchiveCutOff`], [`SourceError::ArchiveLimit`].
pub(super) fn is_published_zip(bytes: &[u8]) -> Result<bool, SourceError> {
    Ok(is_container(bytes) && !is_workbook(&open(bytes)?))
}

/// Tells whether the bytes begin like a zip container, be it a workbook or not.
pub(super) fn is_container(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Unpacks every member of a container once, and keeps nothing.
///
/// The workbook reader would follow any member to its end, and make room for as many strings as a workbook claims to share;
/// after this it meets only bounded and undamaged members, and no such claim beyond the bytes there are.
pub(super) fn examine(bytes: &[u8]) -> Result<(), SourceError> {
    let mut archive = open(bytes)?;
    let mut budget = LIMITS.unpacked_bytes;
    for index in 0..archive.len() {
        let name = name(&archive, index);
        let member = member(&mut archive, index)?;
        if !name.to_ascii_lowercase().ends_with("sharedstrings.xml") {
            budget -= unpack(member, budget, &mut std::io::sink())?;
            continue;
        }
        let mut content = Vec::new();
        budget -= unpack(member, budget, &mut content)?;
        if shared_strings_claimed(&content) > content.len() {
            return Err(SourceError::ArchiveMember { member: clipped(&name) });
        }
    }
    Ok(())
}

/// Returns the number of strings that the head of the shared strings claims, if it claims one.
fn shared_strings_claimed(content: &[u8]) -> usize {
    const CLAIM: &[u8] = b"uniqueCount";
    let first_string = content.windows(3).position(|window| window == b"<si");
    let head = &content[..first_string.unwrap_or(content.len())];
    let claims = head.windows(CLAIM.len()).enumerate().filter(|(_, window)| *window == CLAIM);
    let number = |at: usize| {
        let rest = head[at + CLAIM.len()..].iter().skip_while(|byte| !byte.is_ascii_digit());
        let digits = rest.take_while(|byte| byte.is_ascii_digit());
        digits
            .fold(0usize, |number, digit| number.saturating_mul(10).saturating_add(usize::from(digit - b'0')))
    };
    claims.map(|(at, _)| number(at)).max().unwrap_or(0)
}

/// Returns the name and the bytes of the ASP crosswalk in a published zip: its .csv, else its .xls, else its .xlsx.
///
/// The zips also hold AWP, OPPS, NOC, vaccine and other crosswalks, with the same columns or nearly so; those are never taken.
/// Source: CMS, ASP pricing files, crosswalk zips.
pub(super) fn asp_member(bytes: &[u8]) -> Result<(String, Vec<u8>), SourceError> {
    let mut archive = open(bytes)?;
    let names: Vec<String> = (0..archive.len()).map(|index| name(&archive, index)).collect();
    for extension in [".csv", ".xls", ".xlsx"] {
        let mut candidates = asp_candidates(&names, extension);
        match (candidates.pop(), candidates.is_empty()) {
            (None, _) => {}
            (Some(index), true) => {
                let mut content = Vec::new();
                unpack(member(&mut archive, index)?, LIMITS.unpacked_bytes, &mut content)?;
                return Ok((names[index].clone(), content));
            }
            (Some(last), false) => {
                candidates.push(last);
                let members: Vec<&str> = candidates.iter().map(|&at| names[at].as_str()).collect();
                return Err(SourceError::MemberAmbiguous { members: clipped(&members.join(", ")) });
            }
        }
    }
    Err(SourceError::MemberMissing { members: clipped(&names.join(", ")) })
}

/// Returns the members that may be the ASP crosswalk; those that say so in their name go before the others.
fn asp_candidates(names: &[String], extension: &str) -> Vec<usize> {
    let possible = |name: &str| {
        let base = base_name(name);
        name.to_ascii_lowercase().ends_with(extension)
            && !base.starts_with('.')
            && !name.starts_with("__MACOSX/")
            && another_crosswalk(base).is_none()
    };
    let says_asp = |index: &usize| names[*index].to_ascii_lowercase().contains("asp");
    let all: Vec<usize> = (0..names.len()).filter(|&index| possible(&names[index])).collect();
    let outspoken: Vec<usize> = all.iter().copied().filter(says_asp).collect();
    if outspoken.is_empty() { all } else { outspoken }
}

fn open(bytes: &[u8]) -> Result<Archive<'_>, SourceError> {
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| SourceError::ArchiveCutOff)?;
    if archive.len() > LIMITS.members {
        let limit = format!("{} members", LIMITS.members);
        return Err(SourceError::ArchiveLimit { limit });
    }
    Ok(archive)
}

fn is_workbook(archive: &Archive<'_>) -> bool {
    (0..archive.len()).any(|index| name(archive, index).starts_with("xl/"))
}

fn name(archive: &Archive<'_>, index: usize) -> String {
    match archive.name_for_index(index) {
        Some(Ok(name)) => name.into_owned(),
        _ => format!("(member {})", index + 1),
    }
}

fn member<'a>(
    archive: &'a mut Archive<'_>,
    index: usize,
) -> Result<(String, ZipFile<'a, impl Read>), SourceError> {
    let name = name(archive, index);
    match archive.by_index(index) {
        Ok(file) => Ok((name, file)),
        Err(_) => Err(SourceError::ArchiveMember { member: clipped(&name) }),
    }
}

/// Unpacks a member and returns its size; the sizes that the container claims are not believed.
fn unpack(
    (name, mut file): (String, ZipFile<'_, impl Read>),
    budget: u64,
    into: &mut impl std::io::Write,
) -> Result<u64, SourceError> {
    let ratio_bytes = file.compressed_size().saturating_mul(LIMITS.ratio);
    let mut unpacked = 0;
    let mut chunk = [0; 16 << 10];
    loop {
        let damaged = || SourceError::ArchiveMember { member: clipped(&name) };
        let count = file.read(&mut chunk).map_err(|_| damaged())?;
        if count == 0 {
            return Ok(unpacked);
        }
        unpacked += u64::try_from(count).unwrap_or(u64::MAX);
        if unpacked > budget {
            let limit = format!("{} MiB", LIMITS.unpacked_bytes >> 20);
            return Err(SourceError::ArchiveLimit { limit });
        }
        if unpacked > RATIO_FREE_BYTES.max(ratio_bytes) {
            let limit = format!("{} to 1", LIMITS.ratio);
            return Err(SourceError::ArchiveLimit { limit });
        }
        into.write_all(&chunk[..count]).map_err(|_| damaged())?;
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    pub(crate) fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(vec![]));
        for (name, content) in members {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn member_of(names: &[&str]) -> Result<String, SourceError> {
        let members: Vec<_> = names.iter().map(|name| (*name, name.as_bytes())).collect();
        asp_member(&zipped(&members)).map(|(name, content)| {
            assert_eq!(name.as_bytes(), content);
            name
        })
    }

    #[test]
    fn takes_the_asp_csv_and_no_other() {
        let csv = "section 508 version of October 2025 ASP NDC-HCPCS Crosswalk.csv";
        let all = [
            "section 508 version of October 2025 AWP NDC-HCPCS Crosswalk.csv",
            "section 508 version of October 2025 OPPS NDC-HCPCS Crosswalk.csv",
            "section 508 version of October 2025 ASP NOC NDC-HCPCS Crosswalk.csv",
            "section 508 version of October 2025 PrEP NDC-HCPCS Crosswalk.csv",
            "section 508 version of October 2025 ASP vaccine Crosswalk.csv",
            "October 2025 ASP NDC-HCPCS Crosswalk.xls",
            "__MACOSX/._October 2025 ASP NDC-HCPCS Crosswalk.csv",
            "introduction.pdf",
            csv,
        ];
        assert_eq!(member_of(&all).unwrap(), csv);
        assert_eq!(member_of(&all[..8]).unwrap(), all[5]);
    }

    #[test]
    fn refuses_a_zip_without_or_with_two_asp_members() {
        assert_eq!(
            member_of(&["AWP.csv", "readme.pdf"]),
            Err(SourceError::MemberMissing { members: "AWP.csv, readme.pdf".into() })
        );
        assert_eq!(
            member_of(&["asp 1.csv", "asp 2.csv"]),
            Err(SourceError::MemberAmbiguous { members: "asp 1.csv, asp 2.csv".into() })
        );
    }

    #[test]
    fn refuses_a_zip_that_is_cut_off_anywhere() {
        let whole = zipped(&[("asp.csv", b"some content of a member")]);
        for end in 4..whole.len() {
            assert_eq!(is_published_zip(&whole[..end]), Err(SourceError::ArchiveCutOff), "{end}");
        }
    }

    #[test]
    fn refuses_a_member_that_unpacks_too_far() {
        let bomb = zipped(&[("asp.csv", &vec![b' '; 3 << 20])]);
        let refused = SourceError::ArchiveLimit { limit: "200 to 1".into() };
        assert_eq!(asp_member(&bomb), Err(refused.clone()));
        assert_eq!(examine(&bomb), Err(refused));
    }

    #[test]
    fn refuses_a_damaged_member() {
        let mut bytes = zipped(&[("asp.csv", b"some content of a member")]);
        bytes[40] ^= 0x55;
        let refused = SourceError::ArchiveMember { member: "asp.csv".into() };
        assert_eq!(examine(&bytes), Err(refused));
    }

    #[test]
    fn refuses_a_workbook_that_claims_more_strings_than_it_has_bytes() {
        let strings = |count: &str| {
            let text = format!("<sst count='1' uniqueCount = \"{count}\"><si><t>a</t></si></sst>");
            examine(&zipped(&[("xl/sharedStrings.xml", text.as_bytes())]))
        };
        assert_eq!(strings("1"), Ok(()));
        let refused = SourceError::ArchiveMember { member: "xl/sharedStrings.xml".into() };
        for count in ["4000000000", "99999999999999999999999"] {
            assert_eq!(strings(count), Err(refused.clone()));
        }
    }
}
