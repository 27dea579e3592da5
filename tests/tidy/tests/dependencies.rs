//! Dependencies point one way, and providers are named in few places.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

struct Crate {
    folder: PathBuf,
    /// Without those of tests.
    dependencies: Vec<String>,
}

fn read_crate(folder: &Path) -> Option<(String, Crate)> {
    let manifest: toml::Table =
        fs::read_to_string(folder.join("Cargo.toml")).ok()?.parse().expect("a manifest is TOML");
    let name = manifest["package"]["name"].as_str().expect("a package has a name").to_owned();
    let dependencies = manifest
        .get("dependencies")
        .and_then(toml::Value::as_table)
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default();
    Some((name, Crate { folder: folder.to_owned(), dependencies }))
}

fn crates() -> BTreeMap<String, Crate> {
    let mut found = BTreeMap::new();
    for group in ["shared", "functions", "tests"] {
        for entry in fs::read_dir(root().join(group)).expect("the folder is there") {
            found.extend(read_crate(&entry.expect("the folder can be read").path()));
        }
    }
    assert!(found.len() > 10, "the workspace has more crates than {}", found.len());
    found
}

fn ours(dependencies: &[String]) -> Vec<&str> {
    dependencies.iter().filter_map(|name| name.strip_prefix("nightowl-")).collect()
}

/// What each library may use of ours. A crate that is not here has to be added with a thought.
fn allowed(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "nightowl-domain" => &[],
        "nightowl-messaging" => &["domain"],
        "nightowl-slack" | "nightowl-mattermost" | "nightowl-inbox" => &["domain", "messaging"],
        "nightowl-inbound" => &["domain", "messaging"],
        "nightowl-engine" => &["domain", "messaging"],
        "nightowl-store" => &["domain", "messaging", "engine"],
        "nightowl-providers" => &["domain", "messaging", "engine", "slack", "mattermost", "inbox"],
        "nightowl-config" => {
            &["domain", "messaging", "engine", "slack", "mattermost", "inbox", "inbound"]
        }
        "nightowl-process" => &["domain", "messaging", "engine", "config", "providers"],
        "nightowl-aws" => &["domain", "messaging", "engine", "store", "config", "process"],
        _ => return None,
    })
}

#[test]
fn libraries_depend_only_downwards() {
    for (name, krate) in crates() {
        if !krate.folder.parent().is_some_and(|group| group.ends_with("shared")) {
            continue;
        }
        let allowed = allowed(&name).unwrap_or_else(|| panic!("{name}: say what it may depend on"));
        for dependency in ours(&krate.dependencies) {
            assert!(allowed.contains(&dependency), "{name} must not depend on {dependency}");
        }
    }
}

#[test]
fn only_standalone_uses_other_functions() {
    for (name, krate) in crates() {
        for dependency in ours(&krate.dependencies) {
            assert!(
                !dependency.starts_with("fn-")
                    || name == "nightowl-fn-standalone"
                    || name.starts_with("nightowl-test-"),
                "{name} must not depend on the function {dependency}"
            );
            assert!(
                !dependency.starts_with("test-") || name.starts_with("nightowl-test-"),
                "{name} is product and must not depend on the test crate {dependency}"
            );
        }
    }
}

#[test]
fn the_heart_sees_no_outside() {
    let outside = ["reqwest", "hyper", "tokio", "axum", "getrandom", "rand", "serde_json"];
    let heart = ["nightowl-domain", "nightowl-engine"];
    for (name, krate) in crates() {
        for dependency in &krate.dependencies {
            let is_outside =
                outside.contains(&dependency.as_str()) || dependency.starts_with("aws-");
            let of_heart = heart.contains(&name.as_str());
            assert!(!(is_outside && of_heart), "{name} must not depend on {dependency}");
            let of_sdk = dependency.starts_with("aws-");
            let may = ["nightowl-store", "nightowl-aws", "nightowl-fn-standalone"];
            assert!(!of_sdk || may.contains(&name.as_str()), "{name} must not see the AWS SDK");
        }
    }
}

/// All Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

/// The code of a file: comment lines and everything from its test module on are left out.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a source file is text");
    let product = text.split("#[cfg(test)]").next().unwrap_or_default();
    product
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn domain_and_engine_read_no_clock_and_no_chance() {
    let forbidden = [
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "Zoned::now",
        "HashMap",
        "HashSet",
        "std::env",
        "std::fs",
        "std::net",
        "thread::sleep",
    ];
    for folder in ["shared/domain/src", "shared/engine/src"] {
        for path in sources(&root().join(folder)) {
            let code = code(&path);
            for word in forbidden {
                assert!(!code.contains(word), "{} must not use {word}", path.display());
            }
        }
    }
    for path in sources(&root().join("shared/domain/src")) {
        let code = code(&path);
        assert!(!code.contains("async "), "{}: the domain has no async", path.display());
        assert!(!code.contains("serde"), "{}: the domain has no serde", path.display());
    }
}

/// Who may name a provider in code: its own crate, the registry, the configuration, the function
/// that receives its callbacks, and the binary that wires them.
#[test]
fn providers_are_named_in_few_places() {
    for folder in ["shared/domain/src", "shared/engine/src", "shared/messaging/src"] {
        for path in sources(&root().join(folder)) {
            let code = code(&path).to_lowercase();
            for provider in ["\"slack\"", "\"mattermost\"", "nightowl_slack", "nightowl_inbox"] {
                assert!(!code.contains(provider), "{} names {provider}", path.display());
            }
        }
    }
}

/// All that a manifest's dependencies are asked for, with those of tests, builds and platforms.
fn feature_lists(table: &toml::Table) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in table {
        let Some(inner) = value.as_table() else { continue };
        if name == "features" && !inner.contains_key("workspace") {
            for (feature, enables) in inner {
                let enables = enables.as_array().into_iter().flatten();
                let enables = enables.filter_map(toml::Value::as_str);
                found.extend(enables.map(|enabled| format!("{feature} -> {enabled}")));
            }
        } else if let Some(features) = inner.get("features").and_then(toml::Value::as_array) {
            found.extend(features.iter().filter_map(toml::Value::as_str).map(str::to_owned));
            found.extend(feature_lists(inner));
        } else {
            found.extend(feature_lists(inner));
        }
    }
    found
}

/// Parts of the protocol can be left out where the feature `sim` is on. Nothing that is shipped may
/// turn it on: not by a dependency, not by a default, not on a command line.
#[test]
fn no_product_can_leave_out_a_part_of_the_protocol() {
    let read = |path: PathBuf| -> toml::Table {
        fs::read_to_string(path).expect("a manifest is there").parse().expect("it is TOML")
    };
    let simulator = "nightowl-test-simulation";
    let mut has_switches = Vec::new();
    for (name, krate) in crates() {
        let manifest = read(krate.folder.join("Cargo.toml"));
        let all = feature_lists(&manifest);
        let names_it = |text: &&String| text.split([' ', '/']).any(|word| word == "sim");
        let found: Vec<&String> = all.iter().filter(names_it).collect();
        let declares = manifest.get("features").and_then(|features| features.get("sim")).is_some();
        if declares {
            has_switches.push(name.clone());
        }
        match name.as_str() {
            "nightowl-domain" => assert!(found.is_empty(), "{name}: {found:?}"),
            "nightowl-engine" => assert_eq!(found, ["sim -> nightowl-domain/sim"]),
            name if name == simulator => assert_eq!(found, ["sim", "sim"]),
            _ => assert!(found.is_empty() && !declares, "{name} enables {found:?}"),
        }
        assert!(
            !krate.dependencies.iter().any(|dependency| dependency == simulator),
            "{name} would bring the switches along"
        );
    }
    assert_eq!(has_switches, ["nightowl-domain", "nightowl-engine"], "two crates have switches");
    let workspace = feature_lists(&read(root().join("Cargo.toml")));
    assert!(!workspace.contains(&"sim".to_owned()), "the workspace enables it for all");
    for path in ["template.yaml", "samconfig.toml", ".ci/run", ".cargo/config.toml"] {
        let text = fs::read_to_string(root().join(path)).unwrap_or_default();
        for word in ["all-features", "/sim", "features sim", "features=sim"] {
            assert!(!text.contains(word), "{path} builds with {word}");
        }
    }
}
