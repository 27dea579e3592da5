//! The engine: the protocol's verbs over one set of ports.

use nightowl_domain::{ClaimId, Occurrence, WriteId};

use crate::outage::Outages;
use crate::{Entropy, Ports};

/// One per process. All truth is behind the ports; what it keeps itself is forgotten without harm.
pub struct Engine<P: Ports> {
    ports: P,
    outages: Outages,
    console: Option<String>,
}

impl<P: Ports> Engine<P> {
    pub fn new(ports: P) -> Self {
        Self { ports, outages: Outages::default(), console: None }
    }

    /// Where people reach the web console (`https://host`), for links in messages.
    #[must_use]
    pub fn with_console(mut self, base: impl Into<String>) -> Self {
        self.console = Some(base.into().trim_end_matches('/').to_owned());
        self
    }

    pub const fn ports(&self) -> &P {
        &self.ports
    }

    pub(crate) const fn outages(&self) -> &Outages {
        &self.outages
    }

    /// Where people reach the web console, if that is known; without a slash at the end.
    pub(crate) fn console(&self) -> Option<&str> {
        self.console.as_deref()
    }

    pub(crate) fn alert_link(&self, occurrence: &Occurrence) -> Option<String> {
        self.console.as_ref().map(|base| format!("{base}/console/alerts/{}", occurrence.id))
    }

    pub(crate) fn draw_write_id(&self) -> WriteId {
        WriteId::from(self.draw_word().as_str())
    }

    pub(crate) fn draw_claim_id(&self) -> ClaimId {
        ClaimId::from(self.draw_word().as_str())
    }

    /// 64 bits are plenty to tell the writers of one item apart, and the item stays small.
    fn draw_word(&self) -> Word {
        let bits = self.ports.entropy().draw();
        Word::of((bits ^ (bits >> 64)) & u128::from(u64::MAX))
    }
}

/// Sixteen hexadecimal digits. Every write draws one or two, so that they are put together without
/// the machinery of formatting.
struct Word([u8; 16]);

impl Word {
    fn of(bits: u128) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut digits = [0; 16];
        for (place, digit) in digits.iter_mut().rev().enumerate() {
            let value = usize::try_from((bits >> (4 * place)) & 0xf).unwrap_or_default();
            *digit = DIGITS[value];
        }
        Self(digits)
    }

    fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Word;

    #[test]
    fn a_word_is_sixteen_digits() {
        assert_eq!(Word::of(0xfe01).as_str(), "000000000000fe01");
        assert_eq!(Word::of(u128::from(u64::MAX)).as_str(), "ffffffffffffffff");
    }
}
