//! How much of each part is shown, so that the whole fits.

use crate::wire::Props;

/// Version 5.37 takes 8,000 characters of props, and writes every empty part of an attachment,
/// which ours leave out, into them.
const PROPS: usize = 7_400;

/// All in [`weight`](crate::render::text::weight), but for `links`.
pub(crate) struct Room {
    pub(crate) description: usize,
    pub(crate) labels: usize,
    /// Each value of a field, and each name of a person.
    pub(crate) field: usize,
    /// The escalation's sentence, and the resolution.
    pub(crate) escalation: usize,
    /// How many of the further links.
    pub(crate) links: usize,
}

/// From the widest to what fits whatever stands in an alert: names and places are cut last, the
/// buttons and the runbook never.
pub(crate) const ROOMS: [Room; 5] = [
    Room { description: 2_000, labels: 1_200, field: 300, escalation: 600, links: 3 },
    Room { description: 1_000, labels: 600, field: 300, escalation: 600, links: 3 },
    Room { description: 600, labels: 300, field: 150, escalation: 400, links: 2 },
    Room { description: 300, labels: 150, field: 100, escalation: 250, links: 1 },
    Room { description: 150, labels: 60, field: 60, escalation: 150, links: 0 },
];

/// Whether every server would take them.
pub(crate) fn fits(props: &Props) -> bool {
    // The server counts `<`, `>` and `&` as the six characters that it writes for each.
    let six = |json: &str| json.len() + 5 * json.matches(['<', '>', '&']).count();
    serde_json::to_string(props).is_ok_and(|json| six(&json) <= PROPS)
}

#[cfg(test)]
mod tests {
    use crate::render::text;

    #[test]
    fn a_weight_is_what_the_whole_is_counted_by() {
        for given in ["a\"b\\c\nd", "<&>", "🦉é", ""] {
            let json = serde_json::to_string(given).expect("JSON");
            let counted = json.len() - 2 + 5 * json.matches(['<', '>', '&']).count();
            assert_eq!(text::weight(given), counted, "{given}");
        }
    }
}
