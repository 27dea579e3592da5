//! A choice from the snooze menu, as its value carries it.

use nightowl_messaging::{ButtonValue, Snooze};

/// `30m|` and the button's value: both come back with the choice and nothing else does.
pub(crate) fn choice_value(choice: Snooze, value: &str) -> String {
    format!("{}|{value}", choice.name())
}

/// `None` for anything that [`choice_value`] cannot have written. The choice is `None` where it is
/// one that this version does not offer.
pub(crate) fn read_choice(text: &str) -> Option<(Option<Snooze>, ButtonValue)> {
    let (choice, value) = text.split_once('|')?;
    Some((Snooze::parse(choice), ButtonValue::decode(value)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_comes_back_and_is_never_too_long_for_slack() {
        let value = ButtonValue {
            alert_id: "0123456789abcdef0hjkmnpq".to_owned(),
            delivery: "x".repeat(40).as_str().into(),
            round: u32::MAX,
            tier: u32::MAX,
        };
        for choice in Snooze::ALL {
            let text = choice_value(choice, &value.encode());
            assert!(text.len() <= 150, "{text}");
            assert_eq!(read_choice(&text), Some((Some(choice), value.clone())));
        }
        let unknown = format!("5m|{}", value.encode());
        assert_eq!(read_choice(&unknown), Some((None, value.clone())));
        for bad in ["", "30m", "30m|", &value.encode()] {
            assert_eq!(read_choice(bad), None, "{bad}");
        }
    }
}
