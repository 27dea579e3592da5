//! What `nightowl mattermost setup` prints.

/// The bot's token.
pub(super) enum Token {
    New(String),
    /// Made by an earlier run, and not to be read again.
    Known,
}

/// What was made or found.
pub(super) struct Made<'a> {
    pub(super) url: &'a str,
    pub(super) bot_token: Token,
    pub(super) webhook_secrets: Vec<String>,
    pub(super) channel: String,
    /// What is still to be done by hand.
    pub(super) notes: Vec<String>,
}

/// YAML for a tenant, remarks as comments, so that all of it can be pasted.
pub(super) fn text(made: &Made<'_>) -> String {
    let mut text = String::from("# Paste this into your tenant:\n");
    text += "    messaging_provider: mattermost\n";
    text += "    mattermost:\n";
    text += &format!("      url: {}\n", made.url);
    match &made.bot_token {
        Token::New(token) => text += &format!("      bot_token: \"{token}\"\n"),
        Token::Known => {
            text +=
                "      # The token of an earlier run is still good. It cannot be shown again;\n";
            text += "      # run this with --new-token for another one.\n";
            text += "      bot_token: \"${MATTERMOST_BOT_TOKEN}\"\n";
        }
    }
    let secrets: Vec<String> =
        made.webhook_secrets.iter().map(|secret| format!("\"{secret}\"")).collect();
    text += &format!("      webhook_secret: [{}]\n", secrets.join(", "));
    text += &format!("      default_channel_id: {}\n", made.channel);
    for note in &made.notes {
        text += &format!("# To do: {note}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_is_printed_is_a_configuration() {
        for bot_token in [Token::New("tok3n".to_owned()), Token::Known] {
            let made = Made {
                url: "https://chat.example.com",
                bot_token,
                webhook_secrets: vec!["one".to_owned(), "two".to_owned()],
                channel: "tsiw9d6fpfbt5fuz3kknzq8qhc".to_owned(),
                notes: vec!["turn something on".to_owned()],
            };
            let file = format!("tenants:\n  - slug: acme\n{}", text(&made));
            let variable = ("MATTERMOST_BOT_TOKEN".to_owned(), "kept".to_owned());
            let document = nightowl_config::check("it", &file, &BTreeMap::from([variable]));
            let document = document.expect("no mistakes");
            let tenant = document.tenants().next().expect("a tenant");
            assert_eq!(tenant.provider.as_deref(), Some("mattermost"));
        }
    }
}
