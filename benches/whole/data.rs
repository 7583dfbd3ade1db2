//! The files that are measured: made once, and kept in the target folder.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use generator::{Fault, Guide, Lists, Plan, lists, write_batch};

/// The claims of a transaction set where it is not said otherwise: the customary maximum.
const CLAIMS_PER_SET: u32 = 5_000;
/// The average size of a generated claim.
const CLAIM_BYTES: u64 = 714;

/// Describes one measured file.
pub struct Input {
    pub name: &'static str,
    file_stem: &'static str,
    guide: Guide,
    /// The share of claims that are rejected.
    rejected: f64,
    /// Whether all claims are in one transaction set.
    one_set: bool,
    /// How many times the usual size it has.
    times: u64,
    /// Whether the goals of speed hold for it.
    pub speed_goals: bool,
}

/// The measured files.
pub const INPUTS: &[Input] = &[
    Input { name: "837P, 1 % rejected", file_stem: "professional", ..USUAL },
    Input { name: "837I, 1 % rejected", file_stem: "institutional", guide: Guide::Institutional, ..USUAL },
    Input { name: "837P, 1 % rejected, one set", file_stem: "one-set", one_set: true, ..USUAL },
    Input { name: "837P, 20 % rejected", file_stem: "fifth", rejected: 0.2, speed_goals: false, ..USUAL },
    Input { name: "837P, all rejected", file_stem: "rejected", rejected: 1.0, speed_goals: false, ..USUAL },
    Input { name: "837P, clean", file_stem: "clean", rejected: 0.0, ..USUAL },
    Input { name: "837P, 1 % rejected, large", file_stem: "large", times: 10, ..USUAL },
];

const USUAL: Input = Input {
    name: "",
    file_stem: "",
    guide: Guide::Professional,
    rejected: 0.01,
    one_set: false,
    times: 1,
    speed_goals: true,
};

/// Names a size of the lists.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ListSize {
    /// Just enough to be lists: their loading costs nothing.
    Small,
    /// As the publishers' are.
    Full,
}

/// Holds where the files are, and the lists they are drawn from.
pub struct Data {
    directory: PathBuf,
    /// The size of a usual input, in millions of bytes.
    megabytes: u64,
    full: Lists,
    large: bool,
}

impl Data {
    /// Writes the lists, and finds the folder of the files.
    ///
    /// The folder is named for what the generator writes, so that a changed generator gets files of its own.
    pub fn prepare() -> io::Result<Self> {
        let full = lists(1, 60_000, 7_000, 1);
        let small = lists(1, 40, 20, 1);
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap_or(Path::new("."));
        let directory = target.join("bench-data").join(format!("{:016x}", fingerprint(&full)?));
        for (size, lists) in [(ListSize::Full, &full), (ListSize::Small, &small)] {
            fs::create_dir_all(directory.join(folder(size)))?;
            for (name, bytes) in lists.files() {
                fs::write(directory.join(folder(size)).join(name), bytes)?;
            }
        }
        let megabytes = std::env::var("BENCH_MB").ok().and_then(|value| value.parse().ok()).unwrap_or(100);
        let large = std::env::var_os("BENCH_LARGE").is_some_and(|value| value == "1");
        Ok(Self { directory, megabytes, full, large })
    }

    /// Returns the folder, which is on the disk that the outputs should be measured on.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Returns the inputs to measure.
    pub fn inputs(&self) -> impl Iterator<Item = &'static Input> {
        INPUTS.iter().filter(|input| self.large || input.times == 1)
    }

    /// Returns the arguments that name the lists.
    pub fn lists(&self, pdac: ListSize, asp: ListSize) -> Vec<OsString> {
        let path = |size, name| self.directory.join(folder(size)).join(name).into_os_string();
        vec![
            "--pdac".into(),
            path(pdac, generator::PDAC_FILE_NAME),
            "--asp".into(),
            path(asp, "asp-2025q4.csv"),
        ]
    }

    /// Returns the file of an input, made if it is not there.
    pub fn file(&self, input: &Input) -> io::Result<PathBuf> {
        let megabytes = self.megabytes * input.times;
        let claims = u32::try_from(megabytes * 1_000_000 / CLAIM_BYTES).unwrap_or(u32::MAX).max(1);
        let (sets, claims) = if input.one_set {
            (1, claims)
        } else {
            (claims.div_ceil(CLAIMS_PER_SET), claims.min(CLAIMS_PER_SET))
        };
        let plan = Plan {
            guide: input.guide,
            sets,
            claims,
            bad: input.rejected,
            faults: Fault::rejecting(),
            ..Plan::default()
        };
        self.made(&format!("{}-{megabytes}.837", input.file_stem), &plan)
    }

    /// Returns a file of about 10 KB; it is dental, so that every list accepts it.
    pub fn small_file(&self) -> io::Result<PathBuf> {
        self.made("small.837", &Plan { guide: Guide::Dental, claims: 16, ..Plan::default() })
    }

    /// Returns a file, written aside and renamed if it is not there, so that a half-written one is never
    /// measured.
    fn made(&self, name: &str, plan: &Plan) -> io::Result<PathBuf> {
        let path = self.directory.join(name);
        if !path.exists() {
            let aside = path.with_extension("part");
            let mut file = File::create(&aside)?;
            write_batch(plan, &self.full, &mut file)?;
            file.flush()?;
            fs::rename(&aside, &path)?;
        }
        Ok(path)
    }
}

/// Returns the folder of the lists of a size.
fn folder(size: ListSize) -> &'static str {
    match size {
        ListSize::Small => "lists-small",
        ListSize::Full => "lists-full",
    }
}

/// Returns a number that changes with what the generator writes: FNV-1a, 64 bits, over a sample.
fn fingerprint(lists: &Lists) -> io::Result<u64> {
    let mut sample = Vec::new();
    for guide in [Guide::Professional, Guide::Institutional, Guide::Dental] {
        write_batch(&Plan { guide, bad: 0.5, ..Plan::default() }, lists, &mut sample)?;
    }
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    Ok(sample.iter().fold(0xcbf2_9ce4_8422_2325, step))
}
