//! Forms, threads, test connection and the Home tab, as Slack alone has them.

use std::sync::OnceLock;

use nightowl_domain::{Destination, MessageRef, Time};
use nightowl_messaging::conformance::{alert, form, form_state};
use nightowl_messaging::{
    ChatUser, Check, CommandResponse, Form, Message, Opener, Post, Provider, ProviderError,
    ResponseSection, Secret, Setting, Settings,
};
use nightowl_slack::{Slack, http_client};
use slack_double::{Channel, Double, Seed, read_view};

const ALICE: &str = "U0ALICE001";
const OPS: &str = "C0OPS00001";

async fn connected(seed: Seed) -> (Double, Slack) {
    static CRYPTO: OnceLock<()> = OnceLock::new();
    CRYPTO.get_or_init(|| {
        // A second install answers an error that means that it is done.
        drop(rustls::crypto::ring::default_provider().install_default());
    });
    let fields = [
        ("bot_token", Setting::Secret(Secret::new(seed.bot_token.clone()))),
        ("team_id", Setting::Text(seed.team_id.clone())),
    ];
    let double = Double::start(seed).await.expect("a port");
    let mut settings = Settings {
        provider: nightowl_slack::NAME.to_owned(),
        fields: fields.map(|(name, value)| (name.to_owned(), value)).into(),
    };
    settings.fields.insert("api_url".to_owned(), Setting::Text(double.url()));
    let http = http_client().expect("a client");
    (double, Slack::new(&settings, http).expect("good settings"))
}

fn reply(root: Option<&str>, delivery: &str) -> Post {
    let message_ref = |message: &str| MessageRef {
        provider: "slack".to_owned(),
        channel: OPS.to_owned(),
        message: message.to_owned(),
    };
    Post {
        to: Destination::Channel { provider: "slack".to_owned(), channel: OPS.to_owned() },
        under: root.map(message_ref),
        delivery: delivery.into(),
        message: Message::Alert(alert("disk full", None)),
        form: Form::Rich,
    }
}

#[tokio::test]
async fn a_form_needs_a_trigger_that_still_lives() {
    let (double, slack) = connected(Seed::default()).await;
    let open = async |trigger: String| {
        let opener = Opener {
            trigger: Secret::new(trigger),
            user_ref: ALICE.to_owned(),
            channel_id: OPS.to_owned(),
        };
        slack.open_form(&opener, &form("disk full"), &form_state()).await
    };
    let good = double.trigger(ALICE);
    assert_eq!(open(good.clone()).await, Ok(()));
    let late = double.trigger(ALICE);
    double.age_triggers(4);
    for (trigger, code) in [
        (good, "exchanged_trigger_id"),
        (late, "expired_trigger_id"),
        ("1.2.x".to_owned(), "invalid_trigger_id"),
    ] {
        match open(trigger).await {
            Err(ProviderError::Broken { reason, hint, credentials: false }) => {
                assert_eq!(reason, code);
                assert!(hint.contains("click again"), "{hint}");
            }
            other => panic!("{code}: {other:?}"),
        }
    }
    assert_eq!(double.views().len(), 1);
}

#[tokio::test]
async fn a_reply_is_found_in_its_thread() {
    let (double, slack) = connected(Seed::default()).await;
    let root = slack.post(&reply(None, "root")).await.expect("a card");
    let under = reply(Some(&root.message), "reply");
    let at = slack.post(&under).await.expect("a reply");
    assert_eq!(double.messages()[1].thread_ts.as_ref(), Some(&root.message));
    let find = |under: Option<MessageRef>| {
        let (slack, to) = (&slack, reply(None, "x").to);
        async move { slack.find(&to, under.as_ref(), &"reply".into(), Time::from_millis(0)).await }
    };
    assert_eq!(find(Some(root.clone())).await, Ok(Some(at)));
    assert_eq!(find(None).await, Ok(None), "the channel itself does not list it");
    let gone = reply(Some("1.000001"), "late");
    match slack.post(&gone).await {
        Err(ProviderError::Gone { reason, may_repost: false }) => {
            assert_eq!(reason, "thread_not_found");
        }
        other => panic!("{other:?}"),
    }
    // A message of another channel is no root here.
    let mut elsewhere = reply(Some(&root.message), "other");
    elsewhere.under.as_mut().expect("a root").channel = "C0PUBLIC01".to_owned();
    slack.post(&elsewhere).await.expect("a message of its own");
    assert_eq!(double.messages().pop().expect("it").thread_ts, None);
}

async fn wrong(seed: Seed, channel: &str) -> Vec<Check> {
    let (_double, slack) = connected(seed).await;
    let found = slack.check(channel).await.expect("a checkup");
    found.checks.into_iter().filter(|check| !check.ok).collect()
}

#[tokio::test]
async fn a_check_names_what_to_click() {
    let mut seed = Seed::default();
    seed.scopes.retain(|scope| scope != "im:write" && scope != "commands");
    let found = wrong(seed, "#ops-alerts").await;
    let [scopes] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(scopes.name, "scopes");
    for word in ["commands", "im:write", "OAuth & Permissions", "Reinstall"] {
        assert!(scopes.hint.contains(word), "{word}: {scopes:?}");
    }
    let found = wrong(Seed::default(), "C0ARCHIVE1").await;
    let [channel] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(channel.name, "channel");
    assert!(channel.hint.contains("unarchive"), "{channel:?}");
    // It may post there all the same.
    assert_eq!(wrong(Seed::default(), "#public-without-us").await, vec![]);
    let mut narrow = Seed::default();
    narrow.scopes.retain(|scope| scope != "chat:write.public");
    let found = wrong(narrow, "#public-without-us").await;
    let names: Vec<&str> = found.iter().map(|check| check.name).collect();
    assert_eq!(names, ["scopes", "member", "post"]);
    assert!(found[1].hint.contains("/invite @nightowl"), "{found:?}");
}

#[tokio::test]
async fn an_archived_channel_breaks_itself_and_not_the_connection() {
    let (double, slack) = connected(Seed::default()).await;
    let mut post = reply(None, "a");
    post.to =
        Destination::Channel { provider: "slack".to_owned(), channel: "#ops-alerts".to_owned() };
    slack.post(&post).await.expect("a card");
    double.archive(OPS, true);
    let refused = slack.post(&post).await;
    let is_its = matches!(&refused, Err(ProviderError::Broken { credentials: false, reason, .. })
        if reason == "is_archived");
    assert!(is_its, "{refused:?}");
    // Another one of that name is found, because the old id is forgotten.
    let again = slack.post(&post).await;
    let is_gone = matches!(&again, Err(ProviderError::Broken { reason, .. })
        if reason == "channel_not_found");
    assert!(is_gone, "{again:?}");
    double.archive(OPS, false);
    slack.post(&post).await.expect("a card");
}

#[tokio::test]
async fn people_are_found_by_the_id_that_the_configuration_says() {
    let (_double, slack) = connected(Seed::default()).await;
    let user = |handle: &str, met: Option<&str>, email: &str| ChatUser {
        user: "somebody".to_owned(),
        email: Some(email.to_owned()),
        handle: Some(handle.to_owned()),
        user_ref: met.map(str::to_owned),
        ..ChatUser::default()
    };
    for (user, expected) in [
        (user("U0BOB00001", Some(ALICE), "alice@example.com"), Some("U0BOB00001")),
        (user("@U0BOB00001", None, "nobody@example.com"), Some("U0BOB00001")),
        (user("bob", Some(ALICE), ""), Some(ALICE)),
        (user("bob", None, "alice@example.com"), Some(ALICE)),
        (user("U0GONE0001", None, "alice@example.com"), Some(ALICE)),
        (user("U0GONE0001", None, ""), None),
        (user("bob", None, ""), None),
    ] {
        for _ in 0..2 {
            let found = slack.look_up_user(&user).await;
            assert_eq!(found.as_ref().map(Option::as_deref), Ok(expected), "{user:?}");
        }
    }
}

#[tokio::test]
async fn a_tab_and_an_answer_in_a_thread_are_for_one_person() {
    let (double, slack) = connected(Seed::default()).await;
    let section = ResponseSection { title: "X2K9FQ".to_owned(), ..ResponseSection::default() };
    let response = CommandResponse {
        text: "You are on call. <!channel>".to_owned(),
        ephemeral: true,
        sections: vec![section; 30],
        link: None,
    };
    slack.publish_home(ALICE, &response).await.expect("a tab");
    let home = double.home(ALICE).expect("a tab");
    let shown = read_view(&home).shown;
    assert!(shown.text.contains("X2K9FQ") && shown.mentions.is_empty(), "{shown:?}");
    let refused = slack.publish_home("U0NOBODY00", &response).await;
    assert!(matches!(refused, Err(ProviderError::Broken { credentials: false, .. })));
    let root = slack.post(&reply(None, "root")).await.expect("a card");
    slack.answer(OPS, Some(&root.message), ALICE, &response).await.expect("an answer");
    let told = double.ephemerals();
    assert_eq!((told.len(), told[0].thread_ts.as_ref()), (1, Some(&root.message)));
    assert_eq!(double.messages().len(), 1, "nobody else sees it");
}

/// In a workspace where the channel is private and the bot is in it.
#[tokio::test]
async fn a_private_channel_is_checked_like_another() {
    let mut seed = Seed::default();
    seed.channels.push(Channel {
        id: "G0SECRET01".to_owned(),
        name: "secret-ops".to_owned(),
        is_private: true,
        is_member: true,
        ..Channel::default()
    });
    assert_eq!(wrong(seed, "#secret-ops").await, vec![]);
}
