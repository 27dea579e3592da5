//! Builds what `sam build` builds, with the same command in the same folders, so that whichever
//! comes second finds everything compiled.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Failure;

/// A program and where it lies.
#[derive(Clone, Debug)]
pub(crate) struct Artifact {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

/// The project's folder: the command is built in it and used in it.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// The workspace's target folder, as `sam build` uses it.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Builds the package in `folder` (below the project's) with `cargo lambda`, or with plain cargo
/// where that is not installed.
///
/// Packages are built one by one, as `sam build` does it: together they would share the features
/// of their dependencies, and each would be larger than what is deployed.
pub(crate) fn build(folder: &str, name: &str) -> Result<(), Failure> {
    let folder = root().join(folder);
    let with_lambda = has_cargo_lambda();
    let mut command = Command::new("cargo");
    if with_lambda {
        command.args(["lambda", "build", "--release"]);
    } else {
        // What `cargo lambda` says for this architecture: everything that Lambda runs on has it.
        command.args(["build", "--release", "--target", &host()?]);
        if cfg!(target_arch = "x86_64") {
            command.args(["--config", r#"build.rustflags=["-C", "target-cpu=haswell"]"#]);
        }
    }
    // The one that runs us has set its own variables, which a build script would notice.
    for (key, _) in std::env::vars_os() {
        if key.to_str().is_some_and(|key| key.starts_with("CARGO_PKG_") || key == "CARGO") {
            command.env_remove(key);
        }
    }
    command.env("CARGO_TARGET_DIR", target()).current_dir(&folder).stdout(Stdio::null());
    let status = command.status()?;
    if !status.success() {
        return Err(format!("{name} could not be built: {status}").into());
    }
    Ok(())
}

/// What [`build`] has made, or `sam build`.
pub(crate) fn built(name: &str) -> Result<Artifact, Failure> {
    let path = if has_cargo_lambda() {
        target().join("lambda").join(name).join("bootstrap")
    } else {
        target().join(host()?).join("release").join(name)
    };
    if !path.is_file() {
        return Err(format!("{name} was not built: {} is not there", path.display()).into());
    }
    Ok(Artifact { name: name.to_owned(), path })
}

fn has_cargo_lambda() -> bool {
    let mut command = Command::new("cargo-lambda");
    command.args(["lambda", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The triple of the compiler that runs here.
fn host() -> Result<String, Failure> {
    let said = Command::new("rustc").arg("-vV").output()?;
    let said = String::from_utf8(said.stdout)?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc -vV names no host")?.to_owned())
}
