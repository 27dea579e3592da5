#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = nightowl_test_hostile::targets::config_yaml(bytes);
});
