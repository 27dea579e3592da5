//! Everything wired together over one data folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use nightowl_config::{DemoKeys, Document, KeyFileSealer, Live, Problem, Scope};
use nightowl_engine::ports::{Config, ConfigStore, Keys, StoreError};
use nightowl_engine::{Engine, Spacing};
use nightowl_fn_inbound::Limits;
use nightowl_messaging::{MessageLog, Secret};
use nightowl_process::{SystemClock, SystemEntropy, http_builder};
use nightowl_store::embedded::InProcess;
use nightowl_store::{Backlog, Bounds, DynamoStore, LaptopIntake, Tables, Taken, create_tables};
use tokio::sync::mpsc;

use crate::data::{self, Data, KeyFile};
use crate::failure::Failure;
use crate::intake::Desk;
use crate::needs::Wiring;
use crate::ports::{Configuration, Connections, Laptop, LaptopKeys};
use crate::queue::{Queue, Waker};

/// Nobody else can change the configuration while this process holds the folder, and what it
/// changes itself it forgets at once; an hour is any long time.
const CONFIGURATION_AGE: Duration = Duration::from_secs(3600);

/// One process's NightOwl, not yet listening.
pub(crate) struct App {
    pub(crate) data: Data,
    pub(crate) keys: KeyFile,
    pub(crate) wiring: Arc<Wiring>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) database: Arc<InProcess>,
    backlog: Arc<Backlog>,
}

impl App {
    /// `public_url`: where people reach the console. With it comes what is accepted from now on, to
    /// be worked off; whoever only looks may drop it.
    pub(crate) async fn open(
        data: Data,
        public_url: Option<String>,
    ) -> Result<(Self, mpsc::UnboundedReceiver<Taken>), Failure> {
        let keys = data.keys()?;
        let cannot_open = |error: String| {
            Failure::new(format!("cannot open {}: {error}", data.database().display()))
        };
        let database =
            InProcess::open(&data.database()).map_err(|error| cannot_open(error.to_string()))?;
        let (client, tables) = (database.client(), Tables::default());
        // Senders wait for the intake, whatever else is under way.
        let intake = DynamoStore::new(database.urgent_client(), tables.clone());
        create_tables(&client, &tables).await.map_err(|error| cannot_open(error.to_string()))?;
        let store = DynamoStore::new(client, tables);
        let sealer = KeyFileSealer::new(
            Some(data::key_bytes(&keys.webhook)?),
            Some(data::key_bytes(&keys.chat)?),
        );
        let parts = Parts::new(Stores { store, intake }, sealer, &keys, public_url)?;
        let wiring = Arc::clone(&parts.wiring);
        let Parts { queue, taken_in, backlog, .. } = parts;
        let app = Self { data, keys, queue, wiring, database: Arc::new(database), backlog };
        Ok((app, taken_in))
    }

    /// All routes of all functions. `limits`: of the webhooks.
    pub(crate) fn router(&self, limits: Limits) -> Router {
        crate::route::all(&self.wiring, limits)
    }

    /// An admin key of this process.
    pub(crate) fn token(&self) -> &str {
        self.wiring.keys.token.expose()
    }

    pub(crate) fn engine(&self) -> Arc<Engine<Laptop>> {
        Arc::clone(&self.wiring.engine)
    }

    /// What works off the events that were accepted.
    pub(crate) fn desk(&self) -> Desk {
        let (store, backlog) = (self.wiring.store.clone(), Arc::clone(&self.backlog));
        Desk { engine: self.engine(), store, backlog }
    }

    /// Whether no configuration was ever applied here.
    pub(crate) async fn is_empty(&self) -> Result<bool, Failure> {
        let failed = |error: StoreError| Failure::new(error.to_string());
        let tenants = self.wiring.live.tenants().await.map_err(failed)?;
        // A file that names no tenant is a configuration too.
        let operators = self.wiring.store.pointer("*").await.map_err(failed)?;
        Ok(tenants.is_empty() && operators.is_none())
    }

    /// Events that were accepted and that no `serve` has worked off yet.
    pub(crate) async fn waiting(&self) -> Result<usize, Failure> {
        let listed = self.wiring.store.list_intake().await;
        let events = listed.map(|taken| taken.iter().map(|group| group.reports.len()).sum());
        events.map_err(|error| Failure::new(error.to_string()))
    }

    /// Whether the demo is in force: then the banner can show how to fire an alert.
    pub(crate) async fn has_demo(&self) -> Result<bool, Failure> {
        let key = Secret::new(&self.keys.demo_generic);
        let owner = self.wiring.live.owner(&key).await;
        owner.map(|owner| owner.is_some()).map_err(|error| Failure::new(error.to_string()))
    }

    pub(crate) fn demo(&self) -> Result<Document, Failure> {
        let keys = DemoKeys {
            generic: Secret::new(&self.keys.demo_generic),
            alertmanager: Secret::new(&self.keys.demo_alertmanager),
            grafana: Secret::new(&self.keys.demo_grafana),
        };
        let text = nightowl_config::demo(&keys).map_err(|list| problems(&list))?;
        nightowl_config::check("demo.yaml", &text, &BTreeMap::new()).map_err(|list| problems(&list))
    }

    /// Puts a whole document into force. Answers what changed.
    pub(crate) async fn apply(&self, document: &Document) -> Result<Vec<String>, Failure> {
        let wiring = &self.wiring;
        let scope = Scope::Operators;
        let applied =
            nightowl_config::apply(document, &wiring.store, wiring.sealer.as_ref(), &scope).await;
        wiring.live.invalidate();
        match applied {
            Ok(applied) => Ok(applied.summary),
            Err(nightowl_config::ApplyError::Problems(list)) => Err(problems(&list)),
            Err(error) => Err(Failure::new(error.to_string())),
        }
    }
}

/// What [`App`] is made of.
struct Parts {
    wiring: Arc<Wiring>,
    backlog: Arc<Backlog>,
    queue: Arc<Queue>,
    taken_in: mpsc::UnboundedReceiver<Taken>,
}

/// The same tables by two clients.
struct Stores {
    store: DynamoStore,
    intake: DynamoStore,
}

impl Parts {
    fn new(
        Stores { store, intake }: Stores,
        sealer: KeyFileSealer,
        keys: &KeyFile,
        public_url: Option<String>,
    ) -> Result<Self, Failure> {
        let clock = SystemClock;
        let sealer = Arc::new(sealer);
        let age = CONFIGURATION_AGE;
        let shared = Arc::new(store.clone());
        let live: Arc<Configuration> =
            Arc::new(Live::new(shared, Arc::clone(&sealer), Arc::new(clock), age));
        let log: Arc<dyn MessageLog> = Arc::new(store.clone());
        let queue = Arc::new(Queue::default());
        let backlog = Arc::new(Backlog::new(Bounds::default()));
        let (hand_over, taken_in) = mpsc::unbounded_channel();
        let http = http_client()?;
        let callbacks = public_url.clone();
        let connections =
            Connections::new(Arc::clone(&live), Arc::clone(&log), clock, http, callbacks);
        let ports = Laptop {
            intake: LaptopIntake::new(intake, Arc::clone(&backlog), crate::ports::nudge(hand_over)),
            store: store.clone(),
            waker: Waker { queue: Arc::clone(&queue), clock },
            clock,
            entropy: SystemEntropy,
            live: Arc::clone(&live),
            connections: connections.clone(),
            pacer: Spacing::default(),
        };
        let mut engine = Engine::new(ports);
        if let Some(url) = &public_url {
            engine = engine.with_console(url);
        }
        let token = Secret::new(data::random_text(32)?);
        let engine = Arc::new(engine);
        let wiring = Wiring {
            engine,
            keys: LaptopKeys { live: Arc::clone(&live), token },
            live,
            store,
            sealer,
            log,
            console: nightowl_fn_admin::Console {
                session_key: Secret::new(&keys.session),
                login_token: Some(Secret::new(data::random_text(24)?)),
                public_url,
            },
            connections,
        };
        Ok(Self { wiring: Arc::new(wiring), backlog, queue, taken_in })
    }
}

fn http_client() -> Result<reqwest::Client, Failure> {
    http_builder()
        .build()
        .map_err(|error| Failure::new(format!("cannot start an HTTP client: {error}")))
}

fn problems(list: &[Problem]) -> Failure {
    let lines: Vec<String> = list.iter().map(ToString::to_string).collect();
    Failure::new(lines.join("\n"))
}

/// Reads a file and checks it with this process's environment.
pub(crate) fn read_document(path: &Path) -> Result<(String, Document), Failure> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("cannot read {shown}: {error}")))?;
    let vars: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let document = nightowl_config::check(&shown, &text, &vars).map_err(|list| problems(&list))?;
    let expanded = nightowl_config::expand(&shown, &text, &vars).map_err(|list| problems(&list))?;
    Ok((expanded, document))
}
