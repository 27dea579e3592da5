//! What may be read before anything is proved: whose secret to try.

use serde::Deserialize;

/// Ids as the unproved body claims them. They may select a few candidate secrets to verify with
/// and must not be shown, stored or believed.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Hint {
    pub team_id: Option<String>,
    pub app_id: Option<String>,
}

/// Reads a command's or an interaction's form, or an event's JSON. Never fails: no hint is an
/// empty one.
pub fn untrusted_hint(body: &[u8]) -> Hint {
    if let Ok(json) = serde_json::from_slice::<Ids>(body) {
        return json.hint();
    }
    let Ok(form) = serde_urlencoded::from_bytes::<Form>(body) else {
        return Hint::default();
    };
    let Some(payload) = form.payload else {
        return Hint {
            team_id: form.team_id.filter(|id| is_id(id)),
            app_id: form.api_app_id.filter(|id| is_id(id)),
        };
    };
    serde_json::from_slice::<Ids>(payload.as_bytes()).map_or_else(|_| Hint::default(), Ids::hint)
}

/// Slack probes a slash command's certificate with `ssl_check=1`: the answer is 200 with an empty
/// body, and nothing is done whatever else the form says.
pub fn is_certificate_check(body: &[u8]) -> bool {
    serde_urlencoded::from_bytes::<Vec<(String, String)>>(body)
        .is_ok_and(|form| form.iter().any(|(key, value)| key == "ssl_check" && value == "1"))
}

#[derive(Deserialize)]
struct Form {
    payload: Option<String>,
    team_id: Option<String>,
    api_app_id: Option<String>,
}

#[derive(Deserialize)]
struct Ids {
    team_id: Option<String>,
    team: Option<Team>,
    api_app_id: Option<String>,
}

#[derive(Deserialize)]
struct Team {
    id: Option<String>,
}

impl Ids {
    fn hint(self) -> Hint {
        let team = self.team.and_then(|team| team.id);
        Hint {
            team_id: team.or(self.team_id).filter(|id| is_id(id)),
            app_id: self.api_app_id.filter(|id| is_id(id)),
        }
    }
}

fn is_id(text: &str) -> bool {
    (2..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_body_gives_its_ids() {
        let expected = Hint { team_id: Some("T1A".to_owned()), app_id: Some("A1".to_owned()) };
        let bodies: [&[u8]; 4] = [
            b"token=x&team_id=T1A&api_app_id=A1&text=",
            b"payload=%7B%22team%22%3A%7B%22id%22%3A%22T1A%22%7D%2C%22api_app_id%22%3A%22A1%22%7D",
            br#"{"type":"event_callback","team_id":"T1A","api_app_id":"A1","event":{}}"#,
            br#"{"team":null,"team_id":"T1A","api_app_id":"A1"}"#,
        ];
        for body in bodies {
            assert_eq!(untrusted_hint(body), expected);
        }
        for body in [&b""[..], b"\xff\xfe", b"[]", b"payload=%7B", b"team_id=T%2F..", b"team_id="] {
            assert_eq!(untrusted_hint(body), Hint::default());
        }
    }

    #[test]
    fn a_certificate_check_is_known_by_its_field() {
        assert!(is_certificate_check(b"ssl_check=1&token=x"));
        assert!(!is_certificate_check(b"text=ssl_check%3D1"));
        assert!(!is_certificate_check(b""));
    }
}
