//! What somebody may have meant.

/// `one of a, b, c (did you mean b?)`. `what` names the kind for an empty list.
pub(crate) fn one_of<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
    what: &str,
) -> String {
    const SHOWN: usize = 20;
    let all: Vec<&str> = candidates.into_iter().collect();
    let listed = match all.as_slice() {
        [] => return format!("{what}, but there is none"),
        [only] => (*only).to_owned(),
        [_, _, ..] => {
            let more = if all.len() > SHOWN { ", …" } else { "" };
            format!("one of {}{more}", all[..all.len().min(SHOWN)].join(", "))
        }
    };
    match closest(word, &all) {
        Some(meant) if all.len() > 1 => format!("{listed} (did you mean {meant}?)"),
        Some(_) | None => listed,
    }
}

/// The candidate that a slip of the finger would turn into `word`.
pub(crate) fn closest<'c>(word: &str, candidates: &[&'c str]) -> Option<&'c str> {
    // The distance is quadratic in the length, and nobody mistypes a word this long.
    if word.is_empty() || word.len() > 64 {
        return None;
    }
    let lower = word.to_lowercase();
    candidates
        .iter()
        .filter(|candidate| candidate.len() <= 64)
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
            (distance, *candidate)
        })
        .filter(|(distance, candidate)| *distance <= 1.max(candidate.len().min(word.len()) / 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_was_meant() {
        let fields = ["tier", "timeout_minutes", "targets"];
        assert_eq!(
            one_of("tiemout_minutes", fields, "a field"),
            "one of tier, timeout_minutes, targets (did you mean timeout_minutes?)"
        );
        assert_eq!(one_of("zebra", fields, "a field"), "one of tier, timeout_minutes, targets");
        assert_eq!(one_of("x", [], "a policy"), "a policy, but there is none");
        assert_eq!(one_of("x", ["default"], "a policy"), "default");
    }
}
