//! What the router is given on AWS: the engine, and the chats of all tenants.

use nightowl_aws::{Chatting, Cloud, Connections, Purpose, Start, StartError};
use nightowl_engine::Engine;
use nightowl_fn_slack::Needs;

pub(crate) struct Slack(pub(crate) Chatting);

impl Slack {
    pub(crate) fn new(start: &Start) -> Result<Self, StartError> {
        Chatting::new(start, start.sealer(&[Purpose::Chat])?).map(Self)
    }
}

impl Needs for Slack {
    type Ports = Cloud<Connections>;
    type Tenants = Connections;

    fn engine(&self) -> &Engine<Cloud<Connections>> {
        &self.0.engine
    }
    fn slack_tenants(&self) -> &Connections {
        &self.0.connections
    }
}
