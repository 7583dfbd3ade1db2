#![no_main]

libfuzzer_sys::fuzz_target!(
    init: fuzz::let_caught_panics_pass(),
    |data: &[u8]| fuzz::targets::workbook(data)
);
