//! Files that must not become releases: torn, mixed up, of another quarter, of another kind.

/// One file.
pub struct Broken {
    /// What is wrong, for whoever reads a failure.
    pub case: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: fn() -> Vec<u8>,
    /// Options of `import`.
    pub options: &'static [&'static str],
    /// Part of what is said.
    pub words: &'static str,
}

const HEADER: &str = "NDC,HCPCS,Relationship Start Date,Relationship End Date\n";
const TITLE: &str = "October 2025 ASP NDC - HCPCS Crosswalk for Medicare Part B Drugs\n";
const EFFECTIVE: &str = "Effective October 1, 2025 through December 31, 2025\n";
const ASP_HEADER: &str = "_2025_CODE,Short Description,LABELER NAME,NDC2,Drug Name,HCPCS dosage,PKG SIZE,PKG QTY,BILLUNITS,BILLUNITSPKG\n";
const ASP_ROW: &str = "J7608,,,99101-0001-01,,,,,1,1\n";

const fn of(case: &'static str, name: &'static str, bytes: fn() -> Vec<u8>, words: &'static str) -> Broken {
    Broken { case, name, bytes, options: &[], words }
}

fn pdac(rows: &str) -> Vec<u8> {
    format!("{HEADER}{rows}").into_bytes()
}

fn asp(title: &str, effective: &str, rows: &str) -> Vec<u8> {
    format!("{title}{effective}{ASP_HEADER}{rows}").into_bytes()
}

const ROW: &str = "99101-0001-01,J7608,1/1/2020,OPEN\n";

/// All of them; the names of PDAC files carry a posting day unless that is what is wrong.
pub const BROKEN: &[Broken] = &[
    of("nothing in it", "2025-10-05a.csv", Vec::new, "empty"),
    of("blank lines", "2025-10-05b.csv", || b"\n\n\n".to_vec(), "empty"),
    of("only a header", "2025-10-05c.csv", || pdac(""), "row"),
    of(
        "a page of a site",
        "2025-10-05d.csv",
        || b"<!doctype html><html><body>Sign in</body></html>".to_vec(),
        "web page",
    ),
    of("JSON", "2025-10-05e.csv", || b"{\"error\":\"not found\"}\n".to_vec(), "header"),
    of("a PDF", "2025-10-05f.xlsx", || b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n".to_vec(), "header"),
    of("zeros", "2025-10-05g.csv", || vec![0; 4096], "neither text"),
    of("gzip", "2025-10-05h.csv", || vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], "neither text"),
    of("UTF-16", "2025-10-05i.csv", || b"\xff\xfeN\0D\0C\0,\0".to_vec(), "UTF-16"),
    of("a zip cut off", "asp.zip", || b"PK\x03\x04\x14\0\0\0\x08\0torn".to_vec(), "cut off"),
    of(
        "a workbook cut off",
        "2025-10-05j.xls",
        || b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and no more".to_vec(),
        "cut off",
    ),
    of("the last row torn", "2025-10-05k.csv", || pdac(&format!("{ROW}99101-0002-01,J76")), "cut off"),
    of(
        "the last line without an end",
        "2025-10-05l.csv",
        || pdac(&format!("{ROW}99101-0002-01,J7608,1/1/2020,OPEN")),
        "half written",
    ),
    of(
        "an ASP torn in a row",
        "asp1.csv",
        || asp(TITLE, EFFECTIVE, &format!("{ASP_ROW}J7608,,,99101-00")),
        "cut off",
    ),
    of("no posting day", "list.csv", || pdac(ROW), "posted"),
    of("posted in the future", "2026-10-05x.csv", || pdac(ROW), "still to come"),
    of(
        "dates that are words",
        "2025-10-05m.csv",
        || pdac(&format!("{ROW}99101-0002-01,J7608,soon,OPEN\n")),
        "cannot be used",
    ),
    of(
        "spans that end before they begin",
        "2025-10-05n.csv",
        || pdac(&format!("{ROW}99101-0002-01,J7608,1/1/2020,1/1/2019\n")),
        "cannot be used",
    ),
    of("codes and NDCs exchanged", "2025-10-05o.csv", || pdac("J7608,99101-0001-01,1/1/2020,OPEN\n"), "row"),
    of("ten digits throughout", "2025-10-05p.csv", || pdac("9910100101,J7608,1/1/2020,OPEN\n"), "row"),
    of("most of it lost", "2025-10-12q.csv", || pdac(ROW), "the release before it"),
    of(
        "a column missing",
        "2025-10-05r.csv",
        || b"NDC,HCPCS,Relationship Start Date\n99101-0001-01,J7608,1/1/2020\n".to_vec(),
        "no column through",
    ),
    of(
        "a preliminary quarter",
        "asp2.csv",
        || asp(&TITLE.replace("October", "Preliminary October"), EFFECTIVE, ASP_ROW),
        "preliminary",
    ),
    of(
        "called preliminary",
        "october-2025-asp-preliminary.csv",
        || asp(TITLE, EFFECTIVE, ASP_ROW),
        "preliminary",
    ),
    of("named after another quarter", "july-2025-asp.csv", || asp(TITLE, EFFECTIVE, ASP_ROW), "2025"),
    of(
        "a title of another quarter",
        "asp3.csv",
        || asp(&TITLE.replace("October", "July"), EFFECTIVE, ASP_ROW),
        "title",
    ),
    of("no quarter", "asp4.csv", || asp(TITLE, "", ASP_ROW), "ffective"),
    of(
        "two quarters",
        "asp5.csv",
        || asp("ASP NDC - HCPCS Crosswalk\n", "Effective July 1, 2025 through December 31, 2025\n", ASP_ROW),
        "quarter",
    ),
    of("the AWP crosswalk", "asp6.csv", || asp(&TITLE.replace("ASP", "AWP"), EFFECTIVE, ASP_ROW), "AWP"),
    of("the OPPS crosswalk", "asp7.csv", || asp(&TITLE.replace("ASP", "OPPS"), EFFECTIVE, ASP_ROW), "OPPS"),
    of(
        "a vaccine crosswalk",
        "asp8.csv",
        || asp(&TITLE.replace("ASP", "Vaccine"), EFFECTIVE, ASP_ROW),
        "vaccine",
    ),
    of("no NDC among the identifiers", "asp9.csv", || asp(TITLE, EFFECTIVE, "Q4100,,,26TS,,,,,1,1\n"), "row"),
    Broken {
        case: "PDAC said to be ASP",
        name: "2025-10-05s.csv",
        bytes: || pdac(ROW),
        options: &["--list", "asp"],
        words: "ASP",
    },
    Broken {
        case: "ASP said to be local",
        name: "asp10.csv",
        bytes: || asp(TITLE, EFFECTIVE, ASP_ROW),
        options: &["--list", "local"],
        words: "local",
    },
];
