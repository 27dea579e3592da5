//! One tenant with a chat and three integrations, and a place for everything that functions call.

use std::collections::BTreeMap;
use std::path::PathBuf;

use nightowl_config::{KeyFileSealer, Scope};
use nightowl_store::embedded::Embedded;
use nightowl_store::{DynamoStore, Tables, create_tables};
use slack_double::{Double, Seed};
use tempfile::TempDir;

use crate::Failure;
use crate::backend::Backend;
use crate::certificate::Certificate;
use crate::child::Environment;

/// Keys that open nothing outside this process.
pub(crate) const INTEGRATION_KEYS: [(&str, &str); 3] = [
    ("alertmanager", "alertmanager-key-of-a-test"),
    ("generic", "generic-key-of-a-test"),
    ("grafana", "grafana-key-of-a-test"),
];
pub(crate) const OPERATOR_KEY: &str = "operator-key-of-a-test";
pub(crate) const MATTERMOST_TOKEN: &str = "mattermost-token-of-a-test";
const PREFIX: &str = "/nightowl/measured";

pub(crate) struct World {
    pub(crate) backend: Backend,
    /// Of the machine, and one more.
    pub(crate) roots: usize,
    pub(crate) slack: Seed,
    folder: TempDir,
    embedded: Embedded,
    /// Listens as long as it lives.
    _double: Double,
}

impl World {
    pub(crate) async fn start() -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let certificate = Certificate::new()?;
        let roots = certificate.write_roots(&folder.path().join("roots.pem"))?;
        let embedded = Embedded::start(&folder.path().join("database"))?;
        let double = Double::start(Seed::default()).await?;
        let keys = [("webhook", [1; 32]), ("chat", [2; 32])];
        let parameters = keys.map(|(name, key)| (format!("{PREFIX}/sealing/{name}"), key));
        let (database, slack_url) = (embedded.endpoint().to_owned(), double.url());
        let backend = Backend::start(&certificate, database, slack_url, &parameters).await?;
        let slack = double.seed();
        let world = Self { backend, roots, slack, folder, embedded, _double: double };
        world.configure().await?;
        Ok(world)
    }

    /// Where a function's log goes.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.log"))
    }

    async fn configure(&self) -> Result<(), Failure> {
        let client = self.embedded.client();
        create_tables(&client, &Tables::default()).await?;
        let store = DynamoStore::new(client, Tables::default());
        let sealer = KeyFileSealer::new(Some([1; 32]), Some([2; 32]));
        let text = include_str!("../world.yaml");
        let variables = self.variables();
        let document = nightowl_config::check("world.yaml", text, &variables)
            .map_err(|list| list.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
        nightowl_config::apply(&document, &store, &sealer, &Scope::Operators).await?;
        Ok(())
    }

    fn variables(&self) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::from([
            ("SLACK_URL".to_owned(), format!("{}/slack/", self.backend.url())),
            ("SLACK_BOT_TOKEN".to_owned(), self.slack.bot_token.clone()),
            ("SLACK_SIGNING_SECRET".to_owned(), self.slack.signing_secret.clone()),
            ("MATTERMOST_URL".to_owned(), format!("{}/mattermost", self.backend.url())),
            ("MATTERMOST_TOKEN".to_owned(), MATTERMOST_TOKEN.to_owned()),
            ("OPERATOR_KEY".to_owned(), OPERATOR_KEY.to_owned()),
        ]);
        for (format, key) in INTEGRATION_KEYS {
            variables.insert(format!("{}_KEY", format.to_uppercase()), key.to_owned());
        }
        variables
    }

    /// What every function finds in its environment. On AWS each finds only what it needs.
    pub(crate) fn environment(&self, warm_up: bool) -> Environment {
        let roots = self.folder.path().join("roots.pem").display().to_string();
        let arn = |what: &str| format!("arn:aws:{what}:us-east-1:000000000000:nightowl");
        let plain = [
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", self.embedded.access().access_key.expose().to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
            ("AWS_SESSION_TOKEN", "token".to_owned()),
            ("AWS_ENDPOINT_URL", self.backend.url()),
            ("SSL_CERT_FILE", roots),
            ("NIGHTOWL_TABLE", Tables::default().main),
            ("NIGHTOWL_MESSAGES_TABLE", Tables::default().messages),
            ("NIGHTOWL_SCHEDULE_GROUP", "nightowl".to_owned()),
            ("NIGHTOWL_SCHEDULE_ROLE", arn("iam")),
            ("NIGHTOWL_SCHEDULE_TARGET", arn("lambda")),
            ("NIGHTOWL_PARAMETERS", PREFIX.to_owned()),
            ("NIGHTOWL_PUBLIC_URL", "https://owl.example.com".to_owned()),
            ("NIGHTOWL_STACK", "measured".to_owned()),
            ("NIGHTOWL_LOG", "info".to_owned()),
            ("NIGHTOWL_WARM_UP", if warm_up { "on" } else { "off" }.to_owned()),
        ];
        let queues = ["events", "urgent", "cards"].into_iter().flat_map(|name| {
            let dead = format!("{name}-dead");
            let upper = name.to_uppercase();
            [
                (format!("NIGHTOWL_{upper}_QUEUE"), self.backend.queue_url(name)),
                (format!("NIGHTOWL_{upper}_DEAD"), self.backend.queue_url(&dead)),
            ]
        });
        plain.map(|(name, value)| (name.to_owned(), value)).into_iter().chain(queues).collect()
    }
}
