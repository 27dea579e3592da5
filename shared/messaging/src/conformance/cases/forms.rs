//! A form shows what it was given, to whoever clicked, and its texts are text.

use crate::conformance::sample::{form, form_state};
use crate::conformance::{SeenForm, Subject};
use crate::{FieldKind, FormDef};

use super::hostile::{HOSTILE, no_controls};

/// Opens the form and answers what the person sees. `None`: the platform opens no forms.
async fn opened<S: Subject>(subject: &S, form: &FormDef) -> Option<SeenForm> {
    let opener = subject.opener().await?;
    let before = subject.forms().await.len();
    let result = subject.provider().open_form(&opener, form, &form_state()).await;
    assert_eq!(result, Ok(()), "{form:?}");
    let mut forms = subject.forms().await;
    assert_eq!(forms.len(), before + 1, "{form:?}");
    let seen = forms.pop()?;
    assert_eq!(seen.user_ref, opener.user_ref);
    Some(seen)
}

pub async fn a_form_is_opened<S: Subject>() {
    let subject = S::fresh().await;
    let mut given = form("zorn");
    "Resolve zorn".clone_into(&mut given.title);
    given.fields[0].value = "disk cleaned".to_owned();
    let Some(seen) = opened(&subject, &given).await else {
        return;
    };
    assert_eq!(seen.title, "Resolve zorn");
    assert!(seen.intro.contains("zorn"), "{seen:?}");
    assert!(!seen.state.is_empty());
    assert_eq!(seen.fields.len(), given.fields.len(), "{seen:?}");
    for (seen, given) in seen.fields.iter().zip(&given.fields) {
        assert_eq!(seen.id, given.id);
        assert!(seen.label.contains(&given.label), "{seen:?}");
        assert_eq!((&seen.value, seen.required), (&given.value, given.required), "{seen:?}");
        let offered = match &given.kind {
            FieldKind::Select { options } => options.as_slice(),
            FieldKind::Text { .. } | FieldKind::TextArea { .. } => &[],
        };
        let values: Vec<&str> = offered.iter().map(|option| option.value.as_str()).collect();
        let shown: Vec<&str> = seen.options.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(shown, values, "{seen:?}");
    }
}

/// An alert's title stands in a form, and a person's words too.
pub async fn hostile_forms_stay_text<S: Subject>() {
    let subject = S::fresh().await;
    let Some(expected) = opened(&subject, &form("zorn")).await else {
        return;
    };
    for text in HOSTILE {
        let Some(seen) = opened(&subject, &form(text)).await else {
            return;
        };
        assert_eq!(seen.mentions, Vec::<String>::new(), "{text:?}");
        assert_eq!(seen.links, Vec::<String>::new(), "{text:?}");
        assert_eq!(seen.markup.len(), expected.markup.len(), "{text:?}: {:?}", seen.markup);
        assert_eq!(seen.fields.len(), expected.fields.len(), "{text:?}");
        let labels = seen.fields.iter().map(|field| field.label.as_str());
        let options = seen.fields.iter().flat_map(|field| &field.options);
        let options = options.map(|(label, _)| label.as_str());
        for shown in [seen.title.as_str(), &seen.intro].into_iter().chain(labels).chain(options) {
            no_controls(shown, text);
        }
    }
}

/// Whatever is too long is cut, and the form still opens with all its fields.
pub async fn over_long_forms_are_cut<S: Subject>() {
    let subject = S::fresh().await;
    for text in ["x".repeat(10_000), "🦉".repeat(3_000), "&<>*_".repeat(2_000)] {
        let mut given = form(&text);
        given.fields[0].value = text.clone();
        let Some(seen) = opened(&subject, &given).await else {
            return;
        };
        assert_eq!(seen.fields.len(), given.fields.len());
        assert!(!seen.title.is_empty(), "a form has a title");
        assert!(seen.fields.iter().all(|field| !field.label.is_empty()), "{seen:?}");
    }
}
