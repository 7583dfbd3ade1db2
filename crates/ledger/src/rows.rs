//! What goes into the ledger and comes out of it.
//!
//! Moments are `YYYY-MM-DDThh:mm:ssZ`, hashes are hexadecimal digits, charges are whole cents.

/// Declares words that the ledger writes: an enum, the word of each variant, and the way back.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$of])* $variant,)+ }

        impl $name {
            /// Every one of them.
            pub const ALL: &[$name] = &[$($name::$variant,)+];

            /// Returns the word in data.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// Returns the one that `word` stands for.
            pub fn of(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

words! {
    /// What the claims of a file are for, as ISA15 says.
    Usage {
        /// They are to be paid.
        Production = "production",
        /// They are a test.
        Test = "test",
    }
}

words! {
    /// How a submission came in.
    Route {
        /// Through the partner's folder.
        Folder = "folder",
        /// Handed over on the machine.
        Stream = "stream",
    }
}

words! {
    /// Which claims of its parent a run judges.
    Part {
        /// The submission as it came.
        Whole = "whole",
        /// Those that were rejected.
        Rejected = "rejected",
        /// Those that were held.
        Held = "held",
    }
}

words! {
    /// What somebody decides about claims that are judged again.
    HandVerdict {
        /// They wait no longer for a list, and go on unless something rejects them.
        Release = "release",
        /// They go back.
        Reject = "reject",
        /// They stay what they were, while the lists decide about the others.
        Leave = "leave",
    }
}

words! {
    /// How far a run is.
    RunState {
        /// It is to be judged.
        Open = "open",
        /// What came of it is certain, and is to be delivered.
        Decided = "decided",
        /// Everything it owes was delivered.
        Delivered = "delivered",
    }
}

words! {
    /// What came of a run.
    Outcome {
        /// Its claims were judged.
        Judged = "judged",
        /// It has the bytes of an earlier submission.
        Duplicate = "duplicate",
        /// It has the control number of an earlier interchange, and other bytes.
        KnownControlNumber = "known_control_number",
        /// Sender, receiver or usage are not those of the folder it came through.
        Misaddressed = "misaddressed",
        /// Nothing can be read in it.
        Unreadable = "unreadable",
        /// Judging it failed as often as is tried.
        Quarantined = "quarantined",
    }
}

words! {
    /// What became of a claim; [`Disposition::Received`] is the sum of the others.
    Disposition {
        /// It was in the file.
        Received = "received",
        /// It goes on.
        Accepted = "accepted",
        /// It is sent back.
        Rejected = "rejected",
        /// It waits for a list.
        Held = "held",
        /// It stands in a unit that was refused.
        Refused = "refused",
    }
}

words! {
    /// What is written into the audit trail alone: the entry says everything, as its reason.
    Note {
        /// By when something is expected of a partner.
        Expectation = "expectation set",
        /// A partner comes with other keys.
        Keys = "keys set",
        /// Bytes that were kept of a submission are removed.
        Disposal = "disposed of",
        /// Somebody looks at claims of a submission.
        View = "viewed",
    }
}

/// Who does something, and when.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    /// The moment.
    pub at: &'a str,
    /// A person, or the station.
    pub who: &'a str,
    /// Why, where somebody has to say; else empty.
    pub why: &'a str,
}

/// Somebody who sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// The name of its folder.
    pub name: String,
    /// What it sends as ISA06, without padding.
    pub sender_ids: Vec<String>,
    /// What it may send to as ISA08, without padding; any if there is none.
    pub receiver_ids: Vec<String>,
}

/// A file that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Its name in the ledger.
    pub id: String,
    /// Who sent it.
    pub partner: String,
    /// How it came in.
    pub route: Route,
    /// What it is for.
    pub usage: Usage,
    /// Its name as it was sent, byte for byte.
    pub name: Vec<u8>,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// When it was taken.
    pub received_at: String,
    /// The submission that has the same bytes; set by the ledger.
    pub duplicate_of: Option<String>,
}

/// What became of a submission that was to be entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reception {
    /// It was entered, and this run is open.
    New(i64),
    /// It was entered as one whose bytes came before; the run is to tell that.
    Duplicate(i64),
    /// It had been entered before.
    Known,
}

/// What somebody has decided about the claims that a run judges again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByHand {
    /// What becomes of them.
    pub verdict: HandVerdict,
    /// CLM01 of those that it is about; all if there is none.
    pub claim_ids: Vec<String>,
    /// Why, for the submitter.
    pub reason: String,
}

/// A run that is to be opened over part of another.
#[derive(Clone, Copy, Debug)]
pub struct NewRun<'a> {
    /// The run whose claims are judged again.
    pub parent: i64,
    /// Which of them.
    pub part: Part,
    /// The moment that its outputs carry.
    pub stamp: &'a str,
    /// How many control numbers it may need.
    pub control_numbers: u64,
    /// What somebody has decided about them; `None` lets the lists decide alone.
    pub by_hand: Option<&'a ByHand>,
}

/// The control numbers that a run may use for its replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyNumbers {
    /// The first.
    pub first: u64,
    /// How many.
    pub count: u64,
}

/// What became of a rerun that was to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rerun {
    /// It is open.
    New(i64),
    /// Somebody had opened it before.
    Known(i64),
}

/// One judgement of a submission or of part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its number, from 1.
    pub number: i64,
    /// What it judges.
    pub submission: String,
    /// The run that its claims come from; `None` for the first of a submission.
    pub parent: Option<i64>,
    /// Which claims of that.
    pub part: Part,
    /// The moment that its outputs carry.
    pub stamp: String,
    /// What control numbers of accepted claims count up from; `None` leaves them as sent.
    pub control_number: Option<u64>,
    /// How far it is.
    pub state: RunState,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// The snapshot of the lists that it was judged by.
    pub snapshot: Option<String>,
}

impl Part {
    /// Returns what became of these claims when they were judged before; `None` where they were not.
    pub fn disposition(self) -> Option<Disposition> {
        match self {
            Part::Whole => None,
            Part::Rejected => Some(Disposition::Rejected),
            Part::Held => Some(Disposition::Held),
        }
    }
}

impl Disposition {
    /// Returns the claims of it that can be judged again, if any can.
    pub fn part(self) -> Option<Part> {
        Part::ALL.iter().copied().find(|part| part.disposition() == Some(self))
    }
}

impl Run {
    /// Tells whether it judges `part` of the claims of `run` again.
    ///
    /// One that was closed without judging them does not: they are what they were.
    pub fn judges_again(&self, run: i64, part: Part) -> bool {
        (self.parent, self.part) == (Some(run), part)
            && self.outcome.is_none_or(|outcome| outcome == Outcome::Judged)
    }
}

/// What is entered when a run is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The run.
    pub run: i64,
    /// What came of it.
    pub outcome: Outcome,
    /// What was judged; `None` unless the outcome is [`Outcome::Judged`].
    pub judged: Option<Judged>,
    /// Every file that was written.
    pub outputs: Vec<Output>,
    /// What is owed, in the order in which it is to be delivered.
    pub deliveries: Vec<Delivery>,
}

/// What was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The snapshot of the lists.
    pub snapshot: String,
    /// The hash of all outputs.
    pub run_hash: String,
    /// The version of the program.
    pub version: String,
    /// What it adds up to.
    pub tallies: Vec<Tally>,
    /// The interchanges of the file.
    pub interchanges: Vec<Interchange>,
}

/// Claims of one disposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Which.
    pub disposition: Disposition,
    /// How many.
    pub claims: u64,
    /// What they charge.
    pub charge_cents: i64,
}

/// An interchange of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interchange {
    /// ISA06, without padding.
    pub sender: String,
    /// ISA08, without padding.
    pub receiver: String,
    /// ISA13.
    pub control_number: String,
    /// ISA15.
    pub usage: String,
}

/// A claim that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its position in the file, from 1.
    pub number: u64,
    /// CLM01.
    pub claim_id: String,
    /// What it charges.
    pub charge_cents: i64,
    /// What became of it.
    pub disposition: Disposition,
    /// Why.
    pub findings: Vec<Finding>,
}

/// A finding of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its code.
    pub code: String,
    /// What follows from it.
    pub severity: String,
    /// The procedure, where it is about one.
    pub procedure: Option<String>,
    /// The NDC as sent, where it is about one.
    pub ndc: Option<String>,
    /// The day of service, `YYYY-MM-DD`, where it is about one.
    pub service_date: Option<String>,
}

/// What a claim is known again by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimName {
    /// Its position in the file, from 1.
    pub number: u64,
    /// CLM01.
    pub claim_id: String,
    /// A hash over everything that names it; two claims that differ have one key about once in 2^64 pairs.
    pub key: i64,
}

/// A claim that came before, in another submission of the same partner and usage.
///
/// It is the same claim, or has the CLM01 of one that was not accepted, which it may replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierClaim {
    /// The run that it was judged by.
    pub run: i64,
    /// Its position in the file, from 1.
    pub number: u64,
    /// CLM01.
    pub claim_id: String,
    /// The run by which the earlier one was judged.
    pub earlier_run: i64,
    /// What had become of the earlier one by then.
    pub earlier: Disposition,
}

/// A file that a run has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// BLAKE3 of its bytes.
    pub blake3: String,
}

/// A file that is owed to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The folder, of those that the station has for the partner.
    pub folder: String,
    /// Its name there.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// How many runs of a partner stand where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The partner.
    pub partner: String,
    /// How far they are.
    pub state: RunState,
    /// What came of them.
    pub outcome: Option<Outcome>,
    /// Whether they judge claims again.
    pub is_rerun: bool,
    /// How many.
    pub runs: u64,
    /// When the last submission of the partner was received.
    pub last_received_at: String,
}

/// How many submissions of a partner became what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionCount {
    /// The partner.
    pub partner: String,
    /// What came of their first runs; `None` if those are open.
    pub outcome: Option<Outcome>,
    /// How many.
    pub submissions: u64,
}

/// How many claims of a partner became what, over the first runs of its submissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimCount {
    /// The partner.
    pub partner: String,
    /// What became of them.
    pub disposition: Disposition,
    /// How many.
    pub claims: u64,
}

/// One entry of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number, from 1.
    pub number: i64,
    /// When.
    pub at: String,
    /// Who.
    pub who: String,
    /// What was done.
    pub what: String,
    /// To which partner, submission or run.
    pub about: String,
    /// The run that was opened, decided or delivered by it.
    pub run: Option<i64>,
    /// Why, where somebody said so.
    pub why: String,
    /// The hash over it and all entries before.
    pub hash: String,
}

/// The head of the audit trail at some moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The number of the last entry.
    pub number: i64,
    /// Its hash.
    pub hash: String,
}

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Where: an entry, a run, a table.
    pub place: String,
    /// What, in words.
    pub what: String,
}
