//! Promises of the project about itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Files that git tracks or would track.
fn files() -> Vec<String> {
    let listing = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git is there");
    let names = String::from_utf8(listing.stdout).expect("file names are text");
    names.lines().filter(|name| root().join(name).exists()).map(str::to_owned).collect()
}

#[test]
fn the_gate_tests_the_whole_workspace() {
    let gate = read(".ci/run");
    for command in [
        "cargo fmt --all --check",
        "cargo clippy --workspace --all-targets",
        "cargo doc --workspace --no-deps",
        "cargo test --workspace",
    ] {
        assert!(gate.contains(command), ".ci/run must call `{command}`");
    }
    assert!(read("README.md").contains("cargo test --workspace"), "the README names the tests");
}

#[test]
fn every_crate_is_documented_by_its_readme() {
    let names = files();
    for manifest in names.iter().filter(|name| name.starts_with("shared/")) {
        let Some(folder) = manifest.strip_suffix("/Cargo.toml") else { continue };
        assert!(root().join(folder).join("README.md").exists(), "{folder} has no README.md");
        let library = read(&format!("{folder}/src/lib.rs"));
        assert!(library.contains("include_str!(\"../README.md\")"), "{folder}: README is its docs");
    }
}

#[test]
fn source_files_stay_small_and_finished() {
    // Written in two halves, so that this list does not find itself.
    let unfinished = [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("FIX", "ME")];
    for name in files().iter().filter(|name| name.ends_with(".rs")) {
        let text = read(name);
        let lines = text.lines().count();
        assert!(lines <= 900, "{name} has {lines} lines; split it");
        for word in unfinished {
            assert!(!text.contains(word), "{name} contains {word}");
        }
        for (index, line) in text.lines().enumerate() {
            let wide = line.chars().count() > 110 && !line.contains('"');
            assert!(!wide, "{name}:{}: the line is too long", index + 1);
        }
    }
}

/// rustfmt puts the end of a function at the indentation of its beginning. The tables of tests may
/// be as long as there are cases.
#[test]
fn functions_fit_a_screen() {
    for name in files().iter().filter(|name| name.ends_with(".rs") && !name.contains("/tests/")) {
        let text = read(name);
        let lines: Vec<&str> = text.lines().collect();
        for (begin, line) in lines.iter().enumerate() {
            let code = line.trim_start();
            let is_function = ["fn ", "async fn ", "const fn ", "pub ", "pub("]
                .iter()
                .any(|word| code.starts_with(word))
                && code.contains("fn ")
                && !code.ends_with(';')
                && !code.ends_with('}');
            // A declaration in a trait ends with a semicolon and has no body.
            let head = lines[begin..].iter().find(|line| line.ends_with([';', '{']));
            if !is_function || head.is_none_or(|head| head.ends_with(';')) {
                continue;
            }
            let end = format!("{}}}", &line[..line.len() - code.len()]);
            let length = lines[begin..].iter().position(|line| *line == end).unwrap_or(0);
            assert!(length <= 70, "{name}:{}: a function of {length} lines", begin + 1);
        }
    }
}

#[test]
fn one_tls_stack_and_one_crypto_provider() {
    let lock = read("Cargo.lock");
    for crate_name in ["aws-lc-rs", "aws-lc-sys", "openssl-sys", "native-tls"] {
        let entry = format!("name = \"{crate_name}\"");
        assert!(!lock.contains(&entry), "{crate_name} is in the graph beside ring");
    }
    let rustls = lock.matches("name = \"rustls\"\n").count();
    assert_eq!(rustls, 1, "there are {rustls} versions of rustls in the graph");
}
