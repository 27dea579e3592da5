//! The functions' operating system has no time zones. The product brings its own, and never looks
//! at the system's, which may be old or absent.

use std::path::Path;
use std::process::Command;

use jiff::civil::date;

/// TZif, version 1, with one type of local time: at UTC, without daylight saving, called `XXX`.
const NO_DAYLIGHT_SAVING: &[u8] = b"TZif\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
    \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x04\0\0\0\0\0\0XXX\0";

/// The zones of people whom this test would miss the most.
const ZONES: [&str; 3] = ["Europe/Berlin", "America/New_York", "Asia/Kolkata"];

/// A system whose zones are all wrong: whoever believes it is found out.
fn write_wrong_zones(folder: &Path) {
    for zone in ZONES {
        let file = folder.join(zone);
        std::fs::create_dir_all(file.parent().expect("a zone lies in a folder")).expect("made");
        std::fs::write(file, NO_DAYLIGHT_SAVING).expect("written");
    }
}

#[test]
fn zones_come_from_the_program_and_not_from_the_system() {
    let folder = tempfile::tempdir().expect("a folder");
    write_wrong_zones(folder.path());
    let this = std::env::current_exe().expect("a test knows its program");
    let child = Command::new(this)
        .args(["--exact", "in_a_system_with_wrong_zones", "--ignored"])
        .env_clear()
        .env("TZDIR", folder.path())
        .output()
        .expect("the test can be started again");
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "run by the test above, in a system of its own"]
fn in_a_system_with_wrong_zones() {
    assert!(std::env::var_os("TZDIR").is_some(), "only the test above knows which system it is");
    let offsets = ZONES.map(|zone| {
        let noon = date(2026, 7, 1).at(12, 0, 0, 0).in_tz(zone);
        noon.unwrap_or_else(|error| panic!("{zone}: {error}")).offset().seconds()
    });
    assert_eq!(offsets, [2 * 3600, -4 * 3600, 5 * 3600 + 1800]);
}
