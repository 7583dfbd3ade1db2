use super::*;
use crate::fault::Kind;

const ISA: &str = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *251103*0800*^*00501*000000905*1*P*:~\n";

const HEAD: &str = "BHT*0019*00*1*20251103*0800*CH~\nNM1*41*2*PINE BILLING*****46*P1~\n\
                    PER*IC*ANN*TE*2075550100~\nNM1*40*2*PAYER*****46*P2~\n";

/// An interchange of two sets; the first has a mixed tree.
fn file() -> String {
    format!(
        "{ISA}GS*HC*SENDER*RECEIVER*20251103*0800*1*X*005010X222A1~\n\
         ST*837*0001*005010X222A1~\n{HEAD}\
         HL*1**20*1~\nNM1*85*2*PINE CLINIC~\nHL*2*1*22*1~\nCLM*A*10~\nLX*1~\nHL*3*2*23*0~\nCLM*B*20~\nCLM*C*30~\n\
         HL*4*1*22*0~\nCLM*D*40.5~\nSE*16*0001~\n\
         ST*837*0002*005010X222A1~\n{HEAD}HL*1**20*1~\nHL*2*1*22*0~\nCLM*E*x~\nSE*9*0002~\n\
         GE*2*1~\nIEA*1*000000905~\n"
    )
}

/// What is left of a reading when block borders are forgotten.
#[derive(Debug, Default, PartialEq)]
struct Reading {
    pieces: String,
    bytes: Vec<u8>,
    claims: Vec<(String, u64, u64, usize)>,
    places_in_branch: Vec<u32>,
    refused: Vec<String>,
    faults: Vec<Kind>,
    readings: usize,
}

fn read(file: &[u8], block_bytes: usize) -> (Reading, Counted) {
    let mut blocks = Blocks::new(file, Limits::default(), block_bytes);
    let mut done = Reading::default();
    let mut interchange = Reading::default();
    loop {
        let block = match blocks.next_block() {
            Step::Block(block) => block,
            Step::Late => {
                interchange = Reading::default();
                done.readings += 1;
                blocks.read_again();
                continue;
            }
            Step::End => break,
        };
        for piece in &block.pieces {
            if let PieceKind::InterchangeHead(_) = piece.kind {
                settle(&mut done, std::mem::take(&mut interchange));
            }
            add(&mut interchange, &block, piece);
        }
    }
    settle(&mut done, interchange);
    done.faults.extend(blocks.take_file_faults().iter().map(|fault| fault.kind));
    (done, blocks.counted())
}

fn add(reading: &mut Reading, block: &Block<'_>, piece: &Piece<'_>) {
    reading.bytes.extend(piece.bytes);
    let letter = match piece.kind {
        PieceKind::InterchangeHead(unit) => {
            reading.faults.extend(block.interchanges[unit as usize].faults.iter().map(|fault| fault.kind));
            'I'
        }
        PieceKind::GroupHead(unit) => {
            reading.faults.extend(block.groups[unit as usize].faults.iter().map(|fault| fault.kind));
            'G'
        }
        PieceKind::SetHead(unit) => {
            reading.faults.extend(block.sets[unit as usize].faults.iter().map(|fault| fault.kind));
            'S'
        }
        PieceKind::Branch(branch) => char::from(b'a' + u8::try_from(branch.depth).unwrap()),
        PieceKind::Claim(claim) => {
            let claim = &block.claims[claim as usize];
            let segments: Vec<_> = block.segments(claim).iter().collect();
            let id = String::from_utf8_lossy(segments[0].element(1)).into_owned();
            if block.set_is_refused(claim.set) {
                reading.refused.push(id.clone());
            }
            assert_eq!(segments.len() as u64, piece.segments);
            reading.places_in_branch.push(claim.place_in_branch);
            reading.claims.push((id, claim.number, claim.first_segment, claim.path.iter().flatten().count()));
            'C'
        }
        PieceKind::SetTail(_) => 's',
        PieceKind::GroupTail(_) => 'g',
        PieceKind::InterchangeTail(_) => 'i',
    };
    reading.pieces.push(letter);
    reading.pieces.push_str(&piece.segments.to_string());
}

fn settle(done: &mut Reading, interchange: Reading) {
    done.pieces += &interchange.pieces;
    done.bytes.extend(interchange.bytes);
    done.claims.extend(interchange.claims);
    done.places_in_branch.extend(interchange.places_in_branch);
    done.refused.extend(interchange.refused);
    done.faults.extend(interchange.faults);
}

/// Reads `file` with blocks of every size; all must agree but for how often they had to begin again.
fn check(file: &str) -> (Reading, Counted) {
    let (whole, counted) = read(file.as_bytes(), usize::MAX);
    assert_eq!(whole.readings, 0, "one block never comes late");
    for block_bytes in [1, 30, 80, 150, 300, 600] {
        let (mut parts, again) = read(file.as_bytes(), block_bytes);
        parts.readings = 0;
        assert_eq!(parts, whole, "{block_bytes}");
        assert_eq!(again, counted);
    }
    (whole, counted)
}

#[test]
fn pieces_tile_the_file() {
    let file = file();
    let (reading, counted) = check(&file);
    assert_eq!(reading.pieces, "I1G1S5a2b1C2c1C1C1b1C1s1S5a1b1C1s1g1i1");
    assert_eq!(reading.bytes, file.as_bytes());
    assert_eq!(reading.places_in_branch, [1, 1, 2, 1, 1]);
    assert!(reading.faults.is_empty());
    assert_eq!(counted.received_total().claims, 5);
    assert_eq!(counted.received[0].charge_cents, 10_050);
    assert_eq!(
        (counted.interchanges, counted.groups, counted.transaction_sets, counted.segments),
        (1, 1, 2, 29)
    );
}

#[test]
fn a_late_fault_refuses_its_unit_at_every_block_size() {
    let set = check(&file().replace("SE*16*", "SE*12*")).0;
    assert_eq!((set.refused.join(""), set.faults), ("ABCD".into(), vec![Kind::X12(x12::Kind::Se01Mismatch)]));
    let tree = check(&file().replace("HL*4*1*22*0", "HL*4*1*22*1")).0;
    assert_eq!((tree.refused.join(""), tree.faults), ("ABCD".into(), vec![Kind::Hl04Child]));
    let group = check(&file().replace("GE*2", "GE*3")).0;
    assert_eq!(group.refused.join(""), "ABCDE");
    let cut = check(&file().replace("IEA*1*000000905~\n", "")).0;
    assert_eq!(
        (cut.refused.join(""), cut.faults),
        ("ABCDE".into(), vec![Kind::X12(x12::Kind::IeaMissingAtEnd)])
    );
    let both = check(&file().replace("SE*16*", "SE*12*").replace("IEA*1*", "IEA*2*")).0;
    assert_eq!(both.faults.len(), 2);
}

#[test]
fn one_bad_interchange_leaves_its_neighbours_alone() {
    let bad = file().replace("905", "906").replace("IEA*1*", "IEA*2*").replace("CLM*", "CLM*x");
    let three = file() + &bad + &file().replace("905", "907").replace("CLM*", "CLM*y");
    let (reading, counted) = check(&three);
    assert_eq!(reading.refused, ["xA", "xB", "xC", "xD", "xE"]);
    assert_eq!(reading.bytes, three.as_bytes());
    assert_eq!(counted.received_total().claims, 15);
    assert_eq!(reading.claims[14].1, 15);
}

#[test]
fn text_outside_is_in_no_piece_and_white_space_is() {
    let one = file();
    let two = file().replace("905", "906");
    let (reading, _) = check(&format!("\n {one}\n{two}"));
    assert_eq!(reading.bytes, format!("\n {one}\n{two}").as_bytes());
    let (reading, _) = check(&format!("\u{feff}hello\n{one}\n noise \n{two}\u{1a}"));
    assert_eq!(reading.bytes, format!("{one}\n {two}").as_bytes());
    assert_eq!(reading.faults, [Kind::X12(x12::Kind::OutsideText); 2]);
}

#[test]
fn a_group_without_its_header_is_told_of_the_interchange() {
    let bare = file()
        .replace("GS*HC*SENDER*RECEIVER*20251103*0800*1*X*005010X222A1~\n", "")
        .replace("GE*2", "NTE*ADD*x~\nGE*2");
    let (reading, _) = check(&bare);
    assert_eq!(reading.refused.join(""), "ABCDE");
    assert!(reading.faults.contains(&Kind::X12(x12::Kind::SegmentOutsideTransaction)));
    assert!(reading.faults.contains(&Kind::X12(x12::Kind::GsMissing)));
}

#[test]
fn sets_of_other_guides_are_refused_and_their_claims_listed() {
    let (old, _) = check(&file().replace("005010X222A1", "004010X098A1"));
    assert_eq!(old.refused.join(""), "ABCDE");
    assert_eq!(old.faults, [Kind::ReleaseNotSupported; 2]);
    let (other, counted) = check(&file().replace("ST*837", "ST*276"));
    assert_eq!((other.claims.len(), counted.received_total().claims), (0, 0));
    assert_eq!(other.pieces, "I1G1S15s1S8s1g1i1");
}

#[test]
fn a_claim_too_long_is_cut_off_at_the_limit() {
    let limits = Limits { claim_bytes_max: 12, ..Limits::default() };
    let file = file();
    let mut blocks = Blocks::new(file.as_bytes(), limits, usize::MAX);
    let Step::Block(block) = blocks.next_block() else { panic!("a block") };
    assert_eq!(block.claim_faults.len(), 1, "only claim A is longer");
    assert!(block.claim_faults.iter().all(|(_, fault)| fault.kind == Kind::ClaimTooLong));
}

#[test]
fn every_cut_reads_alike_at_every_block_size() {
    let file = file();
    for cut in 0..file.len() {
        check(&file[..cut]);
    }
}
