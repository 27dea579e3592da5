//! The saved inputs: the samples in `events/`, and `corpus/`, which holds the odd ones and each
//! input that once found a fault.

use std::fs;
use std::path::{Path, PathBuf};

use crate::targets::Target;

/// Where a target's saved inputs are.
pub fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target)
}

/// All saved inputs of a target, in the order of their names.
///
/// # Panics
/// If the corpus cannot be read, or has nothing for the target.
pub fn of(target: &Target) -> Vec<Vec<u8>> {
    let mut paths = files(&folder(target.name));
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let prefix = format!("{}-", target.name);
    paths.extend(files(&samples).into_iter().filter(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix))
    }));
    assert!(!paths.is_empty(), "{} has no corpus", target.name);
    paths.iter().map(|path| fs::read(path).expect("a saved input can be read")).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> =
        entries.into_iter().flatten().filter(|path| path.is_file()).collect();
    paths.sort();
    paths
}
