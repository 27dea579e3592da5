//! Rust sources as text: enough to tell which paths, variables and calls they hold.

use std::path::Path;

use crate::template::root;

/// A source file without comments and without its unit tests.
#[derive(Debug)]
pub struct File {
    /// From the project's folder on.
    pub path: String,
    pub text: String,
}

/// All production sources of a crate.
///
/// # Panics
/// If the folder cannot be read.
pub fn files(folder: &str) -> Vec<File> {
    let mut found = Vec::new();
    walk(&root().join(folder).join("src"), &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "{folder} has no sources");
    found
}

fn walk(folder: &Path, found: &mut Vec<File>) {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    for entry in entries {
        let path = entry.unwrap_or_else(|error| panic!("{error}")).path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        if matches!(name, "tests" | "testing") {
            continue;
        }
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path:?}: {e}"));
            let shown = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
            found.push(File { path: shown, text: production(&text) });
        }
    }
}

/// Without comments, and only up to the unit tests, which stand last in a file.
fn production(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or(text);
    let kept = text.lines().map(|line| match line.find("//") {
        // An address in a string is no comment.
        Some(at) if !line[..at].ends_with(':') => &line[..at],
        Some(_) | None => line,
    });
    kept.collect::<Vec<_>>().join("\n")
}

/// The plain string literals.
pub fn strings(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('"') {
        let Some((literal, behind)) = after.split_once('"') else { break };
        found.push(literal.to_owned());
        rest = behind;
    }
    found
}

/// Without any white space, so that a call is found however it is broken into lines.
pub fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}
