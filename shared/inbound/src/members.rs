//! A list of alerts: each is taken or refused on its own.

use crate::json::{Body, Json};
use crate::{BadBody, Parsed, Refused, Taken};

/// More than any sender puts into a body of 5 MiB; it bounds the work that one request can cause.
pub(crate) const MEMBERS_MAX: usize = 10_000;
/// How many refused members an answer lists one by one.
const REFUSED_MAX: usize = 100;

/// Reads each of `list`, which `path` names. `read` answers why it refuses one.
pub(crate) fn read(
    body: &Body<'_>,
    path: &str,
    list: Json<'_>,
    mut read: impl FnMut(u32, Json<'_>) -> Result<Taken, Refusal>,
) -> Result<Parsed, BadBody> {
    let Some((members, more)) = list.list(MEMBERS_MAX) else {
        return Err(BadBody::new(&format!("a list `{path}`"), list.kind().words())
            .at(body.place(list))
            .field(path));
    };
    let mut parsed = Parsed::default();
    let mut first_refused = None;
    let mut uncounted = more;
    for (index, member) in (0..).zip(&members) {
        match read(index, *member) {
            Ok(taken) => parsed.taken.push(taken),
            Err(refusal) => {
                if parsed.refused.len() < REFUSED_MAX {
                    let reason = refusal.to_string();
                    parsed.refused.push(Refused { index, reason });
                } else {
                    uncounted += 1;
                }
                first_refused.get_or_insert((index, *member, refusal));
            }
        }
    }
    if parsed.taken.is_empty() {
        return Err(nothing_usable(body, path, list, first_refused, parsed.refused));
    }
    if uncounted > 0 {
        let index = parsed.refused.last().map_or(MEMBERS_MAX, |last| last.index as usize + 1);
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let reason = if more > 0 {
            format!("{uncounted} more were refused: a body may hold {MEMBERS_MAX} alerts")
        } else {
            format!("{uncounted} more were refused")
        };
        parsed.refused.push(Refused { index, reason });
    }
    Ok(parsed)
}

/// Why a member cannot be used.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Within the member.
    pub(crate) field: Option<&'static str>,
    pub(crate) expected: &'static str,
    pub(crate) found: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "expected {}; found {}", self.expected, self.found)
    }
}

fn nothing_usable(
    body: &Body<'_>,
    path: &str,
    list: Json<'_>,
    first: Option<(u32, Json<'_>, Refusal)>,
    refused: Vec<Refused>,
) -> BadBody {
    let Some((index, member, refusal)) = first else {
        let expected = "at least one alert";
        return BadBody::new(expected, "an empty list").at(body.place(list)).field(path);
    };
    let member_path = format!("{path}[{index}]");
    let field = match refusal.field {
        Some(field) => format!("{member_path}.{field}"),
        None => member_path.clone(),
    };
    let found = format!("{} in `{member_path}`", refusal.found);
    let bad = BadBody::new(refusal.expected, &found).at(body.place(member)).field(field);
    BadBody { refused, ..bad }
}
