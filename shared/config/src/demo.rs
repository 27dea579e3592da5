//! The configuration of a start without one.

use std::collections::BTreeMap;

use nightowl_messaging::Secret;

use crate::check::expand;
use crate::problem::Problem;

/// The demo as a file, with `${DEMO_GENERIC_KEY}`, `${DEMO_ALERTMANAGER_KEY}` and
/// `${DEMO_GRAFANA_KEY}` in it. The tenant is `demo`; its first person is `alice`.
pub const DEMO: &str = include_str!("../demo.yaml");

/// The keys of the demo's integrations, by format.
#[derive(Clone, Debug)]
pub struct DemoKeys {
    pub generic: Secret,
    pub alertmanager: Secret,
    pub grafana: Secret,
}

/// The demo with these keys, as YAML. Holds the keys in the open: it is for `check` only.
///
/// # Errors
/// None with the file as it is; the type is that of every other file.
pub fn demo(keys: &DemoKeys) -> Result<String, Vec<Problem>> {
    let vars = BTreeMap::from([
        ("DEMO_GENERIC_KEY", &keys.generic),
        ("DEMO_ALERTMANAGER_KEY", &keys.alertmanager),
        ("DEMO_GRAFANA_KEY", &keys.grafana),
    ]);
    let vars =
        vars.into_iter().map(|(name, key)| (name.to_owned(), key.expose().to_owned())).collect();
    expand("demo.yaml", DEMO, &vars)
}
