//! Runs a made-up 837 through edits and outputs, for the tests of every form.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use claims::{Block, Blocks, Claim, ClaimPiece, Fault, Step};
use crosswalk::Crosswalk;
use crosswalk::sources::{Options, asp, pdac};
use edits::{Channel, Circumstance, Judge, Profile, judge};
use x12::Limits;

use crate::{Answer, MemoryStore, Outputs, Record, Results, RunFacts, Wanted, brr};

/// A made-up PDAC list, posted in October 2025.
const PDAC: &str = "NDC,NDC Mod,HCPCS,HCPCS Mod,Relationship Start Date,Relationship End Date
99301-0001-01,,J1111,,1/1/2024,
99301-0002-01,,J2222,,1/1/2024,
99301-0005-01,,J5555,,1/1/2024,8/31/2025
99301-0005-01,,J5555,,11/1/2025,
";

/// A made-up ASP quarter.
const ASP: &str = "ASP NDC - HCPCS Crosswalk for Medicare Part B Drugs,
\"Effective October 1, 2025 through December 31, 2025\",
_2025_CODE,NDC2
J9000,99301-0009-01
";

/// One claim of each disposition, and what is hard to write: markup, formulas, control characters, bytes above ASCII.
pub(crate) fn sample() -> Vec<u8> {
    let isa = "ISA*00*          *00*          *ZZ*TPID00000001   *ZZ*SAMPLEMMIS     *251103*0730*^*00501*000000101*0*P*:~\
               GS*HC*TPID00000001*SAMPLEMMIS*20251103*0730*1*X*005010X222A1~";
    let heads = "ST*837*0001*005010X222A1~BHT*0019*00*1*20251103*0730*CH~\
                 NM1*41*2*PINE HOLLOW*****46*TPID1~PER*IC*ANN*TE*2075550100~NM1*40*2*SAMPLEMMIS*****46*MMIS~HL*1**20*1~\
                 NM1*85*2*PINE HOLLOW CLINIC*****XX*2000001018~REF*EI*001000001~\
                 HL*2*1*22*1~NM1*IL*1*THISTLE*ROWENA****MI*00000001A~";
    let claims = [
        "CLM*GOOD-1*10***11:B:1*Y*A*Y*Y~LX*1~SV1*HC:99213*10*UN*1***1~DTP*472*D8*20251003~",
        "CLM*BAD-1*1234.5***11:B:1*Y*A*Y*Y~LX*1~SV1*HC:J5555*1000*UN*1***1~DTP*472*D8*20251003~\
         LIN**N4*99301000501~CTP****1*ML~LX*2~SV1*HC:J2222*234.5*UN*1***1~DTP*472*D8*20251003~\
         LIN**N4*9930100101~CTP****0*ML~",
        "HL*3*2*23*0~PAT*19~NM1*QC*1*O'DOG<SCRIPT>ALERT(\"X\")</SCRIPT>*A&B \u{1b}[31m\u{e9}\u{0}~\
         CLM*=1+1*-1,5***11:B:1*Y*A*Y*Y~LX*1~SV1*HC:J2222*1*UN*1***1~DTP*472*D8*20251003~\
         LIN**N4*-<99301&\t ~CTP****1*ML~",
        "CLM*WAIT-1*20***11:B:1*Y*A*Y*Y~LX*1~SV1*HC:J2222*20*UN*1***1~DTP*472*D8*20260203~\
         LIN**N4*99301000101~CTP****1*ML~",
    ];
    let refused = "ST*837*0002*005010X222A1~BHT*0019*00*2*20251103*0730*CH~\
                   NM1*41*2*PINE HOLLOW*****46*TPID1~PER*IC*ANN*TE*2075550100~NM1*40*2*SAMPLEMMIS*****46*MMIS~\
                   HL*1**20*1~HL*2*1*22*0~\
                   CLM*FINE-1*5***11:B:1*Y*A*Y*Y~LX*1~SV1*HC:99213*5*UN*1***1~DTP*472*D8*20251003~SE*99*0002~";
    let set = heads.to_owned() + &claims.concat();
    let count = set.matches('~').count() + 1;
    let text = format!("{isa}{set}SE*{count}*0001~{refused}GE*2*1~IEA*1*000000101~");
    text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect()
}

fn lists() -> Crosswalk {
    let options = Options { source_name: "2025-10-05XWalk.csv", ..Options::default() };
    let pdac = pdac::parse(PDAC.as_bytes(), &options).unwrap();
    let asp = asp::parse(ASP.as_bytes(), &Options::default()).unwrap();
    Crosswalk::build(vec![pdac, asp]).0
}

/// Runs `file` and returns every file that comes of it.
pub(crate) fn run(file: &[u8], channel: Channel) -> BTreeMap<String, Vec<u8>> {
    let crosswalk = lists();
    let profile = Profile::default();
    let today = NaiveDate::from_ymd_opt(2025, 12, 1).unwrap();
    let by = Judge { crosswalk: &crosswalk, profile: &profile, channel, today };
    let wanted = Wanted {
        results: Results::None,
        reports: (0..brr::FORMS.len()).collect(),
        annotated: None,
        acknowledging: None,
        facts: None,
        names: None,
    };
    let mut outputs = Outputs::new(file, wanted, None);
    let mut store = MemoryStore::default();
    let mut blocks = Blocks::new(file, Limits::default(), 1 << 20);
    while let Step::Block(block) = blocks.next_block() {
        let answers: Vec<Answer<'_>> =
            block.claims.iter().map(|piece| answer(file, &block, piece, by, outputs.wanted())).collect();
        outputs.block(&block, &answers, &[], &mut store).unwrap();
    }
    let stamp = "2025-12-01T08:00:00Z";
    let (input_name, version) = ("in.837", "0.1.0");
    let run = RunFacts { crosswalk: &crosswalk, stamp, today, channel, input_name, version };
    outputs.finish(&blocks.counted(), run, &mut store).unwrap();
    store.files
}

fn answer<'a>(
    file: &'a [u8],
    block: &Block<'a>,
    piece: &ClaimPiece<'a>,
    by: Judge<'a>,
    wanted: &Wanted,
) -> Answer<'a> {
    let mut claim = Claim::default();
    claim.read(block.segments(piece), piece.first_segment);
    let unit_faults: Vec<Fault<'a>> = block.set(piece.set).faults.clone();
    let circumstance = Circumstance { unit_faults: &unit_faults, ..Circumstance::default() };
    let verdict = judge(&claim, circumstance, by);
    Answer::of(&claim, &verdict, wanted, &mut Vec::new(), || Record::of(file, block, piece, &claim, &verdict))
}

/// Returns one file of a run of the sample as text.
pub(crate) fn file_of_sample(name: &str, channel: Channel) -> String {
    let mut files = run(&sample(), channel);
    String::from_utf8(files.remove(name).expect("the run writes the file")).unwrap()
}

/// Holds `actual` against the file `golden/name`; with `BLESS` set, writes it there instead.
#[track_caller]
pub(crate) fn assert_golden(name: &str, actual: &str) {
    let path = format!("{}/src/brr/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, expected, "{name} differs; run the test with BLESS=1 and look at what changed");
}

/// Returns the part of `text` from the first `from` to the end of the first `to` behind it.
#[track_caller]
pub(crate) fn part<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let start = text.find(from).expect("the part begins somewhere");
    let end = text[start..].find(to).expect("the part ends somewhere");
    &text[start..start + end + to.len()]
}
