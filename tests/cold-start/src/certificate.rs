//! A certificate for `localhost`, made anew each time, so that connections cost what they cost
//! against AWS: TLS, and a store of roots to read.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use crate::Failure;

pub(crate) struct Certificate {
    pub(crate) der: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Certificate {
    pub(crate) fn new() -> Result<Self, Failure> {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        Ok(Self { der: made.cert.der().clone(), key: made.signing_key.serialize_der() })
    }

    pub(crate) fn server(&self) -> Result<Arc<ServerConfig>, Failure> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivatePkcs8KeyDer::from(self.key.clone());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![self.der.clone()], key.into())?;
        Ok(Arc::new(config))
    }

    /// Writes the machine's roots and this certificate into `file`, for `SSL_CERT_FILE`: a
    /// function reads as many roots as it does on AWS. Answers how many there are.
    pub(crate) fn write_roots(&self, file: &Path) -> Result<usize, Failure> {
        let mut roots = rustls_native_certs::load_native_certs().certs;
        roots.push(self.der.clone());
        let mut out = std::fs::File::create(file)?;
        for root in &roots {
            writeln!(out, "-----BEGIN CERTIFICATE-----")?;
            for line in BASE64.encode(root).as_bytes().chunks(64) {
                out.write_all(line)?;
                out.write_all(b"\n")?;
            }
            writeln!(out, "-----END CERTIFICATE-----")?;
        }
        Ok(roots.len())
    }
}
