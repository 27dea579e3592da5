//! What the router is given on AWS: the engine, and the chats of all tenants.

use nightowl_aws::{Chatting, Cloud, Connections, Purpose, Start, StartError};
use nightowl_engine::Engine;
use nightowl_fn_mattermost::Needs;

pub(crate) struct Mattermost(pub(crate) Chatting);

impl Mattermost {
    pub(crate) fn new(start: &Start) -> Result<Self, StartError> {
        Chatting::new(start, start.sealer(&[Purpose::Chat])?).map(Self)
    }
}

impl Needs for Mattermost {
    type Ports = Cloud<Connections>;
    type Tenants = Connections;

    fn engine(&self) -> &Engine<Cloud<Connections>> {
        &self.0.engine
    }
    fn mattermost_tenants(&self) -> &Connections {
        &self.0.connections
    }
}
