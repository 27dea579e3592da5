//! Digests: their rows in the table, and what must hold of them.

use nightowl_domain::{
    Alert, AlertId, ClaimMode, Digest, Occurrence, SendState, SeriesHash, Time, digest_due_at,
    digest_wanted,
};
use nightowl_engine::StoreError;

use crate::store::Rows;
use crate::words::label;
use crate::world::{Claimed, World};

impl Rows {
    pub(crate) fn newest_digest(&self, tenant: &str, series: SeriesHash) -> Option<&Digest> {
        let place = |number| (tenant.to_owned(), series, number);
        self.digests.range(place(0)..=place(u32::MAX)).next_back().map(|(_, digest)| digest)
    }

    pub(crate) fn read_digest(&self, occurrence: &Occurrence) -> Option<&Digest> {
        let id = occurrence.id;
        let place = (occurrence.tenant.clone(), id.series(), id.number());
        self.digests.get(&place).filter(|digest| digest.id == id)
    }

    /// What digests owe, each with its moment.
    pub(crate) fn digests_due(&self) -> impl Iterator<Item = (&Digest, Time)> {
        self.digests.values().filter_map(|digest| Some((digest, digest_due_at(digest)?)))
    }
}

pub(crate) fn write(world: &mut World, worker: usize, digest: &Digest) -> Result<(), StoreError> {
    let place = (digest.tenant.clone(), digest.id.series(), digest.id.number());
    let before = world.rows.digests.get(&place).cloned();
    let is_next = match &before {
        None => digest.version == 1,
        Some(before) => before.id == digest.id && before.version + 1 == digest.version,
    };
    if !is_next {
        world.figures.conflicts += 1;
        return Err(StoreError::Conflict(None));
    }
    if let Some(before) = &before {
        let is_kept = digest.members.starts_with(&before.members) && digest.rev >= before.rev;
        if !is_kept {
            world.violate(format!("S4 digest {}: something decreased", digest.id));
        }
    }
    claims(world, worker, before.as_ref(), digest);
    world.rows.digests.insert(place, digest.clone());
    Ok(())
}

fn claims(world: &mut World, worker: usize, before: Option<&Digest>, after: &Digest) {
    for send in &after.sends {
        let SendState::Claimed { claim, mode, lease_until, .. } = &send.state else { continue };
        let known = before.and_then(|before| before.send(&send.key));
        let is_known = known.is_some_and(
            |known| matches!(&known.state, SendState::Claimed { claim: held, .. } if held == claim),
        );
        let is_joined = before.is_some_and(|before| before.members.len() != after.members.len());
        if is_joined {
            world.violate(format!("digest {}: joined and claimed at once", after.id));
        }
        if !is_known {
            let (task, mode, lease_until) = (world.task, *mode, *lease_until);
            let claimed = Claimed { task, worker, mode, lease_until };
            world.claims.entry(send.key.clone()).or_default().push(claimed);
        }
        if *mode == ClaimMode::FindOnly {
            world.violate(format!("digest {}: it may always be posted", after.id));
        }
    }
}

/// L4: digests owe nothing.
pub(crate) fn settled(world: &World, found: &mut Vec<String>) {
    for digest in world.rows.digests.values() {
        let owed = digest_wanted(digest);
        if !owed.is_empty() {
            found.push(format!("L4 digest {}: it still owes {owed:?}", digest.id));
        }
    }
}

/// L3: an alert that is in a digest is shown there as it is.
pub(crate) fn shown(world: &World, alert: &Alert, digest: AlertId, found: &mut Vec<String>) {
    let name = label(alert);
    let occurrence = Occurrence::new(&alert.tenant, digest);
    let Some(digest) = world.rows.read_digest(&occurrence) else {
        found.push(format!("L3 {name}: its digest is not there"));
        return;
    };
    if !digest.is_alive() && !alert.is_open() {
        return;
    }
    let standing = digest.sends.iter().filter_map(|send| message(world, &send.state)).next_back();
    let Some((message, is_deleted)) = standing else {
        found.push(format!("L3 {name}: digest {} has no message", digest.id));
        return;
    };
    let id = alert.id.to_string();
    let line = message.iter().find(|(member, _)| *member == id);
    let is_right = line.is_some_and(|(_, status)| *status == alert.status.name());
    if !is_right && !is_deleted {
        found.push(format!("L3 {name}: digest {} shows {line:?}", digest.id));
    }
}

/// Id and status of each member.
type Members<'a> = &'a [(String, &'static str)];

/// What a posted digest shows, and whether somebody deleted it.
fn message<'a>(world: &'a World, state: &SendState) -> Option<(Members<'a>, bool)> {
    let SendState::Sent(shown) = state else { return None };
    if shown.closed {
        return None;
    }
    let platform = world.platforms.get(shown.message.provider.as_str())?;
    let posted = platform.messages.get(&shown.message)?;
    Some((posted.shows.members()?, posted.is_deleted))
}
