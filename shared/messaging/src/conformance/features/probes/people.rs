//! Who is who, where is what, and whether the connection works.

use crate::ChatUser;
use crate::conformance::Subject;
use crate::conformance::features::Feature;

use super::{row, yes};

pub(super) async fn people<S: Subject>() -> Vec<Feature> {
    let subject = S::fresh().await;
    let (provider, world) = (subject.provider(), subject.world());
    let found =
        |result: Result<Option<String>, _>| yes(result == Ok(Some(world.person_ref.clone())));
    let address = ChatUser { email: world.person.email.clone(), ..ChatUser::default() };
    let described = provider.describe_user(&world.person_ref).await;
    let described = described.ok().flatten().unwrap_or_default();
    let nameless = ChatUser { user: "nobody-of-that-name".to_owned(), ..ChatUser::default() };
    let by_name = ChatUser { handle: described.handle, ..nameless.clone() };
    let by_id = ChatUser { handle: Some(world.person_ref.clone()), ..nameless };
    let is_gone = match subject.gone_user_ref() {
        Some(gone) => {
            let gone = provider.describe_user(&gone).await.ok().flatten();
            yes(gone.is_none_or(|gone| gone.is_gone))
        }
        None => "nobody can be".to_owned(),
    };
    let by_address = match address.email.is_some() {
        true => found(provider.look_up_user(&address).await),
        false => yes(false),
    };
    let by_name = match by_name.handle.is_some() {
        true => found(provider.look_up_user(&by_name).await),
        false => yes(false),
    };
    vec![
        row("Finds people by e-mail address", by_address),
        row("Finds people by user name", by_name),
        row(
            "Finds people by an id in the configuration",
            found(provider.look_up_user(&by_id).await),
        ),
        row("Recognises deactivated people", is_gone),
        row("Channel by name or id", channels(&subject).await),
        row("Test connection checks", checkup(&subject).await),
    ]
}

async fn channels<S: Subject>(subject: &S) -> String {
    let (provider, world) = (subject.provider(), subject.world());
    for name in [&world.channel, &world.channel_id] {
        if provider.resolve_channel(name).await != Ok(world.channel_id.clone()) {
            return yes(false);
        }
    }
    yes(true)
}

async fn checkup<S: Subject>(subject: &S) -> String {
    match subject.provider().check(&subject.world().channel).await {
        Ok(found) => {
            let names: Vec<&str> = found.checks.iter().map(|check| check.name).collect();
            names.join(", ")
        }
        Err(_) => yes(false),
    }
}
