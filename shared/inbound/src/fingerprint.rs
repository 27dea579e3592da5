//! Names for alerts whose sender gave none.

use std::collections::BTreeMap;

use nightowl_domain::Hash;

/// Longer keys keep their beginning and get a hash of the whole.
const KEY_CHARS_MAX: usize = 256;

/// What Alertmanager and Prometheus compute: 64-bit FNV-1a over the sorted labels, each name and
/// value followed by a byte that no text contains (`LabelSet.Fingerprint` in prometheus/common).
/// An alert thus keeps its name when a payload template leaves the fingerprint out.
pub(crate) fn of_labels(labels: &BTreeMap<String, String>) -> String {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let mut sum = OFFSET;
    for (name, value) in labels {
        for part in [name, value] {
            for byte in part.bytes().chain([0xFF]) {
                sum = (sum ^ u64::from(byte)).wrapping_mul(PRIME);
            }
        }
    }
    format!("{sum:016x}")
}

/// For a format without fingerprints: the same title and labels are the same series.
pub(crate) fn of_title(title: &str, labels: &BTreeMap<String, String>) -> String {
    let mut parts: Vec<&[u8]> = vec![b"title", title.as_bytes()];
    for (name, value) in labels {
        parts.extend([name.as_bytes(), value.as_bytes()]);
    }
    Hash::of(&parts).text(15)
}

/// A sender's own key, bounded without making two keys equal.
pub(crate) fn bounded(key: String) -> String {
    if key.chars().count() <= KEY_CHARS_MAX {
        return key;
    }
    let hash = Hash::of(&[b"key", key.as_bytes()]).text(15);
    let head: String = key.chars().take(KEY_CHARS_MAX - hash.len() - 1).collect();
    format!("{head}…{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_the_fingerprint_that_alertmanager_gives_them() {
        let labels = [
            ("alertname", "DiskFull"),
            ("cluster", "production-de-01"),
            ("instance", "db-01:9100"),
            ("job", "node"),
            ("mountpoint", "/var"),
            ("namespace", "customer-api"),
            ("severity", "critical"),
        ];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(of_labels(&labels), "2e4a041d6ad840b6");
    }

    #[test]
    fn long_keys_stay_apart() {
        let (one, other) = ("x".repeat(5000), format!("{}y", "x".repeat(4999)));
        assert_ne!(bounded(one.clone()), bounded(other));
        assert_eq!(bounded(one).chars().count(), KEY_CHARS_MAX);
        assert_eq!(bounded("short".to_owned()), "short");
    }
}
