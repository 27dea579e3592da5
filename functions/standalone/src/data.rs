//! The data folder: one database, the keys that seal secrets, and who is serving it.
//!
//! | file | what |
//! |---|---|
//! | `nightowl.sqlite` | the tables; mode 0600 |
//! | `keys.json` | sealing keys, the session key, the demo's webhook keys; mode 0600 |
//! | `lock` | held by the one process that has the folder open |
//! | `server.json` | address and token of that process while it serves; mode 0600 |

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// An open data folder; the lock is let go when it is dropped, or when the process dies.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) folder: PathBuf,
    _lock: File,
}

/// Base64 of 32 random bytes each, but for the webhook keys.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct KeyFile {
    pub(crate) chat: String,
    pub(crate) webhook: String,
    pub(crate) session: String,
    pub(crate) demo_generic: String,
    pub(crate) demo_alertmanager: String,
    pub(crate) demo_grafana: String,
}

/// How commands find the process that serves this folder.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) pid: u32,
}

/// `--data`, else `nightowl` in the state directory of the XDG base directory specification.
pub(crate) fn folder(given: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|p| p.is_absolute());
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    match state.or(home) {
        Some(state) => Ok(state.join("nightowl")),
        None => Err(Failure::new("neither XDG_STATE_HOME nor HOME is set; say --data DIR")),
    }
}

impl Data {
    /// Creates the folder if need be and locks it.
    pub(crate) fn open(folder: &Path) -> Result<Self, Failure> {
        let shown = folder.display();
        // What alerts say is for their readers only. A folder that is there keeps its mode: it may
        // be somebody's choice.
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| {
            Failure::new(format!("cannot create the data folder {shown}: {error}"))
        })?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(folder.join("lock"))
            .map_err(|error| {
                Failure::new(format!("cannot write in the data folder {shown}: {error}"))
            })?;
        match lock.try_lock() {
            Ok(()) => {
                let data = Self { folder: folder.to_owned(), _lock: lock };
                // Left behind by a process that was killed: whoever listens there now is another.
                data.retire();
                Ok(data)
            }
            Err(TryLockError::WouldBlock) => Err(Failure::new(format!(
                "another nightowl has the data folder {shown} open; stop it or say --data DIR"
            ))),
            Err(TryLockError::Error(error)) => {
                Err(Failure::new(format!("cannot lock the data folder {shown}: {error}")))
            }
        }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.join("nightowl.sqlite")
    }

    /// Reads the keys, or draws them in a new folder. A folder with a database but no keys is
    /// refused: new keys could not open what the old ones sealed.
    pub(crate) fn keys(&self) -> Result<KeyFile, Failure> {
        let path = self.folder.join("keys.json");
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                Failure::new(format!("{} cannot be read: {error}", path.display()))
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if self.database().exists() {
                    return Err(Failure::new(format!(
                        "{} is missing; without it the secrets in this folder cannot be opened. \
                         Restore it, or start with an empty folder",
                        path.display()
                    )));
                }
                let keys = KeyFile::draw()?;
                write_private(&path, &keys)?;
                Ok(keys)
            }
            Err(error) => Err(Failure::new(format!("cannot read {}: {error}", path.display()))),
        }
    }

    pub(crate) fn announce(&self, server: &Server) -> Result<(), Failure> {
        write_private(&self.folder.join("server.json"), server)
    }

    pub(crate) fn retire(&self) {
        // Nothing is lost if it stays: its process is gone, and commands notice.
        let _ = fs::remove_file(self.folder.join("server.json"));
    }
}

/// Who serves this folder, if its note is there. It may be dead.
pub(crate) fn server(folder: &Path) -> Option<Server> {
    serde_json::from_slice(&fs::read(folder.join("server.json")).ok()?).ok()
}

impl KeyFile {
    fn draw() -> Result<Self, Failure> {
        Ok(Self {
            chat: random_text(32)?,
            webhook: random_text(32)?,
            session: random_text(32)?,
            demo_generic: random_text(18)?,
            demo_alertmanager: random_text(18)?,
            demo_grafana: random_text(18)?,
        })
    }
}

/// Base64 (URL-safe, no padding) of so many random bytes.
pub(crate) fn random_text(bytes: usize) -> Result<String, Failure> {
    use base64::Engine as _;
    let mut buffer = vec![0; bytes];
    getrandom::fill(&mut buffer)
        .map_err(|error| Failure::new(format!("no random numbers from the system: {error}")))?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(buffer))
}

/// A sealing key as bytes.
pub(crate) fn key_bytes(text: &str) -> Result<[u8; 32], Failure> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| Failure::new("keys.json holds a key that is not 32 bytes of base64"))
}

/// Written beside and renamed, so that a reader never sees half a file.
fn write_private<T: Serialize>(path: &Path, value: &T) -> Result<(), Failure> {
    let failed =
        |error: std::io::Error| Failure::new(format!("cannot write {}: {error}", path.display()));
    let beside = path.with_extension("new");
    let _ = fs::remove_file(&beside);
    let mut file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(&beside)
        .map_err(failed)?;
    file.set_permissions(fs::Permissions::from_mode(0o600)).map_err(failed)?;
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    fs::rename(&beside, path).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    #[test]
    fn only_its_owner_reads_a_new_folder_and_what_is_in_it() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = parent.path().join("deep/data");
        let data = Data::open(&folder).expect("opened");
        data.keys().expect("keys");
        assert_eq!(mode(&folder), 0o700);
        for file in ["lock", "keys.json"] {
            assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
        }
    }

    #[test]
    fn the_note_of_a_killed_server_is_believed_by_nobody() {
        let folder = tempfile::tempdir().expect("a folder");
        let killed = Data::open(folder.path()).expect("opened");
        let (url, token) = ("http://127.0.0.1:1".to_owned(), "t".to_owned());
        killed.announce(&Server { url, token, pid: 1 }).expect("announced");
        assert!(Data::open(folder.path()).is_err(), "it is locked");
        assert!(server(folder.path()).is_some());
        drop(killed);
        let _next = Data::open(folder.path()).expect("opened");
        assert!(server(folder.path()).is_none());
    }
}
