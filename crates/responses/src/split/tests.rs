//! Claims are named for what becomes of them: `CLM*A…` is accepted, `R` rejected, `H` held.

use claims::{Blocks, Step};
use x12::Limits;

use super::*;
use crate::store::{MemoryStore, Part};

const ISA: &str = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *251103*0800*^*00501*000000905*1*P*:~\n";

/// One interchange, group and set around `tree`.
fn file(tree: &str) -> String {
    interchange("000000905", &set("0001", tree), 1)
}

fn interchange(number: &str, sets: &str, count: usize) -> String {
    let isa = ISA.replace("000000905", number);
    format!(
        "{isa}GS*HC*SENDER*RECEIVER*20251103*0800*7*X*005010X222A1~\n{sets}GE*{count}*7~\nIEA*1*{number}~\n"
    )
}

fn set(number: &str, tree: &str) -> String {
    let count = tree.matches('~').count() + 6;
    let parties = "NM1*41*2*PINE*****46*P1~\nPER*IC*ANN*TE*2075550100~\nNM1*40*2*PAYER*****46*P2~\n";
    format!(
        "ST*837*{number}*005010X222A1~\nBHT*0019*00*44*20251103*0800*CH~\n{parties}{tree}SE*{count}*{number}~\n"
    )
}

fn answer(claim: &claims::ClaimPiece<'_>, refused: bool) -> Answer<'static> {
    let disposition = match claim.bytes[4] {
        _ if refused => Disposition::Refused,
        b'R' => Disposition::Rejected,
        b'H' => Disposition::Held,
        _ => Disposition::Accepted,
    };
    Answer {
        disposition,
        charge_cents: 100,
        service_lines: 0,
        drug_lines: 0,
        fragments: None,
        fact: None,
        key: None,
    }
}

fn split_numbered(file: &str, keeps: Disposition, control_number: Option<u64>) -> String {
    let mut split = Split::new(file.as_bytes(), control_number);
    let mut store = MemoryStore::default();
    let mut blocks = Blocks::new(file.as_bytes(), Limits::default(), usize::MAX);
    while let Step::Block(block) = blocks.next_block() {
        let answers: Vec<Answer<'_>> =
            block.claims.iter().map(|claim| answer(claim, block.set_is_refused(claim.set))).collect();
        for piece in &block.pieces {
            split.piece(&block, piece, refused_by(&block, piece.kind), &answers).unwrap();
        }
    }
    split.hand_over(&mut store).unwrap();
    let stream = Stream::Claims(keeps);
    let length = store.length(stream);
    store.assemble("kept", &[Part::Stream(stream, 0..length)]).unwrap();
    let kept = String::from_utf8(store.files["kept"].clone()).unwrap();
    assert_eq!(split.written(keeps).claims, kept.matches("CLM*").count() as u64);
    kept
}

fn split(file: &str, keeps: Disposition) -> String {
    split_numbered(file, keeps, None)
}

/// Checks what each disposition keeps of a set with `tree`; an empty tree is no file.
#[track_caller]
fn check(tree: &str, accepted: &str, rejected: &str) {
    for (keeps, expected) in [(Disposition::Accepted, accepted), (Disposition::Rejected, rejected)] {
        let expected = if expected.is_empty() { String::new() } else { file(expected) };
        assert_eq!(split(&file(tree), keeps), expected, "{keeps:?}");
    }
}

#[test]
fn nothing_left_is_the_file_itself() {
    let tree = "HL*1**20*1~\nNM1*85~\nHL*2*1*22*0~\nSBR*P~\nCLM*A1~\nLX*1~\n";
    check(tree, tree, "");
}

#[test]
fn a_branch_that_loses_its_claims_goes_and_its_neighbours_move_up() {
    check(
        "HL*1**20*1~\nHL*2*1*22*0~\nCLM*R1~\nHL*3*1*22*0~\nCLM*A1~\nHL*4**20*1~\nHL*5*4*22*0~\nCLM*R2~\n",
        "HL*1**20*1~\nHL*2*1*22*0~\nCLM*A1~\n",
        "HL*1**20*1~\nHL*2*1*22*0~\nCLM*R1~\nHL*3**20*1~\nHL*4*3*22*0~\nCLM*R2~\n",
    );
}

#[test]
fn claims_of_one_subscriber_part() {
    check(
        "HL*1**20*1~\nHL*2*1*22*0~\nCLM*A1~\nCLM*R1~\nCLM*A2~\n",
        "HL*1**20*1~\nHL*2*1*22*0~\nCLM*A1~\nCLM*A2~\n",
        "HL*1**20*1~\nHL*2*1*22*0~\nCLM*R1~\n",
    );
}

#[test]
fn a_subscriber_says_whether_a_patient_is_left() {
    // Its own claim stays and its patient goes: HL04 becomes 0, and only once that is known it is written.
    check(
        "HL*1**20*1~\nHL*2*1*22*1~\nCLM*A1~\nHL*3*2*23*0~\nCLM*R1~\nHL*4*1*22*0~\nCLM*A2~\n",
        "HL*1**20*1~\nHL*2*1*22*0~\nCLM*A1~\nHL*3*1*22*0~\nCLM*A2~\n",
        "HL*1**20*1~\nHL*2*1*22*1~\nHL*3*2*23*0~\nCLM*R1~\n",
    );
    // The second of two patients stays.
    check(
        "HL*1**20*1~\nHL*2*1*22*1~\nCLM*A1~\nHL*3*2*23*0~\nCLM*R1~\nHL*4*2*23*0~\nCLM*A2~\n",
        "HL*1**20*1~\nHL*2*1*22*1~\nCLM*A1~\nHL*3*2*23*0~\nCLM*A2~\n",
        "HL*1**20*1~\nHL*2*1*22*1~\nHL*3*2*23*0~\nCLM*R1~\n",
    );
    // At the end of the set there is nobody left to wait for.
    check(
        "HL*1**20*1~\nHL*2*1*22*1~\nCLM*A1~\nHL*3*2*23*0~\nCLM*R1~\n",
        "HL*1**20*1~\nHL*2*1*22*0~\nCLM*A1~\n",
        "HL*1**20*1~\nHL*2*1*22*1~\nHL*3*2*23*0~\nCLM*R1~\n",
    );
}

#[test]
fn branches_without_claims_stay_while_their_parent_stays() {
    check(
        "HL*1**20*1~\nHL*2*1*22*0~\nSBR*P~\nHL*3*1*22*0~\nCLM*R1~\nHL*4*1*22*0~\nCLM*A1~\nHL*5*1*22*0~\n\
         HL*6**20*1~\nHL*7*6*22*0~\nCLM*R2~\nHL*8*6*22*1~\nHL*9*8*23*0~\n",
        "HL*1**20*1~\nHL*2*1*22*0~\nSBR*P~\nHL*3*1*22*0~\nCLM*A1~\nHL*4*1*22*0~\n",
        "HL*1**20*1~\nHL*2*1*22*0~\nSBR*P~\nHL*3*1*22*0~\nCLM*R1~\nHL*4*1*22*0~\n\
         HL*5**20*1~\nHL*6*5*22*0~\nCLM*R2~\nHL*7*5*22*1~\nHL*8*7*23*0~\n",
    );
}

#[test]
fn numbers_that_are_right_are_not_rewritten() {
    let tree = "HL*1**20*1~\nHL*02*01*22*0~\nCLM*A1~\n";
    let padded = file(tree).replace("SE*9*", "SE*0009*");
    assert_eq!(split(&padded, Disposition::Accepted), padded);
    let one_less = padded.replace("CLM*A1~\n", "CLM*A1~\nCLM*R1~\n").replace("SE*0009*", "SE*0010*");
    assert_eq!(split(&one_less, Disposition::Accepted), file(tree));
}

#[test]
fn sets_and_groups_that_lose_their_claims_go_and_are_counted_again() {
    let good = "HL*1**20*1~\nHL*2*1*22*0~\nCLM*A1~\n";
    let bad = good.replace('A', "R");
    let two = interchange("000000905", &(set("0001", &bad) + &set("0002", good)), 2);
    assert_eq!(split(&two, Disposition::Accepted), interchange("000000905", &set("0002", good), 1));
    assert_eq!(split(&two, Disposition::Rejected), interchange("000000905", &set("0001", &bad), 1));
    let both = file(&bad) + &interchange("000000906", &set("0001", good), 1);
    assert_eq!(split(&both, Disposition::Accepted), interchange("000000906", &set("0001", good), 1));
    assert_eq!(split(&both, Disposition::Held), "");
}

#[test]
fn units_that_never_had_a_claim_stay_with_what_is_accepted() {
    let good = "HL*1**20*1~\nHL*2*1*22*0~\nCLM*A1~\n";
    let empty = "HL*1**20*1~\nHL*2*1*22*0~\n";
    let sets = set("0001", empty) + &set("0002", good) + &set("0003", empty);
    let file = interchange("000000901", &set("0001", empty), 1)
        + &interchange("000000902", &sets, 3)
        + &interchange("000000903", &set("0001", empty), 1);
    assert_eq!(split(&file, Disposition::Accepted), file);
    let worse = file.replace("CLM*A1~\n", "CLM*A1~\nCLM*R1~\n").replace("SE*9*", "SE*10*");
    assert_eq!(split(&worse, Disposition::Accepted), file);
    let rejected = interchange("000000902", &set("0002", &good.replace('A', "R")), 1);
    assert_eq!(split(&worse, Disposition::Rejected), rejected);
}

#[test]
fn refused_units_are_copied_as_they_came() {
    let good = "HL*1**20*1~\nHL*2*1*22*0~\nCLM*A1~\n";
    let wrong = set("0001", good).replace("SE*9*", "SE*99*");
    let two = interchange("000000905", &(wrong.clone() + &set("0002", good)), 2);
    assert_eq!(split(&two, Disposition::Refused), interchange("000000905", &wrong, 1));
    assert_eq!(split(&two, Disposition::Accepted), interchange("000000905", &set("0002", good), 1));
    let cut = file(good).replace("IEA*1*000000905~\n", "");
    let all = file(good).replace("905", "904") + &cut;
    assert_eq!(split(&all, Disposition::Refused), cut);
    assert_eq!(split(&all, Disposition::Accepted), file(good).replace("905", "904"));
}

#[test]
fn control_numbers_count_up_from_the_one_given() {
    let good = "HL*1**20*1~\nHL*2*1*22*0~\nCLM*A1~\n";
    let two = interchange("000000905", &(set("0001", good) + &set("0002", good)), 2)
        + &interchange("000000906", &set("0001", good), 1);
    let numbered = split_numbered(&two, Disposition::Accepted, Some(7_000));
    for part in [
        "*000007000*1*P",
        "IEA*1*000007000~",
        "*0800*7000*X*",
        "GE*2*7000~",
        "*00*7000*",
        "*00*7001*",
        "*000007001*1*P",
        "IEA*1*000007001~",
        "*0800*7001*X*",
        "GE*1*7001~",
        "*00*7002*",
    ] {
        assert!(numbered.contains(part), "{part}\n{numbered}");
    }
    let back = [("000007000", "000000905"), ("000007001", "000000906"), ("*7000~", "*7~"), ("*7001~", "*7~")];
    let back = back.iter().fold(numbered, |text, (new, old)| text.replace(new, old));
    let back = ["7000", "7001", "7002"]
        .iter()
        .fold(back, |text, new| text.replace(&format!("*00*{new}*"), "*00*44*"));
    assert_eq!(back.replace("*7000*X", "*7*X").replace("*7001*X", "*7*X"), two, "nothing else changed");
}
