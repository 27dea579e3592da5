//! Prometheus Alertmanager's webhook, version 4, and the same body with version "1" that its
//! incident.io receiver sends.

use crate::{BadBody, Context, Parsed, group, reader::Reader};

pub fn parse(body: &[u8], context: Context) -> Result<Parsed, BadBody> {
    group::parse(body, context, "Alertmanager", hint)
}

fn hint(reader: &Reader<'_>) -> Option<&'static str> {
    group::looks_generic(reader)
        .then_some("Your own JSON goes to a key whose integration has the format `generic`")
}
