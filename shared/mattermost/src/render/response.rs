//! Answers to commands, as the body of the HTTP answer or of a post to a response URL.

use nightowl_messaging::{CommandResponse, Field, ResponseSection};
use serde_json::{Value, json};

use crate::wire::CommandAnswer;

use super::card::joined;
use super::{text, whisper};

/// Of the 16,383 characters of a post; the head and the link take some of the rest.
const SECTIONS_WEIGHT: usize = 9_000;
const SECTIONS: usize = 40;
const FIELDS: usize = 10;

/// `{"response_type", "text", "skip_slack_parsing"}`. Send it with status 200 as
/// `application/json`: anything else is an error, or is shown to the person as it is.
pub fn command_response(response: &CommandResponse) -> Value {
    let said = text::lines(&response.text, 3_000);
    let way = response.link.as_ref().map(whisper::way_on).unwrap_or_default();
    json!(CommandAnswer {
        response_type: if response.ephemeral { "ephemeral" } else { "in_channel" },
        text: joined([said, sections(&response.sections), way], "\n\n"),
        skip_slack_parsing: true,
    })
}

/// As many as fit; that more were left out is said.
fn sections(sections: &[ResponseSection]) -> String {
    let mut shown: Vec<String> = vec![];
    let mut weight = 0;
    for (index, section) in sections.iter().enumerate() {
        let one = joined([heading(section), fields(&section.fields)], "\n");
        weight += text::weight(&one);
        if index == SECTIONS || weight > SECTIONS_WEIGHT {
            shown.push(format!("… and {} more", sections.len() - index));
            break;
        }
        shown.push(one);
    }
    shown.retain(|one| !one.is_empty());
    shown.join("\n\n")
}

fn heading(section: &ResponseSection) -> String {
    let title = text::line(&section.title, 300);
    let title = if title.is_empty() { title } else { format!("**{title}**") };
    joined([title, text::lines(&section.body, 2_000)], "\n")
}

fn fields(fields: &[Field]) -> String {
    let shown = fields.iter().take(FIELDS).map(|field| {
        let (label, value) = (text::line(&field.label, 150), text::line(&field.value, 400));
        format!("{label}: {value}")
    });
    shown.collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use nightowl_messaging::WayOn;

    use super::*;

    fn section(title: &str, body: &str, fields: Vec<Field>) -> ResponseSection {
        ResponseSection { title: title.to_owned(), body: body.to_owned(), fields }
    }

    #[test]
    fn an_answer_is_markdown_for_one_person() {
        let field = Field { label: "primary".to_owned(), value: "Alice <@U1>".to_owned() };
        let url = "https://owl.example/link?t=1".to_owned();
        let response = CommandResponse {
            text: "You can type:".to_owned(),
            ephemeral: true,
            sections: vec![
                section("/nightowl ack ID [NOTE]", "You take the alert.", vec![]),
                section("web", "", vec![field]),
            ],
            link: Some(WayOn { label: "Link".to_owned(), url }),
        };
        let text = "You can type:\n\n**/nightowl ack ID \\[NOTE\\]**\nYou take the alert.\n\n\
            **web**\nprimary: Alice &lt;@\u{200b}U1>\n\n[Link](https://owl.example/link?t=1)";
        let expected =
            json!({"response_type": "ephemeral", "text": text, "skip_slack_parsing": true});
        assert_eq!(command_response(&response), expected);
    }

    #[test]
    fn an_answer_keeps_the_limit_of_a_post() {
        let long = "&amp;<".repeat(5_000);
        let fields = vec![Field { label: long.clone(), value: long.clone() }; 30];
        let response = CommandResponse {
            text: long.clone(),
            ephemeral: false,
            sections: vec![section(&long, &long, fields); 100],
            link: None,
        };
        let body = command_response(&response);
        assert_eq!(body["response_type"], "in_channel");
        let text = body["text"].as_str().expect("text");
        assert!(text.chars().count() < 16_383);
        assert!(text.contains("… and 99 more"), "{}", &text[text.len() - 100..]);
    }
}
