//! What every Lambda function keeps to, so that it starts fast and alone.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn manifest(path: &str) -> toml::Table {
    let text = fs::read_to_string(root().join(path));
    text.unwrap_or_else(|error| panic!("{path}: {error}")).parse().expect("a manifest is TOML")
}

/// The folders below `functions/` that are deployed.
fn functions() -> Vec<String> {
    let entries = fs::read_dir(root().join("functions")).expect("the folder is there");
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let names: Vec<String> =
        names.filter(|name| !name.starts_with('.') && name != "standalone").collect();
    assert!(names.len() >= 7, "there are seven functions, and not only {names:?}");
    names
}

#[test]
fn main_is_wiring_on_one_thread() {
    for name in functions() {
        let path = format!("functions/{name}/src/main.rs");
        let text = fs::read_to_string(root().join(&path)).expect("a function has a main.rs");
        assert!(text.lines().count() < 40, "{path} does more than wiring");
        // A second thread costs memory and a start, and there is one request at a time.
        assert!(text.contains("flavor = \"current_thread\""), "{path}: one thread is enough");
    }
}

/// What a dependency of a manifest asks for, of those that are in every build.
fn features<'t>(table: &'t toml::Table, dependency: &str) -> Vec<&'t str> {
    let found = table.get("dependencies").and_then(|list| list.get(dependency));
    let listed = found.and_then(|found| found.get("features")).and_then(toml::Value::as_array);
    listed.into_iter().flatten().filter_map(toml::Value::as_str).collect()
}

#[test]
fn no_function_brings_threads_of_tokio() {
    let workspace = manifest("Cargo.toml");
    let shared = workspace["workspace"].as_table().expect("a workspace is a table");
    let mut all = vec![("Cargo.toml".to_owned(), features(shared, "tokio"))];
    let mut tables = Vec::new();
    for group in ["functions", "shared"] {
        for entry in fs::read_dir(root().join(group)).expect("the folder is there").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{group}/{name}/Cargo.toml");
            if name != "standalone" && root().join(&path).exists() {
                tables.push((manifest(&path), path));
            }
        }
    }
    all.extend(tables.iter().map(|(table, path)| (path.clone(), features(table, "tokio"))));
    for (path, features) in all {
        for heavy in ["rt-multi-thread", "full"] {
            assert!(!features.contains(&heavy), "{path}: tokio with {heavy}");
        }
    }
}

#[test]
fn zones_are_bundled_and_the_systems_are_not_read() {
    let workspace = manifest("Cargo.toml");
    let jiff = &workspace["workspace"]["dependencies"]["jiff"];
    assert_eq!(jiff["default-features"].as_bool(), Some(false), "its defaults read the system's");
    let listed = jiff["features"].as_array().expect("a list");
    let features: Vec<&str> = listed.iter().filter_map(toml::Value::as_str).collect();
    assert!(features.contains(&"tzdb-bundle-always"), "zones would be missing on AWS");
    assert!(!features.iter().any(|feature| feature.contains("zoneinfo")), "{features:?}");
}

#[test]
fn the_sdk_comes_without_what_a_function_never_uses() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("the lock file is there");
    // Profiles, single sign-on and the metadata service; a function has three variables instead.
    for name in ["aws-config", "aws-sdk-sso", "aws-sdk-ssooidc", "aws-sdk-sts"] {
        assert!(!lock.contains(&format!("name = \"{name}\"")), "{name} is in the graph");
    }
}

#[test]
fn the_release_profile_is_made_for_size() {
    let workspace = manifest("Cargo.toml");
    let release = &workspace["profile"]["release"];
    assert_eq!(release["lto"].as_str(), Some("fat"));
    assert_eq!(release["codegen-units"].as_integer(), Some(1));
    assert_eq!(release["strip"].as_bool(), Some(true));
    // A panic fails one record and not its batch, so it has to be caught.
    assert_eq!(release["panic"].as_str(), Some("unwind"));
}
