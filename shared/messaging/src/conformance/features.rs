//! What a provider can do, found by trying it, as a column of `docs/providers.md`.

mod probes;
mod table;

use std::path::Path;

use super::Subject;

use table::Table;

/// A row: what is asked of every provider, and what one answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    pub name: &'static str,
    /// `yes`, `no`, or how.
    pub answer: String,
}

/// Every feature, in the order of the table.
pub async fn column<S: Subject>() -> Vec<Feature> {
    probes::all::<S>().await
}

/// Fails if the provider's column in the table at `path` is not what it can do. With
/// `UPDATE_DOCS=1` in the environment the column is written instead.
pub async fn are_documented<S: Subject>(path: &Path) {
    let name = S::fresh().await.provider().name();
    let column = column::<S>().await;
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut table = Table::read(&text);
    if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        table.set(name, &column);
        let written = table.write();
        std::fs::write(path, written).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return;
    }
    let command = "UPDATE_DOCS=1 cargo test features_are_documented";
    for Feature { name: feature, answer } in &column {
        let said = table.get(name, feature);
        assert_eq!(said, Some(answer.as_str()), "{feature}: to write it, run {command}");
    }
    let known: Vec<&str> = column.iter().map(|feature| feature.name).collect();
    assert_eq!(table.rows(), known, "to write the rows, run {command}");
}
