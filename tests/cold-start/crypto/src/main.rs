//! Shakes hands `COUNT` times with the server at `ADDRESS`, whose certificate (DER) is in `FILE`,
//! each time as a stranger. After each it sends one byte, by which the other side knows. Prints
//! the nanoseconds that each handshake took, one a line.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Instant;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};

type Failure = Box<dyn std::error::Error>;

fn provider() -> rustls::crypto::CryptoProvider {
    #[cfg(feature = "ring")]
    return rustls::crypto::ring::default_provider();
    #[cfg(not(feature = "ring"))]
    return rustls::crypto::aws_lc_rs::default_provider();
}

fn shake(address: &str, config: &Arc<ClientConfig>) -> Result<u128, Failure> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let begin = Instant::now();
    let name = ServerName::try_from("localhost")?;
    let mut connection = ClientConnection::new(Arc::clone(config), name)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    let took = begin.elapsed().as_nanos();
    connection.writer().write_all(b"!")?;
    connection.complete_io(&mut stream)?;
    Ok(took)
}

fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1);
    let mut word = || words.next().ok_or("expected ADDRESS FILE COUNT");
    let (address, file, count) = (word()?, word()?, word()?.parse::<u32>()?);
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(std::fs::read(file)?))?;
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = rustls::client::Resumption::disabled();
    let config = Arc::new(config);
    for _ in 0..count {
        println!("{}", shake(&address, &config)?);
    }
    Ok(())
}
