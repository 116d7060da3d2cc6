#![cfg_attr(feature = "libfuzzer", no_main)]

#[cfg(feature = "libfuzzer")]
libfuzzer_sys::fuzz_target!(|data: &[u8]| dirigent_fuzz::jsonata(data));

#[cfg(not(feature = "libfuzzer"))]
fn main() {
    dirigent_fuzz::blind::run(dirigent_fuzz::jsonata);
}
