//! The webhook of Grafana's unified alerting: Alertmanager's body, and more about each alert.

use crate::{BadBody, Context, Parsed, group, reader::Reader};

pub fn parse(body: &[u8], context: Context) -> Result<Parsed, BadBody> {
    group::parse(body, context, "Grafana's unified alerting", hint)
}

fn hint(reader: &Reader<'_>) -> Option<&'static str> {
    if ["ruleId", "ruleName", "evalMatches"].iter().any(|field| reader.has(field)) {
        return Some(
            "This is the body of Grafana's legacy alerting (up to version 8); switch that Grafana \
             to unified alerting, or send your own JSON to an integration with the format \
             `generic`",
        );
    }
    group::looks_generic(reader).then_some(
        "If the contact point has a custom payload, keep `alerts` in it, or use an integration \
         with the format `generic`",
    )
}
