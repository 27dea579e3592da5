use super::*;

const WHOLE: [(&str, &str); 17] = [
    ("AWS_REGION", "eu-central-1"),
    ("AWS_ACCESS_KEY_ID", "AKIA"),
    ("AWS_SECRET_ACCESS_KEY", "hidden-one"),
    ("AWS_SESSION_TOKEN", "hidden-two"),
    ("NIGHTOWL_TABLE", "main"),
    ("NIGHTOWL_MESSAGES_TABLE", "messages"),
    ("NIGHTOWL_EVENTS_QUEUE", "https://sqs.example.com/1/events"),
    ("NIGHTOWL_URGENT_QUEUE", "https://sqs.example.com/1/urgent"),
    ("NIGHTOWL_CARDS_QUEUE", "https://sqs.example.com/1/cards"),
    ("NIGHTOWL_EVENTS_DEAD", "https://sqs.example.com/1/events-dead"),
    ("NIGHTOWL_SCHEDULE_GROUP", "group"),
    ("NIGHTOWL_SCHEDULE_ROLE", "arn:role"),
    ("NIGHTOWL_SCHEDULE_TARGET", "arn:target"),
    ("NIGHTOWL_PARAMETERS", "/nightowl/owl"),
    ("NIGHTOWL_PUBLIC_URL", "https://owl.example.com/"),
    ("NIGHTOWL_DEAD_MAN_URL", "https://ping.example.com/hidden-three"),
    ("NIGHTOWL_STACK", "owl"),
];

/// The whole environment but for what is changed; `None` takes a variable out.
fn with(changes: &[(&str, Option<&str>)]) -> Result<Environment, StartError> {
    Environment::from_variables(&|name| {
        let changed = changes.iter().find(|(changed, _)| *changed == name);
        let whole = WHOLE.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        changed.map_or(whole, |(_, value)| *value).map(str::to_owned)
    })
}

#[test]
fn what_is_set_is_read() {
    let read = with(&[]).unwrap();
    assert_eq!(read.tables().unwrap().messages, "messages");
    assert_eq!(read.public_url().unwrap(), "https://owl.example.com");
    assert_eq!(read.schedules().unwrap().role_arn, "arn:role");
    assert_eq!((read.level, read.warm_up, read.stack.as_str()), (Level::INFO, true, "owl"));
    assert!(!with(&[("NIGHTOWL_WARM_UP", Some("off"))]).unwrap().warm_up);
    let quiet = with(&[("NIGHTOWL_LOG", Some("warn"))]).unwrap();
    assert_eq!(quiet.level, Level::WARN);
}

#[test]
fn an_error_names_every_variable_that_is_wrong() {
    let error = with(&[
        ("AWS_REGION", None),
        ("AWS_SECRET_ACCESS_KEY", Some("  ")),
        ("NIGHTOWL_URGENT_QUEUE", Some("urgent")),
        ("NIGHTOWL_WARM_UP", Some("no")),
        ("NIGHTOWL_LOG", Some("loud")),
        ("NIGHTOWL_PARAMETERS", Some("nightowl")),
    ]);
    let words = format!("{:?}", error.unwrap_err());
    for name in [
        "AWS_REGION is missing",
        "AWS_SECRET_ACCESS_KEY is missing",
        "NIGHTOWL_URGENT_QUEUE",
        "NIGHTOWL_WARM_UP",
        "NIGHTOWL_LOG",
        "NIGHTOWL_PARAMETERS",
    ] {
        assert!(words.contains(name), "{name} in {words}");
    }
    assert!(!words.contains("AWS_ACCESS_KEY_ID"), "{words}");
}

#[test]
fn what_a_function_needs_and_lacks_is_named_when_it_asks() {
    let lacking = |name: &'static str| with(&[(name, None)]).unwrap();
    let says = |error: StartError, name: &str| assert!(error.to_string().contains(name), "{error}");
    says(lacking(TABLE).tables().unwrap_err(), TABLE);
    says(lacking(MESSAGES).tables().unwrap_err(), MESSAGES);
    assert_eq!(lacking(MESSAGES).main_table().unwrap(), "main");
    says(lacking(PARAMETERS).parameters().unwrap_err(), PARAMETERS);
    says(lacking(PUBLIC_URL).public_url().unwrap_err(), PUBLIC_URL);
    for name in SCHEDULES {
        says(lacking(name).schedules().unwrap_err(), name);
    }
    let cards = "NIGHTOWL_CARDS_QUEUE";
    assert_eq!(lacking(cards).need_queues(&[Queue::Events, Queue::Urgent]), Ok(()));
    says(lacking(cards).need_queues(&[Queue::Events, Queue::Cards]).unwrap_err(), cards);
    says(with(&[]).unwrap().need_dead_letters().unwrap_err(), "NIGHTOWL_URGENT_DEAD");
}

#[test]
fn nothing_secret_is_shown() {
    let shown = format!("{:?}", with(&[]).unwrap());
    assert!(!shown.contains("hidden"), "{shown}");
}
