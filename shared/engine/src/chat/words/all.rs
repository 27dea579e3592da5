//! What somebody is told who acknowledged all alerts of a digest.

use crate::chat::all::Acknowledged;

/// "12 acknowledged, 2 were already resolved."
pub(in crate::chat) fn acknowledged_all(came: &Acknowledged) -> String {
    let were = if came.already_resolved == 1 { "was" } else { "were" };
    let counted = [
        (came.done, "acknowledged".to_owned()),
        (came.already_yours, "yours already".to_owned()),
        (came.already_resolved, format!("{were} already resolved")),
    ];
    let counted = counted.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = counted.map(|(count, what)| format!("{count} {what}")).collect();
    let mut said = match parts.is_empty() {
        true => String::new(),
        false => format!("{}.", parts.join(", ")),
    };
    if !came.failed.is_empty() {
        if !said.is_empty() {
            said.push(' ');
        }
        let (count, names) = (came.failed.len(), came.failed.join(", "));
        said.push_str(&format!("{count} could not be acknowledged, try again: {names}."));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_named() {
        let mut came = Acknowledged { done: 12, already_resolved: 2, ..Acknowledged::default() };
        assert_eq!(acknowledged_all(&came), "12 acknowledged, 2 were already resolved.");
        came.failed = vec!["X2K9FQ".to_owned()];
        assert!(
            acknowledged_all(&came).ends_with("1 could not be acknowledged, try again: X2K9FQ.")
        );
        let only = Acknowledged { already_resolved: 1, ..Acknowledged::default() };
        assert_eq!(acknowledged_all(&only), "1 was already resolved.");
    }
}
