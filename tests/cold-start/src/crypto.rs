//! ring or AWS-LC: what a client built with either weighs, and how soon it has shaken hands.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, Stream};

use crate::Failure;
use crate::artifact::{root, target};
use crate::certificate::Certificate;
use crate::function::megabytes;
use crate::measure::Times;
use crate::zip::{self, Size};

/// Name, feature of `crypto/Cargo.toml`, and whether AWS-LC is built without the entropy that it
/// gathers from the CPU's jitter.
const BUILDS: [(&str, &str, bool); 3] =
    [("ring", "ring", false), ("aws-lc", "aws-lc", false), ("aws-lc, no jitter", "aws-lc", true)];

/// Handshakes of one process: the first pays for all that is set up once.
const HANDSHAKES: usize = 20;
/// The server's side of a handshake takes no longer.
const PATIENCE: Duration = Duration::from_secs(10);

struct Build {
    name: &'static str,
    path: PathBuf,
    size: Size,
    /// Process to the first byte after the first handshake.
    ready: Times,
    first: Times,
    later: Times,
}

pub(crate) async fn compare(starts: usize) -> Result<(String, Vec<String>), Failure> {
    let text = tokio::task::spawn_blocking(move || compared(starts)).await??;
    Ok((text, Vec::new()))
}

fn compared(starts: usize) -> Result<String, Failure> {
    let mut builds = BUILDS.map(build).into_iter().collect::<Result<Vec<_>, _>>()?;
    let folder = tempfile::tempdir()?;
    let certificate = Certificate::new()?;
    let file = folder.path().join("certificate.der");
    std::fs::write(&file, &certificate.der)?;
    let (address, seen) = serve(certificate.server()?)?;
    for round in 0..=starts {
        for build in &mut builds {
            let begin = Instant::now();
            let client = client(build, address, &file)?;
            let ready = seen.recv_timeout(PATIENCE)? - begin;
            // All the others are awaited too, so that none is taken for the next client's first.
            for _ in 1..HANDSHAKES {
                seen.recv_timeout(PATIENCE)?;
            }
            let said = client.wait_with_output()?;
            if !said.status.success() {
                return Err(format!("{}: {}", build.name, said.status).into());
            }
            if round > 0 {
                build.ready.push(ready);
                note(build, &String::from_utf8(said.stdout)?)?;
            }
        }
    }
    Ok(table(&builds))
}

fn build((name, feature, no_jitter): (&'static str, &str, bool)) -> Result<Build, Failure> {
    let folder = root().join("tests/cold-start/crypto");
    let out = target().join("cold-start").join(name.replace(", ", "-").replace(' ', "-"));
    let mut command = Command::new("cargo");
    command.args(["build", "--release", "--quiet", "--features", feature]).current_dir(folder);
    command.arg("--target-dir").arg(&out).stdout(Stdio::null());
    if no_jitter {
        command.env("AWS_LC_SYS_NO_JITTER_ENTROPY", "1");
    }
    let status = command.status()?;
    if !status.success() {
        return Err(format!("the client with {name} could not be built: {status}").into());
    }
    let path = out.join("release/crypto");
    let size = zip::measure(&path)?;
    let (ready, first, later) = (Times::default(), Times::default(), Times::default());
    Ok(Build { name, path, size, ready, first, later })
}

fn client(build: &Build, address: SocketAddr, file: &Path) -> Result<std::process::Child, Failure> {
    let mut command = Command::new(&build.path);
    command.arg(address.to_string()).arg(file).arg(HANDSHAKES.to_string());
    Ok(command.env_clear().stdout(Stdio::piped()).spawn()?)
}

fn note(build: &mut Build, said: &str) -> Result<(), Failure> {
    for (index, line) in said.lines().enumerate() {
        let took = Duration::from_nanos(line.parse()?);
        if index == 0 { build.first.push(took) } else { build.later.push(took) }
    }
    Ok(())
}

/// Answers handshakes until the process ends, and tells when a client's byte came.
fn serve(config: Arc<ServerConfig>) -> Result<(SocketAddr, mpsc::Receiver<Instant>), Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let (tell, seen) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Ok(at) = answer(stream, &config)
                && tell.send(at).is_err()
            {
                return;
            }
        }
    });
    Ok((address, seen))
}

fn answer(mut stream: TcpStream, config: &Arc<ServerConfig>) -> Result<Instant, Failure> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut connection = ServerConnection::new(Arc::clone(config))?;
    let mut tls = Stream::new(&mut connection, &mut stream);
    tls.flush()?;
    tls.read_exact(&mut [0])?;
    Ok(Instant::now())
}

fn table(builds: &[Build]) -> String {
    let mut text = format!(
        "{:<18} {:>7} {:>5}  {:>10}  {:>10}  {:>10}\n",
        "client", "binary", "zip", "ready: ms", "first: ms", "later: ms"
    );
    for build in builds {
        text.push_str(&format!(
            "{:<18} {:>7.2} {:>5.2}  {:>10.2}  {:>10.2}  {:>10.2}\n",
            build.name,
            megabytes(build.size.binary_bytes as f64),
            megabytes(build.size.zip_bytes as f64),
            build.ready.median_ms(),
            build.first.median_ms(),
            build.later.median_ms(),
        ));
    }
    text.push_str(
        "Sizes in MB (10^6 bytes), times are medians. ready: process to the first byte over TLS; \
         first and later: the handshakes of one process.\n",
    );
    text
}
