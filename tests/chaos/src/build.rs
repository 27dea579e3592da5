//! The binary under test, built as anybody would.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

const PACKAGE: &str = "nightowl-fn-standalone";

/// Builds it and answers where it is.
pub(crate) fn nightowl(profile: &str) -> Result<PathBuf, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let done = Command::new(cargo)
        .args(["build", "--quiet", "--profile", profile, "--package", PACKAGE])
        .current_dir(&root)
        .status()?;
    if !done.success() {
        return Err(format!("{PACKAGE} cannot be built").into());
    }
    let folder = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    // Cargo's own profile has another name than its folder.
    let profile = if profile == "dev" { "debug" } else { profile };
    Ok(folder.join(profile).join("nightowl"))
}
