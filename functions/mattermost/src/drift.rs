//! The server's clock against ours.

use nightowl_engine::{Engine, Ports};

/// Less than this is no trouble, and the estimate itself is exact to half a second.
const DRIFT_MILLIS_MAX: u64 = 5_000;

/// Tells the tenant's operators, if it is worth it. Clicks work all the same, because they are
/// measured by the server's own clock; whatever else compares the two may not.
pub(crate) async fn tell<P: Ports>(engine: &Engine<P>, tenant: &str, ahead_millis: i64) {
    if let Some(text) = sentence(ahead_millis) {
        engine.tell_operators(tenant, "mattermost clock", &text, None).await;
    }
}

fn sentence(ahead_millis: i64) -> Option<String> {
    let off = ahead_millis.unsigned_abs();
    let way = if ahead_millis > 0 { "ahead of" } else { "behind" };
    (off > DRIFT_MILLIS_MAX).then(|| {
        format!(
            "The clock of the Mattermost server is {} s {way} NightOwl's. Set the clocks of both \
             machines: clicks are refused when it jumps.",
            off / 1000
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_great_difference_is_told() {
        assert_eq!(sentence(0), None);
        assert_eq!(sentence(5_000), None);
        assert_eq!(sentence(-5_000), None);
        let ahead = sentence(61_500).expect("a sentence");
        assert!(ahead.contains("is 61 s ahead of NightOwl's"), "{ahead}");
        let behind = sentence(-7_200).expect("a sentence");
        assert!(behind.contains("is 7 s behind NightOwl's"), "{behind}");
        assert!(sentence(i64::MIN).is_some());
    }
}
